SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('account', (SELECT json_object('id', base64url('account:' || CAST(t1.csr_id AS TEXT)), 'accountNumber', t1.account_number, 'name', t1.name, 'displayReference', t1.display_reference, 'accountGroup', t1.account_group, 'currency', t1.currency, 'language', t1.language, 'paymentTerms', t1.payment_terms, 'creditLimit', t1.credit_limit, 'email', t1.email, 'phone', t1.phone, 'products', json_array(t1.products), 'billingAddress', CASE WHEN (t1.billing_address IS NOT NULL) THEN json_object('address1', json_extract(t1.billing_address, '$.address1'), 'address2', json_extract(t1.billing_address, '$.address2'), 'city', json_extract(t1.billing_address, '$.city'), 'state', json_extract(t1.billing_address, '$.state'), 'zip', json_extract(t1.billing_address, '$.zip'), 'country', json_extract(t1.billing_address, '$.country')) END, 'parentAccount', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('accountNumber', t2.account_number, 'name', t2.name) END, 'customFields', json_array(t1.custom_fields), 'balances', (SELECT json_group_array(json_array(p3.open_currency, p3.bucket, p3.documents, CAST(p3.high AS TEXT), CAST(p3.low AS TEXT), CAST(p3.credits_high AS TEXT), CAST(p3.credits_low AS TEXT))) AS json_group_array_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != '10000000000000020000') THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = ? AND target.account_number = t1.account_number AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p3), 'documents', (SELECT json_object('totalCount', CAST(coalesce((SELECT sum(counted.documents) AS sum_1
FROM (SELECT counted_kept.tenant_id AS tenant_id, counted_kept.account_number AS account_number, counted_kept.status AS status, counted_kept.due_date AS due_date, counted_kept.documents AS documents, counted_kept.millions AS millions, counted_kept.ten_thousandths AS ten_thousandths, CASE WHEN (counted_kept.open_currency != '') THEN counted_kept.open_currency END AS open_currency, CASE WHEN (counted_kept.open_amount != '10000000000000020000') THEN counted_kept.open_amount END AS open_amount
FROM account_sums AS counted_kept) AS counted
WHERE counted.tenant_id = ? AND counted.account_number = t1.account_number AND counted.status = 'open'), 0) AS BIGINT), 'nodes', json_group_array(json_object('documentNumber', p7.document_number, 'invoiceNum', p7.invoice_num, 'documentType', upper(p7.document_type), 'status', upper(p7.status), 'invoiceDate', p7.invoice_date, 'dueDate', p7.due_date, 'openAmount', amount_text(p7.open_amount), 'openCurrency', p7.open_currency, 'daysPastDue', json_array(p7.status, p7.due_date))) FILTER (WHERE p7.row_number <= 5), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 5) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(p7.due_date, p7.csr_id)) FILTER (WHERE p7.row_number <= 5))) AS anon_3
FROM (SELECT p6.csr_id AS csr_id, p6.document_number AS document_number, p6.document_type AS document_type, p6.due_date AS due_date, p6.invoice_date AS invoice_date, p6.invoice_num AS invoice_num, p6.open_amount AS open_amount, p6.open_currency AS open_currency, p6.status AS status, p6.tenant_id AS tenant_id, row_number() OVER (ORDER BY p6.due_date ASC, p6.csr_id ASC) AS row_number
FROM (SELECT t5.csr_id AS csr_id, t5.document_number AS document_number, t5.document_type AS document_type, t5.due_date AS due_date, t5.invoice_date AS invoice_date, t5.invoice_num AS invoice_num, t5.open_amount AS open_amount, t5.open_currency AS open_currency, t5.status AS status, t5.tenant_id AS tenant_id
FROM documents AS t5
WHERE t5.rowid IN (SELECT t4.rowid AS "row"
FROM documents AS t4
WHERE t4.tenant_id = ? AND t4.account_number = t1.account_number AND t4.status = 'open' ORDER BY t4.due_date ASC, t4.csr_id ASC
 LIMIT 6 OFFSET ?) ORDER BY t5.due_date ASC, t5.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p6 ORDER BY p6.due_date ASC, p6.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p7), 'contacts', (SELECT json_object('nodes', json_group_array(json_object('reference', p10.reference, 'name', p10.name, 'firstName', p10.first_name, 'lastName', p10.last_name, 'function', p10.function, 'email', p10.email, 'phone', p10.phone, 'language', p10.language, 'isPrimary', CASE WHEN p10.is_primary THEN json('true') WHEN (p10.is_primary IS NULL) THEN NULL ELSE json('false') END))) AS anon_4
FROM (SELECT t9.email AS email, t9.first_name AS first_name, t9.function AS function, t9.is_primary AS is_primary, t9.language AS language, t9.last_name AS last_name, t9.name AS name, t9.phone AS phone, t9.reference AS reference, t9.tenant_id AS tenant_id
FROM contacts AS t9
WHERE t9.rowid IN (SELECT t8.rowid AS "row"
FROM contacts AS t8
WHERE t8.tenant_id = ? AND t8.account_number = t1.account_number AND 1 = 1 ORDER BY t8.reference ASC
 LIMIT 10 OFFSET ?) ORDER BY t9.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p10), 'representatives', (SELECT json_object('nodes', json_group_array(json_object('reference', p13.reference, 'name', p13.name, 'title', p13.title, 'email', p13.email))) AS anon_5
FROM (SELECT t12.email AS email, t12.name AS name, t12.reference AS reference, t12.tenant_id AS tenant_id, t12.title AS title
FROM representatives AS t12
WHERE t12.rowid IN (SELECT t11.rowid AS "row"
FROM account_representatives AS tie JOIN representatives AS t11 ON t11.reference = tie.reference AND t11.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND t11.tenant_id = ? AND tie.account_number = t1.account_number AND 1 = 1 ORDER BY t11.reference ASC
 LIMIT 10 OFFSET ?) ORDER BY t12.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p13), 'notes', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = ? AND counted.account_number = t1.account_number AND 1 = 1), 'nodes', json_group_array(json_object('reference', p16.reference, 'noteType', p16.note_type, 'subject', p16.subject, 'body', p16.body, 'effectiveDate', strftime('%Y-%m-%dT%H:%M:%fZ', p16.effective_date / 1000.0, 'unixepoch')))) AS anon_6
FROM (SELECT t15.body AS body, t15.created_at AS created_at, t15.csr_id AS csr_id, t15.effective_date AS effective_date, t15.note_type AS note_type, t15.reference AS reference, t15.subject AS subject, t15.tenant_id AS tenant_id
FROM notes AS t15
WHERE t15.rowid IN (SELECT t14.rowid AS "row"
FROM notes AS t14
WHERE t14.tenant_id = ? AND t14.account_number = t1.account_number AND 1 = 1 ORDER BY t14.created_at DESC, t14.csr_id DESC
 LIMIT 3 OFFSET ?) ORDER BY t15.created_at ASC, t15.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p16), 'version', t1.version, 'updatedAt', strftime('%Y-%m-%dT%H:%M:%fZ', t1.updated_at / 1000.0, 'unixepoch')) AS anon_2
FROM accounts AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = t1.parent_account_number
WHERE t1.tenant_id = ? AND t1.account_number = ?)) END AS BLOB) AS anon_1;
