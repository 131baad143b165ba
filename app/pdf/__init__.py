"""Pushed PDFs are validated and joined here, in processes of their own: nothing else parses what others sent as one.

`invoices/` renders the invoices of thick billing.
"""
