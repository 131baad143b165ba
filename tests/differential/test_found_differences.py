"""Operations that were once answered in two ways, each as small as it could be made."""

import pytest

from tests.differential.judge import BY_LEVELS, Judge, outcome
from tests.differential.ledger import access_of
from tests.differential.operations import Drawn
from tests.gateway import Client, Gateway
from tests.ledger import Ledger

SAME_NAMES = "o: name r1: name O: email documents { o: nodes { o: documentNumber } p: edges { r2: cursor } }"
MANY_NAMES = " ".join(f"a{n}: name" for n in range(70))
MANY_PARENTS = " ".join(f"a{n}: parentAccount {{ name }}" for n in range(70))
FOUND = {
    "nothing of a row": "{ accounts { nodes { name @skip(if: true) } edges @skip(if: true) { cursor } } }",
    "nothing of a look-up": '{ account(accountNumber: "A") { name @skip(if: true) } }',
    "the catalogue beside rows": "{ productFields(product: COLLECTIONS) { name } accounts { totalCount } }",
    "an empty list": "{ accounts(filter: { name: { in: [] } }) { totalCount } }",
    "anything but an empty list": "{ accounts(filter: { not: { email: { in: [] } } }) { totalCount } }",
    "keys named like parts of the statement": f"{{ o: accounts {{ o: nodes {{ {SAME_NAMES} }} }} }}",
    "more members than a function takes": f"{{ accounts {{ nodes {{ {MANY_NAMES} }} }} }}",
}


async def judge_of(gateway: Gateway, acme: Client) -> Judge:
    ledger = Ledger(acme)
    for number in "ABC":
        await ledger.account(number, parentAccountNumber="A" if number > "A" else None)
        await ledger.document(number, number, "10")
    return Judge(gateway, [await access_of(gateway, acme)])


async def test_what_once_differed_has_one_answer(gateway: Gateway, acme: Client) -> None:
    judge = await judge_of(gateway, acme)
    for name, text in FOUND.items():
        assert await judge.difference(Drawn(text, None, ({}, {}))) is None, name
        assert outcome(judge.last[0]) == "answered", name
    assert judge.outcomes[BY_LEVELS] == 0


async def test_a_page_from_the_end_tells_of_rows_before_its_cursor(gateway: Gateway, acme: Client) -> None:
    judge = await judge_of(gateway, acme)
    start = (await acme.only("{ accounts(first: 1) { pageInfo { endCursor } } }"))["pageInfo"]["endCursor"]
    text = "query($after: String) { accounts(last: 5, after: $after) { pageInfo { hasPreviousPage } } }"
    assert await judge.difference(Drawn(text, None, ({"after": start},))) is None
    assert (await acme.only(text, after=start))["pageInfo"] == {"hasPreviousPage": True}


DEEP = "accountNumber"
for _ in range(7):
    DEEP = f"childAccounts(first: 1) {{ edges {{ node {{ {DEEP} }} }} }}"
TOO_LARGE = {
    "too deep": f"{{ accounts {{ nodes {{ {DEEP} }} }} }}",
    "too many tables": f"{{ accounts {{ nodes {{ {MANY_PARENTS} }} }} }}",
}


@pytest.mark.parametrize("text", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_what_a_database_has_no_room_for_is_read_level_by_level(
    gateway: Gateway, acme: Client, text: str
) -> None:
    judge = await judge_of(gateway, acme)
    assert await judge.difference(Drawn(text, None, ({},))) is None
    assert outcome(judge.last[0]) == "answered"


async def test_more_values_than_a_statement_takes_are_sent_level_by_level(gateway: Gateway, acme: Client) -> None:
    judge = await judge_of(gateway, acme)
    declared = " ".join(f"$f{n}: AccountFilter" for n in range(40))
    lists = " ".join(f"a{n}: accounts(filter: $f{n}) {{ totalCount nodes {{ name }} }}" for n in range(40))
    sent = {f"f{n}": {"name": {"in": [f"name {n} {value}" for value in range(900)]}} for n in range(40)}
    assert await judge.difference(Drawn(f"query({declared}) {{ {lists} }}", None, (sent,))) is None
    assert judge.outcomes[BY_LEVELS] == 1


async def test_changes_since_a_moment_are_read_level_by_level_too(gateway: Gateway, acme: Client) -> None:
    judge = await judge_of(gateway, acme)
    text = '{ changes(since: "2026-01-01") { totalCount totalCountUpTo(limit: 1) nodes { resource } } }'
    assert await judge.difference(Drawn(text, None, ({},))) is None
    assert outcome(judge.last[0]) == "answered"
