SELECT 1
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR;

SELECT 1
FROM documents
WHERE documents.tenant_id = $1::INTEGER AND documents.document_number = $2::VARCHAR;

INSERT INTO document_representatives (tenant_id, document_number, reference) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-2") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.name AS name
FROM representatives AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.reference = $2::VARCHAR) AS "row-2") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-5") AS to_json_1
FROM (SELECT t1.document_number AS "documentNumber", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-4"), '[]'::json) AS coalesce_1
FROM (SELECT p3.reference AS reference
FROM (SELECT t2.reference AS reference, t2.tenant_id AS tenant_id
FROM document_representatives AS tie JOIN representatives AS t2 ON t2.reference = tie.reference AND t2.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND t2.tenant_id = $1::INTEGER AND tie.document_number = t1.document_number AND true ORDER BY t2.reference ASC
 LIMIT 20) AS p3 ORDER BY p3.reference ASC) AS "row-4") AS "nodes") "row-") AS representatives
FROM documents AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.document_number = $2::VARCHAR) AS "row-5") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
