SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 33554432) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-18") AS to_json_1
FROM (SELECT translate(encode(convert_to('account:' || CAST(t1.csr_id AS TEXT), 'UTF8'), 'base64'), '+/=', '-_') AS id, t1.account_number AS "accountNumber", t1.name AS name, t1.display_reference AS "displayReference", t1.account_group AS "accountGroup", t1.currency AS currency, t1.language AS language, t1.payment_terms AS "paymentTerms", CAST(trim_scale(t1.credit_limit) AS TEXT) AS "creditLimit", t1.email AS email, t1.phone AS phone, json_build_array(t1.products) AS products, CASE WHEN (t1.billing_address IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t1.billing_address ->> 'address1' AS "address1", t1.billing_address ->> 'address2' AS "address2", t1.billing_address ->> 'city' AS "city", t1.billing_address ->> 'state' AS "state", t1.billing_address ->> 'zip' AS "zip", t1.billing_address ->> 'country' AS "country") "row-") END AS "billingAddress", CASE WHEN (t2.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t2.account_number AS "accountNumber", t2.name AS "name") "row-") END AS "parentAccount", json_build_array(CAST(t1.custom_fields AS TEXT)) AS "customFields", (SELECT json_agg(json_build_array(p3.open_currency, p3.bucket, p3.documents, CAST(p3.high AS TEXT), CAST(p3.low AS TEXT), CAST(p3.credits_high AS TEXT), CAST(p3.credits_low AS TEXT))) AS json_agg_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $6::DATE) THEN 0 WHEN (target.due_date >= $7::DATE) THEN 1 WHEN (target.due_date >= $8::DATE) THEN 2 WHEN (target.due_date >= $9::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low, 0 AS credits_high, coalesce(sum(target.open_amount) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) * 10000 AS credits_low
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = t1.account_number AND target.status = $11::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p3) AS balances, (WITH p5 AS MATERIALIZED
(SELECT t4.csr_id AS csr_id, t4.document_number AS document_number, t4.document_type AS document_type, t4.due_date AS due_date, t4.invoice_date AS invoice_date, t4.invoice_num AS invoice_num, t4.open_amount AS open_amount, t4.open_currency AS open_currency, t4.status AS status, t4.tenant_id AS tenant_id
FROM documents AS t4
WHERE t4.tenant_id = $1::INTEGER AND t4.account_number = t1.account_number AND t4.status = 'open' ORDER BY t4.due_date ASC, t4.csr_id ASC
 LIMIT 6)
 SELECT (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = t1.account_number AND counted.status = 'open') AS "totalCount", (SELECT coalesce(json_agg("row-7"), '[]'::json) AS coalesce_1
FROM (SELECT p6.document_number AS "documentNumber", p6.invoice_num AS "invoiceNum", upper(p6.document_type) AS "documentType", upper(p6.status) AS status, CASE WHEN (p6.invoice_date = '-infinity') THEN '0001-01-01' WHEN (p6.invoice_date = 'infinity') THEN '9999-12-31' ELSE CAST(p6.invoice_date AS TEXT) END AS "invoiceDate", CASE WHEN (p6.due_date = '-infinity') THEN '0001-01-01' WHEN (p6.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p6.due_date AS TEXT) END AS "dueDate", CAST(trim_scale(p6.open_amount) AS TEXT) AS "openAmount", p6.open_currency AS "openCurrency", json_build_array(p6.status, CASE WHEN (p6.due_date = '-infinity') THEN '0001-01-01' WHEN (p6.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p6.due_date AS TEXT) END) AS "daysPastDue"
FROM (SELECT p5.csr_id AS csr_id, p5.document_number AS document_number, p5.document_type AS document_type, p5.due_date AS due_date, p5.invoice_date AS invoice_date, p5.invoice_num AS invoice_num, p5.open_amount AS open_amount, p5.open_currency AS open_currency, p5.status AS status, p5.tenant_id AS tenant_id
FROM p5 ORDER BY p5.due_date ASC, p5.csr_id ASC
 LIMIT 5) AS p6 ORDER BY p6.due_date ASC, p6.csr_id ASC) AS "row-7") AS "nodes", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) > 5 AS anon_3
