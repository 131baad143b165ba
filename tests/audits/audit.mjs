// Prints the outcome of every audit of graphql-http on the server at the address, as JSON: node audit.mjs ADDRESS KEY
import { auditServer } from 'graphql-http';

const [url, key] = process.argv.slice(2);

function fetchFn(address, options) {
  return fetch(address, { ...options, headers: { ...options?.headers, 'X-API-Key': key } });
}

const results = await auditServer({ url, fetchFn });
const outcomes = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
process.stdout.write(JSON.stringify(outcomes));
