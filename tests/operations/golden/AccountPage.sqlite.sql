SELECT starts.start_number, target.account_group, target.account_number, target.billing_address, target.credit_limit, target.csr_id, target.currency, target.custom_fields, target.display_reference, target.email, target.language, target.name, target.parent_account_number, target.payment_terms, target.phone, target.products, target.updated_at, target.version
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.account_number = starts.k0 AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY starts.start_number, target.open_currency, bucket ORDER BY starts.start_number, target.open_currency, bucket;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = ? AND counted.account_number = starts.k0 AND counted.status = ?) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN documents AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM documents AS target
WHERE target.tenant_id = ? AND target.account_number = lists.k0 AND target.status = ? ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;

SELECT starts.start_number, picked.csr_id, picked.email, picked.first_name, picked.function, picked.is_primary, picked.language, picked.last_name, picked.name, picked.phone, picked.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN contacts AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM contacts AS target
WHERE target.tenant_id = ? AND target.account_number = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;

SELECT starts.start_number, picked.csr_id, picked.email, picked.name, picked.reference, picked.title
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN representatives AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM account_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND target.tenant_id = ? AND tie.account_number = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = ? AND counted.account_number = starts.k0 AND 1 = 1) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.body, picked.created_at, picked.csr_id, picked.effective_date, picked.note_type, picked.reference, picked.subject
FROM lists LEFT OUTER JOIN notes AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM notes AS target
WHERE target.tenant_id = ? AND target.account_number = lists.k0 AND 1 = 1 ORDER BY target.created_at DESC, target.csr_id DESC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.created_at ASC, picked.csr_id ASC;
