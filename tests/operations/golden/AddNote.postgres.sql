SELECT 1
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR;

SELECT 1
FROM notes
WHERE notes.tenant_id = $1::INTEGER AND notes.reference = $2::VARCHAR;

SELECT nextval('csr_id_seq') AS next_value_1;

INSERT INTO notes (tenant_id, reference, body, subject, note_type, effective_date, account_number, csr_id, products, version, created_at, updated_at) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::TIMESTAMP WITH TIME ZONE, $7::VARCHAR, $8::INTEGER, $9::SMALLINT, $10::INTEGER, $11::TIMESTAMP WITH TIME ZONE, $12::TIMESTAMP WITH TIME ZONE);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, account_number, former_account_number, latest_at, packed, digest) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR, $13::VARCHAR, $14::TIMESTAMP WITH TIME ZONE, $15::BYTEA, $16::BYTEA);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR, latest_at=$3::TIMESTAMP WITH TIME ZONE WHERE changes_end.tenant_id = $4::INTEGER;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-5") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.subject AS subject, t1.body AS body, t1.note_type AS "noteType", CASE WHEN (t2.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t2.account_number AS "accountNumber", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = t2.account_number AND true) AS "totalCount") "row-") AS "notes") "row-") END AS account
FROM notes AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = $1::INTEGER AND t2.account_number = t1.account_number
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $2::VARCHAR AND t1.reference = $3::VARCHAR) AS "row-5") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