FROM p5) AS "hasNextPage", (SELECT json_build_array(CASE WHEN (p8.due_date = '-infinity') THEN '0001-01-01' WHEN (p8.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p8.due_date AS TEXT) END, p8.csr_id) AS json_build_array_1
FROM (SELECT p5.csr_id AS csr_id, p5.document_number AS document_number, p5.document_type AS document_type, p5.due_date AS due_date, p5.invoice_date AS invoice_date, p5.invoice_num AS invoice_num, p5.open_amount AS open_amount, p5.open_currency AS open_currency, p5.status AS status, p5.tenant_id AS tenant_id
FROM p5 ORDER BY p5.due_date ASC, p5.csr_id ASC
 LIMIT 5) AS p8 ORDER BY p8.due_date DESC, p8.csr_id DESC
 LIMIT 1) AS "endCursor") "row-") AS "pageInfo") "row-") AS anon_2) AS documents, (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-11"), '[]'::json) AS coalesce_2
FROM (SELECT p10.reference AS reference, p10.name AS name, p10.first_name AS "firstName", p10.last_name AS "lastName", p10.function AS function, p10.email AS email, p10.phone AS phone, p10.language AS language, p10.is_primary AS "isPrimary"
FROM (SELECT t9.email AS email, t9.first_name AS first_name, t9.function AS function, t9.is_primary AS is_primary, t9.language AS language, t9.last_name AS last_name, t9.name AS name, t9.phone AS phone, t9.reference AS reference, t9.tenant_id AS tenant_id
FROM contacts AS t9
WHERE t9.tenant_id = $1::INTEGER AND t9.account_number = t1.account_number AND true ORDER BY t9.reference ASC
 LIMIT 10) AS p10 ORDER BY p10.reference ASC) AS "row-11") AS "nodes") "row-") AS contacts, (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-14"), '[]'::json) AS coalesce_3
FROM (SELECT p13.reference AS reference, p13.name AS name, p13.title AS title, p13.email AS email
FROM (SELECT t12.email AS email, t12.name AS name, t12.reference AS reference, t12.tenant_id AS tenant_id, t12.title AS title
FROM account_representatives AS tie JOIN representatives AS t12 ON t12.reference = tie.reference AND t12.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND t12.tenant_id = $1::INTEGER AND tie.account_number = t1.account_number AND true ORDER BY t12.reference ASC
 LIMIT 10) AS p13 ORDER BY p13.reference ASC) AS "row-14") AS "nodes") "row-") AS representatives, (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_2
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = t1.account_number AND true) AS "totalCount", (SELECT coalesce(json_agg("row-17"), '[]'::json) AS coalesce_4
FROM (SELECT p16.reference AS reference, p16.note_type AS "noteType", p16.subject AS subject, p16.body AS body, CASE WHEN (p16.effective_date = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', p16.effective_date), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END AS "effectiveDate"
FROM (SELECT t15.body AS body, t15.created_at AS created_at, t15.csr_id AS csr_id, t15.effective_date AS effective_date, t15.note_type AS note_type, t15.reference AS reference, t15.subject AS subject, t15.tenant_id AS tenant_id
FROM notes AS t15
WHERE t15.tenant_id = $1::INTEGER AND t15.account_number = t1.account_number AND true ORDER BY t15.created_at DESC, t15.csr_id DESC
 LIMIT 3) AS p16 ORDER BY p16.created_at ASC, p16.csr_id ASC) AS "row-17") AS "nodes") "row-") AS notes, t1.version AS version, CASE WHEN (t1.updated_at = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', t1.updated_at), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END AS "updatedAt"
FROM accounts AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = $1::INTEGER AND t2.account_number = t1.parent_account_number
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $12::VARCHAR) AS "row-18") AS "account") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
