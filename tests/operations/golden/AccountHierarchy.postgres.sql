SELECT anon_1.start_number, target.account_number, target.is_parent_account, target.name, target.parent_account_number
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM unnest($5::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $6::INTEGER AND target.account_number = anon_1.k0 AND target.status = $7::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY anon_1.start_number, target.open_currency, bucket ORDER BY anon_1.start_number, target.open_currency, bucket;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.parent_account_number = anon_1.k0 AND true) AS list_total
FROM unnest($2::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.name
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.account_number AS account_number, target.csr_id AS csr_id, target.name AS name
FROM accounts AS target
WHERE target.tenant_id = $1::INTEGER AND target.parent_account_number = lists.k0 AND true ORDER BY target.account_number ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.account_number ASC;

SELECT anon_1.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM unnest($5::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $6::INTEGER AND target.account_number = anon_1.k0 AND target.status = $7::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY anon_1.start_number, target.open_currency, bucket ORDER BY anon_1.start_number, target.open_currency, bucket;
