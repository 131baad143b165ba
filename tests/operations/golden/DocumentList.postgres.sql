WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.status = $2::VARCHAR AND counted.open_amount >= $3::NUMERIC(19, 4) AND (counted.open_currency = $4::VARCHAR OR counted.open_currency = $5::VARCHAR)) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN LATERAL (SELECT walked.account_number AS account_number, walked.csr_id AS csr_id, walked.document_number AS document_number, walked.document_type AS document_type, walked.due_date AS due_date, walked.invoice_date AS invoice_date, walked.invoice_num AS invoice_num, walked.open_amount AS open_amount, walked.open_currency AS open_currency, walked.status AS status
FROM (SELECT anon_1.account_number AS account_number, anon_1.csr_id AS csr_id, anon_1.document_number AS document_number, anon_1.document_type AS document_type, anon_1.due_date AS due_date, anon_1.invoice_date AS invoice_date, anon_1.invoice_num AS invoice_num, anon_1.open_amount AS open_amount, anon_1.open_currency AS open_currency, anon_1.status AS status
FROM (SELECT target.account_number AS account_number, target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.status = $6::VARCHAR AND target.open_amount >= $7::NUMERIC(19, 4) AND (target.open_currency = $8::VARCHAR OR target.open_currency = $9::VARCHAR) AND target.open_amount IS NOT NULL ORDER BY target.open_amount DESC, target.csr_id ASC
 LIMIT $10::INTEGER) AS anon_1 UNION ALL SELECT anon_2.account_number AS account_number, anon_2.csr_id AS csr_id, anon_2.document_number AS document_number, anon_2.document_type AS document_type, anon_2.due_date AS due_date, anon_2.invoice_date AS invoice_date, anon_2.invoice_num AS invoice_num, anon_2.open_amount AS open_amount, anon_2.open_currency AS open_currency, anon_2.status AS status
FROM (SELECT target.account_number AS account_number, target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.status = $6::VARCHAR AND target.open_amount >= $7::NUMERIC(19, 4) AND (target.open_currency = $8::VARCHAR OR target.open_currency = $9::VARCHAR) AND target.open_amount IS NULL ORDER BY target.open_amount ASC, target.csr_id ASC
 LIMIT $11::INTEGER) AS anon_2) AS walked ORDER BY walked.open_amount DESC NULLS LAST, walked.csr_id ASC
 LIMIT $12::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.open_amount DESC NULLS LAST, picked.csr_id ASC;

SELECT anon_1.start_number, target.account_number, target.name
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;
