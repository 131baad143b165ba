SELECT contacts.tenant_id, contacts.reference, contacts.account_number, contacts.name, contacts.first_name, contacts.last_name, contacts.function, contacts.email, contacts.phone, contacts.mobile_phone, contacts.fax, contacts.title, contacts.department, contacts.contact_type, contacts.language, contacts.address1, contacts.address2, contacts.city, contacts.state, contacts.zip, contacts.country, contacts.notes, contacts.is_primary, contacts.custom_fields, contacts.csr_id, contacts.products, contacts.version, contacts.created_at, contacts.updated_at
FROM contacts
WHERE contacts.tenant_id = ? AND contacts.reference = ?;

SELECT 1
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = ?;

SELECT contacts.tenant_id, contacts.reference, contacts.account_number, contacts.name, contacts.first_name, contacts.last_name, contacts.function, contacts.email, contacts.phone, contacts.mobile_phone, contacts.fax, contacts.title, contacts.department, contacts.contact_type, contacts.language, contacts.address1, contacts.address2, contacts.city, contacts.state, contacts.zip, contacts.country, contacts.notes, contacts.is_primary, contacts.custom_fields, contacts.csr_id, contacts.products, contacts.version, contacts.created_at, contacts.updated_at
FROM contacts
WHERE contacts.tenant_id = ? AND contacts.account_number = ? AND contacts.is_primary = ?;

UPDATE contacts SET is_primary=?, version=?, updated_at=? WHERE contacts.tenant_id = ? AND contacts.reference = ?;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO contacts (tenant_id, reference, account_number, name, first_name, last_name, function, email, phone, mobile_phone, fax, title, department, contact_type, language, address1, address2, city, state, zip, country, notes, is_primary, custom_fields, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=? WHERE changes_end.tenant_id = ?;

SELECT starts.start_number, target.account_number, target.email, target.first_name, target.function, target.is_primary, target.language, target.last_name, target.name, target.phone, target.reference
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN contacts AS target ON target.tenant_id = ? AND target.reference = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.account_number
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, picked.is_primary, picked.reference, picked.tenant_id
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts LEFT OUTER JOIN contacts AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM contacts AS target
WHERE target.tenant_id = ? AND target.account_number = starts.k0 AND 1 = 1 ORDER BY target.reference ASC
 LIMIT 21 OFFSET ?) ORDER BY starts.start_number, picked.reference ASC;
