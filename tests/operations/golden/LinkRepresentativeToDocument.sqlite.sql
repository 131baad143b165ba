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

SELECT starts.start_number, target.name, target.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN representatives AS target ON target.tenant_id = ? AND target.reference = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.document_number
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.document_number = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, picked.reference, picked.tenant_id
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN representatives AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM document_representatives AS tie JOIN representatives AS target ON target.reference = tie.reference AND target.tenant_id = tie.tenant_id
WHERE tie.tenant_id = ? AND target.tenant_id = ? AND tie.document_number = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT 21 OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;
