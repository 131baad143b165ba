SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = ?;

SELECT accounts.tenant_id, accounts.account_number, accounts.name, accounts.display_reference, accounts.currency, accounts.language, accounts.billing_address, accounts.remit_to, accounts.phone, accounts.mobile_phone, accounts.fax, accounts.email, accounts.payment_terms, accounts.credit_limit, accounts.account_group, accounts.parent_account_number, accounts.is_parent_account, accounts.branch_name, accounts.description, accounts.vat, accounts.company_registration_number, accounts.data_providers, accounts.custom_fields, accounts.csr_id, accounts.products, accounts.version, accounts.created_at, accounts.updated_at
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number IN (SELECT sent.value
FROM json_each(?) AS sent) ORDER BY accounts.account_number;

SELECT accounts.account_number
FROM accounts
WHERE accounts.tenant_id = ? AND accounts.account_number IN (SELECT sent.value
FROM json_each(?) AS sent);

SELECT documents.tenant_id, documents.document_number, documents.account_number, documents.applies_to_invoice, documents.invoice_num, documents.invoice_date, documents.due_date, documents.po_number, documents.pdf_name, documents.description, documents.comment, documents.branch_name, documents.ship_to_account_num, documents.ship_to_address_street, documents.ship_to_address_suite, documents.ship_to_address_city, documents.ship_to_address_state, documents.ship_to_address_zip, documents.ship_to_address_country, documents.discount_date, documents.discount_amount, documents.freight_amount, documents.routing, documents.dest_email_address, documents.dest_fax_number, documents.ship_from_zip, documents.duty_amt, documents.merchant_name, documents.part_number, documents.commodity_code, documents.tax_rate, documents.udp1, documents.udp2, documents.udp3, documents.udp4, documents.udp5, documents.fabricated_record, documents.template_id, documents.match_field_1, documents.match_field_2, documents.match_field_3, documents.match_field_4, documents.match_field_5, documents.match_field_6, documents.match_field_7, documents.match_field_8, documents.match_field_9, documents.match_field_10, documents.match_field_11, documents.match_field_12, documents.match_field_13, documents.match_field_14, documents.match_field_15, documents.match_field_16, documents.match_field_17, documents.match_field_18, documents.match_field_19, documents.match_field_20, documents.match_field_21, documents.match_field_22, documents.currency, documents.original_denomination, documents.denomination, documents.original_currency, documents.base_currency, documents.original_denomination_in_original_currency, documents.original_denomination_in_base_currency, documents.denomination_in_original_currency, documents.denomination_in_base_currency, documents.line_items, documents.thick_billing, documents.custom_fields, documents.document_type, documents.status, documents.currency_model, documents.open_amount, documents.open_currency, documents.invoice_key, documents.closed_at, documents.closure_reason, documents.closure_notes, documents.csr_id, documents.products, documents.version, documents.created_at, documents.updated_at
FROM documents
WHERE documents.tenant_id = ? AND documents.document_number IN (SELECT sent.value
FROM json_each(?) AS sent) ORDER BY documents.document_number;

UPDATE csr_counter SET value=(csr_counter.value + ?) RETURNING value;

INSERT INTO accounts (tenant_id, account_number, name, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO documents (tenant_id, document_number, account_number, invoice_date, due_date, comment, currency, original_denomination, denomination, document_type, status, currency_model, open_amount, open_currency, invoice_key, closed_at, closure_reason, csr_id, products, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO status_transitions (tenant_id, document_number, version, status, at, reason) VALUES (?, ?, ?, ?, ?, ?);

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = ?;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, "key", verb, version, account_number, packed, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE changes_end SET sequence=?, hash=?, latest_at=? WHERE changes_end.tenant_id = ?;
