WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = ? AND (EXISTS (SELECT anon_1.found
FROM (SELECT ? AS found
FROM documents AS related
WHERE related.tenant_id = ? AND related.account_number = counted.account_number AND related.status = ?
 LIMIT ? OFFSET ?) AS anon_1))) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.name
FROM lists LEFT OUTER JOIN accounts AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM accounts AS target
WHERE target.tenant_id = ? AND (EXISTS (SELECT anon_2.found
FROM (SELECT ? AS found
FROM documents AS related
WHERE related.tenant_id = ? AND related.account_number = target.account_number AND related.status = ?
 LIMIT ? OFFSET ?) AS anon_2)) ORDER BY target.name ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.name ASC, picked.csr_id ASC;

SELECT starts.start_number, target.open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.account_number = starts.k0 AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY starts.start_number, target.open_currency, bucket ORDER BY starts.start_number, target.open_currency, bucket;
