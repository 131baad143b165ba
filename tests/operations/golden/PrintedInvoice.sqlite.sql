SELECT starts.start_number, target.account_number, target.dest_email_address, target.document_number, target.document_type, target.due_date, target.invoice_date, target.invoice_num, target.line_items, target.open_amount, target.open_currency, target.pdf_name, target.routing, target.status, target.thick_billing
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN documents AS target ON target.tenant_id = ? AND target.document_number = starts.k0 ORDER BY starts.start_number;

SELECT starts.start_number, target.billing_address, target.name
FROM (SELECT anon_1."key" + ? AS start_number, json_extract(anon_1.value, ?) AS k0
FROM json_each(?) AS anon_1) AS starts JOIN accounts AS target ON target.tenant_id = ? AND target.account_number = starts.k0 ORDER BY starts.start_number;
