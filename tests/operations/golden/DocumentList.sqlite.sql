SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('documents', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = ? AND counted.status = 'open' AND counted.open_amount >= ? AND (counted.open_currency = ? OR counted.open_currency = ?)), 'nodes', json_group_array(json_object('documentNumber', p4.document_number, 'invoiceNum', p4.invoice_num, 'documentType', upper(p4.document_type), 'status', upper(p4.status), 'invoiceDate', p4.invoice_date, 'dueDate', p4.due_date, 'openAmount', amount_text(p4.open_amount), 'openCurrency', p4.open_currency, 'account', CASE WHEN (t5.tenant_id IS NOT NULL) THEN json_object('accountNumber', t5.account_number, 'name', t5.name) END)) FILTER (WHERE p4.row_number <= 10), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 10) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(amount_text(p4.open_amount), p4.csr_id)) FILTER (WHERE p4.row_number <= 10))) AS anon_2
FROM (SELECT p3.account_number AS account_number, p3.csr_id AS csr_id, p3.document_number AS document_number, p3.document_type AS document_type, p3.due_date AS due_date, p3.invoice_date AS invoice_date, p3.invoice_num AS invoice_num, p3.open_amount AS open_amount, p3.open_currency AS open_currency, p3.status AS status, p3.tenant_id AS tenant_id, row_number() OVER (ORDER BY p3.open_amount DESC NULLS LAST, p3.csr_id ASC) AS row_number
FROM (SELECT t2.account_number AS account_number, t2.csr_id AS csr_id, t2.document_number AS document_number, t2.document_type AS document_type, t2.due_date AS due_date, t2.invoice_date AS invoice_date, t2.invoice_num AS invoice_num, t2.open_amount AS open_amount, t2.open_currency AS open_currency, t2.status AS status, t2.tenant_id AS tenant_id
FROM documents AS t2
WHERE t2.rowid IN (SELECT walked."row"
FROM (SELECT anon_3."row" AS "row", anon_3.open_amount AS open_amount, anon_3.csr_id AS csr_id
FROM (SELECT t1.rowid AS "row", t1.open_amount AS open_amount, t1.csr_id AS csr_id
FROM documents AS t1
WHERE t1.tenant_id = ? AND t1.status = 'open' AND t1.open_amount >= ? AND (t1.open_currency = ? OR t1.open_currency = ?) AND t1.open_amount IS NOT NULL ORDER BY t1.open_amount DESC, t1.csr_id ASC
 LIMIT 11 OFFSET ?) AS anon_3 UNION ALL SELECT anon_4."row" AS "row", anon_4.open_amount AS open_amount, anon_4.csr_id AS csr_id
FROM (SELECT t1.rowid AS "row", t1.open_amount AS open_amount, t1.csr_id AS csr_id
FROM documents AS t1
WHERE t1.tenant_id = ? AND t1.status = 'open' AND t1.open_amount >= ? AND (t1.open_currency = ? OR t1.open_currency = ?) AND t1.open_amount IS NULL ORDER BY t1.open_amount ASC, t1.csr_id ASC
 LIMIT 11 OFFSET ?) AS anon_4) AS walked ORDER BY walked.open_amount DESC NULLS LAST, walked.csr_id ASC
 LIMIT 11 OFFSET ?) ORDER BY t2.open_amount DESC NULLS LAST, t2.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p3 ORDER BY p3.open_amount DESC NULLS LAST, p3.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p4 LEFT OUTER JOIN accounts AS t5 ON t5.tenant_id = ? AND t5.account_number = p4.account_number)) END AS BLOB) AS anon_1;
