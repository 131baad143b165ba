"""What the tables of tenants' rows have in common: the column that says whose a row is leads every key, reference and
index. And what every resource has beside the catalogue's fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from app.domain.described_enum import DescribedEnum
from app.domain.enums import Product, Resource
from app.domain.resources import RESOURCES
from app.storage.columns import Row
from app.storage.types import ProductSet, Timestamp

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What the server may do with the rows of a table on Postgres, beside reading them: see row_level_security. Whoever
    may change a column may also lock rows."""

    insert: bool = False
    update: tuple[str, ...] = ()  # the columns
    delete: bool = False
    select: tuple[str, ...] = ()  # the columns; all where none is named


EVERY_VALUE = ("*",)  # as `Rights.update`: every column but those that say which row it is, and since when it is there
FIXED = {"csr_id", "created_at"}  # beside the primary key


class TenantRow(Row):
    """A row that belongs to a tenant."""

    server_rights: ClassVar[Rights] = Rights()

    tenant_id: int


class ResourceRow(TenantRow):
    """A row of a resource. Its columns are the tenant, the catalogue's, its own, and those below, in this order."""

    server_rights: ClassVar[Rights] = Rights(insert=True, update=EVERY_VALUE)

    csr_id: int
    products: tuple[Product, ...] = Field(sa_type=ProductSet)
    version: int
    created_at: datetime = Field(sa_type=Timestamp)
    updated_at: datetime = Field(sa_type=Timestamp)

    @classmethod
    def __table_cls__(cls, name: str, metadata: sa.MetaData, *items: SchemaItem, **options: Any) -> sa.Table:
        last = ResourceRow.model_fields.keys() - TenantRow.model_fields.keys()
        columns = [item for item in items if isinstance(item, sa.Column)]
        constraints = [item for item in items if not isinstance(item, sa.Column)]
        return sa.Table(name, metadata, *sorted(columns, key=lambda c: c.name in last), *constraints, **options)


def table_of(row: type[SQLModel]) -> sa.Table:
    """The table of a class, for statements of SQLAlchemy Core."""
    return row.__table__  # type: ignore[attr-defined,no-any-return]  # SQLAlchemy's metaclass makes it


def columns_to_update(table: sa.Table, rights: Rights) -> tuple[str, ...]:
    """The columns that the server may change."""
    if rights.update != EVERY_VALUE:
        return rights.update
    return tuple(c.name for c in table.c if not c.primary_key and c.name not in FIXED)


def primary_key(*columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("tenant_id", *columns)


def of_tenant() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"])


def resource_keys(resource: Resource) -> Sequence[SchemaItem]:
    """The keys of every resource: the caller's own, the number that the gateway gives, and the references to others."""
    known = RESOURCES[resource]
    own = primary_key(known.key), sa.UniqueConstraint("tenant_id", "csr_id"), of_tenant()
    others = (
        belongs_to(each.target.plural, RESOURCES[each.target].key, each.field) for each in known.needed_references
    )
    return *own, *others


def belongs_to(parent: str, key: str, column: str = "") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", column or key], [f"{parent}.tenant_id", f"{parent}.{key}"])


def by(*columns: str) -> sa.Index:
    """An index within the tenant."""
    return sa.Index(None, "tenant_id", *columns)


def where_filled(column: str, *columns: str) -> sa.Index:
    """An index within the tenant of the rows that have a value of the first column."""
    filled = sa.text(f"{column} IS NOT NULL")
    return sa.Index(None, "tenant_id", column, *columns, postgresql_where=filled, sqlite_where=filled)


def by_status(status: str, *columns: str) -> sa.Index:
    """An index within the tenant, of the documents of one status alone. A statement has to name the status in its text
    for it to be used."""
    where = sa.text(f"status = '{status}'")
    name = "_".join(["ix_documents", status, *columns])
    return sa.Index(name, "tenant_id", *columns, sqlite_where=where, postgresql_where=where)


def one_of(column: str, words: type[DescribedEnum]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", name=column)
