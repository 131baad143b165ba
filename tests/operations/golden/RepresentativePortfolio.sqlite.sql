SELECT starts.start_number, target.email, target.name, target.reference, target.supervisor_representative_reference, target.title
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN representatives AS target ON target.tenant_id = ? AND target.reference = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.name, target.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN representatives AS target ON target.tenant_id = ? AND target.reference = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, picked.csr_id, picked.name, picked.reference, picked.title
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN representatives AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM representatives AS target
WHERE target.tenant_id = ? AND target.supervisor_representative_reference = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, (SELECT count(*) AS count_1
FROM account_representatives AS tie JOIN accounts AS counted ON counted.account_number = tie.account_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND counted.tenant_id = ? AND tie.reference = starts.k0 AND 1 = 1) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.name
FROM lists LEFT OUTER JOIN accounts AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM account_representatives AS tie JOIN accounts AS target ON target.account_number = tie.account_number AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND target.tenant_id = ? AND tie.reference = lists.k0 AND 1 = 1 ORDER BY target.account_number ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.account_number ASC;

SELECT starts.start_number, target.open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.account_number = starts.k0 AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY starts.start_number, target.open_currency, bucket ORDER BY starts.start_number, target.open_currency, bucket;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, (SELECT count(*) AS count_1
FROM document_representatives AS tie JOIN documents AS counted ON counted.document_number = tie.document_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND counted.tenant_id = ? AND tie.reference = starts.k0 AND counted.status = ?) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN documents AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM document_representatives AS tie JOIN documents AS target ON target.document_number = tie.document_number AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND target.tenant_id = ? AND tie.reference = lists.k0 AND target.status = ? ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;
