"""The object types of the schema that rows are of: the fields of the catalogue, and what the gateway adds to them."""

from decimal import Decimal
from typing import Any

import strawberry

from app.domain.attachments import PDF_DOCUMENT_COLUMNS
from app.domain.changes import ChangedResource, ChangeVerb
from app.domain.enums import CurrencyModel, DocumentStatus, Product, Resource
from app.domain.resources import RESOURCES
from app.graphql_api.schema.catalogue_fields import catalogue_fields
from app.graphql_api.schema.connections import Connection, Edge, connection, page_arguments
from app.graphql_api.schema.names import by_resource
from app.graphql_api.schema.planned_fields import argument, computed, relation
from app.graphql_api.schema.resolvers import (
    AS_OF,
    OWN_ACCOUNT,
    RECORDED,
    STORED_ATTACHMENT,
    after,
    attachments,
    before,
    change_hash,
    closure,
    days_past_due,
    readiness,
)
from app.graphql_api.schema.scalars import CurrencyCode, Date, DateTime, Json
from app.graphql_api.schema.value_types import (  # noqa: F401 -- the catalogue's fields name some
    Address,
    Attachment,
    Balance,
    Closure,
    CustomField,
    LineItem,
    ProductReadiness,
    StatusTransition,
    ThickBilling,
)
from app.reads.selection import Traversal


def declared_products() -> Any:
    return strawberry.field(description="The products that its data was declared for.")


def open_balances() -> Any:
    return relation(
        "What is open, one entry a currency. Closed documents do not count, whatever day is asked about.",
        argument("as_of", Date | None, AS_OF),
    )


def changes() -> Any:
    return relation("Every write to it, oldest first.", *page_arguments())


def product_readiness(resource: Resource, *reads: Traversal) -> Any:
    text = "What each active product of the tenant would still need, in the order of the products."
    return computed(readiness, text, *(field.name for field in RESOURCES[resource].fields), reads=reads)


@strawberry.interface(description="Anything with a global identifier.")
class Node:
    id: strawberry.ID = strawberry.field(description="Global identifier, opaque; see `node`.")


@strawberry.type(description="A customer that owes money.")
@catalogue_fields(Resource.ACCOUNT)
class Account(Node):
    products: list[Product] = declared_products()
    parent_account: "Account | None" = relation("The account above it; null too where it does not exist yet.")
    child_accounts: "AccountConnection" = connection("The accounts below it.", Resource.ACCOUNT)
    documents: "DocumentConnection" = connection("What the customer owes and owed.", Resource.DOCUMENT)
    notes: "NoteConnection" = connection("Remarks, oldest first.", Resource.NOTE)
    representatives: "RepresentativeConnection" = connection(
        "The seller's people linked to it.", Resource.REPRESENTATIVE
    )
    contacts: "ContactConnection" = connection("The customer's people.", Resource.CONTACT)
    balances: list[Balance] = open_balances()
    history: "ChangeConnection" = changes()
    readiness: list[ProductReadiness] = product_readiness(Resource.ACCOUNT)


@strawberry.type(description="An invoice, a credit note or another receivable of an account.")
@catalogue_fields(Resource.DOCUMENT)
class Document(Node):
    products: list[Product] = declared_products()
    status: DocumentStatus = strawberry.field(description="Open or closed; decided by the server.")
    currency_model: CurrencyModel | None = strawberry.field(
        description="The model its amounts are in; null where it has none."
    )
    open_amount: Decimal | None = strawberry.field(
        description="What is still open, whatever the currency model: zero while it is closed, never above zero for a "
        "credit note, null where it has no amounts."
    )
    open_currency: CurrencyCode | None = strawberry.field(description="The currency of `openAmount`.")
    account: Account = relation("The customer who owes it.")
    applies_to: "Document | None" = relation("The invoice that a credit note lowers, where it exists.")
    credit_notes: "DocumentConnection" = connection("The credit notes that lower this invoice.", Resource.DOCUMENT)
    representatives: "RepresentativeConnection" = connection(
        "The seller's people linked to it.", Resource.REPRESENTATIVE
    )
    closure: Closure | None = computed(
        closure, "How it was closed; null while it is open.", "status", "closed_at", "closure_reason", "closure_notes"
    )
    status_history: list[StatusTransition] = relation("Every step of its life, oldest first.")
    attachments: list[Attachment] = computed(
        attachments,
        "Its PDF: the pushed one, or else the one that its thick billing data makes for Invoicing. Empty where there "
        "is neither.",
        *PDF_DOCUMENT_COLUMNS,
        reads=(OWN_ACCOUNT, STORED_ATTACHMENT),
    )
    days_past_due: int = computed(
        days_past_due, "Days since its due date; 0 when it is closed or not yet due.", "status", "due_date"
    )
    history: "ChangeConnection" = changes()
    readiness: list[ProductReadiness] = product_readiness(Resource.DOCUMENT, OWN_ACCOUNT)


