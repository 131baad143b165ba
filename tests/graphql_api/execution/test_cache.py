"""What is worked out for texts is kept for the next time, and never takes more memory than it is given."""

from app.application import make_executor
from app.graphql_api.execution.cache import Kept
from app.graphql_api.execution.executor import KEPT_PLANS, Operation
from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.parsing import KEPT, PreparedOperation, or_raised, prepare, remembered
from app.settings import Settings
from app.storage.database.clock import now
from app.storage.database.engine import Database

NAMELESS = None


def test_the_longest_unused_goes_when_all_together_weigh_too_much() -> None:
    kept = Kept[str, int](100)
    for number, name in enumerate("abcdefghij"):
        kept.put(name, number, 10)
    assert (kept.weight, kept.get("a")) == (100, 0)
    kept.put("k", 10, 10)
    assert (kept.weight, kept.get("b"), kept.get("a"), kept.get("k")) == (100, None, 0, 10)
    kept.put("k", 11, 4)
    assert (kept.weight, kept.get("k")) == (94, 11)
    kept.clear()
    assert (kept.weight, kept.get("a")) == (0, None)


def test_what_would_drive_out_most_of_the_others_is_not_kept() -> None:
    kept = Kept[str, int](100)
    kept.put("small", 1, 10)
    kept.put("large", 2, 11)
    assert (kept.get("small"), kept.get("large"), kept.weight) == (1, None, 10)


def test_texts_are_weighed_by_their_tokens_and_refused_ones_by_their_letters() -> None:
    KEPT.clear()
    limits = Limits()
    text = f"{{ nodes(ids: [{'0 ' * 4_000}]) {{ id }} }}"
    found = remembered(text, NAMELESS, limits, prepare(text, NAMELESS, limits))
    assert isinstance(found, PreparedOperation)
    assert (KEPT.weight, found.document.token_count) == (4_012, 4_012)
    wrong = "{ nothing }"
    remembered(wrong, NAMELESS, limits, prepare(wrong, NAMELESS, limits))
    assert KEPT.weight == 4_012 + len(wrong)
    for number in range(40):
        another = text.replace("{ nodes", f"{{ a{number}: nodes")
        remembered(another, NAMELESS, limits, found)
    assert 90_000 < KEPT.weight <= KEPT.most == 100_000


async def test_plans_are_weighed_by_their_statements_and_texts(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    executor = make_executor(Settings(database_url=sqlite_url, blob_url="memory:///"), database)
    weighed = 0
    for number in range(3):
        operation = Operation(f"{{ a{number}: accounts {{ nodes {{ name }} }} }}")
        found = or_raised(prepare(operation.text, NAMELESS, executor.limits))
        plan = await executor.plan(found, operation, now().date())
        assert plan.statement
        weighed += len(plan.statement.text) + len(operation.text)
        assert executor.plans.weight == weighed
        assert await executor.plan(found, operation, now().date()) is plan
    assert executor.plans.most == KEPT_PLANS == 6_000_000
    await database.dispose()
