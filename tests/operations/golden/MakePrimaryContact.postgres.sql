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

UPDATE contacts SET tenant_id=$1::INTEGER, reference=$2::VARCHAR, account_number=$3::VARCHAR, name=$4::VARCHAR, first_name=$5::VARCHAR, last_name=$6::VARCHAR, function=$7::VARCHAR, email=$8::VARCHAR, phone=$9::VARCHAR, mobile_phone=$10::VARCHAR, fax=$11::VARCHAR, title=$12::VARCHAR, department=$13::VARCHAR, contact_type=$14::VARCHAR, language=$15::VARCHAR, address1=$16::VARCHAR, address2=$17::VARCHAR, city=$18::VARCHAR, state=$19::VARCHAR, zip=$20::VARCHAR, country=$21::VARCHAR, notes=$22::VARCHAR, is_primary=$23::BOOLEAN, custom_fields=$24::JSON, csr_id=$25::INTEGER, products=$26::SMALLINT, version=$27::INTEGER, created_at=$28::TIMESTAMP WITH TIME ZONE, updated_at=$29::TIMESTAMP WITH TIME ZONE WHERE contacts.tenant_id = $30::INTEGER AND contacts.reference = $31::VARCHAR;

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.account_number, target.is_primary, target.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN contacts AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.account_number
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.is_primary, picked.reference, picked.tenant_id
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.is_primary AS is_primary, target.reference AS reference, target.tenant_id AS tenant_id
FROM contacts AS target
WHERE target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT 21) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;
