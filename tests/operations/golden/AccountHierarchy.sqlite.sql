SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('account', (SELECT json_object('accountNumber', t1.account_number, 'name', t1.name, 'isParentAccount', CASE WHEN t1.is_parent_account THEN json('true') WHEN (t1.is_parent_account IS NULL) THEN NULL ELSE json('false') END, 'balances', (SELECT json_group_array(json_array(p2.open_currency, p2.bucket, p2.documents, CAST(p2.high AS TEXT), CAST(p2.low AS TEXT), CAST(p2.credits_high AS TEXT), CAST(p2.credits_low AS TEXT))) AS json_group_array_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low, coalesce(sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(CAST(substr(target.open_amount, ?) AS BIGINT)) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM documents AS target
WHERE target.tenant_id = ? AND target.account_number = t1.account_number AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p2), 'parentAccount', CASE WHEN (t3.tenant_id IS NOT NULL) THEN json_object('accountNumber', t3.account_number, 'name', t3.name) END, 'childAccounts', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = ? AND counted.parent_account_number = t1.account_number AND 1 = 1), 'nodes', json_group_array(json_object('accountNumber', p6.account_number, 'name', p6.name, 'balances', (SELECT json_group_array(json_array(p7.open_currency, p7.bucket, p7.documents, CAST(p7.high AS TEXT), CAST(p7.low AS TEXT), CAST(p7.credits_high AS TEXT), CAST(p7.credits_low AS TEXT))) AS json_group_array_2
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) AS high, sum(CAST(substr(target.open_amount, ?) AS BIGINT)) AS low, coalesce(sum(CAST(substr(target.open_amount, ?, ?) AS BIGINT) - 1000000000) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(CAST(substr(target.open_amount, ?) AS BIGINT)) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM documents AS target
WHERE target.tenant_id = ? AND target.account_number = p6.account_number AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p7)))) AS anon_3
FROM (SELECT t5.account_number AS account_number, t5.name AS name, t5.tenant_id AS tenant_id
FROM accounts AS t5
WHERE t5.rowid IN (SELECT t4.rowid AS "row"
FROM accounts AS t4
WHERE t4.tenant_id = ? AND t4.parent_account_number = t1.account_number AND 1 = 1 ORDER BY t4.account_number ASC
 LIMIT 100 OFFSET ?) ORDER BY t5.account_number ASC
 LIMIT 2147483647 OFFSET ?) AS p6)) AS anon_2
FROM accounts AS t1 LEFT OUTER JOIN accounts AS t3 ON t3.tenant_id = ? AND t3.account_number = t1.parent_account_number
WHERE t1.tenant_id = ? AND t1.account_number = ?)) END AS BLOB) AS anon_1;
