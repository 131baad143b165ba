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

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=? WHERE changes_end.tenant_id = ?;

SELECT starts.start_number, target.email, target.name, target.reference, target.supervisor_representative_reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN representatives AS target ON target.tenant_id = ? AND target.reference = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.name, target.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN representatives AS target ON target.tenant_id = ? AND target.reference = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, picked.reference, picked.tenant_id
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN representatives AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM representatives AS target
WHERE target.tenant_id = ? AND target.supervisor_representative_reference = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT 21 OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;
