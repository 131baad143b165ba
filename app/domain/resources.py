"""The table of resources: what every layer needs to know of each, written once as literal data. Tables, relations, REST
addresses and their description, and the inputs of GraphQL are made from it; it knows none of them."""

from dataclasses import dataclass

from app.domain.catalogue.account import ACCOUNT
from app.domain.catalogue.contact import CONTACT
from app.domain.catalogue.document import DOCUMENT
from app.domain.catalogue.note import NOTE
from app.domain.catalogue.representative import REPRESENTATIVE
from app.domain.enums import Resource, Verb
from app.domain.fields import Field, named


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that holds the key of another resource. `relation` leads to that one, `reverse` from there to all that
    name it."""

    field: str
    target: Resource
    relation: str
    reverse: str
    must_exist: bool = True


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """What there is to know of a resource. `key` is the first of its `fields`."""

    key: str
    fields: tuple[Field, ...]
    about: str  # in the description of the REST API
    references: tuple[Reference, ...] = ()
    verbs: tuple[Verb, ...] = tuple(Verb)
    is_declared: bool = False  # whether writes say for which products it is; if not, it belongs to Collections alone
    owner: Resource | None = None  # under whose REST address it lies; None: under one of its own
    order: str = ""  # the field by which lists are ordered if nothing is said; if empty, the key

    @property
    def needed_references(self) -> list[Reference]:
        """Those to what must exist."""
        return [reference for reference in self.references if reference.must_exist]

    @property
    def is_append_only(self) -> bool:
        """Whether none can ever be changed."""
        return self.verbs == (Verb.CREATE,)

    def field(self, name: str) -> Field:
        return named(self.fields, name)


RESOURCES: dict[Resource, ResourceDefinition] = {
    Resource.ACCOUNT: ResourceDefinition(
        key="account_number",
        fields=ACCOUNT,
        about="Customers that owe money; everything else belongs to one.",
        references=(
            Reference("parent_account_number", Resource.ACCOUNT, "parent_account", "child_accounts", must_exist=False),
        ),
        is_declared=True,
    ),
    Resource.DOCUMENT: ResourceDefinition(
        key="document_number",
        fields=DOCUMENT,
        about="Invoices, credit notes and other receivables.",
        references=(Reference("account_number", Resource.ACCOUNT, "account", "documents"),),
        is_declared=True,
    ),
    Resource.NOTE: ResourceDefinition(
        key="reference",
        fields=NOTE,
        about="Remarks on accounts. They are kept as evidence: no call changes or removes one.",
        references=(Reference("account_number", Resource.ACCOUNT, "account", "notes"),),
        verbs=(Verb.CREATE,),
        owner=Resource.ACCOUNT,
        order="created_at",
    ),
    Resource.REPRESENTATIVE: ResourceDefinition(
        key="reference",
        fields=REPRESENTATIVE,
        about="People on the seller's side to whom work escalates. Collections alone reads them.",
        references=(
            Reference("supervisor_representative_reference", Resource.REPRESENTATIVE, "supervisor", "reports"),
        ),
    ),
    Resource.CONTACT: ResourceDefinition(
        key="reference",
        fields=CONTACT,
        about="People on the customer's side. Collections alone reads them.",
        references=(Reference("account_number", Resource.ACCOUNT, "account", "contacts"),),
    ),
}
