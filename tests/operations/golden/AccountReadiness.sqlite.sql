SELECT CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ?)) THEN json_object('account', (SELECT json_object('accountNumber', t1.account_number, 'name', t1.name, 'products', json_array(t1.products), 'readiness', json_array(t1.account_number, t1.name, t1.display_reference, t1.currency, t1.language, t1.billing_address, t1.remit_to, t1.phone, t1.mobile_phone, t1.fax, t1.email, t1.payment_terms, t1.credit_limit, t1.account_group, t1.parent_account_number, CASE WHEN t1.is_parent_account THEN json('true') WHEN (t1.is_parent_account IS NULL) THEN NULL ELSE json('false') END, t1.branch_name, t1.description, t1.vat, t1.company_registration_number, t1.data_providers, t1.custom_fields)) AS anon_2
FROM accounts AS t1
WHERE t1.tenant_id = ? AND t1.account_number = ?)) END AS anon_1;
