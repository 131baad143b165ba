"""The object types of the schema: every field of the catalogue, and what the gateway adds to them."""

from app.domain.aging import BUCKETS
from app.domain.attachments import PDF_DOCUMENT_COLUMNS
from app.domain.catalogue import CATALOGUE
from app.domain.changes import ChangedResource, ChangeVerb
from app.domain.resources import (
    AttachmentSource,
    ClosureReason,
    CurrencyModel,
    DocumentStatus,
    DocumentType,
    InvoiceTitle,
    Product,
    Requirement,
    Resource,
    RoutingCode,
)
from app.graphql_api.schema import scalars  # noqa: F401 -- registers the scalars that annotations name
from app.graphql_api.schema.behind import OWN_ACCOUNT, STORED_ATTACHMENT
from app.graphql_api.schema.connections import PAGE_ARGUMENTS, connection
from app.graphql_api.schema.output_fields import closure, keyed, own, part_slot, past_due
from app.graphql_api.schema.type_registry import Slot, described_enum, enum, interface, output
from app.reads.relations import CHANGE

AS_OF = Slot("as_of", "Date | None", "The day to count from; today in the tenant's time zone where left out.")

for _words in (
    AttachmentSource,
    Product,
    DocumentType,
    DocumentStatus,
    ClosureReason,
    CurrencyModel,
    RoutingCode,
    InvoiceTitle,
    ChangeVerb,
):
    described_enum(_words)
described_enum(ChangedResource, "Resource")  # one enumeration for clients: what callers write is a part of it
enum(
    Requirement,
    "Requirement",
    str(Requirement.__doc__),
    {word.name: word.meaning for word in Requirement},
)

interface("Node", "Anything with a global identifier.", [Slot("id", "ID", "Global identifier, opaque; see `node`.")])

_address = next(field for field in CATALOGUE[Resource.ACCOUNT] if field.name == "remit_to")
_line_items = next(field for field in CATALOGUE[Resource.DOCUMENT] if field.name == "line_items")
_thick_billing = next(field for field in CATALOGUE[Resource.DOCUMENT] if field.name == "thick_billing")
output("Address", "A postal address.", [part_slot(f) for f in _address.parts])
output("LineItem", "One line of a document.", [part_slot(f) for f in _line_items.parts])
output(
    "ThickBillingDetail",
    "One line of a rendered invoice, column by column.",
    [part_slot(f) for f in _thick_billing.part("detail").parts],
)
output(
    "ThickBilling",
    "What a rendered invoice shows beyond the document's own fields; whatever is empty here is taken from the document "
    "or its account where they hold it.",
    [part_slot(f) for f in _thick_billing.parts],
)
output(
    "CustomField",
    "A field of the tenant's own making; exactly one of its values is set.",
    [
        keyed("key", "str", "Name of the field."),
        keyed("text", "str | None", "Its value, where it is text."),
        keyed("number", "Decimal | None", "Its value, where it is a number."),
        keyed("date", "Date | None", "Its value, where it is a date."),
        keyed("boolean", "bool | None", "Its value, where it is true or false."),
    ],
)
output(
    "Aging",
    "Open amounts by the days that documents are past due.",
    [
        keyed(
            bucket.name,
            "Decimal",
            "Not past due."
            if bucket.first is None
            else f"Past due by {bucket.first} days and more"
            + ("." if bucket.last is None else f", up to {bucket.last}."),
        )
        for bucket in BUCKETS
    ],
)
output(
    "Balance",
    "What is open in one currency; credit notes count below zero.",
    [
        keyed("currency", "CurrencyCode", "The currency of the amounts."),
        keyed("open_amount", "Decimal", "Sum of all open amounts."),
        keyed("overdue_amount", "Decimal", "The part of it that is past due, credit notes deducted."),
        keyed("overdue_invoices", "Decimal", "Sum of what the filter `overdue` lists: past due, no credit notes."),
        keyed("open_credits", "Decimal", "Sum of all open amounts below zero, whenever they are due."),
        keyed("open_documents", "int", "Number of documents that are open with an amount."),
        keyed("aging", "Aging", "The sum by days past due."),
    ],
)
output(
    "ReadinessProblem",
    "Something that a product would need.",
    [
        keyed("field", "str", 'Path of the field, as in "billingAddress.zip".'),
        keyed("message", "str", "What is missing, in words."),
    ],
)
output(
    "ProductReadiness",
    "Whether one product can work with the resource.",
    [
        keyed("product", "Product", "The product."),
        keyed("ready", "bool", "Whether it has all that it needs."),
        keyed("problems", "list[ReadinessProblem]", "What it lacks, and conditional fields that only you can judge."),
    ],
)
output(
    "ProductField",
    "A field that a product reads.",
    [
        keyed("resource", "Resource", "The resource that has the field."),
        keyed("name", "str", 'Its name in this schema; parts of an object as in "billingAddress.zip".'),
        keyed("type", "str", "The type of its value."),
        keyed("requirement", "Requirement", "What the product makes of it."),
        keyed("description", "str", "What it means, and when it is required."),
    ],
)
output(
    "StatusTransition",
    "One step in the life of a document.",
    [
        Slot("status", "DocumentStatus", "The status that it took."),
        Slot("at", "DateTime", "When."),
        Slot("reason", "ClosureReason | None", "Why, where it was closed by request."),
        Slot("notes", "str | None", "What was said about it."),
    ],
)
output(
    "Closure",
    "How a document was closed.",
    [
        keyed("reason", "ClosureReason | None", "Why; empty where its open amount became zero."),
        keyed("closed_at", "DateTime", "When."),
        keyed("notes", "str | None", "What was said about it."),
    ],
)

