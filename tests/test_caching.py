"""Caches take no more memory than they are given, however large what clients make them keep: each is filled with the
worst that it takes, and what it then holds is measured."""

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from cachetools import LRUCache

from app.application import make_database, make_executor
from app.caching import ENTRY_BYTES, SCHEMA_BYTES, SHARES, CacheBudget, cached, store, weighted_cache
from app.domain.caller import Caller
from app.domain.enums import Product
from app.graphql_api.endpoint import CALLER_BYTES
from app.graphql_api.errors import RequestError
from app.graphql_api.execution.executor import Executor
from app.graphql_api.execution.parsing import GraphQLRequest, prepare, raise_refusal
from app.middleware.compression import accepts_gzip
from app.reads.relations import SOURCES, aliased
from app.settings import Settings
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.statement_caches import CompiledCache, PreparedTexts
from app.storage.tables import DOCUMENTS
from app.storage.writes.optimistic import MAX_STATEMENT_BYTES
from app.storage.writes.optimistic_postgres import batch_statement
from app.storage.writes.optimistic_sqlite import write_statements
from tests.gateway import Gateway

MEBIBYTE = 2**20
LAST = 300_000  # bytes of the last operation, which a thread still holds
COLUMNS = tuple(column.name for column in DOCUMENTS.c if column.name not in ("tenant_id", "document_number"))
KEY = "document_number"
# Operations that take the most memory for what they weigh, each made different from all others by its number.
TEXTS = {
    "numbers": "{{ a{n}: nodes(ids: [" + "0 " * 900 + "]) {{ id }} }}",
    "strings": "{{ a{n}: nodes(ids: [" + '"abcdefg" ' * 900 + "]) {{ id }} }}",
    "fields": "query q{n} {{ accounts {{ nodes {{ accountNumber name currency language phone email vat }} }} }}",
    "aliases": "{{ b{n}: accounts {{ nodes {{ " + " ".join(f"a{n}: name" for n in range(190)) + " }} }} }}",
    "comments": "{{ a{n}: accounts {{ totalCount }} }} #" + "x" * 100_000,
    "wide comments": "{{ a{n}: accounts {{ totalCount }} }} #" + "\N{GRINNING FACE}" * 50_000,
    "mutations": "mutation m{n}($key: String!) {{ createAccount(accountNumber: $key, input: {{combined: {{name: "
    '"A"}}}}) {{ account {{ accountNumber name version }} userErrors {{ code field message }} }} }}',
    "unknown fields": "{{ a{n}: nothing " + " ".join(f"nothing{n}" for n in range(100)) + " }}",
    "syntax errors": "{{ a{n}: accounts {{ " + "name " * 5_000,
}  # fmt: skip
slow = pytest.mark.slow  # whatever is `measured`: Python counts each of its objects


@contextmanager
def measured() -> Iterator[list[int]]:
    """The bytes that Python has taken inside and still holds."""
    gc.collect()
    tracemalloc.start()
    taken: list[int] = []
    try:
        yield taken
        gc.collect()
        taken.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()


@pytest.fixture
async def executor(sqlite_url: str) -> Any:
    settings = Settings(database_url=sqlite_url, blob_url="memory:///", cache_bytes=33 * MEBIBYTE, max_cost=10**9)
    database = make_database(settings)
    yield make_executor(settings, database)
    await database.dispose()


def test_all_shares_together_are_the_setting() -> None:
    assert sum(SHARES.values()) == 100
    for size in (33 * MEBIBYTE, 64 * MEBIBYTE):
        assert size - 10 <= sum(map(CacheBudget(size).share, SHARES)) + SCHEMA_BYTES <= size


def test_the_least_recently_used_goes_when_all_together_weigh_too_much() -> None:
    weight = 1_000 - ENTRY_BYTES
    cache: LRUCache[str, tuple[int, int]] = weighted_cache(10_000)
    for number, name in enumerate("abcdefghij"):
        store(cache, name, number, weight)
    assert (cache.currsize, cached(cache, "a")) == (10_000, 0)
    store(cache, "k", 10, weight)
    assert [cached(cache, name) for name in "abk"] == [0, None, 10]
    store(cache, "k", 11, weight - 100)
    assert (cache.currsize, cached(cache, "k")) == (9_900, 11)


def test_what_would_drive_out_many_of_the_others_is_not_cached() -> None:
    cache: LRUCache[str, tuple[int, int]] = weighted_cache(10_000)
    store(cache, "small", 1, 1_000 - ENTRY_BYTES)
    store(cache, "large", 2, 1_001 - ENTRY_BYTES)
    assert (cached(cache, "small"), cached(cache, "large"), cache.currsize) == (1, None, 1_000)


async def prepare_all(executor: Executor, template: str, first: int, last: int) -> None:
    for number in range(first, last):
        try:
            await executor.prepared(GraphQLRequest(template.format(n=number)))
        except RequestError:
            continue


