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

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.email, target.name, target.reference, target.supervisor_representative_reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN representatives AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.name, target.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN representatives AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.reference, picked.tenant_id
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.reference AS reference, target.tenant_id AS tenant_id
FROM representatives AS target
WHERE target.tenant_id = $2::INTEGER AND target.supervisor_representative_reference = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT 21) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;
