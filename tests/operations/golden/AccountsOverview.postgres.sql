SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (WITH p2 AS MATERIALIZED
(SELECT t1.account_group AS account_group, t1.account_number AS account_number, t1.csr_id AS csr_id, t1.name AS name, t1.tenant_id AS tenant_id
FROM accounts AS t1
WHERE t1.tenant_id = $1::INTEGER AND true ORDER BY t1.name ASC, t1.csr_id ASC
 LIMIT 6)
 SELECT (SELECT to_json("row-") FROM (SELECT CAST(coalesce((SELECT row_count.total
FROM row_counts AS row_count
WHERE row_count.tenant_id = $1::INTEGER AND row_count.resource = 'account'), 0) AS BIGINT) AS "totalCount", (SELECT coalesce(json_agg("row-8"), '[]'::json) AS coalesce_1
FROM (SELECT p3.account_number AS "accountNumber", p3.name AS name, p3.account_group AS "accountGroup", (SELECT json_agg(json_build_array(p4.open_currency, p4.bucket, p4.documents, CAST(p4.high AS TEXT), CAST(p4.low AS TEXT), CAST(p4.credits_high AS TEXT), CAST(p4.credits_low AS TEXT))) AS json_agg_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $6::DATE) THEN 0 WHEN (target.due_date >= $7::DATE) THEN 1 WHEN (target.due_date >= $8::DATE) THEN 2 WHEN (target.due_date >= $9::DATE) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != 2) THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = p3.account_number AND target.status = $11::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p4) AS balances, (SELECT to_json("row-") FROM (SELECT CAST(coalesce((SELECT sum(counted.documents) AS sum_1
FROM (SELECT counted_kept.tenant_id AS tenant_id, counted_kept.account_number AS account_number, counted_kept.status AS status, counted_kept.due_date AS due_date, counted_kept.documents AS documents, counted_kept.millions AS millions, counted_kept.ten_thousandths AS ten_thousandths, CASE WHEN (counted_kept.open_currency != '') THEN counted_kept.open_currency END AS open_currency, CASE WHEN (counted_kept.open_amount != 2) THEN counted_kept.open_amount END AS open_amount
FROM account_sums AS counted_kept) AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = p3.account_number AND counted.status = 'open'), 0) AS BIGINT) AS "totalCount", (SELECT coalesce(json_agg("row-7"), '[]'::json) AS coalesce_2
FROM (SELECT p6.document_number AS "documentNumber", p6.invoice_num AS "invoiceNum", upper(p6.document_type) AS "documentType", upper(p6.status) AS status, CASE WHEN (p6.invoice_date = '-infinity') THEN '0001-01-01' WHEN (p6.invoice_date = 'infinity') THEN '9999-12-31' ELSE CAST(p6.invoice_date AS TEXT) END AS "invoiceDate", CASE WHEN (p6.due_date = '-infinity') THEN '0001-01-01' WHEN (p6.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p6.due_date AS TEXT) END AS "dueDate", CAST(trim_scale(p6.open_amount) AS TEXT) AS "openAmount", p6.open_currency AS "openCurrency", json_build_array(p6.status, CASE WHEN (p6.due_date = '-infinity') THEN '0001-01-01' WHEN (p6.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p6.due_date AS TEXT) END) AS "daysPastDue"
FROM (SELECT t5.csr_id AS csr_id, t5.document_number AS document_number, t5.document_type AS document_type, t5.due_date AS due_date, t5.invoice_date AS invoice_date, t5.invoice_num AS invoice_num, t5.open_amount AS open_amount, t5.open_currency AS open_currency, t5.status AS status, t5.tenant_id AS tenant_id
FROM documents AS t5
WHERE t5.tenant_id = $1::INTEGER AND t5.account_number = p3.account_number AND t5.status = 'open' ORDER BY t5.due_date ASC, t5.csr_id ASC
 LIMIT 3) AS p6 ORDER BY p6.due_date ASC, p6.csr_id ASC) AS "row-7") AS "nodes") "row-") AS documents
FROM (SELECT p2.account_group AS account_group, p2.account_number AS account_number, p2.csr_id AS csr_id, p2.name AS name, p2.tenant_id AS tenant_id
FROM p2 ORDER BY p2.name ASC, p2.csr_id ASC
 LIMIT 5) AS p3 ORDER BY p3.name ASC, p3.csr_id ASC) AS "row-8") AS "nodes", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) > 5 AS anon_3
FROM p2) AS "hasNextPage", (SELECT json_build_array(p9.name, p9.csr_id) AS json_build_array_1
FROM (SELECT p2.account_group AS account_group, p2.account_number AS account_number, p2.csr_id AS csr_id, p2.name AS name, p2.tenant_id AS tenant_id
FROM p2 ORDER BY p2.name ASC, p2.csr_id ASC
 LIMIT 5) AS p9 ORDER BY p9.name DESC, p9.csr_id DESC
 LIMIT 1) AS "endCursor") "row-") AS "pageInfo") "row-") AS anon_2) AS "accounts") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
