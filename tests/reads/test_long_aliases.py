"""Aliases of any length that is allowed: longer than the name of a column may be, in every place of an answer."""

from typing import Any

import pytest

from tests.gateway import Client, Gateway
from tests.reads.mass import fill

READS = {
    "a look-up": '{ %s: account(accountNumber: "A000000") { %s: name %s: creditLimit account: accountNumber } }',
    "a page": "{ accounts { %s: nodes { id %s: name } %s: totalCount } }",
    "edges": "{ accounts { edges { %s: cursor %s: node { name } } pageInfo { %s: endCursor } } }",
    "inside": "{ accounts { nodes { documents { nodes { %s: id %s: daysPastDue %s: statusHistory { status } } } } } }",
    "a row and its address": "{ documents(first: 2) { nodes { %s: account { %s: billingAddress { %s: city } } } } }",
    "constants": "{ %s: __typename accounts { nodes { %s: __typename %s: notes(first: 1) { nodes { body } } } } }",
}
LENGTHS = (64, 1_000)


@pytest.fixture
async def acme(gateway: Gateway) -> Client:
    made = await gateway.tenant("acme")
    await fill(gateway.database, gateway.named("acme"), 3, 2)
    return made


def renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): renamed(inner, names) for key, inner in value.items()}
    return [renamed(inner, names) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("read", READS)
async def test_an_alias_beyond_the_name_of_a_column_shows_the_same(acme: Client, read: str, length: int) -> None:
    short = ("a", "b", "c")
    long = tuple(name.ljust(length, "_") for name in short)
    text = READS[read]
    expected = await acme.query(text % short)
    assert await acme.query(text % long) == renamed(expected, dict(zip(short, long, strict=True)))
    assert len(acme.gateway.statements) == 1


async def test_there_may_be_as_many_as_an_operation_takes(acme: Client) -> None:
    long = [f"n{n}".ljust(70, "_") for n in range(199)]
    leaves = " ".join(f"{name}: name" for name in long)
    found = await acme.only(f'{{ account(accountNumber: "A000001") {{ {leaves} }} }}')
    (name,) = set(found.values())
    assert (list(found), found[long[0]]) == (long, name)
