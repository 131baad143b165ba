"""Random operations are answered by a statement as graphql-core answers them: the same members in the same order, the
same refusals, on both databases. `python -m tests.differential` asks many more."""

from tests.differential.session import opened, seeds, told
from tests.gateway import Gateway

FIRST = 1_000_000  # seed
SECONDS = 15
FEWEST = 50  # operations that even a slow machine gets done


async def test_a_random_operation_has_one_answer(gateway: Gateway) -> None:
    session = await opened(gateway)
    for seed in seeds(FIRST, SECONDS, FEWEST):
        found = await session.ask(seed)
        assert found is None, told(found, seed)
    assert session.outcomes["answered"] > 0.8 * session.asked
