SELECT 1
FROM representatives
WHERE representatives.tenant_id = ? AND representatives.reference = ?;

SELECT 1
FROM documents
WHERE documents.tenant_id = ? AND documents.document_number = ?;

INSERT INTO document_representatives (tenant_id, document_number, reference) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('reference', t1.reference, 'name', t1.name) AS anon_2
FROM representatives AS t1
WHERE t1.tenant_id = ? AND t1.reference = ?) AS BLOB) AS anon_1;

SELECT CAST((SELECT json_object('documentNumber', t1.document_number, 'representatives', (SELECT json_object('nodes', json_group_array(json_object('reference', p4.reference))) AS anon_3
FROM (SELECT t3.reference AS reference, t3.tenant_id AS tenant_id
FROM representatives AS t3
WHERE t3.rowid IN (SELECT t2.rowid AS "row"
FROM document_representatives AS tie JOIN representatives AS t2 ON t2.reference = tie.reference AND t2.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND t2.tenant_id = ? AND tie.document_number = t1.document_number AND 1 = 1 ORDER BY t2.reference ASC
 LIMIT 20 OFFSET ?) ORDER BY t3.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p4)) AS anon_2
FROM documents AS t1
WHERE t1.tenant_id = ? AND t1.document_number = ?) AS BLOB) AS anon_1;
