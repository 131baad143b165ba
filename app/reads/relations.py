"""All relations between resources, as a table: which resource each reaches, the columns that it starts from, and the
rows that it reaches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from app.domain.caller import Caller
from app.domain.enums import DocumentType, Resource
from app.domain.resources import RESOURCES
from app.reads.selection import Order
from app.storage.tables import (
    ACCOUNT_REPRESENTATIVES,
    ATTACHMENTS,
    CHANGES,
    DOCUMENT_REPRESENTATIVES,
    DOCUMENTS,
    STATUS_TRANSITIONS,
    TABLES,
    TENANTS,
    metadata,
)
from app.storage.writes.tenant_rows import owned

QUERY, TENANT, TRANSITION, ATTACHMENT, CHANGE = "query", "tenant", "transition", "attachment", "change"
SOURCES: dict[str, sa.Table] = {
    **{str(resource): table for resource, table in TABLES.items()},
    TENANT: TENANTS,
    TRANSITION: STATUS_TRANSITIONS,
    ATTACHMENT: ATTACHMENTS,
    CHANGE: CHANGES,
}
DEFAULT_ORDERS: dict[str, tuple[Order, ...]] = {
    **{str(resource): (Order(known.order or known.key),) for resource, known in RESOURCES.items()},
    TRANSITION: (Order("version"),),
    CHANGE: (Order("sequence"),),
}
# The columns of the hash whose first digits a cursor holds, too: by them a list knows its own cursors again.
HASH_COLUMNS = {CHANGE: ("hash", "digest")}
# A row's own key in the last place of every order, so that no two rows are equal.
TIE_BREAKS = {str(resource): "csr_id" for resource in Resource}


@lru_cache(maxsize=32)
def aliased(table: sa.Table, name: str) -> sa.FromClause:
    """The table under a name. Kept for a while, since it takes a copy of every column: of documents, 85 KB."""
    return plain(table).alias(name)


@cache
def plain(table: sa.Table) -> sa.TableClause:
    """The table without what only definitions need, such as its keys: of documents, to copy its columns takes 0.3 ms
    instead of 2.8."""
    return sa.table(table.name, *(sa.column(column.name, column.type) for column in table.c))


def may_be_empty(column: sa.ColumnElement[Any]) -> bool:
    """Whether a column of some rows, the column of a table in the end, may be NULL there."""
    (origin,) = column.base_columns
    table = origin.table if isinstance(origin, sa.ColumnClause) else None
    if not isinstance(table, sa.TableClause):
        raise TypeError(f"{column} is no column of a table")
    return bool(metadata.tables[table.name].c[origin.name].nullable)


class Shape(Enum):
    """What a relation yields for each row that it starts from."""

    ONE = "one"  # a row or nothing
    PAGE = "page"  # a slice of a list
    LIST = "list"  # a short list, whole
    BALANCES = "balances"  # sums over open documents


Columns = Sequence[sa.ColumnElement[object]]
ReachedRows = tuple[sa.FromClause, list[sa.ColumnElement[bool]]]
Reach = Callable[[sa.FromClause, Columns, Caller], ReachedRows]


@dataclass(frozen=True, slots=True)
class Links:
    """A table of links, and its columns with the key of a row to start from and that of one to reach."""

    table: sa.Table
    start_column: str
    target_column: str

    def reach(self, target: sa.FromClause, start: Columns, caller: Caller) -> ReachedRows:
        """Target rows that the table links to the start."""
        tie = aliased(self.table, "tie")
        key = self.target_column
        met = tie.join(target, sa.and_(target.c[key] == tie.c[key], target.c.tenant_id == tie.c.tenant_id))
        return met, [owned(tie, caller), owned(target, caller), tie.c[self.start_column] == start[0]]

    def keys(self, start: Columns, caller: Caller, name: str) -> sa.Select[tuple[str]]:
        """The keys of the target rows that it links to the start."""
        tie = aliased(self.table, name)
        return sa.select(tie.c[self.target_column]).where(owned(tie, caller), tie.c[self.start_column] == start[0])


@dataclass(frozen=True, slots=True)
class Relation:
    """`reach(target, start, caller)` gives what to select from and on which conditions, `start` being the columns
    named by `start_columns`. `links`: where it reaches rows by a table of links; `equal_column`: where it reaches those
    that have the start's key in this column."""

    target: str
    shape: Shape
    start_columns: tuple[str, ...]
    reach: Reach
    links: Links | None = None
    equal_column: str = ""


def equal_columns(*columns: str) -> Reach:
    """Target rows whose columns equal the start's."""

    def reach(target: sa.FromClause, start: Columns, caller: Caller) -> ReachedRows:
        equal = [target.c[name] == value for name, value in zip(columns, start, strict=True)]
        return target, [owned(target, caller), *equal]

    return reach


