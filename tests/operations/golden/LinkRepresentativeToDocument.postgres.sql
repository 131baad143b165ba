SELECT representatives.tenant_id, representatives.reference, representatives.name, representatives.email, representatives.phone, representatives.mobile_phone, representatives.fax, representatives.language, representatives.title, representatives.department, representatives.representative_type, representatives.supervisor_representative_reference, representatives.extra_info, representatives.custom_fields, representatives.csr_id, representatives.products, representatives.version, representatives.created_at, representatives.updated_at
FROM representatives
WHERE representatives.tenant_id = $1::INTEGER AND representatives.reference = $2::VARCHAR;

SELECT documents.tenant_id, documents.document_number, documents.account_number, documents.applies_to_invoice, documents.invoice_num, documents.invoice_date, documents.due_date, documents.po_number, documents.pdf_name, documents.description, documents.comment, documents.branch_name, documents.ship_to_account_num, documents.ship_to_address_street, documents.ship_to_address_suite, documents.ship_to_address_city, documents.ship_to_address_state, documents.ship_to_address_zip, documents.ship_to_address_country, documents.discount_date, documents.discount_amount, documents.freight_amount, documents.routing, documents.dest_email_address, documents.dest_fax_number, documents.ship_from_zip, documents.duty_amt, documents.merchant_name, documents.part_number, documents.commodity_code, documents.tax_rate, documents.udp1, documents.udp2, documents.udp3, documents.udp4, documents.udp5, documents.fabricated_record, documents.template_id, documents.match_field_1, documents.match_field_2, documents.match_field_3, documents.match_field_4, documents.match_field_5, documents.match_field_6, documents.match_field_7, documents.match_field_8, documents.match_field_9, documents.match_field_10, documents.match_field_11, documents.match_field_12, documents.match_field_13, documents.match_field_14, documents.match_field_15, documents.match_field_16, documents.match_field_17, documents.match_field_18, documents.match_field_19, documents.match_field_20, documents.match_field_21, documents.match_field_22, documents.currency, documents.original_denomination, documents.denomination, documents.original_currency, documents.base_currency, documents.original_denomination_in_original_currency, documents.original_denomination_in_base_currency, documents.denomination_in_original_currency, documents.denomination_in_base_currency, documents.line_items, documents.thick_billing, documents.custom_fields, documents.document_type, documents.status, documents.currency_model, documents.open_amount, documents.open_currency, documents.invoice_key, documents.closed_at, documents.closure_reason, documents.closure_notes, documents.csr_id, documents.products, documents.version, documents.created_at, documents.updated_at
FROM documents
WHERE documents.tenant_id = $1::INTEGER AND documents.document_number = $2::VARCHAR;

INSERT INTO document_representatives (tenant_id, document_number, reference) VALUES ($1::INTEGER, $2::VARCHAR, $3::VARCHAR) ON CONFLICT DO NOTHING;

SELECT changes_end.sequence, changes_end.hash, changes_end.latest_at
FROM changes_end
WHERE changes_end.tenant_id = $1::INTEGER FOR UPDATE;

INSERT INTO changes (tenant_id, sequence, at, key_id, request_id, resource, key, verb, version, before, after, account_number, former_account_number, latest_at, packed, digest) VALUES ($1::INTEGER, $2::INTEGER, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::INTEGER, $10::JSON, $11::JSON, $12::VARCHAR, $13::VARCHAR, $14::TIMESTAMP WITH TIME ZONE, $15::BYTEA, $16::BYTEA);

UPDATE changes_end SET sequence=$1::INTEGER, hash=$2::VARCHAR, latest_at=$3::TIMESTAMP WITH TIME ZONE WHERE changes_end.tenant_id = $4::INTEGER;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-2") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.name AS name
FROM representatives AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.reference = $2::VARCHAR) AS "row-2") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-5") AS to_json_1
FROM (SELECT t1.document_number AS "documentNumber", (SELECT to_json("row-") FROM (SELECT (SELECT coalesce(json_agg("row-4"), '[]'::json) AS coalesce_1
FROM (SELECT p3.reference AS reference
FROM (SELECT t2.reference AS reference, t2.tenant_id AS tenant_id
FROM document_representatives AS tie JOIN representatives AS t2 ON t2.reference = tie.reference AND t2.tenant_id = tie.tenant_id
WHERE tie.tenant_id = $1::INTEGER AND t2.tenant_id = $1::INTEGER AND tie.document_number = t1.document_number AND true ORDER BY t2.reference ASC
 LIMIT 20) AS p3 ORDER BY p3.reference ASC) AS "row-4") AS "nodes") "row-") AS representatives
FROM documents AS t1
WHERE t1.tenant_id = $1::INTEGER AND t1.document_number = $2::VARCHAR) AS "row-5") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
