SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-3") AS to_json_1
FROM (SELECT t1.name AS name, json_build_array(t1.products) AS products, upper(t1.currency_model) AS "currencyModel", (SELECT json_agg(json_build_array(p2.open_currency, p2.bucket, p2.documents, CAST(p2.high AS TEXT), CAST(p2.low AS TEXT), CAST(p2.credits_high AS TEXT), CAST(p2.credits_low AS TEXT))) AS json_agg_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $6::DATE) THEN 0 WHEN (target.due_date >= $7::DATE) THEN 1 WHEN (target.due_date >= $8::DATE) THEN 2 WHEN (target.due_date >= $9::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low, 0 AS credits_high, coalesce(sum(target.open_amount) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) * 10000 AS credits_low
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.status = $11::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p2) AS balances
FROM tenants AS t1
WHERE t1.tenant_id = $1::INTEGER) AS "row-3") AS "tenant") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
