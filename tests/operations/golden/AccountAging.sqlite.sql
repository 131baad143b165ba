SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('accounts', (SELECT json_object('totalCount', (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = ? AND (EXISTS (SELECT anon_3.found
FROM (SELECT ? AS found
FROM (SELECT related_kept.tenant_id AS tenant_id, related_kept.account_number AS account_number, related_kept.status AS status, related_kept.due_date AS due_date, related_kept.documents AS documents, related_kept.millions AS millions, related_kept.ten_thousandths AS ten_thousandths, CASE WHEN (related_kept.open_currency != '') THEN related_kept.open_currency END AS open_currency, CASE WHEN (related_kept.open_amount != '10000000000000020000') THEN related_kept.open_amount END AS open_amount
FROM account_sums AS related_kept) AS related
WHERE related.tenant_id = ? AND related.account_number = counted.account_number AND related.status = 'open'
 LIMIT 1 OFFSET ?) AS anon_3))), 'nodes', json_group_array(json_object('accountNumber', p4.account_number, 'name', p4.name, 'balances', (SELECT json_group_array(json_array(p5.open_currency, p5.bucket, p5.documents, CAST(p5.high AS TEXT), CAST(p5.low AS TEXT), CAST(p5.credits_high AS TEXT), CAST(p5.credits_low AS TEXT))) AS json_group_array_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= ?) THEN 0 WHEN (target.due_date >= ?) THEN 1 WHEN (target.due_date >= ?) THEN 2 WHEN (target.due_date >= ?) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < ?), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < ?), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != '10000000000000020000') THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = ? AND target.account_number = p4.account_number AND target.status = ? AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p5))) FILTER (WHERE p4.row_number <= 5), 'pageInfo', json_object('hasNextPage', CASE WHEN (count(*) > 5) THEN json('true') ELSE json('false') END, 'endCursor', json_group_array(json_array(p4.name, p4.csr_id)) FILTER (WHERE p4.row_number <= 5))) AS anon_2
FROM (SELECT p3.account_number AS account_number, p3.csr_id AS csr_id, p3.name AS name, p3.tenant_id AS tenant_id, row_number() OVER (ORDER BY p3.name ASC, p3.csr_id ASC) AS row_number
FROM (SELECT t2.account_number AS account_number, t2.csr_id AS csr_id, t2.name AS name, t2.tenant_id AS tenant_id
FROM accounts AS t2
WHERE t2.rowid IN (SELECT t1.rowid AS "row"
FROM accounts AS t1
WHERE t1.tenant_id = ? AND (EXISTS (SELECT anon_4.found
FROM (SELECT ? AS found
FROM (SELECT related_kept.tenant_id AS tenant_id, related_kept.account_number AS account_number, related_kept.status AS status, related_kept.due_date AS due_date, related_kept.documents AS documents, related_kept.millions AS millions, related_kept.ten_thousandths AS ten_thousandths, CASE WHEN (related_kept.open_currency != '') THEN related_kept.open_currency END AS open_currency, CASE WHEN (related_kept.open_amount != '10000000000000020000') THEN related_kept.open_amount END AS open_amount
FROM account_sums AS related_kept) AS related
WHERE related.tenant_id = ? AND related.account_number = t1.account_number AND related.status = 'open'
 LIMIT 1 OFFSET ?) AS anon_4)) ORDER BY t1.name ASC, t1.csr_id ASC
 LIMIT 6 OFFSET ?) ORDER BY t2.name ASC, t2.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p3 ORDER BY p3.name ASC, p3.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p4)) END AS BLOB) AS anon_1;
