SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-8") AS to_json_1
FROM (SELECT t1.account_number AS "accountNumber", t1.name AS name, t1.is_parent_account AS "isParentAccount", (SELECT json_agg(json_build_array(p2.open_currency, p2.bucket, p2.documents, CAST(p2.high AS TEXT), CAST(p2.low AS TEXT), CAST(p2.credits_high AS TEXT), CAST(p2.credits_low AS TEXT))) AS json_agg_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $6::DATE) THEN 0 WHEN (target.due_date >= $7::DATE) THEN 1 WHEN (target.due_date >= $8::DATE) THEN 2 WHEN (target.due_date >= $9::DATE) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != 2) THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = t1.account_number AND target.status = $11::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p2) AS balances, CASE WHEN (t3.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t3.account_number AS "accountNumber", t3.name AS "name") "row-") END AS "parentAccount", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.parent_account_number = t1.account_number AND true) AS "totalCount", (SELECT coalesce(json_agg("row-7"), '[]'::json) AS coalesce_1
FROM (SELECT p5.account_number AS "accountNumber", p5.name AS name, (SELECT json_agg(json_build_array(p6.open_currency, p6.bucket, p6.documents, CAST(p6.high AS TEXT), CAST(p6.low AS TEXT), CAST(p6.credits_high AS TEXT), CAST(p6.credits_low AS TEXT))) AS json_agg_2
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $12::DATE) THEN 0 WHEN (target.due_date >= $13::DATE) THEN 1 WHEN (target.due_date >= $14::DATE) THEN 2 WHEN (target.due_date >= $15::DATE) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < $16::NUMERIC(19, 4)), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < $16::NUMERIC(19, 4)), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != 2) THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = p5.account_number AND target.status = $17::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p6) AS balances
FROM (SELECT anon_2.account_number AS account_number, anon_2.name AS name, anon_2.tenant_id AS tenant_id
FROM (SELECT fetched.account_number AS account_number, fetched.name AS name, fetched.tenant_id AS tenant_id
FROM (SELECT t4.account_number AS account_number, t4.name AS name, t4.tenant_id AS tenant_id
FROM accounts AS t4
WHERE t4.tenant_id = $1::INTEGER AND t4.parent_account_number = t1.account_number AND true AND NOT (EXISTS (SELECT near.parent_account_number
FROM accounts AS near
WHERE near.tenant_id = $1::INTEGER AND near.parent_account_number = t1.account_number
 LIMIT 1 OFFSET 2000))
 LIMIT ALL OFFSET 0) AS fetched ORDER BY fetched.account_number ASC
 LIMIT 100) AS anon_2 UNION ALL SELECT anon_3.account_number AS account_number, anon_3.name AS name, anon_3.tenant_id AS tenant_id
FROM (SELECT t4.account_number AS account_number, t4.name AS name, t4.tenant_id AS tenant_id
FROM accounts AS t4
WHERE t4.tenant_id = $1::INTEGER AND (t4.parent_account_number || '') = t1.account_number AND true AND (EXISTS (SELECT near.parent_account_number
FROM accounts AS near
WHERE near.tenant_id = $1::INTEGER AND near.parent_account_number = t1.account_number
 LIMIT 1 OFFSET 2000)) ORDER BY t4.account_number ASC
 LIMIT 100) AS anon_3) AS p5 ORDER BY p5.account_number ASC) AS "row-7") AS "nodes") "row-") AS "childAccounts"
FROM accounts AS t1 LEFT OUTER JOIN accounts AS t3 ON t3.tenant_id = $1::INTEGER AND t3.account_number = t1.parent_account_number
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $18::VARCHAR) AS "row-8") AS "account") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
