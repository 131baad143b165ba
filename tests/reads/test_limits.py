"""What bounds an operation is checked before it runs: tokens, depth, fields, and the rows that its pages allow for."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.gateway import Client, Gateway

TOO_COMPLEX = ["QUERY_TOO_COMPLEX"]


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[Client]:
    """No limit is the database's: one kind is enough to ask."""
    async with Gateway(sqlite_url) as gateway:
        yield await gateway.tenant()


async def refusal(client: Client, text: str, **variables: Any) -> str:
    """The message of an operation that is refused as too complex before any SQL."""
    answer = await client.run(text, **variables)
    assert "data" not in answer
    assert [error["extensions"]["code"] for error in answer["errors"]] == TOO_COMPLEX
    assert len(client.gateway.statements) == 0
    message: str = answer["errors"][0]["message"]
    return message


def deep(levels: int) -> str:
    """A query of so many levels of fields."""
    parents = levels - 2
    return f'{{ account(accountNumber: "A") {{ {"parentAccount { " * parents}name{" }" * parents} }} }}'


async def test_25_levels_run_and_26_do_not(client: Client) -> None:
    assert await client.query(deep(25)) == {"account": None}
    assert await refusal(client, deep(26)) == "The operation is 26 levels deep; at most 25 are allowed."


async def test_levels_are_counted_through_fragments(client: Client) -> None:
    inside = deep(26).replace("name", "...Rest").replace("{ account", "query { account")
    fragment = " fragment Rest on Account { name ... on Node { ... { id } } }"
    assert await refusal(client, inside + fragment) == "The operation is 26 levels deep; at most 25 are allowed."
    shallower = deep(25).replace("name", "...Rest").replace("{ account", "query { account")
    assert await client.query(shallower + fragment) == {"account": None}


async def test_nesting_beyond_all_measure_is_refused_too(client: Client) -> None:
    filters = f"{{ accounts(filter: {'{not: ' * 3_000}{{}}{'}' * 3_000}) {{ totalCount }} }}"
    for text in (deep(3_000), f"{{ {'... { ' * 3_000}__typename{' }' * 3_000} }}", filters):
        await refusal(client, text)


def wide(fields: int) -> str:
    """A query of so many fields."""
    return f"{{ tenant {{ {' '.join(f'a{n}: name' for n in range(fields - 1))} }} }}"


async def test_1000_fields_run_and_1001_do_not(client: Client) -> None:
    assert len(await client.only(wide(1_000))) == 999
    assert await refusal(client, wide(1_001)) == "The operation selects 1001 fields; at most 1000 are allowed."


def some(name: str, fields: int) -> str:
    return f"fragment {name} on Tenant {{ {' '.join(f'a{n}: name' for n in range(fields))} }}"


async def test_fields_are_counted_wherever_their_fragment_is_spread(client: Client) -> None:
    spreads = " ".join(f"t{n}: tenant {{ ...Ten }}" for n in range(90))  # 11 fields each
    fragments = some("Ten", 10) + some("Nine", 9)
    assert len(await client.query(f"{{ {spreads} tenant {{ ...Nine }} }} {fragments}")) == 91
    message = await refusal(client, f"{{ {spreads} tenant {{ ...Nine name }} }} {fragments}")
    assert message == "The operation selects 1001 fields; at most 1000 are allowed."


async def test_fields_that_directives_leave_out_count_as_well(client: Client) -> None:
    skipped = " ".join(f"a{n}: name @skip(if: true)" for n in range(1_000))
    await refusal(client, f"{{ tenant {{ {skipped} }} }}")


def bomb(doublings: int) -> str:
    """Each fragment spreads the next one twice."""
    parts = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(doublings)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{doublings} on Query {{ tenant {{ name }} }}"])


async def test_fragments_that_multiply_are_refused_without_being_multiplied_out(client: Client) -> None:
    assert await client.query(bomb(8)) == {"tenant": {"name": "acme"}}
    assert await refusal(client, bomb(9)) == "The operation selects 1024 fields; at most 1000 are allowed."
    assert await refusal(client, bomb(200)) == f"The operation selects {2**201} fields; at most 1000 are allowed."


async def test_fragments_inside_themselves_are_refused_by_validation(client: Client) -> None:
    circles = (
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B tenant { name } } fragment B on Query { ...A }",
        "{ tenant { ...T } } fragment T on Tenant { name balances { ...B } } fragment B on Balance { ...T }",
        "{ tenant { name } } fragment A on Account { parentAccount { ...A } }",
    )
    for text in circles:
        codes = await client.error_codes(text)
        assert set(codes) == {"GRAPHQL_VALIDATION_FAILED"}, text
        assert len(client.gateway.statements) == 0


