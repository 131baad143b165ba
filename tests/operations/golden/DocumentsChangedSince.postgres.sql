SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (WITH p2 AS MATERIALIZED
(SELECT t1.account_number AS account_number, t1.csr_id AS csr_id, t1.document_number AS document_number, t1.document_type AS document_type, t1.due_date AS due_date, t1.invoice_date AS invoice_date, t1.invoice_num AS invoice_num, t1.open_amount AS open_amount, t1.open_currency AS open_currency, t1.status AS status, t1.tenant_id AS tenant_id, t1.updated_at AS updated_at, t1.version AS version
FROM documents AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.updated_at >= $6::TIMESTAMP WITH TIME ZONE ORDER BY t1.updated_at ASC, t1.csr_id ASC
 LIMIT $7::BIGINT)
 SELECT (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-4"), '[]'::json) AS coalesce_1
FROM (SELECT p3.document_number AS "documentNumber", p3.invoice_num AS "invoiceNum", upper(p3.document_type) AS "documentType", upper(p3.status) AS status, CASE WHEN (p3.invoice_date = '-infinity') THEN '0001-01-01' WHEN (p3.invoice_date = 'infinity') THEN '9999-12-31' ELSE CAST(p3.invoice_date AS TEXT) END AS "invoiceDate", CASE WHEN (p3.due_date = '-infinity') THEN '0001-01-01' WHEN (p3.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p3.due_date AS TEXT) END AS "dueDate", CAST(trim_scale(p3.open_amount) AS TEXT) AS "openAmount", p3.open_currency AS "openCurrency", p3.account_number AS "accountNumber", p3.version AS version, CASE WHEN (p3.updated_at = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', p3.updated_at), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END AS "updatedAt"
FROM (SELECT p2.account_number AS account_number, p2.csr_id AS csr_id, p2.document_number AS document_number, p2.document_type AS document_type, p2.due_date AS due_date, p2.invoice_date AS invoice_date, p2.invoice_num AS invoice_num, p2.open_amount AS open_amount, p2.open_currency AS open_currency, p2.status AS status, p2.tenant_id AS tenant_id, p2.updated_at AS updated_at, p2.version AS version
FROM p2 ORDER BY p2.updated_at ASC, p2.csr_id ASC
 LIMIT 5) AS p3 ORDER BY p3.updated_at ASC, p3.csr_id ASC) AS "row-4") AS "nodes", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) > 5 AS anon_3
FROM p2) AS "hasNextPage", (SELECT json_build_array(CASE WHEN (p5.updated_at = '-infinity') THEN '0001-01-01T00:00:00.000Z' ELSE to_char(timezone('UTC', p5.updated_at), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END, p5.csr_id) AS json_build_array_1
FROM (SELECT p2.account_number AS account_number, p2.csr_id AS csr_id, p2.document_number AS document_number, p2.document_type AS document_type, p2.due_date AS due_date, p2.invoice_date AS invoice_date, p2.invoice_num AS invoice_num, p2.open_amount AS open_amount, p2.open_currency AS open_currency, p2.status AS status, p2.tenant_id AS tenant_id, p2.updated_at AS updated_at, p2.version AS version
FROM p2 ORDER BY p2.updated_at ASC, p2.csr_id ASC
 LIMIT 5) AS p5 ORDER BY p5.updated_at DESC, p5.csr_id DESC
 LIMIT 1) AS "endCursor") "row-") AS "pageInfo") "row-") AS anon_2) AS "documents") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
