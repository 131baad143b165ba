SELECT anon_1.start_number, target.account_group, target.account_number, target.billing_address, target.credit_limit, target.csr_id, target.currency, target.custom_fields, target.display_reference, target.email, target.language, target.name, target.parent_account_number, target.payment_terms, target.phone, target.products, target.updated_at, target.version
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM unnest($5::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $6::INTEGER AND target.account_number = anon_1.k0 AND target.status = $7::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY anon_1.start_number, target.open_currency, bucket ORDER BY anon_1.start_number, target.open_currency, bucket;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = anon_1.k0 AND counted.status = $2::VARCHAR) AS list_total
FROM unnest($3::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = lists.k0 AND target.status = $4::VARCHAR ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT $5::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;

SELECT anon_1.start_number, picked.csr_id, picked.email, picked.first_name, picked.function, picked.is_primary, picked.language, picked.last_name, picked.name, picked.phone, picked.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.email AS email, target.first_name AS first_name, target.function AS function, target.is_primary AS is_primary, target.language AS language, target.last_name AS last_name, target.name AS name, target.phone AS phone, target.reference AS reference
FROM contacts AS target
WHERE target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;

SELECT anon_1.start_number, picked.csr_id, picked.email, picked.name, picked.reference, picked.title
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.email AS email, target.name AS name, target.reference AS reference, target.title AS title
FROM account_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $2::INTEGER AND target.tenant_id = $2::INTEGER AND tie.account_number = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = anon_1.k0 AND true) AS list_total
FROM unnest($2::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.body, picked.created_at, picked.csr_id, picked.effective_date, picked.note_type, picked.reference, picked.subject
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.body AS body, target.created_at AS created_at, target.csr_id AS csr_id, target.effective_date AS effective_date, target.note_type AS note_type, target.reference AS reference, target.subject AS subject
FROM notes AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = lists.k0 AND true ORDER BY target.created_at DESC, target.csr_id DESC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.created_at ASC, picked.csr_id ASC;
