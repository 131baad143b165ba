WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = ? AND counted.open_amount > ? AND counted.status = ? AND counted.due_date < ? AND counted.open_currency = ?) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.comment, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN documents AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM documents AS target
WHERE target.tenant_id = ? AND target.open_amount > ? AND target.status = ? AND target.due_date < ? AND target.open_currency = ? ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;

SELECT starts.start_number, target.account_number, target.name, target.phone
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, picked.csr_id, picked.email, picked.first_name, picked.function, picked.is_primary, picked.language, picked.last_name, picked.name, picked.phone, picked.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN contacts AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM contacts AS target
WHERE target.tenant_id = ? AND target.account_number = starts.k0 AND target.is_primary = 1 ORDER BY target.reference ASC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;

SELECT starts.start_number, picked.body, picked.created_at, picked.csr_id, picked.effective_date, picked.note_type, picked.subject
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN notes AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM notes AS target
WHERE target.tenant_id = ? AND target.account_number = starts.k0 AND 1 = 1 ORDER BY target.created_at DESC, target.csr_id DESC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.created_at ASC, picked.csr_id ASC;
