SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND (replace(lower(((CASE WHEN (counted.account_number IS NULL) THEN '' ELSE counted.account_number END || ' ') || CASE WHEN (counted.name IS NULL) THEN '' ELSE counted.name END) COLLATE folding), 'ς', 'σ') LIKE $6::VARCHAR AND replace(lower(counted.name COLLATE folding), 'ς', 'σ') LIKE $7::VARCHAR OR counted.account_number >= $8::VARCHAR AND counted.account_number < $9::VARCHAR)) AS "totalCount", (SELECT coalesce(json_agg("row-3"), '[]'::json) AS coalesce_1
FROM (SELECT p2.account_number AS "accountNumber", p2.name AS name, p2.display_reference AS "displayReference", p2.account_group AS "accountGroup", p2.email AS email
FROM (SELECT t1.account_group AS account_group, t1.account_number AS account_number, t1.csr_id AS csr_id, t1.display_reference AS display_reference, t1.email AS email, t1.name AS name, t1.tenant_id AS tenant_id
FROM accounts AS t1
WHERE t1.tenant_id = $1::INTEGER AND (replace(lower(((CASE WHEN (t1.account_number IS NULL) THEN '' ELSE t1.account_number END || ' ') || CASE WHEN (t1.name IS NULL) THEN '' ELSE t1.name END) COLLATE folding), 'ς', 'σ') LIKE $10::VARCHAR AND replace(lower(t1.name COLLATE folding), 'ς', 'σ') LIKE $11::VARCHAR OR t1.account_number >= $12::VARCHAR AND t1.account_number < $13::VARCHAR) ORDER BY t1.name ASC, t1.csr_id ASC
 LIMIT $14::BIGINT) AS p2 ORDER BY p2.name ASC, p2.csr_id ASC) AS "row-3") AS "nodes") "row-") AS "accounts") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
