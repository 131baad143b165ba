SELECT representatives.tenant_id, representatives.reference, representatives.name, representatives.email, representatives.phone, representatives.mobile_phone, representatives.fax, representatives.language, representatives.title, representatives.department, representatives.representative_type, representatives.supervisor_representative_reference, representatives.extra_info, representatives.custom_fields, representatives.csr_id, representatives.products, representatives.version, representatives.created_at, representatives.updated_at
FROM representatives
WHERE representatives.tenant_id = ? AND representatives.reference = ?;

SELECT accounts.tenant_id, accounts.account_number, accounts.name, accounts.display_reference, accounts.currency, accounts.language, accounts.billing_address, accounts.remit_to, accounts.phone, accounts.mobile_phone, accounts.fax, accounts.email, accounts.payment_terms, accounts.credit_limit, accounts.account_group, accounts.parent_account_number, accounts.is_parent_account, accounts.branch_name, accounts.description, accounts.vat, accounts.company_registration_number, accounts.data_providers, accounts.custom_fields, accounts.csr_id, accounts.products, accounts.version, accounts.created_at, accounts.updated_at
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

INSERT INTO account_representatives (tenant_id, account_number, reference) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

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
