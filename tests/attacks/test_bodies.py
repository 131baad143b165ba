"""What is posted to attack the server is refused as documented, cheaply, and disturbs nobody."""

import json

import pytest

from tests.attacks.bodies import ATTACKS, LARGEST, filled
from tests.attacks.judge import Target, operation
from tests.benchmarks.processes import processor_seconds


@pytest.mark.parametrize("name", ATTACKS)
def test_a_body_that_attacks_is_refused_with_its_one_error_and_costs_little(target: Target, name: str) -> None:
    attack = ATTACKS[name]
    found = target.bounded(lambda: target.post(attack.body()))

    assert found.refusal == (attack.status, attack.code, attack.message)


@pytest.mark.parametrize(("items", "status"), [(449_996, 200), (449_997, 400)])
def test_450000_commas_and_brackets_are_read_and_one_more_is_not(target: Target, items: int, status: int) -> None:
    body = json.dumps({"query": "{__typename}", "variables": {"a": ["x"] * items}}).encode()
    assert sum(map(body.count, (b",", b"[", b"{"))) == items + 4
    assert target.post(body).status == status


def test_a_stranger_is_sent_away_before_what_was_sent_is_read(target: Target) -> None:
    """Thirty bodies that would take three seconds of the server's time to read."""
    slow = HONEST_BUT_SLOW
    assert target.post(slow).status == 200
    spent = processor_seconds(target.server.pid)
    for _ in range(30):
        assert target.post(slow, X_API_Key="igk_nobody").refusal[:2] == (401, "UNAUTHENTICATED")
    assert processor_seconds(target.server.pid) - spent < 1
    target.answers_honestly()


HONEST_BUT_SLOW = operation("{ __typename }", a=[1.5] * 100_000)


def test_the_largest_body_of_one_text_is_read(target: Target) -> None:
    """What is large alone is no attack."""
    found = target.bounded(lambda: target.post(filled(b"x", b'"', b'"').replace(b'x"}}', b'xx"}}')))
    assert (found.status, found.body) == (200, b'{"data":{"__typename":"Query"}}')
    assert len(filled(b"x", b'"', b'"')) > LARGEST - 20
