SELECT tenants.tenant_id, t0.tenant_id AS tenant_id_1, t0.document_number, t0.account_number, t0.applies_to_invoice, t0.invoice_num, t0.invoice_date, t0.due_date, t0.po_number, t0.pdf_name, t0.description, t0.comment, t0.branch_name, t0.ship_to_account_num, t0.ship_to_address_street, t0.ship_to_address_suite, t0.ship_to_address_city, t0.ship_to_address_state, t0.ship_to_address_zip, t0.ship_to_address_country, t0.discount_date, t0.discount_amount, t0.freight_amount, t0.routing, t0.dest_email_address, t0.dest_fax_number, t0.ship_from_zip, t0.duty_amt, t0.merchant_name, t0.part_number, t0.commodity_code, t0.tax_rate, t0.udp1, t0.udp2, t0.udp3, t0.udp4, t0.udp5, t0.fabricated_record, t0.template_id, t0.match_field_1, t0.match_field_2, t0.match_field_3, t0.match_field_4, t0.match_field_5, t0.match_field_6, t0.match_field_7, t0.match_field_8, t0.match_field_9, t0.match_field_10, t0.match_field_11, t0.match_field_12, t0.match_field_13, t0.match_field_14, t0.match_field_15, t0.match_field_16, t0.match_field_17, t0.match_field_18, t0.match_field_19, t0.match_field_20, t0.match_field_21, t0.match_field_22, t0.currency, t0.original_denomination, t0.denomination, t0.original_currency, t0.base_currency, t0.original_denomination_in_original_currency, t0.original_denomination_in_base_currency, t0.denomination_in_original_currency, t0.denomination_in_base_currency, t0.line_items, t0.thick_billing, t0.custom_fields, t0.document_type, t0.status, t0.currency_model, t0.open_amount, t0.open_currency, t0.invoice_key, t0.closed_at, t0.closure_reason, t0.closure_notes, t0.csr_id, t0.products, t0.version, t0.created_at, t0.updated_at, t1.tenant_id AS tenant_id_2, t1.name, t1.connection_id, t1.products AS products_1, t1.currency_model AS currency_model_1, t1.time_zone, t1.created_at AS created_at_1, t2.tenant_id AS tenant_id_3
FROM tenants LEFT OUTER JOIN documents AS t0 ON t0.tenant_id = ? AND t0.document_number = ? LEFT OUTER JOIN tenants AS t1 ON t1.tenant_id = ? LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = ?
WHERE tenants.tenant_id = ? AND (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ? AND api_keys.read_only IS 0));

UPDATE csr_counter SET value=(csr_counter.value + 1) RETURNING value;

INSERT INTO documents (tenant_id, document_number, account_number, invoice_num, invoice_date, due_date, currency, original_denomination, denomination, document_type, status, currency_model, open_amount, open_currency, invoice_key, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO status_transitions (tenant_id, document_number, version, status, at) VALUES (?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, "before", "after", account_number, former_account_number, latest_at, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;

SELECT CAST((SELECT json_object('documentNumber', t1.document_number, 'status', upper(t1.status), 'openAmount', amount_text(t1.open_amount), 'openCurrency', t1.open_currency, 'products', json_array(t1.products), 'account', CASE WHEN (t2.tenant_id IS NOT NULL) THEN json_object('accountNumber', t2.account_number, 'name', t2.name) END) AS anon_2
FROM documents AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = ? AND t2.account_number = t1.account_number
WHERE t1.tenant_id = ? AND t1.document_number = ?) AS BLOB) AS anon_1;