output(
    "Attachment",
    "The PDF of a document.",
    [
        keyed("id", "ID", "Another one for each version of the PDF; REST addresses the file by it."),
        keyed("file_size", "int | None", "Its bytes; null for a generated one that nobody has asked for yet."),
        keyed("uploaded_at", "DateTime", "When it was uploaded, or when the data that it shows was last written."),
        keyed("source", "AttachmentSource", "Where it comes from."),
        Slot(
            "url",
            "str",
            "An address that a browser can open for ten minutes without a key. It leads to this version alone.",
            resolve=lambda value, args: args["context"].url(value),
        ),
    ],
)

PRODUCTS = Slot("products", "list[Product]", "The products that its data was declared for.")
BALANCES = Slot(
    "balances",
    "list[Balance]",
    "What is open, one entry a currency. Closed documents do not count, whatever day is asked about.",
    arguments=(AS_OF,),
    edge="balances",
)


HISTORY = Slot("history", "ChangeConnection", "Every write to it, oldest first.", PAGE_ARGUMENTS, edge="history")


def readiness_slot(resource: Resource) -> Slot:
    columns = tuple(field.name for field in CATALOGUE[resource])
    return Slot(
        "readiness",
        "list[ProductReadiness]",
        "What each active product of the tenant would still need, in the order of the products.",
        resolve=lambda row, args: args["context"].readiness(resource, row),
        needs=columns,
        behind=(OWN_ACCOUNT,) if resource is Resource.DOCUMENT else (),
    )


def to_one(name: str, type_: str, description: str) -> Slot:
    return Slot(name, type_, description, edge=name)


