SELECT 1
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR;

SELECT 1
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR;

INSERT INTO account_representatives (tenant_id, account_number, reference) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT DO NOTHING;

SELECT anon_1.start_number, target.name, target.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN representatives AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.account_number
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.csr_id, picked.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.reference AS reference
FROM account_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $2::INTEGER AND target.tenant_id = $2::INTEGER AND tie.account_number = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT 21) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;
