"""Every filter and every order that the schema has is served by an index: few rows among thousands are found with
little work, and so is either end of an order. A new filter or order is asked, too, without a line here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.domain.enums import Product, Resource
from app.graphql_api.schema.filter_conditions import FIELDS
from app.storage.searches import SEARCHED
from app.storage.tables import ACCOUNTS, CONTACTS, DOCUMENTS, REPRESENTATIVES, TABLES
from app.storage.types import OrderedAmount, ProductSet, Timestamp
from tests.gateway import Client, Gateway
from tests.reads.mass import insert
from tests.reads.test_filters import TYPES, fields
from tests.reads.test_pages import order_fields
from tests.reads.work import work

ROWS, RARE = 4_000, 3  # of each table; those that have the rare value of every column, and as many that have none
# To read the table through takes either several times as much.
MOST = {"sqlite": 8_000, "postgresql": 800}
# What reads all rows of a tenant, of which there are far fewer than documents; so does `contains` but for what is in
# SEARCHED. The guide says so.
BY_VALUE = {"eq", "in", "startsWith", "isNull"}
UNSERVED: dict[tuple[str, str], set[str]] = {
    ("Account", "currency"): BY_VALUE,
    ("Account", "branchName"): BY_VALUE,
    ("Account", "product"): BY_VALUE,
    ("Account", "hasOpenDocuments"): {""},
    ("Document", "invoiceNum"): {"isNull"},
    ("Representative", "email"): BY_VALUE,
    ("Representative", "department"): BY_VALUE,
    ("Representative", "representativeType"): BY_VALUE,
    ("Contact", "lastName"): BY_VALUE,
    ("Contact", "email"): BY_VALUE,
    ("Contact", "contactType"): BY_VALUE,
}
# The usual value of a column and its rare one.
WORDS = {
    "document_type": ("invoice", "other"),
    "status": ("closed", "open"),
    "currency": ("USD", "CHF"),
    "open_currency": ("USD", "CHF"),
}
DAY, MOMENT = date(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC)


def value(column: sa.Column[Any], n: int) -> Any:
    """The value of a column in row n: one of few, or the row's own in a key; rare in some rows, missing in others."""
    rare = n >= ROWS - RARE
    usual: Any
    if column.name in WORDS:
        usual = WORDS[column.name][rare]
    elif isinstance(column.type, ProductSet):
        return (Product.INVOICING,) if rare else (Product.COLLECTIONS,)
    elif isinstance(column.type, Timestamp):
        usual = MOMENT + timedelta(days=9_999) if rare else MOMENT + timedelta(minutes=n)
    elif isinstance(column.type, OrderedAmount):
        usual = Decimal(99_999) if rare else Decimal(n % 100)
    elif isinstance(column.type, sa.Date):
        usual = DAY + timedelta(days=9_999) if rare else DAY + timedelta(days=n % 100)
    elif isinstance(column.type, sa.Boolean):
        usual = rare
    elif getattr(column.type, "length", None) == 255:
        usual = f"rare-{n:04}" if rare else f"usual-{n:04}" if is_key(column) else f"usual-{n % 40:04}"
    else:
        return None
    is_missing = column.nullable and ROWS - 2 * RARE <= n < ROWS - RARE
    return None if is_missing else usual


def is_key(column: sa.Column[Any]) -> bool:
    return column.name in ("account_number", "document_number", "reference", "invoice_key")


async def filled(gateway: Gateway) -> Client:
    acme = await gateway.tenant("acme")
    async with gateway.database.writing() as connection:
        for table in (ACCOUNTS, REPRESENTATIVES, CONTACTS, DOCUMENTS):
            written = [c for c in table.c if c.name not in ("tenant_id", "csr_id", "version")]
            await insert(connection, "acme", ((table, {c.name: value(c, n) for c in written}) for n in range(ROWS)))
    return acme


def selective(type_: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each field of the type's filter, each of its operators, and a filter that takes few rows or none."""
    columns = TABLES[Resource(type_.lower())].c
    for name, kind in fields(type_).items():
        field = FIELDS[Resource(type_.lower())][name]
        if kind is None:
            yield name, "", {name: True}
            continue
        rare = "INVOICING" if name == "product" else value(columns[field.column], ROWS - 1)
        for operator in kind.fields:
            yield name, operator, {name: {operator: operand(operator, rare)}}


def operand(operator: str, rare: Any) -> Any:
    """What few rows are compared with."""
    shown = rare.upper() if rare in ("other", "open") else rare
    shown = shown.isoformat().replace("+00:00", "Z") if isinstance(shown, date) else str(shown)
    smaller = {"Decimal": "-1", "date": "1999-01-01", "datetime": "1999-01-01T00:00:00Z"}.get(type(rare).__name__)
    if operator in ("lt", "lte"):
        return smaller
    return {"in": [shown], "isNull": True, "startsWith": shown[:6], "contains": shown[1:]}.get(operator, shown)


async def test_every_filter_is_served_by_an_index_of_postgres(postgres_url: str) -> None:
    lacking: dict[tuple[str, str], set[str]] = {}
    async with Gateway(postgres_url) as gateway:
        client = await filled(gateway)
        for type_ in TYPES:
            for name, operator, filter_ in selective(type_):
                text = f"query($filter: {type_}Filter) {{ {type_.lower()}s(filter: $filter) {{ nodes {{ csrId }} }} }}"
                reads_all = await work(client, text, filter=filter_) > MOST["postgresql"]
                if reads_all and not is_known(type_, name, operator):
                    lacking.setdefault((type_, name), set()).add(operator)
    assert not lacking, "\n".join(advice(type_, name, each) for (type_, name), each in lacking.items())


def is_known(type_: str, name: str, operator: str) -> bool:
    """Whether that is known to read all rows."""
    if operator == "contains":
        return FIELDS[Resource(type_.lower())][name].column not in SEARCHED.get(f"{type_.lower()}s", ())
    return operator in UNSERVED.get((type_, name), ())


def advice(type_: str, name: str, operators: set[str]) -> str:
    column = FIELDS[Resource(type_.lower())][name].column
    return (
        f"{type_}Filter.{name} ({', '.join(sorted(operators))}) reads all rows: no index serves it. Add by({column!r}) "
        f"to the class {type_} in app/storage/tables/resources.py, then make migration."
    )


async def test_every_order_is_served_by_an_index_from_either_end(database_url: str) -> None:
    lacking = []
    async with Gateway(database_url) as gateway:
        client = await filled(gateway)
        kind = gateway.database.url.get_backend_name()
        for type_ in TYPES:
            text = f"query($order: [{type_}Order!]) {{ {type_.lower()}s(orderBy: $order) {{ nodes {{ csrId }} }} }}"
            for field in order_fields(type_):
                for direction in ("ASC", "DESC"):
                    order = [{"field": field, "direction": direction}]
                    if await work(client, text, order=order) > MOST[kind]:
                        lacking.append(
                            f"{type_} by {field} {direction}: add by({field.lower()!r}, 'csr_id') to its table"
                        )
    assert not lacking, "\n".join(lacking)
