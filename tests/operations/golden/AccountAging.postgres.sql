SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (WITH p2 AS MATERIALIZED
(SELECT t1.account_number AS account_number, t1.csr_id AS csr_id, t1.name AS name, t1.tenant_id AS tenant_id
FROM accounts AS t1
WHERE t1.tenant_id = $1::INTEGER AND (EXISTS (SELECT anon_2.found
FROM (SELECT $6::INTEGER AS found
FROM (SELECT related_kept.tenant_id AS tenant_id, related_kept.account_number AS account_number, related_kept.status AS status, related_kept.due_date AS due_date, related_kept.documents AS documents, related_kept.millions AS millions, related_kept.ten_thousandths AS ten_thousandths, CASE WHEN (related_kept.open_currency != '') THEN related_kept.open_currency END AS open_currency, CASE WHEN (related_kept.open_amount != 2) THEN related_kept.open_amount END AS open_amount
FROM account_sums AS related_kept) AS related
WHERE related.tenant_id = $1::INTEGER AND related.account_number = t1.account_number AND related.status = 'open'
 LIMIT 1) AS anon_2)) ORDER BY t1.name ASC, t1.csr_id ASC
 LIMIT 6)
 SELECT (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND (EXISTS (SELECT anon_4.found
FROM (SELECT $7::INTEGER AS found
FROM (SELECT related_kept.tenant_id AS tenant_id, related_kept.account_number AS account_number, related_kept.status AS status, related_kept.due_date AS due_date, related_kept.documents AS documents, related_kept.millions AS millions, related_kept.ten_thousandths AS ten_thousandths, CASE WHEN (related_kept.open_currency != '') THEN related_kept.open_currency END AS open_currency, CASE WHEN (related_kept.open_amount != 2) THEN related_kept.open_amount END AS open_amount
FROM account_sums AS related_kept) AS related
WHERE related.tenant_id = $1::INTEGER AND related.account_number = counted.account_number AND related.status = 'open'
 LIMIT 1) AS anon_4))) AS "totalCount", (SELECT coalesce(json_agg("row-5"), '[]'::json) AS coalesce_1
FROM (SELECT p3.account_number AS "accountNumber", p3.name AS name, (SELECT json_agg(json_build_array(p4.open_currency, p4.bucket, p4.documents, CAST(p4.high AS TEXT), CAST(p4.low AS TEXT), CAST(p4.credits_high AS TEXT), CAST(p4.credits_low AS TEXT))) AS json_agg_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $8::DATE) THEN 0 WHEN (target.due_date >= $9::DATE) THEN 1 WHEN (target.due_date >= $10::DATE) THEN 2 WHEN (target.due_date >= $11::DATE) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < $12::NUMERIC(19, 4)), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < $12::NUMERIC(19, 4)), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != 2) THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = p3.account_number AND target.status = $13::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p4) AS balances
FROM (SELECT p2.account_number AS account_number, p2.csr_id AS csr_id, p2.name AS name, p2.tenant_id AS tenant_id
FROM p2 ORDER BY p2.name ASC, p2.csr_id ASC
 LIMIT 5) AS p3 ORDER BY p3.name ASC, p3.csr_id ASC) AS "row-5") AS "nodes", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) > 5 AS anon_5
FROM p2) AS "hasNextPage", (SELECT json_build_array(p6.name, p6.csr_id) AS json_build_array_1
FROM (SELECT p2.account_number AS account_number, p2.csr_id AS csr_id, p2.name AS name, p2.tenant_id AS tenant_id
FROM p2 ORDER BY p2.name ASC, p2.csr_id ASC
 LIMIT 5) AS p6 ORDER BY p6.name DESC, p6.csr_id DESC
 LIMIT 1) AS "endCursor") "row-") AS "pageInfo") "row-") AS anon_3) AS "accounts") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
