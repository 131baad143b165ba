SELECT 1
FROM representatives
WHERE representatives.tenant_id = ? AND representatives.reference = ?;

SELECT 1
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

INSERT INTO account_representatives (tenant_id, account_number, reference) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('reference', t1.reference, 'name', t1.name) AS anon_2
FROM representatives AS t1
WHERE t1.tenant_id = ? AND t1.reference = ?) AS BLOB) AS anon_1;

SELECT CAST((SELECT json_object('accountNumber', t1.account_number, 'representatives', (SELECT json_object('nodes', json_group_array(json_object('reference', p4.reference))) AS anon_3
FROM (SELECT t3.reference AS reference, t3.tenant_id AS tenant_id
FROM representatives AS t3
WHERE t3.rowid IN (SELECT t2.rowid AS "row"
FROM account_representatives AS tie JOIN representatives AS t2 ON t2.reference = tie.reference AND t2.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND t2.tenant_id = ? AND tie.account_number = t1.account_number AND 1 = 1 ORDER BY t2.reference ASC
 LIMIT 20 OFFSET ?) ORDER BY t3.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p4)) AS anon_2
FROM accounts AS t1
WHERE t1.tenant_id = ? AND t1.account_number = ?) AS BLOB) AS anon_1;
