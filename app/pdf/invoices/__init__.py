"""Renders the invoice PDF of a document from its thick billing elements."""
