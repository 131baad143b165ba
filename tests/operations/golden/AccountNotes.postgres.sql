SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-7") AS to_json_1
FROM (SELECT t1.account_number AS "accountNumber", t1.name AS name, (WITH p3 AS MATERIALIZED
(SELECT anon_2.body AS body, anon_2.csr_id AS csr_id, anon_2.effective_date AS effective_date, anon_2.note_type AS note_type, anon_2.reference AS reference, anon_2.subject AS subject, anon_2.tenant_id AS tenant_id
FROM (SELECT fetched.body AS body, fetched.csr_id AS csr_id, fetched.effective_date AS effective_date, fetched.note_type AS note_type, fetched.reference AS reference, fetched.subject AS subject, fetched.tenant_id AS tenant_id
FROM (SELECT t2.body AS body, t2.csr_id AS csr_id, t2.effective_date AS effective_date, t2.note_type AS note_type, t2.reference AS reference, t2.subject AS subject, t2.tenant_id AS tenant_id
FROM notes AS t2
WHERE t2.tenant_id = $1::INTEGER AND t2.account_number = t1.account_number AND true AND NOT (EXISTS (SELECT near.account_number
FROM notes AS near
WHERE near.tenant_id = $1::INTEGER AND near.account_number = t1.account_number
 LIMIT 1 OFFSET 2000))
 LIMIT ALL OFFSET 0) AS fetched ORDER BY fetched.effective_date DESC NULLS LAST, fetched.csr_id ASC
 LIMIT 21) AS anon_2 UNION ALL SELECT anon_3.body AS body, anon_3.csr_id AS csr_id, anon_3.effective_date AS effective_date, anon_3.note_type AS note_type, anon_3.reference AS reference, anon_3.subject AS subject, anon_3.tenant_id AS tenant_id
FROM (SELECT walked.body AS body, walked.csr_id AS csr_id, walked.effective_date AS effective_date, walked.note_type AS note_type, walked.reference AS reference, walked.subject AS subject, walked.tenant_id AS tenant_id
FROM (SELECT anon_4.body AS body, anon_4.csr_id AS csr_id, anon_4.effective_date AS effective_date, anon_4.note_type AS note_type, anon_4.reference AS reference, anon_4.subject AS subject, anon_4.tenant_id AS tenant_id
FROM (SELECT t2.body AS body, t2.csr_id AS csr_id, t2.effective_date AS effective_date, t2.note_type AS note_type, t2.reference AS reference, t2.subject AS subject, t2.tenant_id AS tenant_id
FROM notes AS t2
WHERE t2.tenant_id = $1::INTEGER AND (t2.account_number || '') = t1.account_number AND true AND (EXISTS (SELECT near.account_number
FROM notes AS near
WHERE near.tenant_id = $1::INTEGER AND near.account_number = t1.account_number
 LIMIT 1 OFFSET 2000)) AND t2.effective_date IS NOT NULL ORDER BY t2.effective_date DESC, t2.csr_id ASC
 LIMIT 21) AS anon_4 UNION ALL SELECT anon_5.body AS body, anon_5.csr_id AS csr_id, anon_5.effective_date AS effective_date, anon_5.note_type AS note_type, anon_5.reference AS reference, anon_5.subject AS subject, anon_5.tenant_id AS tenant_id
FROM (SELECT t2.body AS body, t2.csr_id AS csr_id, t2.effective_date AS effective_date, t2.note_type AS note_type, t2.reference AS reference, t2.subject AS subject, t2.tenant_id AS tenant_id
FROM notes AS t2
WHERE t2.tenant_id = $1::INTEGER AND (t2.account_number || '') = t1.account_number AND true AND (EXISTS (SELECT near.account_number
FROM notes AS near
WHERE near.tenant_id = $1::INTEGER AND near.account_number = t1.account_number
 LIMIT 1 OFFSET 2000)) AND t2.effective_date IS NULL ORDER BY t2.effective_date ASC, t2.csr_id ASC
 LIMIT 21) AS anon_5) AS walked ORDER BY walked.effective_date DESC NULLS LAST, walked.csr_id ASC
 LIMIT 21) AS anon_3)
 SELECT (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = t1.account_number AND true) AS "totalCount", (SELECT coalesce(json_agg("row-5"), '[]'::json) AS coalesce_1
FROM (SELECT p4.reference AS reference, p4.note_type AS "noteType", p4.subject AS subject, p4.body AS body, CASE WHEN (p4.effective_date = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', p4.effective_date), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END AS "effectiveDate"
FROM (SELECT p3.body AS body, p3.csr_id AS csr_id, p3.effective_date AS effective_date, p3.note_type AS note_type, p3.reference AS reference, p3.subject AS subject, p3.tenant_id AS tenant_id
FROM p3 ORDER BY p3.effective_date DESC NULLS LAST, p3.csr_id ASC
 LIMIT 20) AS p4 ORDER BY p4.effective_date DESC NULLS LAST, p4.csr_id ASC) AS "row-5") AS "nodes", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) > 20 AS anon_7
FROM p3) AS "hasNextPage", (SELECT json_build_array(CASE WHEN (p6.effective_date = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', p6.effective_date), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END, p6.csr_id) AS json_build_array_1
FROM (SELECT p3.body AS body, p3.csr_id AS csr_id, p3.effective_date AS effective_date, p3.note_type AS note_type, p3.reference AS reference, p3.subject AS subject, p3.tenant_id AS tenant_id
FROM p3 ORDER BY p3.effective_date DESC NULLS LAST, p3.csr_id ASC
 LIMIT 20) AS p6 ORDER BY p6.effective_date ASC NULLS FIRST, p6.csr_id DESC
 LIMIT 1) AS "endCursor") "row-") AS "pageInfo") "row-") AS anon_6) AS notes
FROM accounts AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $6::VARCHAR) AS "row-7") AS "account") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
