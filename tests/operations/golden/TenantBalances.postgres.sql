SELECT starts.start_number, target.currency_model, target.name, target.products
FROM (SELECT 1 AS start_number) AS starts JOIN tenants AS target ON target.tenant_id = $1::INTEGER ORDER BY starts.start_number;

SELECT starts.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM (SELECT 1 AS start_number) AS starts JOIN documents AS target ON target.tenant_id = $5::INTEGER AND target.status = $6::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY starts.start_number, target.open_currency, bucket ORDER BY starts.start_number, target.open_currency, bucket;
