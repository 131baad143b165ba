"""What is worked out for texts is cached for the next time, and never takes more memory than it is given."""

import pytest
from cachetools import LRUCache

from app.application import make_executor
from app.graphql_api.errors import RequestError
from app.graphql_api.execution.cache import store, weighted_cache
from app.graphql_api.execution.parsing import GraphQLRequest, prepare, raise_refusal, token_count
from app.graphql_api.execution.query import MAX_PLANS_WEIGHT
from app.settings import Settings
from app.storage.database.clock import now
from app.storage.database.engine import Database

NAMELESS = None


def test_the_least_recently_used_goes_when_all_together_weigh_too_much() -> None:
    cache: LRUCache[str, tuple[int, int]] = weighted_cache(100)
    for number, name in enumerate("abcdefghij"):
        store(cache, name, number, 10)
    assert (cache.currsize, cache.get("a")) == (100, (0, 10))
    store(cache, "k", 10, 10)
    assert (cache.currsize, cache.get("b"), cache.get("a"), cache.get("k")) == (100, None, (0, 10), (10, 10))
    store(cache, "k", 11, 4)
    assert (cache.currsize, cache.get("k")) == (94, (11, 4))
    cache.clear()
    assert (cache.currsize, cache.get("a")) == (0, None)


def test_what_would_drive_out_most_of_the_others_is_not_cached() -> None:
    cache: LRUCache[str, tuple[int, int]] = weighted_cache(100)
    store(cache, "small", 1, 10)
    store(cache, "large", 2, 11)
    assert (cache.get("small"), cache.get("large"), cache.currsize) == ((1, 10), None, 10)


async def test_texts_are_weighed_by_their_tokens_and_refused_ones_by_their_letters(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    executor = make_executor(Settings(database_url=sqlite_url, blob_url="memory:///"), database)
    text = f"{{ nodes(ids: [{'0 ' * 4_000}]) {{ id }} }}"
    operation = await executor.prepared(GraphQLRequest(text))
    assert (executor.prepared_operations.currsize, operation.document.token_count) == (4_012, 4_012)
    wrong = "{ nothing }"
    with pytest.raises(RequestError):
        await executor.prepared(GraphQLRequest(wrong))
    assert executor.prepared_operations.currsize == 4_012 + len(wrong)
    for number in range(40):
        another = text.replace("{ nodes", f"{{ a{number}: nodes")
        store(executor.prepared_operations, (another, NAMELESS), operation, token_count(another, operation))
    assert 90_000 < executor.prepared_operations.currsize <= executor.prepared_operations.maxsize == 100_000
    await database.dispose()


async def test_plans_are_weighed_by_their_statements_and_texts(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    executor = make_executor(Settings(database_url=sqlite_url, blob_url="memory:///"), database)
    weight = 0
    for number in range(3):
        request = GraphQLRequest(f"{{ a{number}: accounts {{ nodes {{ name }} }} }}")
        operation = raise_refusal(prepare(request.text, NAMELESS, executor.limits))
        plan = await executor.queries.plan(operation, request, now().date())
        assert plan.statement
        weight += len(plan.statement.text) + len(request.text)
        assert executor.queries.plans.currsize == weight
        assert await executor.queries.plan(operation, request, now().date()) is plan
    assert executor.queries.plans.maxsize == MAX_PLANS_WEIGHT == 6_000_000
    await database.dispose()
