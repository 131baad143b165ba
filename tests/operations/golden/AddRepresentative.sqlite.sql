SELECT representatives.tenant_id, representatives.reference, representatives.name, representatives.email, representatives.phone, representatives.mobile_phone, representatives.fax, representatives.language, representatives.title, representatives.department, representatives.representative_type, representatives.supervisor_representative_reference, representatives.extra_info, representatives.custom_fields, representatives.csr_id, representatives.products, representatives.version, representatives.created_at, representatives.updated_at
FROM representatives
WHERE representatives.tenant_id = ? AND representatives.reference = ?;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = ?;

WITH RECURSIVE anon_1(reference, supervisor_representative_reference) AS
(SELECT representatives.reference AS reference, representatives.supervisor_representative_reference AS supervisor_representative_reference
FROM representatives
WHERE representatives.tenant_id = ? AND representatives.reference = ? UNION SELECT representatives.reference AS reference, representatives.supervisor_representative_reference AS supervisor_representative_reference
FROM representatives, anon_1
WHERE representatives.tenant_id = ? AND representatives.reference = anon_1.supervisor_representative_reference)
 SELECT anon_1.reference
FROM anon_1;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO representatives (tenant_id, reference, name, email, phone, mobile_phone, fax, language, title, department, representative_type, supervisor_representative_reference, extra_info, custom_fields, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('reference', t1.reference, 'name', t1.name, 'email', t1.email, 'supervisor', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('reference', t2.reference, 'name', t2.name, 'reports', (SELECT json_object('nodes', json_group_array(json_object('reference', p5.reference))) AS anon_3
FROM (SELECT t4.reference AS reference, t4.tenant_id AS tenant_id
FROM representatives AS t4
WHERE t4.rowid IN (SELECT t3.rowid AS "row"
FROM representatives AS t3
WHERE t3.tenant_id = ? AND t3.supervisor_representative_reference = t2.reference AND 1 = 1 ORDER BY t3.reference ASC
 LIMIT 20 OFFSET ?) ORDER BY t4.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p5)) END) AS anon_2
FROM representatives AS t1 LEFT OUTER JOIN representatives AS t2 ON t2.tenant_id = ? AND t2.reference = t1.supervisor_representative_reference
WHERE t1.tenant_id = ? AND t1.reference = ?) AS BLOB) AS anon_1;
