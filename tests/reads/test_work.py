"""Reading costs what is asked for, not what there is: on a ledger of 20,000 documents, page 1 and a page in the middle,
in every order, are a small bounded amount of work."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.reads.pagination import complete_order, encode_cursor
from app.reads.selection import Order
from app.storage.database.engine import Database
from app.storage.tables import DOCUMENTS, TABLES
from tests.conftest import KINDS
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer
from tests.reads.mass import UNLINKED, fill
from tests.reads.test_pages import order_fields
from tests.reads.work import fetched_each_time, work

ACCOUNTS, DOCUMENTS_EACH = 400, 50
PARENTS, PAGE = 50, 20
# What a page of 20 may take, its JSON included. To read the list through takes SQLite some 200,000 steps, and Postgres
# 20,000 rows.
MOST = {"sqlite": 4_000, "postgresql": 1_000}
# What 50 accounts and their pages of 20 may take, where no index holds the order and each account's 50 documents are
# counted and sorted; by status, those of either word apart.
MOST_OF_PARENTS = {"sqlite": 170_000, "postgresql": 24_000}
# What it takes to find nothing by an index, after those of up to three other parts of the filter were found long.
MOST_OF_RANGES = {"sqlite": 40_000, "postgresql": 1_000}
LIST = """query($first: Int, $last: Int, $after: String, $before: String, $order: [%sOrder!]) {
  %ss(first: $first, last: $last, after: $after, before: $before, orderBy: $order) {
    nodes { csrId } pageInfo { hasNextPage hasPreviousPage } } }"""
EACH = """query($first: Int, $order: [DocumentOrder!]) { accounts(first: $first) { nodes {
  documents(first: 20, orderBy: $order) { nodes { csrId } pageInfo { hasNextPage } } } } }"""


@pytest.fixture(scope="session")
async def sqlite_mass(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    path = tmp_path_factory.mktemp("mass") / "mass.db"
    shutil.copy(sqlite_template, path)
    async with Gateway(f"sqlite+aiosqlite:///{path}") as gateway:
        yield await filled(gateway)


@pytest.fixture(scope="session")
async def postgres_mass(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[Client]:
    async with Gateway(await postgres.create_database("mass", postgres_template)) as gateway:
        yield await filled(gateway)
    await postgres.drop_database("mass")


async def filled(gateway: Gateway) -> Client:
    client = await gateway.tenant("acme")
    await fill(gateway.database, "acme", ACCOUNTS, DOCUMENTS_EACH)
    return client


@pytest.fixture(params=KINDS)
def mass(request: pytest.FixtureRequest) -> Client:
    """A tenant with 20,000 documents, not to be written to."""
    client: Client = request.getfixturevalue(f"{request.param}_mass")
    return client


def kind(client: Client) -> str:
    return client.gateway.database.url.get_backend_name()


async def middle(client: Client, field: str, *, descending: bool) -> str:
    """The cursor of a document in the middle of an order."""
    order = complete_order("document", [Order(field.lower(), descending)])
    columns = [DOCUMENTS.c[term.column] for term in order]
    offset = ACCOUNTS * DOCUMENTS_EACH // 2
    async with client.gateway.database.reading() as connection:
        found = await connection.execute(sa.select(*columns).order_by(*columns).offset(offset).limit(1))
        row = dict(found.mappings().one())
    return encode_cursor("document", order, row)


@pytest.mark.slow
async def test_the_first_the_last_and_a_middle_page_are_little_work_in_every_order(mass: Client) -> None:
    text = LIST % ("Document", "document")
    for field in order_fields("Document"):
        for direction in ("ASC", "DESC"):
            order = [{"field": field, "direction": direction}]
            cursor = await middle(mass, field, descending=direction == "DESC")
            pages: tuple[dict[str, Any], ...] = (
                *({"first": PAGE}, {"last": PAGE}, {"first": PAGE, "after": cursor}, {"last": PAGE, "before": cursor}),
                *({"first": PAGE, "before": cursor}, {"last": PAGE, "after": cursor}),
            )
            for page in pages:
                cost = await work(mass, text, order=order, **page)
                assert cost <= MOST[kind(mass)], (order, page, cost)


@pytest.mark.slow
async def test_lists_of_other_kinds_are_no_more_work(mass: Client) -> None:
    for type_ in ("Account", "Contact", "Representative"):
        for field in order_fields(type_):
            for direction in ("ASC", "DESC"):
                order = [{"field": field, "direction": direction}]
                for size in ("first", "last"):
                    cost = await work(mass, LIST % (type_, type_.lower()), order=order, **{size: PAGE})
                    assert cost <= MOST[kind(mass)], (type_, order, size, cost)


async def test_pages_of_many_parents_read_no_more_than_the_parents_own_rows(mass: Client) -> None:
    for field in order_fields("Document"):
        for direction in ("ASC", "DESC"):
            order = [{"field": field, "direction": direction}]
            cost = await work(mass, EACH, first=PARENTS, order=order)
            assert cost <= MOST_OF_PARENTS[kind(mass)], (order, cost)


SELECTIVE: dict[str, list[str]] = {
    "documents": [
        '{documentNumber: {eq: "D0010000"}}',
        '{documentNumber: {startsWith: "D001000"}}',
        '{invoiceNum: {eq: "D0010000"}}',
        '{poNumber: {eq: "P"}}',
        '{appliesToInvoice: {eq: "D0010000"}}',
        '{accountNumber: {eq: "A000200"}}',
        '{dueDate: {lt: "2025-02-01"}, accountNumber: {in: ["A000200", "A000201"]}}',
    ],
    "accounts": [
        '{accountNumber: {in: ["A000200", "nobody"]}}',
        '{displayReference: {eq: "x"}}',
        '{email: {eq: "x@example.com"}}',
        '{parentAccountNumber: {eq: "A000020"}}',
    ],
}


async def test_a_filter_that_takes_few_rows_reads_few_rows(mass: Client) -> None:
    for field, filters in SELECTIVE.items():
        for filter_ in filters:
            cost = await work(mass, f"{{ {field}(filter: {filter_}) {{ nodes {{ csrId }} }} }}")
            assert cost <= 2 * MOST[kind(mass)], (filter_, cost)


RANGES = [
    '{createdAt: {gte: "2099-01-01T00:00:00Z"}}',
    '{updatedAt: {gt: "2099-01-01T00:00:00Z"}}',
    '{dueDate: {gte: "2099-01-01"}}',
    '{invoiceDate: {lt: "1999-01-01"}}',
    '{openAmount: {gt: "999999999"}}',
    '{status: {eq: OPEN}, dueDate: {gte: "2099-01-01"}}',
    '{documentNumber: {startsWith: "nothing"}}',
    '{accountNumber: {in: ["nobody", "no one"]}}',
]


@pytest.mark.parametrize("filter_", RANGES)
async def test_a_range_that_nothing_lies_in_reads_no_document_however_often_it_was_asked(
    postgres_mass: Client, filter_: str
) -> None:
    text = f"{{ documents(first: 20, filter: {filter_}) {{ nodes {{ csrId }} }} }}"
    assert max(await fetched_each_time(postgres_mass, 12, text)) <= 5  # the key's own rows


@pytest.mark.parametrize("filter_", RANGES)
async def test_a_range_that_nothing_lies_in_is_found_empty_by_its_index(mass: Client, filter_: str) -> None:
    cost = await work(mass, f"{{ documents(filter: {filter_}) {{ nodes {{ csrId }} }} }}")
    assert cost <= MOST_OF_RANGES[kind(mass)]


async def test_of_a_representative_without_documents_no_document_is_read_in_any_order(mass: Client) -> None:
    text = f"""query($order: [DocumentOrder!]) {{ representative(reference: "{UNLINKED}") {{
      documents(first: 20, orderBy: $order) {{ nodes {{ csrId }} pageInfo {{ hasNextPage }} }} }} }}"""
    for field in order_fields("Document"):
        for direction in ("ASC", "DESC"):
            order = [{"field": field, "direction": direction}]
            assert await work(mass, text, order=order) <= {"sqlite": 1_000, "postgresql": 50}[kind(mass)], order


async def test_relations_are_followed_by_index(mass: Client) -> None:
    each = "first: 3) { nodes { csrId } }"
    text = f"""{{ accounts(first: 10) {{ nodes {{ parentAccount {{ name }} childAccounts({each} notes({each}
      contacts({each} representatives({each} balances {{ openAmount }}
      documents(first: 5) {{ nodes {{ appliesTo {{ csrId }} creditNotes({each} representatives({each}
        statusHistory {{ status }} account {{ name }} }} }} }} }} }}"""
    cost = await work(mass, text)
    assert cost <= {"sqlite": 60_000, "postgresql": 12_000}[kind(mass)], cost


async def test_whether_accounts_owe_is_asked_of_no_more_accounts_than_the_page_needs(mass: Client) -> None:
    cost = await work(mass, "{ accounts(filter: {hasOpenDocuments: true}) { nodes { csrId } } }")
    assert cost <= MOST[kind(mass)]


async def test_sqlite_has_an_estimate_for_every_index_of_a_tenant_s_rows(sqlite_url: str) -> None:
    database = Database(sqlite_url, administers=True)
    names = [table.name for table in TABLES.values()] + ["status_transitions", "account_representatives"]
    lacking = sa.text(
        "SELECT tables.name || ' ' || indexes.name FROM sqlite_schema AS tables "
        "JOIN pragma_index_list(tables.name) AS indexes WHERE tables.type = 'table' AND tables.name IN :names "
        "AND NOT EXISTS (SELECT 1 FROM sqlite_stat1 WHERE tbl = tables.name AND idx = indexes.name)"
    ).bindparams(sa.bindparam("names", names, expanding=True))
    async with database.reading() as connection:
        assert list((await connection.execute(lacking)).scalars()) == []
        known = sa.text("SELECT count(*) FROM sqlite_stat1")
        assert (await connection.execute(known)).scalar_one() >= 40
    await database.dispose()
