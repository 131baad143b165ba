SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('documents', (SELECT json_object('totalCount', CAST(coalesce((SELECT sum(counted.documents) AS sum_1
FROM (SELECT counted_kept.tenant_id AS tenant_id, counted_kept.status AS status, counted_kept.due_date AS due_date, counted_kept.document_type AS document_type, counted_kept.documents AS documents, counted_kept.millions AS millions, counted_kept.ten_thousandths AS ten_thousandths, CASE WHEN (counted_kept.open_currency != '') THEN counted_kept.open_currency END AS open_currency, CASE WHEN (counted_kept.open_amount != '10000000000000020000') THEN counted_kept.open_amount END AS open_amount
FROM document_sums AS counted_kept) AS counted
WHERE counted.tenant_id = ? AND counted.open_amount > ? AND counted.status = 'open' AND counted.due_date < ? AND counted.open_amount > ? AND counted.open_currency = ?), 0) AS BIGINT), 'nodes', json_group_array(json_object('documentNumber', p4.document_number, 'invoiceNum', p4.invoice_num, 'documentType', upper(p4.document_type), 'status', upper(p4.status), 'invoiceDate', p4.invoice_date, 'dueDate', p4.due_date, 'openAmount', amount_text(p4.open_amount), 'openCurrency', p4.open_currency, 'daysPastDue', json_array(p4.status, p4.due_date), 'comment', p4.comment, 'account', CASE WHEN (t5.tenant_id IS NOT NULL) THEN json_object('accountNumber', t5.account_number, 'name', t5.name, 'phone', t5.phone, 'contacts', (SELECT json_object('nodes', json_group_array(json_object('reference', p8.reference, 'name', p8.name, 'firstName', p8.first_name, 'lastName', p8.last_name, 'function', p8.function, 'email', p8.email, 'phone', p8.phone, 'language', p8.language, 'isPrimary', CASE WHEN p8.is_primary THEN json('true') WHEN (p8.is_primary IS NULL) THEN NULL ELSE json('false') END))) AS anon_3
FROM (SELECT t7.email AS email, t7.first_name AS first_name, t7.function AS function, t7.is_primary AS is_primary, t7.language AS language, t7.last_name AS last_name, t7.name AS name, t7.phone AS phone, t7.reference AS reference, t7.tenant_id AS tenant_id
FROM contacts AS t7
WHERE t7.rowid IN (SELECT t6.rowid AS "row"
FROM contacts AS t6
WHERE t6.tenant_id = ? AND t6.account_number = t5.account_number AND t6.is_primary = ? ORDER BY t6.reference ASC
 LIMIT 1 OFFSET ?) ORDER BY t7.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p8), 'notes', (SELECT json_object('nodes', json_group_array(json_object('noteType', p11.note_type, 'subject', p11.subject, 'body', p11.body, 'effectiveDate', strftime('%Y-%m-%dT%H:%M:%fZ', p11.effective_date / 1000.0, 'unixepoch')))) AS anon_4
FROM (SELECT t10.body AS body, t10.created_at AS created_at, t10.csr_id AS csr_id, t10.effective_date AS effective_date, t10.note_type AS note_type, t10.subject AS subject, t10.tenant_id AS tenant_id
FROM notes AS t10
WHERE t10.rowid IN (SELECT t9.rowid AS "row"
FROM notes AS t9
WHERE t9.tenant_id = ? AND t9.account_number = t5.account_number AND 1 = 1 ORDER BY t9.created_at DESC, t9.csr_id DESC
 LIMIT 2 OFFSET ?) ORDER BY t10.created_at ASC, t10.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p11)) END)) FILTER (WHERE p4.row_number <= 5), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 5) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(p4.due_date, p4.csr_id)) FILTER (WHERE p4.row_number <= 5))) AS anon_2
FROM (SELECT p3.account_number AS account_number, p3.comment AS comment, p3.csr_id AS csr_id, p3.document_number AS document_number, p3.document_type AS document_type, p3.due_date AS due_date, p3.invoice_date AS invoice_date, p3.invoice_num AS invoice_num, p3.open_amount AS open_amount, p3.open_currency AS open_currency, p3.status AS status, p3.tenant_id AS tenant_id, row_number() OVER (ORDER BY p3.due_date ASC, p3.csr_id ASC) AS row_number
FROM (SELECT t2.account_number AS account_number, t2.comment AS comment, t2.csr_id AS csr_id, t2.document_number AS document_number, t2.document_type AS document_type, t2.due_date AS due_date, t2.invoice_date AS invoice_date, t2.invoice_num AS invoice_num, t2.open_amount AS open_amount, t2.open_currency AS open_currency, t2.status AS status, t2.tenant_id AS tenant_id
FROM documents AS t2
WHERE t2.rowid IN (SELECT anon_5."row"
FROM (SELECT t1.rowid AS "row"
FROM documents AS t1
WHERE t1.tenant_id = ? AND t1.rowid IN (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_currency = ?
 LIMIT 2000 OFFSET ?) AND +t1.open_amount > ? AND +t1.status = ? AND +t1.due_date < ? AND +t1.open_amount > ? AND +t1.open_currency = ? ORDER BY +t1.due_date ASC, +t1.csr_id ASC
 LIMIT CASE WHEN (NOT (EXISTS (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_currency = ?
 LIMIT 1 OFFSET 2000))) THEN 6 ELSE 0 END OFFSET ?) AS anon_5 UNION ALL SELECT anon_6."row"
FROM (SELECT t1.rowid AS "row"
FROM documents AS t1
WHERE t1.tenant_id = ? AND t1.rowid IN (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_amount > ? AND near.open_amount > ?
 LIMIT 2000 OFFSET ?) AND +t1.open_amount > ? AND +t1.status = ? AND +t1.due_date < ? AND +t1.open_amount > ? AND +t1.open_currency = ? ORDER BY +t1.due_date ASC, +t1.csr_id ASC
 LIMIT CASE WHEN (NOT (EXISTS (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_amount > ? AND near.open_amount > ?
 LIMIT 1 OFFSET 2000)) AND (EXISTS (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_currency = ?
 LIMIT 1 OFFSET 2000))) THEN 6 ELSE 0 END OFFSET ?) AS anon_6 UNION ALL SELECT anon_7."row"
FROM (SELECT t1.rowid AS "row"
FROM documents AS t1
WHERE t1.tenant_id = ? AND +t1.open_amount > ? AND +t1.status = ? AND t1.due_date < ? AND +t1.open_amount > ? AND +t1.open_currency = ? ORDER BY t1.due_date ASC, t1.csr_id ASC
 LIMIT CASE WHEN ((EXISTS (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_currency = ?
 LIMIT 1 OFFSET 2000)) AND (EXISTS (SELECT near.rowid
FROM documents AS near
WHERE near.tenant_id = ? AND near.open_amount > ? AND near.open_amount > ?
 LIMIT 1 OFFSET 2000))) THEN 6 ELSE 0 END OFFSET ?) AS anon_7) ORDER BY t2.due_date ASC, t2.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p3 ORDER BY p3.due_date ASC, p3.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p4 LEFT OUTER JOIN accounts AS t5 ON t5.tenant_id = ? AND t5.account_number = p4.account_number)) END AS BLOB) AS anon_1;
