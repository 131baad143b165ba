"""Edges that resolvers read though no one asked for them, under keys that no response has: those have no blanks."""

from app.domain.attachments import OF_ACCOUNT, OF_ATTACHMENT
from app.reads.selection import Selection, Traversal

ACCOUNT_OF, ATTACHMENT_OF = "own account", "stored attachment"

# What readiness and attachments want to know about a document's account.
ACCOUNT_COLUMNS = frozenset({"name", "billing_address", "remit_to", "payment_terms", *OF_ACCOUNT})
OWN_ACCOUNT = Traversal(ACCOUNT_OF, "account", Selection(ACCOUNT_COLUMNS))
STORED_ATTACHMENT = Traversal(ATTACHMENT_OF, "stored_attachment", Selection(frozenset(OF_ATTACHMENT)))
