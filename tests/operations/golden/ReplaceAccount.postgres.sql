SELECT accounts.tenant_id, accounts.account_number, accounts.name, accounts.display_reference, accounts.currency, accounts.language, accounts.billing_address, accounts.remit_to, accounts.phone, accounts.mobile_phone, accounts.fax, accounts.email, accounts.payment_terms, accounts.credit_limit, accounts.account_group, accounts.parent_account_number, accounts.is_parent_account, accounts.branch_name, accounts.description, accounts.vat, accounts.company_registration_number, accounts.data_providers, accounts.custom_fields, accounts.csr_id, accounts.products, accounts.version, accounts.created_at, accounts.updated_at
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR FOR NO KEY UPDATE;

SELECT nextval('csr_id_seq') AS next_value_1;

INSERT INTO accounts (tenant_id, account_number, name, display_reference, currency, language, billing_address, remit_to, phone, mobile_phone, fax, email, payment_terms, credit_limit, account_group, parent_account_number, is_parent_account, branch_name, description, vat, company_registration_number, data_providers, custom_fields, csr_id, products, version, created_at, updated_at) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::JSON, $8::JSON, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR, $14::NUMERIC(19, 4), $15::VARCHAR, $16::VARCHAR, $17::BOOLEAN, $18::VARCHAR, $19::VARCHAR, $20::VARCHAR, $21::VARCHAR, $22::JSON, $23::JSON, $24::INTEGER, $25::SMALLINT, $26::INTEGER, $27::TIMESTAMP WITH TIME ZONE, $28::TIMESTAMP WITH TIME ZONE);

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.account_number, target.custom_fields, target.name, target.products, target.version
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;
