SELECT contacts.tenant_id, contacts.reference, contacts.account_number, contacts.name, contacts.first_name, contacts.last_name, contacts.function, contacts.email, contacts.phone, contacts.mobile_phone, contacts.fax, contacts.title, contacts.department, contacts.contact_type, contacts.language, contacts.address1, contacts.address2, contacts.city, contacts.state, contacts.zip, contacts.country, contacts.notes, contacts.is_primary, contacts.custom_fields, contacts.csr_id, contacts.products, contacts.version, contacts.created_at, contacts.updated_at
FROM contacts
WHERE contacts.tenant_id = $1::INTEGER AND contacts.reference = $2::VARCHAR FOR NO KEY UPDATE;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = $1::INTEGER FOR NO KEY UPDATE;

SELECT contacts.tenant_id, contacts.reference, contacts.account_number, contacts.name, contacts.first_name, contacts.last_name, contacts.function, contacts.email, contacts.phone, contacts.mobile_phone, contacts.fax, contacts.title, contacts.department, contacts.contact_type, contacts.language, contacts.address1, contacts.address2, contacts.city, contacts.state, contacts.zip, contacts.country, contacts.notes, contacts.is_primary, contacts.custom_fields, contacts.csr_id, contacts.products, contacts.version, contacts.created_at, contacts.updated_at
FROM contacts
WHERE contacts.tenant_id = $1::INTEGER AND contacts.account_number = $2::VARCHAR AND contacts.is_primary = $3::BOOLEAN FOR NO KEY UPDATE;

UPDATE contacts SET is_primary=$1::BOOLEAN, version=$2::INTEGER, updated_at=$3::TIMESTAMP WITH TIME ZONE WHERE contacts.tenant_id = $4::INTEGER AND contacts.reference = $5::VARCHAR;

UPDATE contacts SET is_primary=$1::BOOLEAN, version=$2::INTEGER, updated_at=$3::TIMESTAMP WITH TIME ZONE WHERE contacts.tenant_id = $4::INTEGER AND contacts.reference = $5::VARCHAR;

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, account_number, former_account_number, latest_at, packed, digest) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR, $13::VARCHAR, $14::TIMESTAMP WITH TIME ZONE, $15::BYTEA, $16::BYTEA);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR, latest_at=$3::TIMESTAMP WITH TIME ZONE WHERE changes_end.tenant_id = $4::INTEGER;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-6") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.is_primary AS "isPrimary", CASE WHEN (t2.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t2.account_number AS "accountNumber", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-5"), '[]'::json) AS coalesce_1
FROM (SELECT p4.reference AS reference, p4.is_primary AS "isPrimary"
FROM (SELECT t3.is_primary AS is_primary, t3.reference AS reference, t3.tenant_id AS tenant_id
FROM contacts AS t3
WHERE t3.tenant_id = $1::INTEGER AND t3.account_number = t2.account_number AND true ORDER BY t3.reference ASC
 LIMIT 20) AS p4 ORDER BY p4.reference ASC) AS "row-5") AS "nodes") "row-") AS "contacts") "row-") END AS account
FROM contacts AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = $1::INTEGER AND t2.account_number = t1.account_number
WHERE t1.tenant_id = $1::INTEGER AND t1.reference = $2::VARCHAR) AS "row-6") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
