SELECT starts.start_number, target.account_number, target.applies_to_invoice, target.closed_at, target.closure_notes, target.closure_reason, target.comment, target.csr_id, target.currency_model, target.description, target.discount_amount, target.discount_date, target.document_number, target.document_type, target.due_date, target.invoice_date, target.invoice_key, target.invoice_num, target.line_items, target.open_amount, target.open_currency, target.original_currency, target.original_denomination, target.original_denomination_in_original_currency, target.po_number, target.products, target.status, target.updated_at, target.version
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.document_number = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.account_number, target.name
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, starts.k1 AS k1, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = ? AND counted.document_type = ? AND counted.applies_to_invoice = starts.k0 AND (SELECT coalesce(min(CASE WHEN (meant.account_number = counted.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_1
FROM documents AS meant
WHERE meant.tenant_id = ? AND meant.invoice_key = counted.applies_to_invoice AND meant.document_type != ?) = starts.k1 AND 1 = 1) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0, json_extract(anon_1.value, ?) AS k1
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN documents AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM documents AS target
WHERE target.tenant_id = ? AND target.document_type = ? AND target.applies_to_invoice = lists.k0 AND (SELECT coalesce(min(CASE WHEN (meant.account_number = target.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_2
FROM documents AS meant
WHERE meant.tenant_id = ? AND meant.invoice_key = target.applies_to_invoice AND meant.document_type != ?) = lists.k1 AND 1 = 1 ORDER BY target.document_number ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.document_number ASC;

SELECT starts.start_number, target.at, target.notes, target.reason, target.status, target.version
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN status_transitions AS target ON target.tenant_id = ? AND target.document_number = starts.k0 ORDER BY starts.start_number, target.version ASC;

SELECT starts.start_number, picked.csr_id, picked.email, picked.name, picked.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN representatives AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM document_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND target.tenant_id = ? AND tie.document_number = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;
