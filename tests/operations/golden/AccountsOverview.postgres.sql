WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND true) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_group, picked.account_number, picked.csr_id, picked.name
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.account_group AS account_group, target.account_number AS account_number, target.csr_id AS csr_id, target.name AS name
FROM accounts AS target
WHERE target.tenant_id = $1::INTEGER AND true ORDER BY target.name ASC, target.csr_id ASC
 LIMIT $2::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.name ASC, picked.csr_id ASC;

SELECT anon_1.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM unnest($5::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $6::INTEGER AND target.account_number = anon_1.k0 AND target.status = $7::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY anon_1.start_number, target.open_currency, bucket ORDER BY anon_1.start_number, target.open_currency, bucket;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = anon_1.k0 AND counted.status = $2::VARCHAR) AS list_total
FROM unnest($3::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = lists.k0 AND target.status = $4::VARCHAR ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT $5::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;
