"""Edges that resolvers read though no one asked for them, under keys that no response has: those have no blanks."""

from app.domain.attachments import PDF_ACCOUNT_COLUMNS, PDF_ATTACHMENT_COLUMNS
from app.reads.selection import Selection, Traversal

ACCOUNT_OF, ATTACHMENT_OF = "own account", "stored attachment"

# What readiness and attachments want to know about a document's account.
COLUMNS_OF_ACCOUNT = frozenset({"name", "billing_address", "remit_to", "payment_terms", *PDF_ACCOUNT_COLUMNS})
OWN_ACCOUNT = Traversal(ACCOUNT_OF, "account", Selection(COLUMNS_OF_ACCOUNT))
STORED_ATTACHMENT = Traversal(ATTACHMENT_OF, "stored_attachment", Selection(frozenset(PDF_ATTACHMENT_COLUMNS)))
