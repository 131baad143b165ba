SELECT starts.start_number, target.account_number, target.name
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = ? AND counted.account_number = starts.k0 AND 1 = 1) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.body, picked.csr_id, picked.effective_date, picked.note_type, picked.reference, picked.subject
FROM lists LEFT OUTER JOIN notes AS picked ON picked.rowid IN (SELECT walked."row"
FROM (SELECT anon_2."row" AS "row", anon_2.effective_date AS effective_date, anon_2.csr_id AS csr_id
FROM (SELECT target.rowid AS "row", target.effective_date AS effective_date, target.csr_id AS csr_id
FROM notes AS target
WHERE target.tenant_id = ? AND target.account_number = lists.k0 AND 1 = 1 AND target.effective_date IS NOT NULL ORDER BY target.effective_date DESC, target.csr_id ASC
 LIMIT ? OFFSET ?) AS anon_2 UNION ALL SELECT anon_3."row" AS "row", anon_3.effective_date AS effective_date, anon_3.csr_id AS csr_id
FROM (SELECT target.rowid AS "row", target.effective_date AS effective_date, target.csr_id AS csr_id
FROM notes AS target
WHERE target.tenant_id = ? AND target.account_number = lists.k0 AND 1 = 1 AND target.effective_date IS NULL ORDER BY target.effective_date ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) AS anon_3) AS walked ORDER BY walked.effective_date DESC NULLS LAST, walked.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.effective_date DESC NULLS LAST, picked.csr_id ASC;
