SELECT 1
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

SELECT 1
FROM notes
WHERE notes.tenant_id = ? AND notes.reference = ?;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO notes (tenant_id, reference, body, subject, note_type, effective_date, account_number, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=? WHERE changes_end.tenant_id = ?;

SELECT starts.start_number, target.account_number, target.body, target.note_type, target.reference, target.subject
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0, json_extract(anon_1.value, ?) AS k1
FROM json_each(?) AS anon_1) AS starts JOIN notes AS target ON target.tenant_id = ? AND target.account_number = starts.k0 AND target.reference = starts.k1 ORDER BY starts.start_number;

SELECT starts.start_number, target.account_number
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;

WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, starts.k0 AS k0, (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = ? AND counted.account_number = starts.k0 AND 1 = 1) AS list_total
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts)
 SELECT lists.start_number, lists.list_total, picked.created_at, picked.csr_id, picked.tenant_id
FROM lists LEFT OUTER JOIN notes AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM notes AS target
WHERE target.tenant_id = ? AND target.account_number = lists.k0 AND 1 = 1 ORDER BY target.created_at DESC, target.csr_id DESC
 LIMIT 4 OFFSET ?) ORDER BY lists.start_number, picked.created_at ASC, picked.csr_id ASC;
