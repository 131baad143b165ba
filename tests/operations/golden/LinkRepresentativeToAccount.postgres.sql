SELECT 1
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR;

SELECT 1
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR;

INSERT INTO account_representatives (tenant_id, account_number, reference) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.name, target.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN representatives AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.account_number
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.reference, picked.tenant_id
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.reference AS reference, target.tenant_id AS tenant_id
FROM account_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $2::INTEGER AND target.tenant_id = $2::INTEGER AND tie.account_number = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT 21) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;
