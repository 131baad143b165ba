SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('tenant', (SELECT json_object('name', t1.name, 'products', json_array(t1.products), 'currencyModel', upper(t1.currency_model), 'balances', (SELECT json_group_array(json_array(p2.open_currency, p2.bucket, p2.documents, CAST(p2.high AS TEXT), CAST(p2.low AS TEXT), CAST(p2.credits_high AS TEXT), CAST(p2.credits_low AS TEXT))) AS json_group_array_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low, coalesce(sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(CAST(substr(target.open_amount, ?) AS BIGINT)) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM documents AS target
WHERE target.tenant_id = ? AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p2)) AS anon_2
FROM tenants AS t1
WHERE t1.tenant_id = ?)) END AS BLOB) AS anon_1;
