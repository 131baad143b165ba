SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('representative', (SELECT json_object('reference', t1.reference, 'name', t1.name, 'title', t1.title, 'email', t1.email, 'supervisor', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('reference', t2.reference, 'name', t2.name) END, 'reports', (SELECT json_object('nodes', json_group_array(json_object('reference', p5.reference, 'name', p5.name, 'title', p5.title))) AS anon_3
FROM (SELECT t4.name AS name, t4.reference AS reference, t4.tenant_id AS tenant_id, t4.title AS title
FROM representatives AS t4
WHERE t4.rowid IN (SELECT t3.rowid AS "row"
FROM representatives AS t3
WHERE t3.tenant_id = ? AND t3.supervisor_representative_reference = t1.reference AND 1 = 1 ORDER BY t3.reference ASC
 LIMIT 20 OFFSET ?) ORDER BY t4.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p5), 'accounts', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM account_representatives AS tie JOIN accounts AS counted ON counted.account_number = tie.account_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND counted.tenant_id = ? AND tie.reference = t1.reference AND 1 = 1), 'nodes', json_group_array(json_object('accountNumber', p8.account_number, 'name', p8.name, 'balances', (SELECT json_group_array(json_array(p9.open_currency, p9.bucket, p9.documents, CAST(p9.high AS TEXT), CAST(p9.low AS TEXT), CAST(p9.credits_high AS TEXT), CAST(p9.credits_low AS TEXT))) AS json_group_array_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != '10000000000000020000') THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = ? AND target.account_number = p8.account_number AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p9)))) AS anon_4
FROM (SELECT t7.account_number AS account_number, t7.name AS name, t7.tenant_id AS tenant_id
FROM accounts AS t7
WHERE t7.rowid IN (SELECT t6.rowid AS "row"
FROM account_representatives AS tie JOIN accounts AS t6 ON t6.account_number = tie.account_number AND t6.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND t6.tenant_id = ? AND tie.reference = t1.reference AND 1 = 1 ORDER BY t6.account_number ASC
 LIMIT 3 OFFSET ?) ORDER BY t7.account_number ASC
 LIMIT 2147483647 OFFSET ?) AS p8), 'documents', (SELECT json_object('totalCount', (SELECT count(*) AS count_2
FROM document_representatives AS tie JOIN documents AS counted ON counted.document_number = tie.document_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND counted.tenant_id = ? AND tie.reference = t1.reference AND counted.status = 'open'), 'nodes', json_group_array(json_object('documentNumber', p12.document_number, 'invoiceNum', p12.invoice_num, 'documentType', upper(p12.document_type), 'status', upper(p12.status), 'invoiceDate', p12.invoice_date, 'dueDate', p12.due_date, 'openAmount', amount_text(p12.open_amount), 'openCurrency', p12.open_currency, 'daysPastDue', json_array(p12.status, p12.due_date)))) AS anon_5
FROM (SELECT t11.csr_id AS csr_id, t11.document_number AS document_number, t11.document_type AS document_type, t11.due_date AS due_date, t11.invoice_date AS invoice_date, t11.invoice_num AS invoice_num, t11.open_amount AS open_amount, t11.open_currency AS open_currency, t11.status AS status, t11.tenant_id AS tenant_id
FROM documents AS t11
WHERE t11.rowid IN (SELECT t10.rowid AS "row"
FROM document_representatives AS tie JOIN documents AS t10 ON t10.document_number = tie.document_number AND t10.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND t10.tenant_id = ? AND tie.reference = t1.reference AND t10.status = 'open' ORDER BY t10.due_date ASC, t10.csr_id ASC
 LIMIT 3 OFFSET ?) ORDER BY t11.due_date ASC, t11.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p12)) AS anon_2
FROM representatives AS t1 LEFT OUTER JOIN representatives AS t2 ON t2.tenant_id = ? AND t2.reference = t1.supervisor_representative_reference
WHERE t1.tenant_id = ? AND t1.reference = ?)) END AS BLOB) AS anon_1;
