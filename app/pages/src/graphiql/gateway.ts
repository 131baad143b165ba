// The one place that talks to the server: every request is a POST to /graphql of this origin with the caller's key.
import type { Fetcher, FetcherReturnType } from '@graphiql/toolkit';
import { getIntrospectionQuery } from 'graphql';

// GraphiQL's own query leaves out @oneOf; without it the editor would accept an input with two members.
const INTROSPECTION = getIntrospectionQuery({
  oneOf: true,
  specifiedByUrl: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  directiveIsRepeatable: true,
});

export const KEY_REFUSED = 'The server does not accept this API key.';

async function post(key: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch('/graphql', {
    method: 'POST',
    credentials: 'omit',
    headers: {
      Accept: 'application/graphql-response+json, application/json',
      'Content-Type': 'application/json',
      'X-API-Key': key,
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

/** What GraphiQL asks the server through. `onAnswer` hears each time whether the server refused the key. */
export function fetcherFor(key: string, onAnswer: (isRefused: boolean) => void): Fetcher {
  return async (params, options) => {
    // GraphiQL parses what a person runs; only its own schema request comes without a document.
    const isIntrospection = params.operationName === 'IntrospectionQuery' && !options?.documentAST;
    const body = isIntrospection ? { ...params, query: INTROSPECTION } : params;
    const response = await post(key, body, options?.headers as Record<string, string>);
    const isRefused = response.status === 401;
    onAnswer(isRefused);
    // An answer without data makes GraphiQL ask for the schema a second time; an error does not.
    if (isRefused && isIntrospection) throw new Error(KEY_REFUSED);
    return (await answerOf(response)) as FetcherReturnType;
  };
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `HTTP ${response.status} ${response.statusText}`.trim() }], body: text };
  }
}

/** Header values are bytes; fetch throws a puzzling error for anything else. */
function isKey(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}

/** Tries a key with the cheapest operation there is: null when it is good, else what to tell the person. */
export async function problemWithKey(key: string): Promise<string | null> {
  if (!isKey(key)) return 'An API key has letters, digits and signs only, without spaces.';
  try {
    const response = await post(key, { query: '{ __typename }' });
    if (response.status === 401) return KEY_REFUSED;
    return response.ok ? null : `The server answered HTTP ${response.status}. Try again.`;
  } catch {
    return 'The server cannot be reached.';
  }
}

export interface Tenant {
  /** What the server calls it; null where it did not say. */
  name: string | null;
  isRefused: boolean;
}

/** Whose key it is. */
export async function tenantOf(key: string): Promise<Tenant> {
  try {
    const response = await post(key, { query: '{ tenant { name } }' });
    const answer = (await answerOf(response)) as { data?: { tenant?: { name?: string } } };
    return { name: answer.data?.tenant?.name ?? null, isRefused: response.status === 401 };
  } catch {
    return { name: null, isRefused: !isKey(key) };
  }
}