async def test_large_fragments_that_nobody_spreads_are_refused_before_they_are_validated(client: Client) -> None:
    message = await refusal(client, f"{{ tenant {{ name }} }} fragment Big on Tenant {{ {'name ' * 9_000} }}")
    assert message == "The operation selects 9000 fields; at most 1000 are allowed."


async def test_what_takes_too_long_to_compare_is_refused(client: Client) -> None:
    message = await refusal(client, f"{{ tenant {{ {'name ' * 999} }} }}")
    assert message == "The operation repeats too many fields or fragments."


async def test_10000_tokens_are_parsed_and_10001_are_not(client: Client) -> None:
    text = "{ nodes(ids: [%s]) { id } }"  # 12 tokens
    answer = await client.run(text % ('"" ' * 9_988))
    assert answer["errors"][0]["message"] == "ids has 9988 identifiers; at most 100 are allowed."
    message = await refusal(client, text % ('"" ' * 9_989))
    assert message == "Document contains more than 10000 tokens. Parsing aborted."


async def test_100000_rows_may_be_asked_for_and_100001_may_not(client: Client) -> None:
    nested = "accounts(first: 1000) { nodes { documents(first: 99) { nodes { csrId } } } }"
    assert await client.query(f"{{ {nested} }}") == {"accounts": {"nodes": []}}
    message = await refusal(client, f"{{ {nested} one: accounts(first: 1) {{ nodes {{ csrId }} }} }}")
    assert message.startswith("The pages of the operation allow for 100001 rows or more; at most 100000 are allowed.")


ROWS: dict[str, tuple[str, int]] = {
    "pages inside pages": ("accounts(first: 100) { nodes { documents(first: 1000) { nodes { csrId } } } }", 100_100),
    "pages of 20 where nothing is said": (
        "accounts { nodes { documents { nodes { representatives { nodes { documents(first: 12) { nodes { csrId } } } "
        "} } } } }",
        20 + 400 + 8_000 + 96_000,
    ),
    "last like first": ("accounts(last: 1000) { nodes { documents(last: 100) { nodes { csrId } } } }", 101_000),
    "edges like nodes": (
        "accounts(first: 1000) { edges { node { documents(first: 100) { edges { node { csrId } } } } } }",
        101_000,
    ),
    "a count needs no rows, but its page has some": (
        "accounts(first: 1000) { nodes { documents(first: 100) { totalCount } } }",
        101_000,
    ),
    "through a single resource": (
        "documents(first: 1000) { nodes { account { documents(first: 100) { nodes { csrId } } } } }",
        101_000,
    ),
    "two aliases": (
        "accounts(first: 1000) { nodes { a: documents(first: 50) { nodes { csrId } } "
        "b: documents(first: 50) { nodes { csrId } } } }",
        101_000,
    ),
}


async def test_rows_multiply_from_level_to_level_and_add_up_beside_each_other(client: Client) -> None:
    for name, (text, rows) in ROWS.items():
        message = await refusal(client, f"{{ {text} }}")
        assert message.startswith(f"The pages of the operation allow for {rows} rows or more"), name


async def test_rows_below_many_nodes_count_for_each(client: Client) -> None:
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Account { documents(first: 1000) { nodes { csrId } } } } }"
    assert await client.only(text, ids=["YWNjb3VudDo5OTk"] * 100) == [None] * 100
    more = text.replace("nodes(ids", "accounts(first: 1) { nodes { csrId } } nodes(ids")
    await refusal(client, more, ids=["YWNjb3VudDo5OTk"] * 100)


async def test_rows_that_variables_ask_for_count(client: Client) -> None:
    text = """query($first: Int, $in: Boolean!) { accounts(first: 1000) { nodes {
      documents(first: $first) @include(if: $in) { nodes { csrId } } } } }"""
    assert await client.query(text, **{"first": 99, "in": True}) == {"accounts": {"nodes": []}}
    assert await client.query(text, **{"first": 1000, "in": False}) == {"accounts": {"nodes": []}}
    await refusal(client, text, **{"first": 100, "in": True})


async def test_what_a_payload_reads_is_bounded_before_the_mutation_runs(client: Client) -> None:
    text = """mutation { createRepresentative(reference: "R", input: {}) { created representative {
      accounts(first: 1000) { nodes { documents(first: 100) { nodes { csrId } } } } } } }"""
    await refusal(client, text)
    assert await client.only('{ representative(reference: "R") { csrId } }') is None


async def test_the_limits_are_settings(sqlite_url: str) -> None:
    lower: dict[str, tuple[int, Callable[[int], str]]] = {
        "max_depth": (5, deep),
        "max_fields": (10, wide),
        "max_rows": (30, lambda rows: f"{{ accounts(first: {rows}) {{ nodes {{ csrId }} }} }}"),
    }
    for setting, (most, query) in lower.items():
        async with Gateway(sqlite_url, **{setting: most}) as gateway:
            client = await gateway.tenant(setting)
            await client.query(query(most))
            await refusal(client, query(most + 1))
