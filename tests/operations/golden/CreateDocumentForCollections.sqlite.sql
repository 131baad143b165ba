SELECT documents.tenant_id, documents.document_number, documents.account_number, documents.applies_to_invoice, documents.invoice_num, documents.invoice_date, documents.due_date, documents.po_number, documents.pdf_name, documents.description, documents.comment, documents.branch_name, documents.ship_to_account_num, documents.ship_to_address_street, documents.ship_to_address_suite, documents.ship_to_address_city, documents.ship_to_address_state, documents.ship_to_address_zip, documents.ship_to_address_country, documents.discount_date, documents.discount_amount, documents.freight_amount, documents.routing, documents.dest_email_address, documents.dest_fax_number, documents.ship_from_zip, documents.duty_amt, documents.merchant_name, documents.part_number, documents.commodity_code, documents.tax_rate, documents.udp1, documents.udp2, documents.udp3, documents.udp4, documents.udp5, documents.fabricated_record, documents.template_id, documents.match_field_1, documents.match_field_2, documents.match_field_3, documents.match_field_4, documents.match_field_5, documents.match_field_6, documents.match_field_7, documents.match_field_8, documents.match_field_9, documents.match_field_10, documents.match_field_11, documents.match_field_12, documents.match_field_13, documents.match_field_14, documents.match_field_15, documents.match_field_16, documents.match_field_17, documents.match_field_18, documents.match_field_19, documents.match_field_20, documents.match_field_21, documents.match_field_22, documents.currency, documents.original_denomination, documents.denomination, documents.original_currency, documents.base_currency, documents.original_denomination_in_original_currency, documents.original_denomination_in_base_currency, documents.denomination_in_original_currency, documents.denomination_in_base_currency, documents.line_items, documents.thick_billing, documents.custom_fields, documents.document_type, documents.status, documents.currency_model, documents.open_amount, documents.open_currency, documents.invoice_key, documents.closed_at, documents.closure_reason, documents.closure_notes, documents.csr_id, documents.products, documents.version, documents.created_at, documents.updated_at
FROM documents
WHERE documents.tenant_id = ? AND documents.document_number = ?;

SELECT 1
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number = ?;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = ?;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO documents (tenant_id, document_number, account_number, applies_to_invoice, invoice_num, invoice_date, due_date, po_number, pdf_name, description, comment, branch_name, ship_to_account_num, ship_to_address_street, ship_to_address_suite, ship_to_address_city, ship_to_address_state, ship_to_address_zip, ship_to_address_country, discount_date, discount_amount, freight_amount, routing, dest_email_address, dest_fax_number, ship_from_zip, duty_amt, merchant_name, part_number, commodity_code, tax_rate, udp1, udp2, udp3, udp4, udp5, fabricated_record, template_id, match_field_1, match_field_2, match_field_3, match_field_4, match_field_5, match_field_6, match_field_7, match_field_8, match_field_9, match_field_10, match_field_11, match_field_12, match_field_13, match_field_14, match_field_15, match_field_16, match_field_17, match_field_18, match_field_19, match_field_20, match_field_21, match_field_22, currency, original_denomination, denomination, original_currency, base_currency, original_denomination_in_original_currency, original_denomination_in_base_currency, denomination_in_original_currency, denomination_in_base_currency, line_items, thick_billing, custom_fields, document_type, status, currency_model, open_amount, open_currency, invoice_key, closed_at, closure_reason, closure_notes, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO status_transitions (tenant_id, document_number, version, status, at, reason, notes) VALUES (?, ?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('documentNumber', t1.document_number, 'status', upper(t1.status), 'openAmount', amount_text(t1.open_amount), 'openCurrency', t1.open_currency, 'products', json_array(t1.products), 'account', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('accountNumber', t2.account_number, 'name', t2.name) END) AS anon_2
FROM documents AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = t1.account_number
WHERE t1.tenant_id = ? AND t1.document_number = ?) AS BLOB) AS anon_1;
