SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (WITH p2 AS MATERIALIZED
(SELECT t1.account_number AS account_number, t1.comment AS comment, t1.csr_id AS csr_id, t1.document_number AS document_number, t1.document_type AS document_type, t1.due_date AS due_date, t1.invoice_date AS invoice_date, t1.invoice_num AS invoice_num, t1.open_amount AS open_amount, t1.open_currency AS open_currency, t1.status AS status, t1.tenant_id AS tenant_id
FROM documents AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.open_amount > $6::NUMERIC(19, 4) AND t1.status = 'open' AND t1.due_date < $7::DATE AND t1.open_amount > $8::NUMERIC(19, 4) AND t1.open_currency = $9::VARCHAR ORDER BY t1.due_date ASC, t1.csr_id ASC
 LIMIT $10::BIGINT)
 SELECT (SELECT to_json("row-") FROM (SELECT CAST(coalesce((SELECT sum(counted.documents) AS sum_1
FROM (SELECT counted_kept.tenant_id AS tenant_id, counted_kept.status AS status, counted_kept.due_date AS due_date, counted_kept.document_type AS document_type, counted_kept.documents AS documents, counted_kept.millions AS millions, counted_kept.ten_thousandths AS ten_thousandths, CASE WHEN (counted_kept.open_currency != '') THEN counted_kept.open_currency END AS open_currency, CASE WHEN (counted_kept.open_amount != 2) THEN counted_kept.open_amount END AS open_amount
FROM document_sums AS counted_kept) AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.open_amount > $11::NUMERIC(19, 4) AND counted.status = 'open' AND counted.due_date < $12::DATE AND counted.open_amount > $13::NUMERIC(19, 4) AND counted.open_currency = $14::VARCHAR), 0) AS BIGINT) AS "totalCount", (SELECT coalesce(json_agg("row-11"), '[]'::json) AS coalesce_1
FROM (SELECT p3.document_number AS "documentNumber", p3.invoice_num AS "invoiceNum", upper(p3.document_type) AS "documentType", upper(p3.status) AS status, CASE WHEN (p3.invoice_date = '-infinity') THEN '0001-01-01' WHEN (p3.invoice_date = 'infinity') THEN '9999-12-31' ELSE CAST(p3.invoice_date AS TEXT) END AS "invoiceDate", CASE WHEN (p3.due_date = '-infinity') THEN '0001-01-01' WHEN (p3.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p3.due_date AS TEXT) END AS "dueDate", CAST(trim_scale(p3.open_amount) AS TEXT) AS "openAmount", p3.open_currency AS "openCurrency", json_build_array(p3.status, CASE WHEN (p3.due_date = '-infinity') THEN '0001-01-01' WHEN (p3.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p3.due_date AS TEXT) END) AS "daysPastDue", p3.comment AS comment, CASE WHEN (t4.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t4.account_number AS "accountNumber", t4.name AS "name", t4.phone AS "phone", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-7"), '[]'::json) AS coalesce_2
FROM (SELECT p6.reference AS reference, p6.name AS name, p6.first_name AS "firstName", p6.last_name AS "lastName", p6.function AS function, p6.email AS email, p6.phone AS phone, p6.language AS language, p6.is_primary AS "isPrimary"
FROM (SELECT t5.email AS email, t5.first_name AS first_name, t5.function AS function, t5.is_primary AS is_primary, t5.language AS language, t5.last_name AS last_name, t5.name AS name, t5.phone AS phone, t5.reference AS reference, t5.tenant_id AS tenant_id
FROM contacts AS t5
WHERE t5.tenant_id = $1::INTEGER AND t5.account_number = t4.account_number AND t5.is_primary = $15::BOOLEAN ORDER BY t5.reference ASC
 LIMIT 1) AS p6 ORDER BY p6.reference ASC) AS "row-7") AS "nodes") "row-") AS "contacts", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-10"), '[]'::json) AS coalesce_3
FROM (SELECT p9.note_type AS "noteType", p9.subject AS subject, p9.body AS body, CASE WHEN (p9.effective_date = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', p9.effective_date), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END AS "effectiveDate"
FROM (SELECT t8.body AS body, t8.created_at AS created_at, t8.csr_id AS csr_id, t8.effective_date AS effective_date, t8.note_type AS note_type, t8.subject AS subject, t8.tenant_id AS tenant_id
FROM notes AS t8
WHERE t8.tenant_id = $1::INTEGER AND t8.account_number = t4.account_number AND true ORDER BY t8.created_at DESC, t8.csr_id DESC
 LIMIT 2) AS p9 ORDER BY p9.created_at ASC, p9.csr_id ASC) AS "row-10") AS "nodes") "row-") AS "notes") "row-") END AS account
FROM (SELECT p2.account_number AS account_number, p2.comment AS comment, p2.csr_id AS csr_id, p2.document_number AS document_number, p2.document_type AS document_type, p2.due_date AS due_date, p2.invoice_date AS invoice_date, p2.invoice_num AS invoice_num, p2.open_amount AS open_amount, p2.open_currency AS open_currency, p2.status AS status, p2.tenant_id AS tenant_id
FROM p2 ORDER BY p2.due_date ASC, p2.csr_id ASC
 LIMIT 5) AS p3 LEFT OUTER JOIN accounts AS t4 ON t4.tenant_id = $1::INTEGER AND t4.account_number = p3.account_number ORDER BY p3.due_date ASC, p3.csr_id ASC) AS "row-11") AS "nodes", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) > 5 AS anon_3
FROM p2) AS "hasNextPage", (SELECT json_build_array(CASE WHEN (p12.due_date = '-infinity') THEN '0001-01-01' WHEN (p12.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p12.due_date AS TEXT) END, p12.csr_id) AS json_build_array_1
FROM (SELECT p2.account_number AS account_number, p2.comment AS comment, p2.csr_id AS csr_id, p2.document_number AS document_number, p2.document_type AS document_type, p2.due_date AS due_date, p2.invoice_date AS invoice_date, p2.invoice_num AS invoice_num, p2.open_amount AS open_amount, p2.open_currency AS open_currency, p2.status AS status, p2.tenant_id AS tenant_id
FROM p2 ORDER BY p2.due_date ASC, p2.csr_id ASC
 LIMIT 5) AS p12 ORDER BY p12.due_date DESC, p12.csr_id DESC
 LIMIT 1) AS "endCursor") "row-") AS "pageInfo") "row-") AS anon_2) AS "documents") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
