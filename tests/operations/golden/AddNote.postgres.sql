SELECT 1
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR;

SELECT 1
FROM notes
WHERE notes.tenant_id = $1::INTEGER AND notes.reference = $2::VARCHAR;

SELECT nextval('csr_id_seq') AS next_value_1;

INSERT INTO notes (tenant_id, reference, body, subject, note_type, effective_date, account_number, csr_id, products, version, created_at, updated_at) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::TIMESTAMP WITH TIME ZONE, $7::VARCHAR, $8::INTEGER, $9::SMALLINT, $10::INTEGER, $11::TIMESTAMP WITH TIME ZONE, $12::TIMESTAMP WITH TIME ZONE);

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.account_number, target.body, target.note_type, target.reference, target.subject
FROM unnest($1::TEXT[], $2::TEXT[]) WITH ORDINALITY AS anon_1(k0, k1, start_number) JOIN notes AS target ON target.tenant_id = $3::INTEGER AND target.account_number = anon_1.k0 AND target.reference = anon_1.k1 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.account_number
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = anon_1.k0 AND true) AS list_total
FROM unnest($2::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.created_at, picked.csr_id, picked.tenant_id
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.created_at AS created_at, target.csr_id AS csr_id, target.tenant_id AS tenant_id
FROM notes AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = lists.k0 AND true ORDER BY target.created_at DESC, target.csr_id DESC
 LIMIT 4) AS picked ON true ORDER BY lists.start_number, picked.created_at ASC, picked.csr_id ASC;
