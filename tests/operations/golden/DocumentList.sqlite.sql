WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = ? AND counted.status = ? AND counted.open_amount >= ? AND (counted.open_currency = ? OR counted.open_currency = ?)) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN documents AS picked ON picked.rowid IN (SELECT walked."row"
FROM (SELECT anon_1."row" AS "row", anon_1.open_amount AS open_amount, anon_1.csr_id AS csr_id
FROM (SELECT target.rowid AS "row", target.open_amount AS open_amount, target.csr_id AS csr_id
FROM documents AS target
WHERE target.tenant_id = ? AND target.status = ? AND target.open_amount >= ? AND (target.open_currency = ? OR target.open_currency = ?) AND target.open_amount IS NOT NULL ORDER BY target.open_amount DESC, target.csr_id ASC
 LIMIT ? OFFSET ?) AS anon_1 UNION ALL SELECT anon_2."row" AS "row", anon_2.open_amount AS open_amount, anon_2.csr_id AS csr_id
FROM (SELECT target.rowid AS "row", target.open_amount AS open_amount, target.csr_id AS csr_id
FROM documents AS target
WHERE target.tenant_id = ? AND target.status = ? AND target.open_amount >= ? AND (target.open_currency = ? OR target.open_currency = ?) AND target.open_amount IS NULL ORDER BY target.open_amount ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) AS anon_2) AS walked ORDER BY walked.open_amount DESC NULLS LAST, walked.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.open_amount DESC NULLS LAST, picked.csr_id ASC;

SELECT starts.start_number, target.account_number, target.name
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;
