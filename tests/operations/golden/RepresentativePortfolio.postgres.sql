SELECT anon_1.start_number, target.email, target.name, target.reference, target.supervisor_representative_reference, target.title
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN representatives AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.name, target.reference
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN representatives AS target ON target.tenant_id = $2::INTEGER AND target.reference = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.csr_id, picked.name, picked.reference, picked.title
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.name AS name, target.reference AS reference, target.title AS title
FROM representatives AS target
WHERE target.tenant_id = $2::INTEGER AND target.supervisor_representative_reference = anon_1.k0 AND true ORDER BY target.reference ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY anon_1.start_number, picked.reference ASC;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM account_representatives AS tie JOIN accounts AS counted ON counted.account_number = tie.account_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND counted.tenant_id = $1::INTEGER AND tie.reference = anon_1.k0 AND true) AS list_total
FROM unnest($2::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.account_number, picked.csr_id, picked.name
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.account_number AS account_number, target.csr_id AS csr_id, target.name AS name
FROM account_representatives AS tie JOIN accounts AS target ON target.account_number = tie.account_number AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND target.tenant_id = $1::INTEGER AND tie.reference = lists.k0 AND true ORDER BY target.account_number ASC
 LIMIT $3::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.account_number ASC;

SELECT anon_1.start_number, target.open_currency, CASE WHEN (target.due_date >= $1::DATE) THEN 0 WHEN (target.due_date >= $2::DATE) THEN 1 WHEN (target.due_date >= $3::DATE) THEN 2 WHEN (target.due_date >= $4::DATE) THEN 3 ELSE 4 END AS bucket, count(*) AS documents, 0 AS high, sum(target.open_amount) * 10000 AS low
FROM unnest($5::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $6::INTEGER AND target.account_number = anon_1.k0 AND target.status = $7::VARCHAR AND target.open_amount IS NOT NULL AND target.open_currency IS NOT NULL GROUP BY anon_1.start_number, target.open_currency, bucket ORDER BY anon_1.start_number, target.open_currency, bucket;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM document_representatives AS tie JOIN documents AS counted ON counted.document_number = tie.document_number AND counted.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND counted.tenant_id = $1::INTEGER AND tie.reference = anon_1.k0 AND counted.status = $2::VARCHAR) AS list_total
FROM unnest($3::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.csr_id, picked.document_number, picked.document_type, picked.due_date, picked.invoice_date, picked.invoice_num, picked.open_amount, picked.open_currency, picked.status
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.csr_id AS csr_id, target.document_number AS document_number, target.document_type AS document_type, target.due_date AS due_date, target.invoice_date AS invoice_date, target.invoice_num AS invoice_num, target.open_amount AS open_amount, target.open_currency AS open_currency, target.status AS status
FROM document_representatives AS tie JOIN documents AS target ON target.document_number = tie.document_number AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND target.tenant_id = $1::INTEGER AND tie.reference = lists.k0 AND target.status = $4::VARCHAR ORDER BY target.due_date ASC, target.csr_id ASC
 LIMIT $5::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.due_date ASC, picked.csr_id ASC;