def meant_invoice(
    number: sa.ColumnElement[object], account: sa.ColumnElement[object], caller: Caller
) -> sa.ScalarSelect[int]:
    """The csrId of the invoice that a credit note on the account means by the number: one of the same account before
    any other, the oldest first."""
    meant = aliased(DOCUMENTS, "meant")
    of_account = sa.func.min(sa.case((meant.c.account_number == account, meant.c.csr_id)))
    return (
        sa.select(sa.func.coalesce(of_account, sa.func.min(meant.c.csr_id)))
        .where(
            owned(meant, caller),
            meant.c.invoice_key == number,
            meant.c.document_type != str(DocumentType.CREDIT_NOTE),
        )
        .scalar_subquery()
    )


def invoice_of(target: sa.FromClause, start: Columns, caller: Caller) -> ReachedRows:
    """The invoice of a credit note. `start`: its applies_to_invoice, account number and document type."""
    return target, [
        owned(target, caller),
        start[2] == str(DocumentType.CREDIT_NOTE),
        target.c.invoice_key == start[0],  # is its index key: behind its walls Postgres takes no subquery for one
        target.c.csr_id == meant_invoice(start[0], start[1], caller),
    ]


def credit_notes_of(target: sa.FromClause, start: Columns, caller: Caller) -> ReachedRows:
    """The credit notes that mean the invoice. `start`: its invoice_key and csr_id."""
    return target, [
        owned(target, caller),
        target.c.document_type == str(DocumentType.CREDIT_NOTE),
        target.c.applies_to_invoice == start[0],
        meant_invoice(target.c.applies_to_invoice, target.c.account_number, caller) == start[1],
    ]


def changes_of(resource: Resource) -> Relation:
    """The changes of a resource of that kind."""

    def reach(target: sa.FromClause, start: Columns, caller: Caller) -> ReachedRows:
        kind: sa.ColumnElement[str] = sa.literal_column(f"'{resource}'")
        return target, [owned(target, caller), target.c.resource == kind, target.c.key == start[0]]

    return Relation(CHANGE, Shape.PAGE, (RESOURCES[resource].key,), reach)


def to_one(target: str, start_columns: Sequence[str], *columns: str) -> Relation:
    return Relation(target, Shape.ONE, tuple(start_columns), equal_columns(*columns))


def relations_of(resource: Resource) -> Iterator[tuple[tuple[str, str], Relation]]:
    """The relations that the table of resources states: those of its references, and those that a query begins with."""
    known, name = RESOURCES[resource], str(resource)
    for each in known.references:
        target, key = str(each.target), RESOURCES[each.target].key
        yield (name, each.relation), to_one(target, [each.field], key)
        reverse = Relation(name, Shape.PAGE, (key,), equal_columns(each.field), equal_column=each.field)
        yield (target, each.reverse), reverse
    keys = [RESOURCES[known.owner].key, known.key] if known.owner else [known.key]
    yield (QUERY, name), to_one(name, keys, *keys)
    if not known.owner:
        yield (QUERY, resource.plural), Relation(name, Shape.PAGE, (), equal_columns())
    yield (QUERY, f"{name}_node"), to_one(name, ["csr_id"], "csr_id")


def links_of(resource: Resource, table: sa.Table) -> dict[tuple[str, str], Relation]:
    """The relations between a resource and the representatives that a table links to it."""
    name, key = str(resource), RESOURCES[resource].key
    to_them, to_it = Links(table, key, "reference"), Links(table, "reference", key)
    return {
        (name, "representatives"): Relation(REPRESENTATIVE, Shape.PAGE, (key,), to_them.reach, to_them),
        (REPRESENTATIVE, resource.plural): Relation(name, Shape.PAGE, ("reference",), to_it.reach, to_it),
    }


ACCOUNT, DOCUMENT, REPRESENTATIVE = map(str, (Resource.ACCOUNT, Resource.DOCUMENT, Resource.REPRESENTATIVE))

RELATIONS: dict[tuple[str, str], Relation] = {
    **{path: relation for resource in Resource for path, relation in relations_of(resource)},
    **links_of(Resource.ACCOUNT, ACCOUNT_REPRESENTATIVES),
    **links_of(Resource.DOCUMENT, DOCUMENT_REPRESENTATIVES),
    (ACCOUNT, "balances"): Relation(DOCUMENT, Shape.BALANCES, ("account_number",), equal_columns("account_number")),
    (ACCOUNT, "history"): changes_of(Resource.ACCOUNT),
    (DOCUMENT, "applies_to"): Relation(
        DOCUMENT, Shape.ONE, ("applies_to_invoice", "account_number", "document_type"), invoice_of
    ),
    (DOCUMENT, "credit_notes"): Relation(DOCUMENT, Shape.PAGE, ("invoice_key", "csr_id"), credit_notes_of),
    (DOCUMENT, "status_history"): Relation(
        TRANSITION, Shape.LIST, ("document_number",), equal_columns("document_number")
    ),
    (DOCUMENT, "history"): changes_of(Resource.DOCUMENT),
    (DOCUMENT, "stored_attachment"): to_one(ATTACHMENT, ["document_number"], "document_number"),
    (QUERY, "tenant"): Relation(TENANT, Shape.ONE, (), equal_columns()),
    (TENANT, "balances"): Relation(DOCUMENT, Shape.BALANCES, (), equal_columns()),
    (QUERY, "changes"): Relation(CHANGE, Shape.PAGE, (), equal_columns()),
}
