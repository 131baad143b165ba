SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('document', (SELECT json_object('id', base64url('document:' || CAST(t1.csr_id AS TEXT)), 'documentNumber', t1.document_number, 'invoiceNum', t1.invoice_num, 'documentType', upper(t1.document_type), 'status', upper(t1.status), 'invoiceDate', t1.invoice_date, 'dueDate', t1.due_date, 'openAmount', amount_text(t1.open_amount), 'openCurrency', t1.open_currency, 'daysPastDue', json_array(t1.status, t1.due_date), 'poNumber', t1.po_number, 'description', t1.description, 'comment', t1.comment, 'products', json_array(t1.products), 'currencyModel', upper(t1.currency_model), 'originalDenomination', t1.original_denomination, 'originalDenominationInOriginalCurrency', t1.original_denomination_in_original_currency, 'originalCurrency', t1.original_currency, 'discountDate', t1.discount_date, 'discountAmount', t1.discount_amount, 'account', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('accountNumber', t2.account_number, 'name', t2.name) END, 'lineItems', json_array(t1.line_items), 'appliesTo', CASE WHEN (t3.tenant_id IS NOT NULL) THEN json_object('documentNumber', t3.document_number, 'invoiceNum', t3.invoice_num, 'documentType', upper(t3.document_type), 'status', upper(t3.status), 'invoiceDate', t3.invoice_date, 'dueDate', t3.due_date, 'openAmount', amount_text(t3.open_amount), 'openCurrency', t3.open_currency) END, 'creditNotes', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = ? AND counted.document_type = ? AND counted.applies_to_invoice = t1.invoice_key AND (SELECT coalesce(min(CASE WHEN (meant.account_number = counted.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_1
FROM documents AS meant
WHERE meant.tenant_id = ? AND meant.invoice_key = counted.applies_to_invoice AND meant.document_type != ?) = t1.csr_id AND 1 = 1), 'nodes', json_group_array(json_object('documentNumber', p6.document_number, 'invoiceNum', p6.invoice_num, 'documentType', upper(p6.document_type), 'status', upper(p6.status), 'invoiceDate', p6.invoice_date, 'dueDate', p6.due_date, 'openAmount', amount_text(p6.open_amount), 'openCurrency', p6.open_currency))) AS anon_3
FROM (SELECT t5.document_number AS document_number, t5.document_type AS document_type, t5.due_date AS due_date, t5.invoice_date AS invoice_date, t5.invoice_num AS invoice_num, t5.open_amount AS open_amount, t5.open_currency AS open_currency, t5.status AS status, t5.tenant_id AS tenant_id
FROM documents AS t5
WHERE t5.rowid IN (SELECT t4.rowid AS "row"
FROM documents AS t4
WHERE t4.tenant_id = ? AND t4.document_type = ? AND t4.applies_to_invoice = t1.invoice_key AND (SELECT coalesce(min(CASE WHEN (meant.account_number = t4.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_2
FROM documents AS meant
WHERE meant.tenant_id = ? AND meant.invoice_key = t4.applies_to_invoice AND meant.document_type != ?) = t1.csr_id AND 1 = 1 ORDER BY t4.document_number ASC
 LIMIT 10 OFFSET ?) ORDER BY t5.document_number ASC
 LIMIT 2147483647 OFFSET ?) AS p6), 'closure', json_array(t1.status, strftime('%Y-%m-%dT%H:%M:%fZ', t1.closed_at / 1000.0, 'unixepoch'), t1.closure_reason, t1.closure_notes), 'statusHistory', (SELECT json_group_array(json_object('status', upper(p8.status), 'at', strftime('%Y-%m-%dT%H:%M:%fZ', p8.at / 1000.0, 'unixepoch'), 'reason', upper(p8.reason), 'notes', p8.notes)) AS json_group_array_1
FROM (SELECT t7.at AS at, t7.notes AS notes, t7.reason AS reason, t7.status AS status, t7.tenant_id AS tenant_id
FROM status_transitions AS t7
WHERE t7.tenant_id = ? AND t7.document_number = t1.document_number ORDER BY t7.version ASC
 LIMIT 2147483647 OFFSET ?) AS p8), 'representatives', (SELECT json_object('nodes', json_group_array(json_object('reference', p11.reference, 'name', p11.name, 'email', p11.email))) AS anon_4
FROM (SELECT t10.email AS email, t10.name AS name, t10.reference AS reference, t10.tenant_id AS tenant_id
FROM representatives AS t10
WHERE t10.rowid IN (SELECT t9.rowid AS "row"
FROM document_representatives AS tie JOIN representatives AS t9 ON t9.reference = tie.reference AND t9.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND t9.tenant_id = ? AND tie.document_number = t1.document_number AND 1 = 1 ORDER BY t9.reference ASC
 LIMIT 10 OFFSET ?) ORDER BY t10.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p11), 'version', t1.version, 'updatedAt', strftime('%Y-%m-%dT%H:%M:%fZ', t1.updated_at / 1000.0, 'unixepoch')) AS anon_2
FROM documents AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = t1.account_number LEFT OUTER JOIN documents AS t3 ON t3.tenant_id = ? AND t1.document_type = ? AND t3.invoice_key = t1.applies_to_invoice AND t3.csr_id = (SELECT coalesce(min(CASE WHEN (meant.account_number = t1.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_3
FROM documents AS meant
WHERE meant.tenant_id = ? AND meant.invoice_key = t1.applies_to_invoice AND meant.document_type != ?)
WHERE t1.tenant_id = ? AND t1.document_number = ?)) END AS BLOB) AS anon_1;
