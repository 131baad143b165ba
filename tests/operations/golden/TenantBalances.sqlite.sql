SELECT starts.start_number, target.currency_model, target.name, target.products
FROM (SELECT 1 AS start_number) AS starts JOIN tenants AS target ON target.tenant_id = ? ORDER BY starts.start_number;

SELECT starts.start_number, target.open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low
FROM (SELECT 1 AS start_number) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY starts.start_number, target.open_currency, bucket ORDER BY starts.start_number, target.open_currency, bucket;
