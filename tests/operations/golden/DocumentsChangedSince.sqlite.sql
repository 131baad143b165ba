SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('documents', (SELECT json_object('nodes', json_group_array(json_object('documentNumber', p4.document_number, 'invoiceNum', p4.invoice_num, 'documentType', upper(p4.document_type), 'status', upper(p4.status), 'invoiceDate', p4.invoice_date, 'dueDate', p4.due_date, 'openAmount', amount_text(p4.open_amount), 'openCurrency', p4.open_currency, 'accountNumber', p4.account_number, 'version', p4.version, 'updatedAt', strftime('%Y-%m-%dT%H:%M:%fZ', p4.updated_at / 1000.0, 'unixepoch'))) FILTER (WHERE p4.row_number <= 5), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 5) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(strftime('%Y-%m-%dT%H:%M:%fZ', p4.updated_at / 1000.0, 'unixepoch'), p4.csr_id)) FILTER (WHERE p4.row_number <= 5))) AS anon_2
FROM (SELECT p3.account_number AS account_number, p3.csr_id AS csr_id, p3.document_number AS document_number, p3.document_type AS document_type, p3.due_date AS due_date, p3.invoice_date AS invoice_date, p3.invoice_num AS invoice_num, p3.open_amount AS open_amount, p3.open_currency AS open_currency, p3.status AS status, p3.tenant_id AS tenant_id, p3.updated_at AS updated_at, p3.version AS version, row_number() OVER (ORDER BY p3.updated_at ASC, p3.csr_id ASC) AS row_number
FROM (SELECT t2.account_number AS account_number, t2.csr_id AS csr_id, t2.document_number AS document_number, t2.document_type AS document_type, t2.due_date AS due_date, t2.invoice_date AS invoice_date, t2.invoice_num AS invoice_num, t2.open_amount AS open_amount, t2.open_currency AS open_currency, t2.status AS status, t2.tenant_id AS tenant_id, t2.updated_at AS updated_at, t2.version AS version
FROM documents AS t2
WHERE t2.rowid IN (SELECT t1.rowid AS "row"
FROM documents AS t1
WHERE t1.tenant_id = ? AND t1.updated_at >= ? ORDER BY t1.updated_at ASC, t1.csr_id ASC
 LIMIT 6 OFFSET ?) ORDER BY t2.updated_at ASC, t2.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p3 ORDER BY p3.updated_at ASC, p3.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p4)) END AS BLOB) AS anon_1;
