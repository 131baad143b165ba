WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND (EXISTS (SELECT anon_1.found
FROM (SELECT $2::INTEGER AS found
FROM documents AS related
WHERE related.tenant_id = $1::INTEGER AND related.account_number = counted.account_number AND related.status = $3::VARCHAR
 LIMIT $4::INTEGER) AS anon_1))) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.name
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.account_number AS account_number, target.csr_id AS csr_id, target.name AS name
FROM accounts AS target
WHERE target.tenant_id = $1::INTEGER AND (EXISTS (SELECT anon_2.found
FROM (SELECT $5::INTEGER AS found
FROM documents AS related
WHERE related.tenant_id = $1::INTEGER AND related.account_number = target.account_number AND related.status = $6::VARCHAR
 LIMIT $7::INTEGER) AS anon_2)) ORDER BY target.name ASC, target.csr_id ASC
 LIMIT $8::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.name ASC, picked.csr_id ASC;

SELECT anon_1.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM unnest($5::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $6::INTEGER AND target.account_number = anon_1.k0 AND target.status = $7::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY anon_1.start_number, target.open_currency, bucket ORDER BY anon_1.start_number, target.open_currency, bucket;
