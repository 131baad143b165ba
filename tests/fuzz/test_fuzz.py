"""Whatever is sent is answered without a failure of the server's, and what is accepted comes back exactly. A minute of
it, the same examples each time; `python -m tests.fuzz` asks many more."""

from tests.fuzz.properties import PROPERTIES
from tests.fuzz.session import opened

SEED = 1
SECONDS = 30  # on each of the two kinds of database


def test_whatever_is_sent_is_answered_and_what_is_accepted_comes_back_exactly(database_url: str) -> None:
    told: list[str] = []
    with opened(database_url) as session:
        session.run(SEED, SECONDS, told.append)

    assert session.failures == []
    assert session.examples.keys() == PROPERTIES.keys()
