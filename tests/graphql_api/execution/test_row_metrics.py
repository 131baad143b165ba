"""The rows that an answer shows are counted, of one answer of an operation a second at most."""

import asyncio

import pytest

from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.parsing import PreparedOperation, prepare
from app.graphql_api.execution.row_metrics import MAX_COUNTED_BYTES, RowSampler, count_rows
from app.rest_api.names import ROOT
from tests.gateway import Client, Gateway
from tests.observability.numbers import numbers, of

ACCOUNT = 'accountNumber: "{0}", input: {{openBalance: {{name: "{0}"}}}}'
NOTE = 'accountNumber: "A", input: {{reference: "{0}", body: "{0}"}}'
SPREAD = """
fragment Noted on Account { notes { nodes { reference } } }
query Mine { account(accountNumber: "A") { ...Noted ... on Account { notes { nodes { body account { name } } } } } }
"""
# each with the rows that its answer shows: A with the notes N, O and P, and B with none
SHOWN = [
    ("query Mine { tenant { name } }", 1),
    ("query Mine { __typename }", 0),
    ('query Mine { __schema { queryType { name fields { name } } } }', 0),
    ('query Mine { account(accountNumber: "nobody") { name } }', 0),
    ('query Mine { account(accountNumber: "A") { name billingAddress { city } } }', 1),
    ("query Mine { accounts { totalCount } }", 0),
    ("query Mine { accounts { totalCount pageInfo { hasNextPage } nodes { name } } }", 2),
    ("query Mine { accounts { edges { cursor node { name } } } }", 2),
    ("query Mine { accounts(first: 1) { nodes { name } } }", 1),
    ("query Mine { accounts { nodes { name notes(first: 2) { nodes { body account { name } } } } } }", 2 + 2 + 2),
    ("query Mine { a: accounts { nodes { name } } b: accounts { edges { node { notes { nodes { body } } } } } }", 7),
    ("query Mine { accounts { nodes { notes @skip(if: true) { nodes { body } } } } }", 2),
    ('query Mine { accounts { nodes { history { nodes { verb } } } } }', 2 + 2),
    (SPREAD, 1 + 3 + 3),
    (f"mutation Mine {{ createAccount({ACCOUNT.format('C')}) {{ created }} }}", 0),
    (f"mutation Mine {{ createAccount({ACCOUNT.format('C')}) {{ account {{ name }} userErrors {{ code }} }} }}", 1),
    (f"mutation Mine {{ createAccount({ACCOUNT.format('C')}) {{ account {{ history {{ nodes {{ verb }} }} }} }} }}", 2),
]  # fmt: skip


def prepared(text: str) -> PreparedOperation:
    operation = prepare(text, None, Limits())
    assert isinstance(operation, PreparedOperation)
    return operation


MINE, OTHER = prepared("query Mine { tenant { name } }"), prepared("query Other { tenant { name } }")
ANSWER = b'{"data":{"tenant":{"name":"acme"}}}'


@pytest.fixture
async def acme(gateway: Gateway) -> Client:
    acme = await gateway.tenant()
    for number in "AB":
        await acme.query(f"mutation {{ createAccount({ACCOUNT.format(number)}) {{ created }} }}")
    for reference in "NOP":
        await acme.query(f"mutation {{ createNote({NOTE.format(reference)}) {{ created }} }}")
    return acme


async def counted(gateway: Gateway, name: str = "Mine") -> list[float]:
    """How many answers' rows were counted, and how many those are."""
    found = await numbers(gateway.http)
    return [of(found, f"gateway_operation_rows_{kind}", operation=name) for kind in ("count", "sum")]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
@pytest.mark.slow
async def test_every_row_that_is_shown_is_counted_once(acme: Client, gateway: Gateway, text: str, shown: int) -> None:
    await acme.query(text)

    assert await counted(gateway) == [1, shown]


async def test_a_row_that_is_found_by_its_id_is_counted_with_those_below_it(acme: Client, gateway: Gateway) -> None:
    found = await acme.query('{ account(accountNumber: "A") { id } }')
    text = "query Mine($id: ID!) { node(id: $id) { id ... on Account { notes { nodes { id } } } } }"
    await acme.query(text, id=found["account"]["id"])

    assert await counted(gateway) == [1, 1 + 3]


async def test_a_server_counts_few_of_many_answers(acme: Client, gateway: Gateway) -> None:
    await asyncio.gather(*(acme.query("query Mine { tenant { name } }") for _ in range(20)))
    count, rows = await counted(gateway)

    assert 1 <= count == rows < 20


async def test_a_pause_lies_between_one_count_of_an_operation_and_the_next() -> None:
    sampler = RowSampler(min_pause=600)

    assert [sampler.sample(operation, ANSWER) for operation in (MINE, MINE, OTHER, MINE)] == [1, None, 1, None]


async def test_after_the_pause_an_operation_is_counted_again() -> None:
    sampler = RowSampler(min_pause=0, max_time_share=1)
    for _ in range(3):
        assert sampler.sample(MINE, ANSWER) == 1
        await asyncio.sleep(0.2)


async def test_the_pause_is_the_longer_the_more_counting_took() -> None:
    sampler = RowSampler(min_pause=0, max_time_share=1e-9)
    assert sampler.sample(MINE, ANSWER) == 1
    await asyncio.sleep(0.1)

    assert sampler.sample(MINE, ANSWER) is None


async def test_an_answer_that_is_too_large_is_not_read_again() -> None:
    just_fits = ANSWER + b" " * (MAX_COUNTED_BYTES - len(ANSWER))

    assert count_rows(MINE, just_fits) == 1
    assert count_rows(MINE, just_fits + b" ") is None


async def test_an_answer_with_a_number_beyond_floats_is_given_and_not_counted(acme: Client, gateway: Gateway) -> None:
    await acme.query('mutation { patchAccount(accountNumber: "A", patch: {dataProviders: {n: 1e400}}) { created } }')
    answer = await acme.post({"query": "query Mine { accounts { nodes { dataProviders } } }"})

    assert '{"dataProviders":{"n":1E+400}}' in answer.text
    assert await counted(gateway) == [0, 0]


async def test_rest_and_refused_operations_show_no_rows(acme: Client, gateway: Gateway) -> None:
    await gateway.http.get(f"{ROOT}/accounts/A", headers=acme.headers)
    await acme.run("query Mine { nobody }")
    found = await numbers(gateway.http)

    # those of the fixture, which have no name
    assert {labels for name, labels in found if name == "gateway_operation_rows_count"} == {
        (("operation", "(anonymous)"),)
    }
