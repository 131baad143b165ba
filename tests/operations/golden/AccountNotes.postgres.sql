SELECT anon_1.start_number, target.account_number, target.name
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;

WITH lists AS MATERIALIZED
(SELECT anon_1.k0 AS k0, anon_1.start_number AS start_number, (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = anon_1.k0 AND true) AS list_total
FROM unnest($2::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number))
 SELECT lists.start_number, lists.list_total, picked.body, picked.csr_id, picked.effective_date, picked.note_type, picked.reference, picked.subject
FROM lists LEFT OUTER JOIN LATERAL (SELECT walked.body AS body, walked.csr_id AS csr_id, walked.effective_date AS effective_date, walked.note_type AS note_type, walked.reference AS reference, walked.subject AS subject
FROM (SELECT anon_2.body AS body, anon_2.csr_id AS csr_id, anon_2.effective_date AS effective_date, anon_2.note_type AS note_type, anon_2.reference AS reference, anon_2.subject AS subject
FROM (SELECT target.body AS body, target.csr_id AS csr_id, target.effective_date AS effective_date, target.note_type AS note_type, target.reference AS reference, target.subject AS subject
FROM notes AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = lists.k0 AND true AND target.effective_date IS NOT NULL ORDER BY target.effective_date DESC, target.csr_id ASC
 LIMIT $3::INTEGER) AS anon_2 UNION ALL SELECT anon_3.body AS body, anon_3.csr_id AS csr_id, anon_3.effective_date AS effective_date, anon_3.note_type AS note_type, anon_3.reference AS reference, anon_3.subject AS subject
FROM (SELECT target.body AS body, target.csr_id AS csr_id, target.effective_date AS effective_date, target.note_type AS note_type, target.reference AS reference, target.subject AS subject
FROM notes AS target
WHERE target.tenant_id = $1::INTEGER AND target.account_number = lists.k0 AND true AND target.effective_date IS NULL ORDER BY target.effective_date ASC, target.csr_id ASC
 LIMIT $4::INTEGER) AS anon_3) AS walked ORDER BY walked.effective_date DESC NULLS LAST, walked.csr_id ASC
 LIMIT $5::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.effective_date DESC NULLS LAST, picked.csr_id ASC;
