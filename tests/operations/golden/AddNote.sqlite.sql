SELECT 1
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

SELECT 1
FROM notes
WHERE notes.tenant_id = ? AND notes.reference = ?;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO notes (tenant_id, reference, body, subject, note_type, effective_date, account_number, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('reference', t1.reference, 'subject', t1.subject, 'body', t1.body, 'noteType', t1.note_type, 'account', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('accountNumber', t2.account_number, 'notes', json_object('totalCount', (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = ? AND counted.account_number = t2.account_number AND 1 = 1))) END) AS anon_2
FROM notes AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = t1.account_number
WHERE t1.tenant_id = ? AND t1.account_number = ? AND t1.reference = ?) AS BLOB) AS anon_1;
