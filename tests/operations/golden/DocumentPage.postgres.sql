SELECT anon_1.start_number, target.account_number, target.applies_to_invoice, target.closed_at, target.closure_notes, target.closure_reason, target.comment, target.csr_id, target.currency_model, target.description, target.discount_amount, target.discount_date, target.document_number, target.document_type, target.due_date, target.invoice_date, target.invoice_key, target.invoice_num, target.line_items, target.open_amount, target.open_currency, target.original_currency, target.original_denomination, target.original_denomination_in_original_currency, target.po_number, target.products, target.status, target.updated_at, target.version
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $2::INTEGER AND target.document_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.account_number, target.name
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.k1 AS k1, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM documents AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.document_type = $2::VARCHAR AND counted.applies_to_invoice = anon_1.k0 AND (SELECT coalesce(min(CASE WHEN (meant.account_number = counted.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_1
FROM documents AS meant
WHERE meant.tenant_id = $1::INTEGER AND meant.invoice_key = counted.applies_to_invoice AND meant.document_type != $3::VARCHAR) = anon_1.k1 AND true) AS list_total
FROM unnest($4::TEXT[], $5::INTEGER[]) WITH ORDINALITY AS anon_1(k0, k1, start_number))
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM documents AS target
WHERE target.tenant_id = $1::INTEGER AND target.document_type = $6::VARCHAR AND target.applies_to_invoice = lists.k0 AND (SELECT coalesce(min(CASE WHEN (meant.account_number = target.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_2
FROM documents AS meant
WHERE meant.tenant_id = $1::INTEGER AND meant.invoice_key = target.applies_to_invoice AND meant.document_type != $7::VARCHAR) = lists.k1 AND true ORDER BY target.document_number ASC
 LIMIT $8::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.document_number ASC;

SELECT anon_1.start_number, target.at, target.notes, target.reason, target.status, target.version
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN status_transitions AS target ON target.tenant_id = $2::INTEGER AND target.document_number = anon_1.k0 ORDER BY anon_1.start_number, target.version ASC;

SELECT anon_1.start_number, picked.csr_id, picked.email, picked.name, picked.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.email AS email, target.name AS name, target.reference AS reference
FROM document_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $2::INTEGER AND target.tenant_id = $2::INTEGER AND tie.document_number = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;
