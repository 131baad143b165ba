"""PDFs: validation and joining of pushed ones, in processes of their own, since nothing else may parse hostile files.

`invoices/` renders the invoices of thick billing.
"""
