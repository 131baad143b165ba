SELECT documents.tenant_id, documents.document_number, documents.account_number, documents.applies_to_invoice, documents.invoice_num, documents.invoice_date, documents.due_date, documents.po_number, documents.pdf_name, documents.description, documents.comment, documents.branch_name, documents.ship_to_account_num, documents.ship_to_address_street, documents.ship_to_address_suite, documents.ship_to_address_city, documents.ship_to_address_state, documents.ship_to_address_zip, documents.ship_to_address_country, documents.discount_date, documents.discount_amount, documents.freight_amount, documents.routing, documents.dest_email_address, documents.dest_fax_number, documents.ship_from_zip, documents.duty_amt, documents.merchant_name, documents.part_number, documents.commodity_code, documents.tax_rate, documents.udp1, documents.udp2, documents.udp3, documents.udp4, documents.udp5, documents.fabricated_record, documents.template_id, documents.match_field_1, documents.match_field_2, documents.match_field_3, documents.match_field_4, documents.match_field_5, documents.match_field_6, documents.match_field_7, documents.match_field_8, documents.match_field_9, documents.match_field_10, documents.match_field_11, documents.match_field_12, documents.match_field_13, documents.match_field_14, documents.match_field_15, documents.match_field_16, documents.match_field_17, documents.match_field_18, documents.match_field_19, documents.match_field_20, documents.match_field_21, documents.match_field_22, documents.currency, documents.original_denomination, documents.denomination, documents.original_currency, documents.base_currency, documents.original_denomination_in_original_currency, documents.original_denomination_in_base_currency, documents.denomination_in_original_currency, documents.denomination_in_base_currency, documents.line_items, documents.thick_billing, documents.custom_fields, documents.document_type, documents.status, documents.currency_model, documents.open_amount, documents.open_currency, documents.invoice_key, documents.closed_at, documents.closure_reason, documents.closure_notes, documents.csr_id, documents.products, documents.version, documents.created_at, documents.updated_at
FROM documents
WHERE documents.tenant_id = $1::INTEGER AND documents.document_number = $2::VARCHAR FOR NO KEY UPDATE;

SELECT 1
FROM accounts
WHERE accounts.tenant_id = $1::INTEGER AND accounts.account_number = $2::VARCHAR;

SELECT tenants.tenant_id, tenants.name, tenants.connection_id, tenants.products, tenants.currency_model, tenants.time_zone, tenants.created_at
FROM tenants
WHERE tenants.tenant_id = $1::INTEGER;

SELECT nextval('csr_id_seq') AS next_value_1;

