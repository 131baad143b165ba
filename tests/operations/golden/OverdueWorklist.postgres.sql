WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.open_amount > $2::NUMERIC(19, 4) AND counted.status = $3::VARCHAR AND counted.due_date < $4::DATE AND counted.open_currency = $5::VARCHAR) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.comment, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.account_number AS account_number, target.comment AS comment, target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.open_amount > $6::NUMERIC(19, 4) AND target.status = $7::VARCHAR AND target.due_date < $8::DATE AND target.open_currency = $9::VARCHAR ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT $10::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;

SELECT anon_1.start_number, target.account_number, target.name, target.phone
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.csr_id, picked.email, picked.first_name, picked.function, picked.is_primary, picked.language, picked.last_name, picked.name, picked.phone, picked.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.email AS email, target.first_name AS first_name, target.function AS function, target.is_primary AS is_primary, target.language AS language, target.last_name AS last_name, target.name AS name, target.phone AS phone, target.reference AS reference
FROM contacts AS target
WHERE target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 AND target.is_primary = true ORDER BY target.reference ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;

SELECT anon_1.start_number, picked.body, picked.created_at, picked.csr_id, picked.effective_date, picked.note_type, picked.subject
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.body AS body, target.created_at AS created_at, target.csr_id AS csr_id, target.effective_date AS effective_date, target.note_type AS note_type, target.subject AS subject
FROM notes AS target
WHERE target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 AND true ORDER BY target.created_at DESC, target.csr_id DESC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY anon_1.start_number, picked.created_at ASC, picked.csr_id ASC;
