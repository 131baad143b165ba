"""Edges that resolvers read though no one asked for them, under keys that no response has: those have no blanks."""

from app.domain.attachments import PDF_ACCOUNT_COLUMNS, PDF_ATTACHMENT_COLUMNS
from app.reads.selection import Follow, Selection

ACCOUNT_OF, ATTACHMENT_OF = "own account", "stored attachment"

# What readiness and attachments want to know about a document's account.
ACCOUNT_COLUMNS = frozenset({"name", "billing_address", "remit_to", "payment_terms", *PDF_ACCOUNT_COLUMNS})
OWN_ACCOUNT = Follow(ACCOUNT_OF, "account", Selection(ACCOUNT_COLUMNS))
STORED_ATTACHMENT = Follow(ATTACHMENT_OF, "stored_attachment", Selection(frozenset(PDF_ATTACHMENT_COLUMNS)))