INSERT INTO documents (tenant_id, document_number, account_number, applies_to_invoice, invoice_num, invoice_date, due_date, po_number, pdf_name, description, comment, branch_name, ship_to_account_num, ship_to_address_street, ship_to_address_suite, ship_to_address_city, ship_to_address_state, ship_to_address_zip, ship_to_address_country, discount_date, discount_amount, freight_amount, routing, dest_email_address, dest_fax_number, ship_from_zip, duty_amt, merchant_name, part_number, commodity_code, tax_rate, udp1, udp2, udp3, udp4, udp5, fabricated_record, template_id, match_field_1, match_field_2, match_field_3, match_field_4, match_field_5, match_field_6, match_field_7, match_field_8, match_field_9, match_field_10, match_field_11, match_field_12, match_field_13, match_field_14, match_field_15, match_field_16, match_field_17, match_field_18, match_field_19, match_field_20, match_field_21, match_field_22, currency, original_denomination, denomination, original_currency, base_currency, original_denomination_in_original_currency, original_denomination_in_base_currency, denomination_in_original_currency, denomination_in_base_currency, line_items, thick_billing, custom_fields, document_type, status, currency_model, open_amount, open_currency, invoice_key, closed_at, closure_reason, closure_notes, csr_id, products, version, created_at, updated_at) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::DATE, $7::DATE, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR, $14::VARCHAR, $15::VARCHAR, $16::VARCHAR, $17::VARCHAR, $18::VARCHAR, $19::VARCHAR, $20::DATE, $21::NUMERIC(19, 4), $22::NUMERIC(19, 4), $23::VARCHAR, $24::VARCHAR, $25::VARCHAR, $26::VARCHAR, $27::NUMERIC(19, 4), $28::VARCHAR, $29::VARCHAR, $30::VARCHAR, $31::NUMERIC, $32::VARCHAR, $33::VARCHAR, $34::VARCHAR, $35::VARCHAR, $36::VARCHAR, $37::BOOLEAN, $38::VARCHAR, $39::VARCHAR, $40::VARCHAR, $41::VARCHAR, $42::VARCHAR, $43::VARCHAR, $44::VARCHAR, $45::VARCHAR, $46::VARCHAR, $47::VARCHAR, $48::VARCHAR, $49::VARCHAR, $50::VARCHAR, $51::VARCHAR, $52::VARCHAR, $53::VARCHAR, $54::VARCHAR, $55::VARCHAR, $56::VARCHAR, $57::VARCHAR, $58::VARCHAR, $59::VARCHAR, $60::VARCHAR, $61::VARCHAR, $62::NUMERIC(19, 4), $63::NUMERIC(19, 4), $64::VARCHAR, $65::VARCHAR, $66::NUMERIC(19, 4), $67::NUMERIC(19, 4), $68::NUMERIC(19, 4), $69::NUMERIC(19, 4), $70::JSON, $71::JSON, $72::JSON, $73::VARCHAR, $74::VARCHAR, $75::VARCHAR, $76::NUMERIC(19, 4), $77::VARCHAR, $78::VARCHAR, $79::TIMESTAMP WITH TIME ZONE, $80::VARCHAR, $81::VARCHAR, $82::INTEGER, $83::SMALLINT, $84::INTEGER, $85::TIMESTAMP WITH TIME ZONE, $86::TIMESTAMP WITH TIME ZONE);

INSERT INTO status_transitions (tenant_id, document_number, version, status, at, reason, notes) VALUES ($1::INTEGER, $2::VARCHAR, $3::INTEGER, $4::VARCHAR, $5::TIMESTAMP WITH TIME ZONE, $6::VARCHAR, $7::VARCHAR);

SELECT changes_end.sequence, changes_end.hash
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, hash) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR WHERE changes_end.tenant_id = $3::INTEGER;

SELECT anon_1.start_number, target.account_number, target.applies_to_invoice, target.document_number, target.document_type, target.due_date, target.invoice_date, target.invoice_num, target.open_amount, target.open_currency, target.status
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $2::INTEGER AND target.document_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.csr_id, target.document_number, target.document_type, target.due_date, target.invoice_date, target.invoice_key, target.invoice_num, target.open_amount, target.open_currency, target.status
FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[]) WITH ORDINALITY AS anon_1(k0, k1, k2, start_number) JOIN documents AS target ON target.tenant_id = $4::INTEGER AND anon_1.k2 = $5::VARCHAR AND target.invoice_key = anon_1.k0 AND target.csr_id = (SELECT coalesce(min(CASE WHEN (meant.account_number = anon_1.k1) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_1
FROM documents AS meant
WHERE meant.tenant_id = $4::INTEGER AND meant.invoice_key = anon_1.k0 AND meant.document_type != $6::VARCHAR) ORDER BY anon_1.start_number;

SELECT anon_1.start_number, picked.document_number, picked.open_amount, picked.tenant_id
FROM unnest($1::TEXT[], $2::INTEGER[]) WITH ORDINALITY AS anon_1(k0, k1, start_number) LEFT OUTER JOIN LATERAL (SELECT target.document_number AS document_number, target.open_amount AS open_amount, target.tenant_id AS tenant_id
FROM documents AS target
WHERE target.tenant_id = $3::INTEGER AND target.document_type = $4::VARCHAR AND target.applies_to_invoice = anon_1.k0 AND (SELECT coalesce(min(CASE WHEN (meant.account_number = target.account_number) THEN meant.csr_id END), min(meant.csr_id)) AS coalesce_1
FROM documents AS meant
WHERE meant.tenant_id = $3::INTEGER AND meant.invoice_key = target.applies_to_invoice AND meant.document_type != $5::VARCHAR) = anon_1.k1 AND true ORDER BY target.document_number ASC
 LIMIT 11) AS picked ON true ORDER BY anon_1.start_number, picked.document_number ASC;
