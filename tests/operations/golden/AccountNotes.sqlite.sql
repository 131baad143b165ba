SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('account', (SELECT json_object('accountNumber', t1.account_number, 'name', t1.name, 'notes', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = ? AND counted.account_number = t1.account_number AND 1 = 1), 'nodes', json_group_array(json_object('reference', p5.reference, 'noteType', p5.note_type, 'subject', p5.subject, 'body', p5.body, 'effectiveDate', strftime('%Y-%m-%dT%H:%M:%fZ', p5.effective_date / 1000.0, 'unixepoch'))) FILTER (WHERE p5.row_number <= 20), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 20) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(strftime('%Y-%m-%dT%H:%M:%fZ', p5.effective_date / 1000.0, 'unixepoch'), p5.csr_id)) FILTER (WHERE p5.row_number <= 20))) AS anon_3
FROM (SELECT p4.body AS body, p4.csr_id AS csr_id, p4.effective_date AS effective_date, p4.note_type AS note_type, p4.reference AS reference, p4.subject AS subject, p4.tenant_id AS tenant_id, row_number() OVER (ORDER BY p4.effective_date DESC NULLS LAST, p4.csr_id ASC) AS row_number
FROM (SELECT t3.body AS body, t3.csr_id AS csr_id, t3.effective_date AS effective_date, t3.note_type AS note_type, t3.reference AS reference, t3.subject AS subject, t3.tenant_id AS tenant_id
FROM notes AS t3
WHERE t3.rowid IN (SELECT walked."row"
FROM (SELECT anon_4."row" AS "row", anon_4.effective_date AS effective_date, anon_4.csr_id AS csr_id
FROM (SELECT t2.rowid AS "row", t2.effective_date AS effective_date, t2.csr_id AS csr_id
FROM notes AS t2
WHERE t2.tenant_id = ? AND t2.account_number = t1.account_number AND 1 = 1 AND t2.effective_date IS NOT NULL ORDER BY t2.effective_date DESC, t2.csr_id ASC
 LIMIT 21 OFFSET ?) AS anon_4 UNION ALL SELECT anon_5."row" AS "row", anon_5.effective_date AS effective_date, anon_5.csr_id AS csr_id
FROM (SELECT t2.rowid AS "row", t2.effective_date AS effective_date, t2.csr_id AS csr_id
FROM notes AS t2
WHERE t2.tenant_id = ? AND t2.account_number = t1.account_number AND 1 = 1 AND t2.effective_date IS NULL ORDER BY t2.effective_date ASC, t2.csr_id ASC
 LIMIT 21 OFFSET ?) AS anon_5) AS walked ORDER BY walked.effective_date DESC NULLS LAST, walked.csr_id ASC
 LIMIT 21 OFFSET ?) ORDER BY t3.effective_date DESC NULLS LAST, t3.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p4 ORDER BY p4.effective_date DESC NULLS LAST, p4.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p5)) AS anon_2
FROM accounts AS t1
WHERE t1.tenant_id = ? AND t1.account_number = ?)) END AS BLOB) AS anon_1;
