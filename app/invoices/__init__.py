"""Generated invoices: from the stored values of a document and its account to the pages of a PDF."""