@strawberry.type(description="A remark on an account that can never be changed or removed.")
@catalogue_fields(Resource.NOTE)
class Note(Node):
    account_number: str = strawberry.field(description="Account number of the account it is on.")
    account: Account = relation("The account it is on.")


@strawberry.type(description="A person on the seller's side to whom work escalates.")
@catalogue_fields(Resource.REPRESENTATIVE)
class Representative(Node):
    supervisor: "Representative | None" = relation("Whom the representative reports to.")
    reports: "RepresentativeConnection" = connection("Those who report to the representative.", Resource.REPRESENTATIVE)
    accounts: "AccountConnection" = connection("The accounts linked to the representative.", Resource.ACCOUNT)
    documents: "DocumentConnection" = connection("The documents linked to the representative.", Resource.DOCUMENT)


@strawberry.type(description="A person on the customer's side.")
@catalogue_fields(Resource.CONTACT)
class Contact(Node):
    account: Account | None = relation("The customer the contact works for.")


@strawberry.type(
    description="An entry of the change log: one change of one resource. Entries are never changed or removed."
)
class Change:
    sequence: int = strawberry.field(description="Counts the tenant's changes from 1, without a gap.")
    at: DateTime = strawberry.field(description="When.")
    resource: ChangedResource = strawberry.field(description="What kind of resource was written.")
    key: str = strawberry.field(description="Its key.")
    verb: ChangeVerb = strawberry.field(description="What was done.")
    version: int | None = strawberry.field(description="Its version since then; null where the write did not make one.")
    before: Json | None = computed(
        before, "The fields that changed, by Ingest name, as they were; null for what is new.", *RECORDED
    )
    after: Json = computed(after, "The fields that changed, by Ingest name, as they are since then.", *RECORDED)
    key_id: str | None = strawberry.field(
        description="The first digits of the API key's hash, as `keys list` shows them; null where the operator wrote, "
        "or a signed link had a PDF generated."
    )
    request_id: str | None = strawberry.field(
        description="The X-Request-Id of the request that wrote; null where the operator did."
    )
    hash: str = computed(change_hash, "SHA-256 over this entry and the hash of the one before.", "hash", "digest")


@strawberry.type(description="The owner of all that a key can see.")
class Tenant:
    name: str = strawberry.field(description="Name of the tenant.")
    products: list[Product] = strawberry.field(description="The products that are active.")
    currency_model: CurrencyModel | None = strawberry.field(
        description="The model that its first amounts fixed; null before them."
    )
    time_zone: str = strawberry.field(
        description="The time zone that its days begin in, by IANA name: today is its day there."
    )
    connection_id: str = strawberry.field(
        description="Identifier of its Ingest connection, which pushed PDFs are addressed to."
    )
    balances: list[Balance] = open_balances()


@strawberry.type(description="An account and its place in a list.")
class AccountEdge(Edge[Account]):
    node: Account = strawberry.field(description="The account.")


@strawberry.type(description="A page of accounts.")
class AccountConnection(Connection[AccountEdge, Account]):
    pass


@strawberry.type(description="A document and its place in a list.")
class DocumentEdge(Edge[Document]):
    node: Document = strawberry.field(description="The document.")


@strawberry.type(description="A page of documents.")
class DocumentConnection(Connection[DocumentEdge, Document]):
    pass


@strawberry.type(description="A note and its place in a list.")
class NoteEdge(Edge[Note]):
    node: Note = strawberry.field(description="The note.")


@strawberry.type(description="A page of notes.")
class NoteConnection(Connection[NoteEdge, Note]):
    pass


@strawberry.type(description="A representative and its place in a list.")
class RepresentativeEdge(Edge[Representative]):
    node: Representative = strawberry.field(description="The representative.")


@strawberry.type(description="A page of representatives.")
class RepresentativeConnection(Connection[RepresentativeEdge, Representative]):
    pass


@strawberry.type(description="A contact and its place in a list.")
class ContactEdge(Edge[Contact]):
    node: Contact = strawberry.field(description="The contact.")


@strawberry.type(description="A page of contacts.")
class ContactConnection(Connection[ContactEdge, Contact]):
    pass


@strawberry.type(description="A change and its place in a list.")
class ChangeEdge(Edge[Change]):
    node: Change = strawberry.field(description="The change.")


@strawberry.type(description="A page of changes.")
class ChangeConnection(Connection[ChangeEdge, Change]):
    pass


TYPES = by_resource(globals())