@slow
@pytest.mark.parametrize("kind", TEXTS)
async def test_prepared_operations_take_no_more_than_their_weight(executor: Executor, kind: str) -> None:
    await prepare_all(executor, TEXTS[kind], 0, 2)  # what is made once for all
    executor.prepared_operations.clear()
    with measured() as taken:
        await prepare_all(executor, TEXTS[kind], 2, 22)
    cache = executor.prepared_operations
    assert len(cache) == 20 or cache.currsize > 0.9 * cache.maxsize
    assert 0.3 * cache.currsize < taken[0] <= cache.currsize


@slow
async def test_more_of_them_than_there_is_room_for_drive_out_the_oldest(executor: Executor) -> None:
    cache = executor.prepared_operations
    assert cache.maxsize == CacheBudget(33 * MEBIBYTE).share("prepared operations")
    await prepare_all(executor, TEXTS["numbers"], 0, 2)
    cache.clear()
    with measured() as taken:
        await prepare_all(executor, TEXTS["numbers"], 2, 32)
    assert 2 < len(cache) < 30
    assert taken[0] <= cache.currsize <= cache.maxsize


async def test_a_long_name_of_an_operation_is_weighed_too(executor: Executor) -> None:
    for number in range(3):
        with pytest.raises(RequestError, match="There is no operation named"):
            await executor.prepared(GraphQLRequest("{ __typename }", name=f"{number}" * 1_000_000))
    assert len(executor.prepared_operations) == 0
    with pytest.raises(RequestError, match="There is no operation named"):
        await executor.prepared(GraphQLRequest("{ __typename }", name="n" * 100_000))
    assert 200_000 < executor.prepared_operations.currsize < 250_000  # the name, and the message that holds it


COLUMN_NAMES = "accountNumber name currency language phone email vat fax branchName"
QUERIES = {
    "comments": "{{ a{n}: accounts {{ totalCount }} }} #" + "x" * 100_000,
    "aliases": "{{ b{n}: accounts {{ nodes {{ " + " ".join(f"a{n}: name" for n in range(190)) + " }} }} }}",
    "constants": "{{ " + " ".join(f"a{n}x{{n}}: __typename" for n in range(190)) + " }}",
    "searches": "{{ a{n}: accounts(filter: {{or: ["
    + " ".join(f'{{{{name: {{{{contains: "x{n}"}}}}}}}}' for n in range(150)) + "]}}) {{ totalCount }} }}",
    "columns": f"{{{{ a{{n}}: accounts {{{{ edges {{{{ cursor node {{{{ {COLUMN_NAMES} }}}} }}}} }}}} }}}}",
    "computed": "{{ a{n}: accounts {{ nodes {{ balances {{ currency openAmount aging {{ current over90 }} }}"
    " readiness {{ product ready problems {{ field message }} }} }} }} }}",
}  # fmt: skip


@slow
@pytest.mark.parametrize("kind", QUERIES)
async def test_plans_of_queries_take_no_more_than_their_weight(executor: Executor, kind: str) -> None:
    async def plan_all(first: int, last: int) -> None:
        for number in range(first, last):
            request = GraphQLRequest(QUERIES[kind].format(n=number))
            operation = raise_refusal(prepare(request.text, None, executor.limits))
            plan = await executor.queries.plan(operation, request, now().date())
            assert plan.statement or plan.constant

    cache = executor.queries.plans
    await plan_all(0, 2)
    cache.clear()
    with measured() as taken:
        await plan_all(2, 12)
    assert len(cache) == 10
    assert 0.2 * cache.currsize < taken[0] <= cache.currsize + LAST
    assert cache.maxsize == CacheBudget(33 * MEBIBYTE).share("query plans")


async def test_a_plan_that_is_used_again_is_found(executor: Executor) -> None:
    request = GraphQLRequest("{ accounts { nodes { name } } }")
    operation = await executor.prepared(request)
    plan = await executor.queries.plan(operation, request, now().date())
    assert await executor.queries.plan(operation, request, now().date()) is plan
    assert await executor.prepared(GraphQLRequest("{ accounts { nodes { name } } }")) is operation


@slow
def test_a_caller_takes_no_more_than_is_counted() -> None:
    cache: LRUCache[str, Caller] = LRUCache(1_000)
    with measured() as taken:
        for number in range(1_000):
            cache[f"igk_{number:043}"] = Caller(number, tuple(Product), False, f"{number:064}", None, f"Zone/{number}")
    assert taken[0] <= 1_000 * CALLER_BYTES


def searches(number: int, size: int) -> sa.Select[Any]:
    """A statement that nobody else has asked for, with so many parameters."""
    column = DOCUMENTS.c.document_number
    conditions = [column.contains(f"x{n}", autoescape=True) for n in range(size)]
    return sa.select(column.label(f"a{number}")).where(sa.or_(*conditions))


