SELECT anon_1.start_number, target.account_number, target.dest_email_address, target.document_number, target.document_type, target.due_date, target.invoice_date, target.invoice_num, target.line_items, target.open_amount, target.open_currency, target.pdf_name, target.routing, target.status, target.thick_billing
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN documents AS target ON target.tenant_id = $2::INTEGER AND target.document_number = anon_1.k0 ORDER BY anon_1.start_number;

SELECT anon_1.start_number, target.billing_address, target.name
FROM unnest($1::TEXT[]) WITH ORDINALITY AS anon_1(k0, start_number) JOIN accounts AS target ON target.tenant_id = $2::INTEGER AND target.account_number = anon_1.k0 ORDER BY anon_1.start_number;
