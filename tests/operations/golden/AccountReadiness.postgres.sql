SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-2") AS to_json_1
FROM (SELECT t1.account_number AS "accountNumber", t1.name AS name, json_build_array(t1.products) AS products, json_build_array(t1.account_number, t1.name, t1.display_reference, t1.currency, t1.language, CAST(t1.billing_address AS TEXT), CAST(t1.remit_to AS TEXT), t1.phone, t1.mobile_phone, t1.fax, t1.email, t1.payment_terms, CAST(trim_scale(t1.credit_limit) AS TEXT), t1.account_group, t1.parent_account_number, t1.is_parent_account, t1.branch_name, t1.description, t1.vat, t1.company_registration_number, CAST(t1.data_providers AS TEXT), CAST(t1.custom_fields AS TEXT)) AS readiness
FROM accounts AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $6::VARCHAR) AS "row-2") AS "account") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
