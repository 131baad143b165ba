"""Whether the counts and sums that triggers keep are those of the rows that there are."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.enums import DocumentStatus, Resource
from app.storage.database.engine import Database
from app.storage.tables import ACCOUNT_SUMS, DOCUMENT_SUMS, DOCUMENTS, ROW_COUNTS, TABLES, TENANTS
from app.storage.tables.sums import ANY_DAY, NO_AMOUNT, NO_CURRENCY
from app.storage.types import OrderedAmount, exact_parts

COUNTED = (Resource.ACCOUNT, Resource.DOCUMENT, Resource.REPRESENTATIVE, Resource.CONTACT)
SUMS = ("documents", "millions", "ten_thousandths")


@dataclass(frozen=True, slots=True)
class SumsAudit:
    """What is wrong with the counts and sums of one tenant: the number of those that are not what its rows make, and
    one of them in words."""

    tenant: str
    wrong: int
    example: str | None


async def audit_sums(database: Database) -> AsyncIterator[SumsAudit]:
    """Counts and sums up all rows of every tenant, each from one state of the database."""
    async with database.reading() as connection:
        tenants = sa.select(TENANTS.c.tenant_id, TENANTS.c.name).order_by(TENANTS.c.name)
        for tenant_id, name in (await connection.execute(tenants)).all():
            wrong = [each async for each in differences(connection, tenant_id)]
            yield SumsAudit(name, len(wrong), wrong[0] if wrong else None)


async def differences(connection: AsyncConnection, tenant_id: int) -> AsyncIterator[str]:
    """Each count or sum of a tenant that is not what its rows make: by how much it lacks them."""
    for table in (ROW_COUNTS, DOCUMENT_SUMS, ACCOUNT_SUMS):
        for row in (await connection.execute(lacking(table, tenant_id, connection.dialect.name))).mappings():
            yield f"{table.name}: " + ", ".join(f"{name} {value}" for name, value in row.items())


def lacking(table: sa.Table, tenant_id: int, dialect: str) -> sa.Select[Any]:
    """What the rows of a table of counts or sums lack of those that they are made of; a row for each that differs."""
    keys = [column.name for column in table.primary_key if column.name != "tenant_id"]
    values = [column.name for column in table.c if not column.primary_key]
    kept = sa.select(*(table.c[name] for name in keys), *((-table.c[name]).label(name) for name in values))
    made = counted(tenant_id) if table is ROW_COUNTS else [summed_documents(table, tenant_id, dialect)]
    together = sa.union_all(*made, kept.where(table.c.tenant_id == tenant_id)).subquery("together")
    totals = [sa.func.sum(together.c[name]) for name in values]
    groups = [together.c[name] for name in keys]
    differing = sa.or_(*(total != 0 for total in totals))
    labelled = (total.label(name) for total, name in zip(totals, values, strict=True))
    return sa.select(*groups, *labelled).group_by(*groups).having(differing).order_by(*groups)


def counted(tenant_id: int) -> Iterator[sa.Select[Any]]:
    """The rows of each resource."""
    for resource in COUNTED:
        rows = TABLES[resource]
        kind = sa.literal(str(resource), ROW_COUNTS.c.resource.type).label("resource")
        yield sa.select(kind, sa.func.count().label("total")).select_from(rows).where(rows.c.tenant_id == tenant_id)


def summed_documents(table: sa.Table, tenant_id: int, dialect: str) -> sa.Select[Any]:
    """The documents in the groups of a table of sums."""
    values = group_values()
    if table is ACCOUNT_SUMS:
        is_open = DOCUMENTS.c.status == str(DocumentStatus.OPEN)
        for name, other in (("due_date", ANY_DAY), ("open_currency", NO_CURRENCY), ("open_amount", NO_AMOUNT)):
            values[name] = sa.case((is_open, values[name]), else_=sa.literal(other, table.c[name].type))
    keys = [values[c.name].label(c.name) for c in table.primary_key if c.name != "tenant_id"]
    parts = [sa.func.coalesce(part, sa.literal_column("0")) for part in exact_parts(DOCUMENTS.c.open_amount, dialect)]
    sums = zip(SUMS, (sa.literal_column("1"), *parts), strict=True)
    return sa.select(*keys, *(value.label(name) for name, value in sums)).where(DOCUMENTS.c.tenant_id == tenant_id)


def group_values() -> dict[str, sa.ColumnElement[Any]]:
    """What a document is grouped by."""
    amount = DOCUMENTS.c.open_amount
    signs = [
        (condition, sa.literal(Decimal(sign), OrderedAmount()))
        for condition, sign in ((amount > Decimal(0), 1), (amount == Decimal(0), 0), (amount < Decimal(0), -1))
    ]
    return {
        **{name: DOCUMENTS.c[name] for name in ("account_number", "status", "due_date", "document_type")},
        "open_currency": sa.func.coalesce(DOCUMENTS.c.open_currency, sa.literal_column(f"'{NO_CURRENCY}'")),
        "open_amount": sa.case(*signs, else_=sa.literal(NO_AMOUNT, OrderedAmount())),
    }