@slow
async def test_compiled_statements_take_no_more_than_their_weight(sqlite_url: str) -> None:
    database = Database(sqlite_url, caches=CacheBudget(64 * MEBIBYTE))
    cache = database.reader.sync_engine.get_execution_options()["compiled_cache"]
    assert cache is database.writer.sync_engine.get_execution_options()["compiled_cache"]
    assert isinstance(cache, CompiledCache)
    assert cache.maxsize == CacheBudget(64 * MEBIBYTE).share("compiled statements")
    async with database.reading() as connection:
        for size, count in ((1, 50), (60, 30)):
            await connection.execute(searches(0, size))
            cache.clear()
            with measured() as taken:
                for number in range(1, count):
                    await connection.execute(searches(number, size))
            assert 3 < len(cache) < count
            assert cache.currsize > 0.8 * cache.maxsize or len(cache) == count - 1
            assert taken[0] <= cache.currsize * 1.05
            cache.clear()
        await connection.execute(searches(1, 400))
        assert len(cache) == 0  # too large to be worth it
    await database.dispose()


async def test_a_connection_that_has_prepared_too_much_is_replaced(database_url: str) -> None:
    database = Database(database_url, pool_size=1, caches=CacheBudget(33 * MEBIBYTE))
    length = database.prepared.max_bytes // database.prepared.character_bytes // 3
    used: list[PreparedTexts] = []
    for number in range(10):
        async with database.driver() as driver:
            used.append(database.prepared.by_driver[driver])
        await database.fetch_json(f"SELECT '{number}' /* {'x' * length} */", ())
    sizes = [texts.size for texts in used]
    assert max(sizes) <= database.prepared.max_bytes + database.prepared.character_bytes * 2 * length
    assert [used.count(texts) for texts in (used[0], used[-1])] == [3, 1]  # each held three
    for _ in range(3):  # what is asked again is prepared already
        await database.fetch_json("SELECT '9'", ())
    async with database.reading() as connection:
        await connection.execute(sa.text("SELECT 2"))
        raw = await connection.get_raw_connection()
        assert {"SELECT '9'", "SELECT 2"} <= database.prepared.by_driver[raw.driver_connection].texts
    await database.dispose()


async def test_the_connections_that_are_used_have_what_the_others_do_not_take(database_url: str) -> None:
    database = Database(database_url, pool_size=4, caches=CacheBudget(33 * MEBIBYTE))
    length = database.prepared.equal_part // database.prepared.character_bytes // 2
    drivers = set()
    for number in range(6):  # three equal parts
        async with database.driver() as driver:
            drivers.add(id(driver))
        await database.fetch_json(f"SELECT '{number}' /* {'x' * length} */", ())
    assert len(drivers) == 1
    assert 2.9 < database.prepared.size / database.prepared.equal_part < 3.3
    async with database.driver(), database.driver() as other:
        assert database.prepared.by_driver[other].size < database.prepared.equal_part
    await database.dispose()


async def test_the_connection_that_writes_is_replaced_too(sqlite_url: str) -> None:
    database = Database(sqlite_url, caches=CacheBudget(33 * MEBIBYTE))
    length = database.prepared.max_bytes // database.prepared.character_bytes
    drivers = []
    for number in range(3):
        async with database.writing() as connection:
            await connection.execute(sa.text(f"SELECT '{number}' /* {'x' * length} */"))
            drivers.append((await connection.get_raw_connection()).driver_connection)
    assert len(set(map(id, drivers))) == 3
    await database.dispose()


@slow
def test_statements_of_the_schema_are_bounded_whatever_columns_are_written() -> None:
    postgres, sqlite = sa.create_engine("postgresql+asyncpg://").dialect, sa.create_engine("sqlite://").dialect
    with measured() as taken:
        for last in range(1, 81):
            shapes = (DOCUMENTS, (KEY, *COLUMNS[last:])), (DOCUMENTS, (KEY, *COLUMNS[:last]))
            batch_statement(None, shapes, None, postgres)
            write_statements(None, shapes, sqlite)
    assert taken[0] < 2 * MAX_STATEMENT_BYTES + 2 * MEBIBYTE


@slow
def test_tables_under_other_names_are_bounded_however_many_names_there_are() -> None:
    with measured() as taken:
        for number in range(100):
            assert aliased(SOURCES["document"], f"x{number}").c
    assert taken[0] < 9 * MEBIBYTE
    aliased.cache_clear()


@slow
def test_long_headers_are_not_kept() -> None:
    accepts_gzip("gzip")
    with measured() as taken:
        for number in range(20):
            assert accepts_gzip(f"gzip, {','.join(f'x{number}y{n}' for n in range(2_000))}")
    assert taken[0] < 100_000


async def test_the_settings_reach_every_cache(database_url: str) -> None:
    budget = CacheBudget(40 * MEBIBYTE)
    async with Gateway(database_url, cache_bytes=budget.max_bytes, pool_size=4) as gateway:
        database = gateway.serving
        assert database.prepared.max_bytes == budget.share("prepared statements") // 2
        assert database.prepared.equal_part == database.prepared.max_bytes // (5 if database.is_sqlite else 4)
        cache = database.reader.sync_engine.get_execution_options()["compiled_cache"]
        assert cache.maxsize == budget.share("compiled statements")
        acme = await gateway.tenant()
        assert await acme.query("{ accounts { totalCount } }") == {"accounts": {"totalCount": 0}}
