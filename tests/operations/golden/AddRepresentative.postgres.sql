SELECT representatives.tenant_id, representatives.reference, representatives.name, representatives.email, representatives.phone, representatives.mobile_phone, representatives.fax, representatives.language, representatives.title, representatives.department, representatives.representative_type, representatives.supervisor_representative_reference, representatives.extra_info, representatives.custom_fields, representatives.csr_id, representatives.products, representatives.version, representatives.created_at, representatives.updated_at
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR FOR NO KEY UPDATE;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = $1::INTEGER FOR NO KEY UPDATE;

WITH RECURSIVE anon_1(reference, supervisor_representative_reference) AS
(SELECT representatives.reference AS reference, representatives.supervisor_representative_reference AS supervisor_representative_reference
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR UNION SELECT representatives.reference AS reference, representatives.supervisor_representative_reference AS supervisor_representative_reference
FROM representatives, anon_1
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = anon_1.supervisor_representative_reference)
 SELECT anon_1.reference
FROM anon_1;

SELECT nextval('csr_id_seq') AS next_value_1;

INSERT INTO representatives (tenant_id, reference, name, email, phone, mobile_phone, fax, language, title, department, representative_type, supervisor_representative_reference, extra_info, custom_fields, csr_id, products, version, created_at, updated_at) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR, $14::JSON, $15::INTEGER, $16::SMALLINT, $17::INTEGER, $18::TIMESTAMP WITH TIME ZONE, $19::TIMESTAMP WITH TIME ZONE);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, account_number, former_account_number, latest_at, packed, digest) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR, $13::VARCHAR, $14::TIMESTAMP WITH TIME ZONE, $15::BYTEA, $16::BYTEA);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR, latest_at=$3::TIMESTAMP WITH TIME ZONE WHERE changes_end.tenant_id = $4::INTEGER;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-6") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.name AS name, t1.email AS email, CASE WHEN (t2.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t2.reference AS "reference", t2.name AS "name", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-5"), '[]'::json) AS coalesce_1
FROM (SELECT p4.reference AS reference
FROM (SELECT anon_2.reference AS reference, anon_2.tenant_id AS tenant_id
FROM (SELECT fetched.reference AS reference, fetched.tenant_id AS tenant_id
FROM (SELECT t3.reference AS reference, t3.tenant_id AS tenant_id
FROM representatives AS t3
WHERE t3.tenant_id = $1::INTEGER AND t3.supervisor_representative_reference = t2.reference AND true AND NOT (EXISTS (SELECT near.supervisor_representative_reference
FROM representatives AS near
WHERE near.tenant_id = $1::INTEGER AND near.supervisor_representative_reference = t2.reference
 LIMIT 1 OFFSET 2000))
 LIMIT ALL OFFSET 0) AS fetched ORDER BY fetched.reference ASC
 LIMIT 20) AS anon_2 UNION ALL SELECT anon_3.reference AS reference, anon_3.tenant_id AS tenant_id
FROM (SELECT t3.reference AS reference, t3.tenant_id AS tenant_id
FROM representatives AS t3
WHERE t3.tenant_id = $1::INTEGER AND (t3.supervisor_representative_reference || '') = t2.reference AND true AND (EXISTS (SELECT near.supervisor_representative_reference
FROM representatives AS near
WHERE near.tenant_id = $1::INTEGER AND near.supervisor_representative_reference = t2.reference
 LIMIT 1 OFFSET 2000)) ORDER BY t3.reference ASC
 LIMIT 20) AS anon_3) AS p4 ORDER BY p4.reference ASC) AS "row-5") AS "nodes") "row-") AS "reports") "row-") END AS supervisor
FROM representatives AS t1 LEFT OUTER JOIN representatives AS t2 ON t2.tenant_id = $1::INTEGER AND t2.reference = t1.supervisor_representative_reference
WHERE t1.tenant_id = $1::INTEGER AND t1.reference = $2::VARCHAR) AS "row-6") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
