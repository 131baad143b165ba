"""The tables as SQLModel's documentation teaches: classes that a session selects, adds and changes. And their columns:
the catalogue's, and those that a class writes out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemySession
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.enums import CurrencyModel, Product, Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from app.storage.columns import column_type
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import (
    MODELS,
    TABLES,
    Account,
    AccountRepresentative,
    Document,
    Representative,
    ResourceRow,
    Tenant,
    metadata,
    table_of,
)
from tests.gateway import Client, Gateway

COLUMNS_OF_RESOURCES = {"tenant_id", "csr_id", "products", "version", "created_at", "updated_at"}
OWN_COLUMNS = {  # of the others: none
    Resource.DOCUMENT: {
        *("status", "currency_model", "open_amount", "open_currency", "invoice_key"),
        *("closed_at", "closure_reason", "closure_notes"),
    },
    Resource.NOTE: {"account_number"},
}
WRITE = """mutation {
  createAccount(accountNumber: "A", input: {combined: {name: "Alder", creditLimit: "12.3400",
    billingAddress: {city: "Oslo"}, isParentAccount: true}}) { userErrors { message } }
  createDocument(documentNumber: "D", input: {combined: {accountNumber: "A", invoiceDate: "2026-05-12",
    dueDate: "2026-06-11", amounts: {basic: {currency: "USD", originalDenomination: "9", denomination: "7.5"}}}}) {
    userErrors { message } }
  createRepresentative(reference: "R", input: {name: "Ida"}) { userErrors { message } } }"""


@pytest.fixture
async def session(gateway: Gateway, acme: Client) -> AsyncIterator[AsyncSession]:
    """A session over a database with an account, its document and a representative."""
    await acme.query(WRITE)
    async with AsyncSession(gateway.database.writer) as made:
        yield made


async def test_a_session_selects_a_resource_with_values_of_its_own_types(session: AsyncSession) -> None:
    account = (await session.exec(select(Account))).one()
    assert isinstance(account, ResourceRow)
    assert (account.account_number, account.name, account.vat) == ("A", "Alder", None)
    assert (account.credit_limit, account.is_parent_account) == (Decimal("12.34"), True)
    assert account.billing_address == {"city": "Oslo"}
    assert (account.products, account.version) == ((), 1)
    assert account.created_at == account.updated_at
    assert account.created_at.utcoffset() is not None


async def test_so_does_a_session_of_sqlalchemy_with_a_condition_and_a_join(session: AsyncSession) -> None:
    statement = (
        sa.select(Document, Account.name)
        .join(Account, (Account.account_number == Document.account_number) & (Account.tenant_id == Document.tenant_id))
        .where(col(Document.status) == "open", col(Document.open_amount) > Decimal("7.49"))
    )
    async with SQLAlchemySession(session.bind) as other:
        document, name = (await other.execute(statement)).one()
    assert (document.document_number, name, document.due_date) == ("D", "Alder", date(2026, 6, 11))
    assert (document.open_amount, document.open_currency) == (Decimal("7.5"), "USD")


async def test_a_session_adds_changes_and_removes_rows(session: AsyncSession, acme: Client) -> None:
    tenant = (await session.exec(select(Tenant).where(Tenant.name == "acme"))).one()
    representative = (await session.exec(select(Representative))).one()
    link = AccountRepresentative(tenant_id=tenant.tenant_id, account_number="A", reference=representative.reference)
    session.add(link)
    tenant.currency_model = CurrencyModel.EXTENDED
    await session.commit()
    asked = '{ tenant { currencyModel } account(accountNumber: "A") { representatives { nodes { reference } } } }'
    shown = await acme.query(asked)
    assert shown == {
        "tenant": {"currencyModel": "EXTENDED"},
        "account": {"representatives": {"nodes": [{"reference": "R"}]}},
    }
    await session.delete(link)
    await session.commit()
    assert (await acme.query(asked))["account"] == {"representatives": {"nodes": []}}


async def test_a_session_adds_a_tenant_of_which_the_database_makes_the_id(database_url: str) -> None:
    database = Database(database_url, administers=True)
    async with AsyncSession(database.writer) as session:
        tenant = Tenant(name="new", connection_id="c", products=(Product.CASH_APP,), created_at=now())
        session.add(tenant)
        await session.commit()
        await session.refresh(tenant)
        assert (tenant.tenant_id > 0, tenant.products) == (True, (Product.CASH_APP,))
    await database.dispose()


@pytest.mark.parametrize("resource", Resource)
def test_a_resource_has_the_catalogues_columns_and_those_that_the_gateway_adds(resource: Resource) -> None:
    columns = {column.name for column in TABLES[resource].columns}
    own = COLUMNS_OF_RESOURCES | OWN_COLUMNS.get(resource, set())
    assert columns == {field.name for field in RESOURCES[resource].fields} | own
    assert table_of(MODELS[resource]) is TABLES[resource]


def test_the_column_of_a_field_is_as_long_as_the_catalogue_lets_its_texts_be() -> None:
    usual = Field("body", Kind.FREE_TEXT, "R R---", "What the note says.")
    assert (column_type(usual).length, column_type(replace(usual, max_length=20_000)).length) == (10_000, 20_000)


def test_every_table_has_a_class() -> None:
    mapped = {mapper.local_table for mapper in sa.inspect(Account).registry.mappers}
    assert [table.name for table in metadata.sorted_tables if table not in mapped] == []
