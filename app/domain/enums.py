"""The closed vocabularies: resources, the products that read them, and the values of fields that take one of a few."""

from enum import Enum

from app.domain.described_enum import DescribedEnum


class Resource(DescribedEnum):
    """What a caller reads and writes."""

    ACCOUNT = "account", "A customer that owes money."
    DOCUMENT = "document", "An invoice, a credit note or another receivable of an account."
    NOTE = "note", "A remark on an account that can never be changed or removed."
    REPRESENTATIVE = "representative", "A person on the seller's side to whom work on accounts and documents escalates."
    CONTACT = "contact", "A person on the customer's side."

    @property
    def with_article(self) -> str:
        return f"an {self}" if self[0] in "aeiou" else f"a {self}"

    @property
    def plural(self) -> str:
        """What all of them are called: in addresses, relations and tables."""
        return f"{self}s"


class Verb(Enum):
    """How a body is written."""

    CREATE = "create"
    REPLACE = "replace"
    PATCH = "patch"


class Product(DescribedEnum):
    """The four consumers of the data, in the order in which every listing shows them."""

    COLLECTIONS = "collections", "Runs reminders, escalations and disputes until an open document is paid."
    INVOICING = "invoicing", "Renders invoices and delivers them to the customer."
    OPEN_BALANCE = "open_balance", "Shows customers what they owe now and takes their payments in a portal."
    CASH_APP = "cash_app", "Matches incoming payments to open documents."


PRODUCT_TITLES = {
    Product.COLLECTIONS: "Collections",
    Product.INVOICING: "Invoicing",
    Product.OPEN_BALANCE: "Open Balance",
    Product.CASH_APP: "CashApp AR",
}


class DocumentType(DescribedEnum):
    """What kind of receivable a document is."""

    OTHER = "other", "Neither an invoice nor a credit note."
    INVOICE = "invoice", "A claim on the customer."
    CREDIT_NOTE = "credit_note", "A claim of the customer against an invoice; its original amounts are below zero."


class DocumentStatus(DescribedEnum):
    """Decided by the server alone."""

    OPEN = "open", "Still counts in balances and aging."
    CLOSED = "closed", "Settled, or closed for a stated reason."


class ClosureReason(DescribedEnum):
    """Why a document was closed by request."""

    PAID = "paid", "The customer paid."
    WRITE_OFF = "write_off", "The seller gave the claim up."
    CONTRA = "contra", "Set off against a claim of the customer."
    ADJUSTMENT = "adjustment", "Corrected in the books."
    OTHER = "other", "Any other reason; the closure's notes may tell."


class CurrencyModel(DescribedEnum):
    """How a tenant states amounts: its first document with amounts decides for all that follow."""

    BASIC = "basic", "One currency: the original and the open amount in it."
    EXTENDED = "extended", "Two currencies: every amount in the invoice's own currency and in the reporting currency."


class AttachmentSource(DescribedEnum):
    """Where a document's PDF comes from."""

    PUSHED = "pushed", "Uploaded by a caller."
    GENERATED = "generated", "Made by the server from the document's thick billing data."


class RoutingCode(DescribedEnum):
    """The way a rendered invoice takes to the customer."""

    E = "E", "By e-mail."
    F = "F", "By fax."
    M = "M", "By mail."
    P = "P", "Pulled by the customer, not sent (code P)."
    Q = "Q", "Pulled by the customer, not sent (code Q)."
    R = "R", "Pulled by the customer, not sent (code R)."
    T = "T", "Pulled by the customer, not sent (code T)."


class InvoiceTitle(DescribedEnum):
    """The title that a rendered invoice bears."""

    INVOICE = "Invoice", "The page is headed as an invoice."
    CREDIT_MEMO = "Credit Memo", "The page is headed as a credit memo."


class Requirement(DescribedEnum):
    """What a product makes of a field."""

    REQUIRED = "R", "The product cannot work without it."
    CONDITIONAL = "C", "Required under a condition that the description states."
    OPTIONAL = "O", "Read where it is present."
    NOT_READ = "-", "Ignored."