output(
    "Account",
    "A customer that owes money.",
    list(
        own(
            Resource.ACCOUNT,
            PRODUCTS,
            to_one("parent_account", "Account | None", "The account above it; null too where it does not exist yet."),
            connection("child_accounts", Resource.ACCOUNT, "The accounts below it."),
            connection("documents", Resource.DOCUMENT, "What the customer owes and owed."),
            connection("notes", Resource.NOTE, "Remarks, oldest first."),
            connection("representatives", Resource.REPRESENTATIVE, "The seller's people linked to it."),
            connection("contacts", Resource.CONTACT, "The customer's people."),
            BALANCES,
            HISTORY,
            readiness_slot(Resource.ACCOUNT),
        )
    ),
    resource=Resource.ACCOUNT,
    interfaces=("Node",),
)
output(
    "Document",
    "An invoice, a credit note or another receivable of an account.",
    list(
        own(
            Resource.DOCUMENT,
            PRODUCTS,
            Slot("status", "DocumentStatus", "Open or closed; decided by the server."),
            Slot("currency_model", "CurrencyModel | None", "The model its amounts are in; null where it has none."),
            Slot(
                "open_amount",
                "Decimal | None",
                "What is still open, whatever the currency model: zero while it is closed, never above zero for a "
                "credit note, null where it has no amounts.",
            ),
            Slot("open_currency", "CurrencyCode | None", "The currency of `openAmount`."),
            to_one("account", "Account", "The customer who owes it."),
            to_one("applies_to", "Document | None", "The invoice that a credit note lowers, where it exists."),
            connection("credit_notes", Resource.DOCUMENT, "The credit notes that lower this invoice."),
            connection("representatives", Resource.REPRESENTATIVE, "The seller's people linked to it."),
            Slot(
                "closure",
                "Closure | None",
                "How it was closed; null while it is open.",
                resolve=closure,
                needs=("status", "closed_at", "closure_reason", "closure_notes"),
            ),
            Slot(
                "status_history",
                "list[StatusTransition]",
                "Every step of its life, oldest first.",
                edge="status_history",
            ),
            Slot(
                "attachments",
                "list[Attachment]",
                "Its PDF: the pushed one, or else the one that its thick billing data makes for Invoicing. Empty where "
                "there is neither.",
                resolve=lambda row, args: args["context"].attachments(row),
                needs=PDF_DOCUMENT_COLUMNS,
                behind=(OWN_ACCOUNT, STORED_ATTACHMENT),
            ),
            Slot(
                "days_past_due",
                "int",
                "Days since its due date; 0 when it is closed or not yet due.",
                arguments=(AS_OF,),
                resolve=past_due,
                needs=("status", "due_date"),
            ),
            HISTORY,
            readiness_slot(Resource.DOCUMENT),
        )
    ),
    resource=Resource.DOCUMENT,
    interfaces=("Node",),
)
output(
    "Note",
    "A remark on an account that can never be changed or removed.",
    list(
        own(
            Resource.NOTE,
            Slot("account_number", "str", "Account number of the account it is on."),
            to_one("account", "Account", "The account it is on."),
        )
    ),
    resource=Resource.NOTE,
    interfaces=("Node",),
)
output(
    "Representative",
    "A person on the seller's side to whom work escalates.",
    list(
        own(
            Resource.REPRESENTATIVE,
            to_one("supervisor", "Representative | None", "Whom the representative reports to."),
            connection("reports", Resource.REPRESENTATIVE, "Those who report to the representative."),
            connection("accounts", Resource.ACCOUNT, "The accounts linked to the representative."),
            connection("documents", Resource.DOCUMENT, "The documents linked to the representative."),
        )
    ),
    resource=Resource.REPRESENTATIVE,
    interfaces=("Node",),
)
output(
    "Contact",
    "A person on the customer's side.",
    list(own(Resource.CONTACT, to_one("account", "Account | None", "The customer the contact works for."))),
    resource=Resource.CONTACT,
    interfaces=("Node",),
)
output(
    "Change",
    "An entry of the change log: one change of one resource. Entries are never changed or removed.",
    [
        Slot("sequence", "int", "Counts the tenant's changes from 1, without a gap."),
        Slot("at", "DateTime", "When."),
        Slot("resource", "Resource", "What kind of resource was written."),
        Slot("key", "str", "Its key."),
        Slot("verb", "ChangeVerb", "What was done."),
        Slot("version", "int | None", "Its version since then; null where the write did not make one."),
        Slot("before", "JSON | None", "The fields that changed, by Ingest name, as they were; null for what is new."),
        Slot("after", "JSON", "The fields that changed, by Ingest name, as they are since then."),
        Slot(
            "key_id",
            "str | None",
            "The first digits of the API key's hash, as `keys list` shows them; null where the operator wrote, or a "
            "signed link had a PDF generated.",
        ),
        Slot("request_id", "str | None", "The X-Request-Id of the request that wrote; null where the operator did."),
        Slot("hash", "str", "SHA-256 over this entry and the hash of the one before."),
    ],
    resource=CHANGE,
)
output(
    "Tenant",
    "The owner of all that a key can see.",
    [
        Slot("name", "str", "Name of the tenant."),
        Slot("products", "list[Product]", "The products that are active."),
        Slot("currency_model", "CurrencyModel | None", "The model that its first amounts fixed; null before them."),
        Slot("time_zone", "str", "The time zone that its days begin in, by IANA name: today is its day there."),
        Slot("connection_id", "str", "Identifier of its Ingest connection, which pushed PDFs are addressed to."),
        BALANCES,
    ],
    resource="tenant",
)
