"""The one statement of an export: all rows of a resource that meet a condition, in the order of their keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.domain.caller import Caller
from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.reads.exports.columns import OWNER, ROW, ExportColumn, array_text, link_text, object_text
from app.reads.filters import condition_sql
from app.reads.relations import CHANGE
from app.reads.selection import AllOf, Condition
from app.storage.database.compat_sqlalchemy import parameters_of
from app.storage.tables import ACCOUNT_REPRESENTATIVES, ACCOUNTS, CHANGES, DOCUMENT_REPRESENTATIVES, TABLES
from app.storage.writes.tenant_rows import owned

LINK = "link"
EVERYTHING = AllOf(())
SUPERVISOR = "supervisor_representative_reference"


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported: `source` is a resource, LINK or CHANGE. `as_object` has each row be a JSON object, which with
    `keeps_null` has every column; otherwise an array of texts."""

    source: str
    columns: tuple[ExportColumn, ...]
    condition: Condition = EVERYTHING
    as_object: bool = True
    keeps_null: bool = False


@dataclass(frozen=True, slots=True)
class ExportStatement:
    """SQL that gives a row of one text for each row of an export, and its parameters. `is_ordered` says that an index
    gives the rows in their order."""

    text: str
    arguments: tuple[Any, ...]
    is_ordered: bool


def export_statement(export: Export, caller: Caller, dialect: Dialect) -> ExportStatement:
    rows = sa.select(sa.literal_column(row_text(export, dialect.name), sa.Text()).label("line"))
    if export.source == LINK:
        rows = links(rows, caller)
    else:
        table = CHANGES if export.source == CHANGE else TABLES[Resource(export.source)]
        target = table.alias(ROW)
        condition = condition_sql(export.condition, export.source, target, caller, dialect.name)
        rows = rows.select_from(joined(export, target)).where(owned(target, caller), condition)
        rows = ORDERS.get(export.source, by_key)(rows, target, caller)
    is_ordered = export.condition == EVERYTHING and export.source in TABLES and export.source not in ORDERS
    return compiled(rows, dialect, is_ordered=is_ordered)


def row_text(export: Export, dialect: str) -> str:
    """The SQL that writes one row."""
    if not export.as_object:
        return array_text(export.columns, dialect)
    if export.source == LINK and not export.keeps_null:
        return link_text(dialect)
    return object_text(export.columns, dialect, keeps_null=export.keeps_null)


def compiled(rows: sa.Select[Any], dialect: Dialect, *, is_ordered: bool) -> ExportStatement:
    """The statement as the driver takes it."""
    made: Any = rows.compile(dialect=dialect)
    values = []
    for name, process in parameters_of(made):
        value = made.binds[name].value
        values.append(process(value) if process else value)
    return ExportStatement(made.string, tuple(values), is_ordered)


def joined(export: Export, target: sa.FromClause) -> sa.FromClause:
    """The rows, with the account of each where columns of that are asked for."""
    if not any(column.of_account for column in export.columns):
        return target
    owner = ACCOUNTS.alias(OWNER)
    same = sa.and_(owner.c.tenant_id == target.c.tenant_id, owner.c.account_number == target.c.account_number)
    return target.outerjoin(owner, same)


def links(rows: sa.Select[Any], caller: Caller) -> sa.Select[Any]:
    """The links of representatives to accounts, and of each after them those to documents."""
    account, document = (table.alias() for table in (ACCOUNT_REPRESENTATIVES, DOCUMENT_REPRESENTATIVES))
    nothing = sa.null()
    to_accounts = sa.select(
        account.c.reference, account.c.account_number, sa.cast(nothing, sa.Text()).label("document_number")
    ).where(owned(account, caller))
    to_documents = sa.select(
        document.c.reference, sa.cast(nothing, sa.Text()).label("account_number"), document.c.document_number
    ).where(owned(document, caller))
    both = sa.union_all(to_accounts, to_documents).subquery(ROW)
    key = sa.func.coalesce(both.c.account_number, both.c.document_number)
    return rows.select_from(both).order_by(both.c.reference, both.c.account_number.is_(None), key)


def by_key(rows: sa.Select[Any], target: sa.FromClause, caller: Caller) -> sa.Select[Any]:
    (resource,) = [each for each, table in TABLES.items() if table.name == target.element.name]  # type: ignore[attr-defined]
    return rows.order_by(target.c[RESOURCES[resource].key])


def by_sequence(rows: sa.Select[Any], target: sa.FromClause, caller: Caller) -> sa.Select[Any]:
    return rows.order_by(target.c.sequence)


def supervisors_first(rows: sa.Select[Any], target: sa.FromClause, caller: Caller) -> sa.Select[Any]:
    """By how many stand above a representative, so that whoever reads on knows every supervisor already."""
    top, below = (TABLES[Resource.REPRESENTATIVE].alias() for _ in range(2))
    zero, one = (sa.literal_column(digit, sa.Integer()) for digit in "01")
    line = (
        sa.select(top.c.reference, zero.label("depth"))
        .where(owned(top, caller), top.c[SUPERVISOR].is_(None))
        .cte("reporting_line", recursive=True)
    )
    following = sa.select(below.c.reference, line.c.depth + one).where(
        owned(below, caller), below.c[SUPERVISOR] == line.c.reference
    )
    line = line.union_all(following)
    placed = rows.join_from(target, line, line.c.reference == target.c.reference)
    return placed.order_by(line.c.depth, target.c.reference)


Ordered = Callable[[sa.Select[Any], sa.FromClause, Caller], sa.Select[Any]]
ORDERS: dict[str, Ordered] = {CHANGE: by_sequence, Resource.REPRESENTATIVE: supervisors_first}


MOST_CUSTOM_FIELDS = 1_500  # different ones: an import takes 2,000 columns


def custom_fields_statement(export: Export, caller: Caller, dialect: Dialect) -> sa.Select[Any]:
    """The names of all custom fields that the rows of an export have, each with its types as JSON or SQLite calls them;
    at most one more than MOST_CUSTOM_FIELDS."""
    target = TABLES[Resource(export.source)].alias(ROW)
    member = sa.func.json_each(target.c.custom_fields).table_valued("key", "value", "type", name="member")
    kind: Any = member.c.type if dialect.name == "sqlite" else sa.func.json_typeof(member.c.value)
    condition = condition_sql(export.condition, export.source, target, caller, dialect.name)
    named = sa.select(member.c.key, kind.label("kind")).select_from(target.join(member, sa.true())).distinct()
    return named.where(owned(target, caller), target.c.custom_fields.is_not(None), condition).limit(
        sa.literal_column(str(MOST_CUSTOM_FIELDS + 1))
    )
