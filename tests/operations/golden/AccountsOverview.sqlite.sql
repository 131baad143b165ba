SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('accounts', (SELECT json_object('totalCount', CAST(coalesce((SELECT row_count.total
FROM row_counts AS row_count
WHERE row_count.tenant_id = ? AND row_count.resource = 'account'), 0) AS BIGINT), 'nodes', json_group_array(json_object('accountNumber', p4.account_number, 'name', p4.name, 'accountGroup', p4.account_group, 'balances', (SELECT json_group_array(json_array(p5.open_currency, p5.bucket, p5.documents, CAST(p5.high AS TEXT), CAST(p5.low AS TEXT), CAST(p5.credits_high AS TEXT), CAST(p5.credits_low AS TEXT))) AS json_group_array_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != '10000000000000020000') THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = ? AND target.account_number = p4.account_number AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p5), 'documents', (SELECT json_object('totalCount', CAST(coalesce((SELECT sum(counted.documents) AS sum_1
FROM (SELECT counted_kept.tenant_id AS tenant_id, counted_kept.account_number AS account_number, counted_kept.status AS status, counted_kept.due_date AS due_date, counted_kept.documents AS documents, counted_kept.millions AS millions, counted_kept.ten_thousandths AS ten_thousandths, CASE WHEN (counted_kept.open_currency != '') THEN counted_kept.open_currency END AS open_currency, CASE WHEN (counted_kept.open_amount != '10000000000000020000') THEN counted_kept.open_amount END AS open_amount
FROM account_sums AS counted_kept) AS counted
WHERE counted.tenant_id = ? AND counted.account_number = p4.account_number AND counted.status = 'open'), 0) AS BIGINT), 'nodes', json_group_array(json_object('documentNumber', p8.document_number, 'invoiceNum', p8.invoice_num, 'documentType', upper(p8.document_type), 'status', upper(p8.status), 'invoiceDate', p8.invoice_date, 'dueDate', p8.due_date, 'openAmount', amount_text(p8.open_amount), 'openCurrency', p8.open_currency, 'daysPastDue', json_array(p8.status, p8.due_date)))) AS anon_3
FROM (SELECT t7.csr_id AS csr_id, t7.document_number AS document_number, t7.document_type AS document_type, t7.due_date AS due_date, t7.invoice_date AS invoice_date, t7.invoice_num AS invoice_num, t7.open_amount AS open_amount, t7.open_currency AS open_currency, t7.status AS status, t7.tenant_id AS tenant_id
FROM documents AS t7
WHERE t7.rowid IN (SELECT t6.rowid AS "row"
FROM documents AS t6
WHERE t6.tenant_id = ? AND t6.account_number = p4.account_number AND t6.status = 'open' ORDER BY t6.due_date ASC, t6.csr_id ASC
 LIMIT 3 OFFSET ?) ORDER BY t7.due_date ASC, t7.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p8))) FILTER (WHERE p4.row_number <= 5), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 5) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(p4.name, p4.csr_id)) FILTER (WHERE p4.row_number <= 5))) AS anon_2
FROM (SELECT p3.account_group AS account_group, p3.account_number AS account_number, p3.csr_id AS csr_id, p3.name AS name, p3.tenant_id AS tenant_id, row_number() OVER (ORDER BY p3.name ASC, p3.csr_id ASC) AS row_number
FROM (SELECT t2.account_group AS account_group, t2.account_number AS account_number, t2.csr_id AS csr_id, t2.name AS name, t2.tenant_id AS tenant_id
FROM accounts AS t2
WHERE t2.rowid IN (SELECT t1.rowid AS "row"
FROM accounts AS t1
WHERE t1.tenant_id = ? AND 1 = 1 ORDER BY t1.name ASC, t1.csr_id ASC
 LIMIT 6 OFFSET ?) ORDER BY t2.name ASC, t2.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p3 ORDER BY p3.name ASC, p3.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p4)) END AS BLOB) AS anon_1;
