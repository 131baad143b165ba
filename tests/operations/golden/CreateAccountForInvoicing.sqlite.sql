SELECT accounts.tenant_id, accounts.account_number, accounts.name, accounts.display_reference, accounts.currency, accounts.language, accounts.billing_address, accounts.remit_to, accounts.phone, accounts.mobile_phone, accounts.fax, accounts.email, accounts.payment_terms, accounts.credit_limit, accounts.account_group, accounts.parent_account_number, accounts.is_parent_account, accounts.branch_name, accounts.description, accounts.vat, accounts.company_registration_number, accounts.data_providers, accounts.custom_fields, accounts.csr_id, accounts.products, accounts.version, accounts.created_at, accounts.updated_at
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO accounts (tenant_id, account_number, name, display_reference, currency, language, billing_address, remit_to, phone, mobile_phone, fax, email, payment_terms, credit_limit, account_group, parent_account_number, is_parent_account, branch_name, description, vat, company_registration_number, data_providers, custom_fields, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=? WHERE changes_end.tenant_id = ?;

SELECT starts.start_number, target.account_number, target.name, target.products, target.version
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;
