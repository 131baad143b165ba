SELECT starts.start_number, picked.account_number, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status, picked.updated_at, picked.version
FROM (SELECT 1 AS start_number) AS starts LEFT OUTER JOIN documents AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM documents AS target
WHERE target.tenant_id = ? AND target.updated_at >= ? ORDER BY target.updated_at ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY starts.start_number, picked.updated_at ASC, picked.csr_id ASC;
