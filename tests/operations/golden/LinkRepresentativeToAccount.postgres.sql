SELECT representatives.tenant_id, representatives.reference, representatives.name, representatives.email, representatives.phone, representatives.mobile_phone, representatives.fax, representatives.language, representatives.title, representatives.department, representatives.representative_type, representatives.supervisor_representative_reference, representatives.extra_info, representatives.custom_fields, representatives.csr_id, representatives.products, representatives.version, representatives.created_at, representatives.updated_at
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR;

SELECT accounts.tenant_id, accounts.account_number, accounts.name, accounts.display_reference, accounts.currency, accounts.language, accounts.billing_address, accounts.remit_to, accounts.phone, accounts.mobile_phone, accounts.fax, accounts.email, accounts.payment_terms, accounts.credit_limit, accounts.account_group, accounts.parent_account_number, accounts.is_parent_account, accounts.branch_name, accounts.description, accounts.vat, accounts.company_registration_number, accounts.data_providers, accounts.custom_fields, accounts.csr_id, accounts.products, accounts.version, accounts.created_at, accounts.updated_at
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR;

INSERT INTO account_representatives (tenant_id, account_number, reference) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, account_number, former_account_number, latest_at, packed, digest) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR, $13::VARCHAR, $14::TIMESTAMP WITH TIME ZONE, $15::BYTEA, $16::BYTEA);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR, latest_at=$3::TIMESTAMP WITH TIME ZONE WHERE changes_end.tenant_id = $4::INTEGER;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-2") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.name AS name
FROM representatives AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.reference = $2::VARCHAR) AS "row-2") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-5") AS to_json_1
FROM (SELECT t1.account_number AS "accountNumber", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-4"), '[]'::json) AS coalesce_1
FROM (SELECT p3.reference AS reference
FROM (SELECT t2.reference AS reference, t2.tenant_id AS tenant_id
FROM account_representatives AS tie JOIN representatives AS t2 ON t2.reference = tie.reference AND t2.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND t2.tenant_id = $1::INTEGER AND tie.account_number = t1.account_number AND true ORDER BY t2.reference ASC
 LIMIT 20) AS p3 ORDER BY p3.reference ASC) AS "row-4") AS "nodes") "row-") AS representatives
FROM accounts AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $2::VARCHAR) AS "row-5") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
