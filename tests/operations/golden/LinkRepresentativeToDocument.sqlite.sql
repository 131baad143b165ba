SELECT representatives.tenant_id, representatives.reference, representatives.name, representatives.email, representatives.phone, representatives.mobile_phone, representatives.fax, representatives.language, representatives.title, representatives.department, representatives.representative_type, representatives.supervisor_representative_reference, representatives.extra_info, representatives.custom_fields, representatives.csr_id, representatives.products, representatives.version, representatives.created_at, representatives.updated_at
FROM representatives
WHERE representatives.tenant_id = ? AND representatives.reference = ?;

SELECT documents.tenant_id, documents.document_number, documents.account_number, documents.applies_to_invoice, documents.invoice_num, documents.invoice_date, documents.due_date, documents.po_number, documents.pdf_name, documents.description, documents.comment, documents.branch_name, documents.ship_to_account_num, documents.ship_to_address_street, documents.ship_to_address_suite, documents.ship_to_address_city, documents.ship_to_address_state, documents.ship_to_address_zip, documents.ship_to_address_country, documents.discount_date, documents.discount_amount, documents.freight_amount, documents.routing, documents.dest_email_address, documents.dest_fax_number, documents.ship_from_zip, documents.duty_amt, documents.merchant_name, documents.part_number, documents.commodity_code, documents.tax_rate, documents.udp1, documents.udp2, documents.udp3, documents.udp4, documents.udp5, documents.fabricated_record, documents.template_id, documents.match_field_1, documents.match_field_2, documents.match_field_3, documents.match_field_4, documents.match_field_5, documents.match_field_6, documents.match_field_7, documents.match_field_8, documents.match_field_9, documents.match_field_10, documents.match_field_11, documents.match_field_12, documents.match_field_13, documents.match_field_14, documents.match_field_15, documents.match_field_16, documents.match_field_17, documents.match_field_18, documents.match_field_19, documents.match_field_20, documents.match_field_21, documents.match_field_22, documents.currency, documents.original_denomination, documents.denomination, documents.original_currency, documents.base_currency, documents.original_denomination_in_original_currency, documents.original_denomination_in_base_currency, documents.denomination_in_original_currency, documents.denomination_in_base_currency, documents.line_items, documents.thick_billing, documents.custom_fields, documents.document_type, documents.status, documents.currency_model, documents.open_amount, documents.open_currency, documents.invoice_key, documents.closed_at, documents.closure_reason, documents.closure_notes, documents.csr_id, documents.products, documents.version, documents.created_at, documents.updated_at
FROM documents
WHERE documents.tenant_id = ? AND documents.document_number = ?;

INSERT INTO document_representatives (tenant_id, document_number, reference) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

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
