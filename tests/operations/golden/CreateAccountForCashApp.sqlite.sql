SELECT tenants.tenant_id, t0.tenant_id AS tenant_id_1, t0.account_number, t0.name, t0.display_reference, t0.currency, t0.language, t0.billing_address, t0.remit_to, t0.phone, t0.mobile_phone, t0.fax, t0.email, t0.payment_terms, t0.credit_limit, t0.account_group, t0.parent_account_number, t0.is_parent_account, t0.branch_name, t0.description, t0.vat, t0.company_registration_number, t0.data_providers, t0.custom_fields, t0.csr_id, t0.products, t0.version, t0.created_at, t0.updated_at
FROM tenants LEFT OUTER JOIN accounts AS t0 ON t0.tenant_id = ? AND t0.account_number = ?
WHERE tenants.tenant_id = ? AND (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ? AND api_keys.read_only IS 0));

UPDATE csr_counter SET value=(csr_counter.value + 1) RETURNING value;

INSERT INTO accounts (tenant_id, account_number, name, display_reference, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;
