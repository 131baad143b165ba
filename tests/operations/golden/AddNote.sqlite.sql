SELECT tenants.tenant_id, t0.tenant_id AS tenant_id_1, t1.tenant_id AS tenant_id_2
FROM tenants LEFT OUTER JOIN accounts AS t0 ON t0.tenant_id = ? AND t0.account_number = ? LEFT OUTER JOIN notes AS t1 ON t1.tenant_id = ? AND t1.reference = ?
WHERE tenants.tenant_id = ? AND (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ? AND api_keys.read_only IS 0));

UPDATE csr_counter SET value=(csr_counter.value + 1) RETURNING value;

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
