"""A null for an argument that may be left out means what leaving it out means: clients such as Relay's send every
variable that has no value as null."""

from typing import Any

import pytest

from tests.differential.judge import Judge, outcome
from tests.differential.ledger import access_of
from tests.differential.operations import Drawn
from tests.gateway import Client, Gateway
from tests.graphql_api.bad_input.places import WAYS, Argument, arguments
from tests.ledger import Ledger

OPTIONAL = [argument for argument in arguments() if not str(argument.type).endswith("!")]
READ = [argument for argument in OPTIONAL if not argument.writes]
WRITTEN = [argument for argument in OPTIONAL if argument.writes]
RELAY = """query List($first: Int, $after: String, $last: Int, $before: String, $filter: AccountFilter,
  $order: [AccountOrder!], $inner: DocumentFilter, $terms: [DocumentOrder!], $day: Date) {
  accounts(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $order) {
    edges { node { accountNumber
      balances(asOf: $day) { openAmount }
      documents(first: $first, after: $after, filter: $inner, orderBy: $terms) {
        nodes { documentNumber daysPastDue(asOf: $day) } } } }
    pageInfo { hasNextPage hasPreviousPage } totalCount } }"""
NULLS = dict.fromkeys(("first", "after", "last", "before", "filter", "order", "inner", "terms", "day"))


@pytest.fixture
async def ledger(acme: Client) -> Ledger:
    made = Ledger(acme)
    for number in "BAC":
        await made.account(number)
    for number in ("D-2", "D-1"):
        await made.document(number, "A", "10")
    return made


def shown(number: str, *documents: dict[str, Any]) -> dict[str, Any]:
    balances = [{"openAmount": "20"}] if documents else []
    return {"node": {"accountNumber": number, "balances": balances, "documents": {"nodes": list(documents)}}}


@pytest.mark.usefixtures("ledger")
async def test_a_client_that_sends_every_unset_variable_as_null_gets_its_page(gateway: Gateway, acme: Client) -> None:
    days = (await acme.only('{ document(documentNumber: "D-1") { daysPastDue } }'))["daysPastDue"]
    documents = [{"documentNumber": number, "daysPastDue": days} for number in ("D-1", "D-2")]
    assert await acme.query(RELAY, **NULLS) == {
        "accounts": {
            "edges": [shown("A", *documents), shown("B"), shown("C")],
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
            "totalCount": 3,
        }
    }
    assert len(gateway.statements) == 1
    judge = Judge(gateway, [await access_of(gateway, acme)])
    assert await judge.difference(Drawn(RELAY, "List", (NULLS, {}, NULLS))) is None
    assert len({*judge.last}) == 1


@pytest.mark.usefixtures("ledger")
@pytest.mark.slow
async def test_null_is_absent_in_every_argument_of_a_read_that_may_be_left_out(gateway: Gateway, acme: Client) -> None:
    judge = Judge(gateway, [await access_of(gateway, acme)])
    for argument in READ:
        text = argument.operation()
        assert await judge.difference(Drawn(text, None, ({"v0": None}, {}))) is None, argument
        assert [outcome(answer) for answer in judge.last] == ["answered", "answered"], argument
        call = argument.call("null")
        literal = f"{{ {WAYS[argument.parent].format(f'f0: {call}')} }}"
        assert await judge.difference(Drawn(literal, None, ({},))) is None, argument
        assert [outcome(answer) for answer in judge.last] == ["answered"], argument
        assert await acme.query(literal) == await acme.query(text), argument


@pytest.mark.parametrize("argument", WRITTEN, ids=str)
@pytest.mark.slow
async def test_null_is_absent_in_every_argument_of_a_write_that_may_be_left_out(
    acme: Client, argument: Argument
) -> None:
    text = argument.operation(dry=True)
    literal = f"mutation {{ f0: {argument.call('null', dry=True)} }}"
    answers = [await acme.query(text, v0=None), await acme.query(text), await acme.query(literal)]
    assert answers == [answers[0]] * 3
    assert "VERSION_CONFLICT" not in str(answers[0])


@pytest.mark.usefixtures("ledger")
async def test_a_write_that_expects_null_expects_nothing(acme: Client) -> None:
    text = """mutation($v: Int, $f: DocumentFilter, $o: [DocumentOrder!], $d: Date) {
      patchAccount(accountNumber: "A", patch: {name: "New"}, expectedVersion: $v) {
        account {
          name documents(filter: $f, orderBy: $o) { nodes { documentNumber } } balances(asOf: $d) { openAmount } }
        userErrors { code } } }"""
    account = {
        "name": "New",
        "documents": {"nodes": [{"documentNumber": "D-1"}, {"documentNumber": "D-2"}]},
        "balances": [{"openAmount": "20"}],
    }
    assert await acme.only(text, v=None, f=None, o=None, d=None) == {"account": account, "userErrors": []}
