SELECT accounts.tenant_id, accounts.account_number, accounts.name, accounts.display_reference, accounts.currency, accounts.language, accounts.billing_address, accounts.remit_to, accounts.phone, accounts.mobile_phone, accounts.fax, accounts.email, accounts.payment_terms, accounts.credit_limit, accounts.account_group, accounts.parent_account_number, accounts.is_parent_account, accounts.branch_name, accounts.description, accounts.vat, accounts.company_registration_number, accounts.data_providers, accounts.custom_fields, accounts.csr_id, accounts.products, accounts.version, accounts.created_at, accounts.updated_at
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR FOR NO KEY UPDATE;

UPDATE accounts SET tenant_id=$1::INTEGER, account_number=$2::VARCHAR, name=$3::VARCHAR, display_reference=$4::VARCHAR, currency=$5::VARCHAR, language=$6::VARCHAR, billing_address=$7::JSON, remit_to=$8::JSON, phone=$9::VARCHAR, mobile_phone=$10::VARCHAR, fax=$11::VARCHAR, email=$12::VARCHAR, payment_terms=$13::VARCHAR, credit_limit=$14::NUMERIC(19, 4), account_group=$15::VARCHAR, parent_account_number=$16::VARCHAR, is_parent_account=$17::BOOLEAN, branch_name=$18::VARCHAR, description=$19::VARCHAR, vat=$20::VARCHAR, company_registration_number=$21::VARCHAR, data_providers=$22::JSON, custom_fields=$23::JSON, csr_id=$24::INTEGER, products=$25::SMALLINT, version=$26::INTEGER, created_at=$27::TIMESTAMP WITH TIME ZONE, updated_at=$28::TIMESTAMP WITH TIME ZONE WHERE accounts.tenant_id = $29::INTEGER AND accounts.account_number = $30::VARCHAR;

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.account_number, target.credit_limit, target.name, target.payment_terms, target.version
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;
