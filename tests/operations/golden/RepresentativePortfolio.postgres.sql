SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST(CASE WHEN CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $2::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $3::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $4::VARCHAR AND tenants.time_zone = $5::VARCHAR) END THEN (SELECT to_json("row-") FROM (SELECT (SELECT to_json("row-13") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.name AS name, t1.title AS title, t1.email AS email, CASE WHEN (t2.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t2.reference AS "reference", t2.name AS "name") "row-") END AS supervisor, (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-5"), '[]'::json) AS coalesce_1
FROM (SELECT p4.reference AS reference, p4.name AS name, p4.title AS title
FROM (SELECT anon_2.name AS name, anon_2.reference AS reference, anon_2.tenant_id AS tenant_id, anon_2.title AS title
FROM (SELECT fetched.name AS name, fetched.reference AS reference, fetched.tenant_id AS tenant_id, fetched.title AS title
FROM (SELECT t3.name AS name, t3.reference AS reference, t3.tenant_id AS tenant_id, t3.title AS title
FROM representatives AS t3
WHERE t3.tenant_id = $1::INTEGER AND t3.supervisor_representative_reference = t1.reference AND true AND NOT (EXISTS (SELECT near.supervisor_representative_reference
FROM representatives AS near
WHERE near.tenant_id = $1::INTEGER AND near.supervisor_representative_reference = t1.reference
 LIMIT 1 OFFSET 2000))
 LIMIT ALL OFFSET 0) AS fetched ORDER BY fetched.reference ASC
 LIMIT 20) AS anon_2 UNION ALL SELECT anon_3.name AS name, anon_3.reference AS reference, anon_3.tenant_id AS tenant_id, anon_3.title AS title
FROM (SELECT t3.name AS name, t3.reference AS reference, t3.tenant_id AS tenant_id, t3.title AS title
FROM representatives AS t3
WHERE t3.tenant_id = $1::INTEGER AND (t3.supervisor_representative_reference || '') = t1.reference AND true AND (EXISTS (SELECT near.supervisor_representative_reference
FROM representatives AS near
WHERE near.tenant_id = $1::INTEGER AND near.supervisor_representative_reference = t1.reference
 LIMIT 1 OFFSET 2000)) ORDER BY t3.reference ASC
 LIMIT 20) AS anon_3) AS p4 ORDER BY p4.reference ASC) AS "row-5") AS "nodes") "row-") AS reports, (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM account_representatives AS tie JOIN accounts AS counted ON counted.account_number = tie.account_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND counted.tenant_id = $1::INTEGER AND tie.reference = t1.reference AND true) AS "totalCount", (SELECT coalesce(json_agg("row-9"), '[]'::json) AS coalesce_2
FROM (SELECT p7.account_number AS "accountNumber", p7.name AS name, (SELECT json_agg(json_build_array(p8.open_currency, p8.bucket, p8.documents, CAST(p8.high AS TEXT), CAST(p8.low AS TEXT), CAST(p8.credits_high AS TEXT), CAST(p8.credits_low AS TEXT))) AS json_agg_1
FROM (SELECT target.open_currency AS open_currency, CASE WHEN (target.due_date >= $6::DATE) THEN 0 WHEN (target.due_date >= $7::DATE) THEN 1 WHEN (target.due_date >= $8::DATE) THEN 2 WHEN (target.due_date >= $9::DATE) THEN 3 ELSE 4 END AS bucket, CAST(sum(target.documents) AS BIGINT) AS documents, sum(target.millions) AS high, sum(target.ten_thousandths) AS low, coalesce(sum(target.millions) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) AS credits_high, coalesce(sum(target.ten_thousandths) FILTER (WHERE target.open_amount < $10::NUMERIC(19, 4)), 0) AS credits_low
FROM (SELECT target_kept.tenant_id AS tenant_id, target_kept.account_number AS account_number, target_kept.status AS status, target_kept.due_date AS due_date, target_kept.documents AS documents, target_kept.millions AS millions, target_kept.ten_thousandths AS ten_thousandths, CASE WHEN (target_kept.open_currency != '') THEN target_kept.open_currency END AS open_currency, CASE WHEN (target_kept.open_amount != 2) THEN target_kept.open_amount END AS open_amount
FROM account_sums AS target_kept) AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = p7.account_number AND target.status = $11::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY target.open_currency, bucket ORDER BY target.open_currency, bucket) AS p8) AS balances
FROM (SELECT t6.account_number AS account_number, t6.name AS name, t6.tenant_id AS tenant_id
FROM account_representatives AS tie JOIN accounts AS t6 ON t6.account_number = tie.account_number AND t6.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND t6.tenant_id = $1::INTEGER AND tie.reference = t1.reference AND true ORDER BY t6.account_number ASC
 LIMIT 3) AS p7 ORDER BY p7.account_number ASC) AS "row-9") AS "nodes") "row-") AS accounts, (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_2
FROM document_representatives AS tie JOIN documents AS counted ON counted.document_number = tie.document_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND counted.tenant_id = $1::INTEGER AND tie.reference = t1.reference AND counted.status = 'open') AS "totalCount", (SELECT coalesce(json_agg("row-12"), '[]'::json) AS coalesce_3
FROM (SELECT p11.document_number AS "documentNumber", p11.invoice_num AS "invoiceNum", upper(p11.document_type) AS "documentType", upper(p11.status) AS status, CASE WHEN (p11.invoice_date = '-infinity') THEN '0001-01-01' WHEN (p11.invoice_date = 'infinity') THEN '9999-12-31' ELSE CAST(p11.invoice_date AS TEXT) END AS "invoiceDate", CASE WHEN (p11.due_date = '-infinity') THEN '0001-01-01' WHEN (p11.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p11.due_date AS TEXT) END AS "dueDate", CAST(trim_scale(p11.open_amount) AS TEXT) AS "openAmount", p11.open_currency AS "openCurrency", json_build_array(p11.status, CASE WHEN (p11.due_date = '-infinity') THEN '0001-01-01' WHEN (p11.due_date = 'infinity') THEN '9999-12-31' ELSE CAST(p11.due_date AS TEXT) END) AS "daysPastDue"
FROM (SELECT anon_4.csr_id AS csr_id, anon_4.document_number AS document_number, anon_4.document_type AS document_type, anon_4.due_date AS due_date, anon_4.invoice_date AS invoice_date, anon_4.invoice_num AS invoice_num, anon_4.open_amount AS open_amount, anon_4.open_currency AS open_currency, anon_4.status AS status, anon_4.tenant_id AS tenant_id
FROM (SELECT fetched.csr_id AS csr_id, fetched.document_number AS document_number, fetched.document_type AS document_type, fetched.due_date AS due_date, fetched.invoice_date AS invoice_date, fetched.invoice_num AS invoice_num, fetched.open_amount AS open_amount, fetched.open_currency AS open_currency, fetched.status AS status, fetched.tenant_id AS tenant_id
FROM (SELECT t10.csr_id AS csr_id, t10.document_number AS document_number, t10.document_type AS document_type, t10.due_date AS due_date, t10.invoice_date AS invoice_date, t10.invoice_num AS invoice_num, t10.open_amount AS open_amount, t10.open_currency AS open_currency, t10.status AS status, t10.tenant_id AS tenant_id
FROM (SELECT tie.document_number AS document_number
FROM document_representatives AS tie
WHERE tie.tenant_id = $1::INTEGER AND tie.reference = t1.reference
 LIMIT 2000) AS linked JOIN documents AS t10 ON t10.document_number = linked.document_number
WHERE t10.tenant_id = $1::INTEGER AND t10.status = 'open' AND NOT (EXISTS (SELECT others.document_number
FROM document_representatives AS others
WHERE others.tenant_id = $1::INTEGER AND others.reference = t1.reference
 LIMIT 1 OFFSET 2000))
 LIMIT ALL OFFSET 0) AS fetched ORDER BY fetched.due_date ASC, fetched.csr_id ASC
 LIMIT 3) AS anon_4 UNION ALL SELECT anon_5.csr_id AS csr_id, anon_5.document_number AS document_number, anon_5.document_type AS document_type, anon_5.due_date AS due_date, anon_5.invoice_date AS invoice_date, anon_5.invoice_num AS invoice_num, anon_5.open_amount AS open_amount, anon_5.open_currency AS open_currency, anon_5.status AS status, anon_5.tenant_id AS tenant_id
FROM (SELECT t10.csr_id AS csr_id, t10.document_number AS document_number, t10.document_type AS document_type, t10.due_date AS due_date, t10.invoice_date AS invoice_date, t10.invoice_num AS invoice_num, t10.open_amount AS open_amount, t10.open_currency AS open_currency, t10.status AS status, t10.tenant_id AS tenant_id
FROM document_representatives AS tie JOIN documents AS t10 ON t10.document_number = tie.document_number AND t10.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND t10.tenant_id = $1::INTEGER AND tie.reference = t1.reference AND t10.status = 'open' AND (EXISTS (SELECT others.document_number
FROM document_representatives AS others
WHERE others.tenant_id = $1::INTEGER AND others.reference = t1.reference
 LIMIT 1 OFFSET 2000)) ORDER BY t10.due_date ASC, t10.csr_id ASC
 LIMIT 3) AS anon_5) AS p11 ORDER BY p11.due_date ASC, p11.csr_id ASC) AS "row-12") AS "nodes") "row-") AS documents
FROM representatives AS t1 LEFT OUTER JOIN representatives AS t2 ON t2.tenant_id = $1::INTEGER AND t2.reference = t1.supervisor_representative_reference
WHERE t1.tenant_id = $1::INTEGER AND t1.reference = $12::VARCHAR) AS "row-13") AS "representative") "row-") END AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
