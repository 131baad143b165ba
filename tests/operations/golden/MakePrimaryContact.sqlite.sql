SELECT contacts.tenant_id, contacts.reference, contacts.account_number, contacts.name, contacts.first_name, contacts.last_name, contacts.function, contacts.email, contacts.phone, contacts.mobile_phone, contacts.fax, contacts.title, contacts.department, contacts.contact_type, contacts.language, contacts.address1, contacts.address2, contacts.city, contacts.state, contacts.zip, contacts.country, contacts.notes, contacts.is_primary, contacts.custom_fields, contacts.csr_id, contacts.products, contacts.version, contacts.created_at, contacts.updated_at
FROM contacts
WHERE contacts.tenant_id = ? AND contacts.reference = ?;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = ?;

SELECT contacts.tenant_id, contacts.reference, contacts.account_number, contacts.name, contacts.first_name, contacts.last_name, contacts.function, contacts.email, contacts.phone, contacts.mobile_phone, contacts.fax, contacts.title, contacts.department, contacts.contact_type, contacts.language, contacts.address1, contacts.address2, contacts.city, contacts.state, contacts.zip, contacts.country, contacts.notes, contacts.is_primary, contacts.custom_fields, contacts.csr_id, contacts.products, contacts.version, contacts.created_at, contacts.updated_at
FROM contacts
WHERE contacts.tenant_id = ? AND contacts.account_number = ? AND contacts.is_primary = ?;

UPDATE contacts SET is_primary=?, version=?, updated_at=? WHERE contacts.tenant_id = ? AND contacts.reference = ?;

UPDATE contacts SET is_primary=?, version=?, updated_at=? WHERE contacts.tenant_id = ? AND contacts.reference = ?;

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('reference', t1.reference, 'isPrimary', CASE WHEN t1.is_primary THEN json('true') WHEN (t1.is_primary IS NULL) THEN NULL ELSE json('false') END, 'account', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('accountNumber', t2.account_number, 'contacts', (SELECT json_object('nodes', json_group_array(json_object('reference', p5.reference, 'isPrimary', CASE WHEN p5.is_primary THEN json('true') WHEN (p5.is_primary IS NULL) THEN NULL ELSE json('false') END))) AS anon_3
FROM (SELECT t4.is_primary AS is_primary, t4.reference AS reference, t4.tenant_id AS tenant_id
FROM contacts AS t4
WHERE t4.rowid IN (SELECT t3.rowid AS "row"
FROM contacts AS t3
WHERE t3.tenant_id = ? AND t3.account_number = t2.account_number AND 1 = 1 ORDER BY t3.reference ASC
 LIMIT 20 OFFSET ?) ORDER BY t4.reference ASC
 LIMIT 2147483647 OFFSET ?) AS p5)) END) AS anon_2
FROM contacts AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = t1.account_number
WHERE t1.tenant_id = ? AND t1.reference = ?) AS BLOB) AS anon_1;
