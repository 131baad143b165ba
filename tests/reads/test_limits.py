"""What bounds an operation is checked before it runs: tokens, depth, fields, aliases, directives, and what it costs."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.gateway import Client, Gateway

LESS = "Ask for less at once, in several operations."

TOO_COMPLEX = ["QUERY_TOO_COMPLEX"]


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[Client]:
    """No limit is the database's: one kind is enough to ask."""
    async with Gateway(sqlite_url, max_aliases=1_000) as gateway:
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
    assert await refusal(client, deep(26)) == f"The operation is 26 levels deep; at most 25 are allowed. {LESS}"


async def test_levels_are_counted_through_fragments(client: Client) -> None:
    inside = deep(26).replace("name", "...Rest").replace("{ account", "query { account")
    fragment = " fragment Rest on Account { name ... on Node { ... { id } } }"
    assert (
        await refusal(client, inside + fragment) == f"The operation is 26 levels deep; at most 25 are allowed. {LESS}"
    )
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
    assert await refusal(client, wide(1_001)) == f"The operation has 1001 fields; at most 1000 are allowed. {LESS}"


def some(name: str, fields: int) -> str:
    return f"fragment {name} on Tenant {{ {' '.join(f'a{n}: name' for n in range(fields))} }}"


@pytest.mark.slow
async def test_fields_are_counted_wherever_their_fragment_is_spread(client: Client) -> None:
    spreads = " ".join(f"t{n}: tenant {{ ...Ten }}" for n in range(90))  # 11 fields each
    fragments = some("Ten", 10) + some("Nine", 9)
    assert len(await client.query(f"{{ {spreads} tenant {{ ...Nine }} }} {fragments}")) == 91
    message = await refusal(client, f"{{ {spreads} tenant {{ ...Nine name }} }} {fragments}")
    assert message == f"The operation has 1001 fields; at most 1000 are allowed. {LESS}"


async def test_fields_that_directives_leave_out_count_as_well(client: Client) -> None:
    skipped = " ".join(f"a{n}: name @skip(if: true)" for n in range(1_000))
    await refusal(client, f"{{ tenant {{ {skipped} }} }}")


def aliased(aliases: int) -> str:
    """A query of so many aliases."""
    return f"{{ tenant {{ {' '.join(f'a{n}: name' for n in range(aliases))} }} }}"


def directed(directives: int) -> str:
    """A query of so many directives."""
    return f"{{ tenant {{ {' '.join(f'a{n}: name @include(if: true)' for n in range(directives))} }} }}"


async def test_200_aliases_and_100_directives_run_and_no_more(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        client = await gateway.tenant()
        await client.query(aliased(200))
        await client.query(directed(100))
        assert await refusal(client, aliased(201)) == f"The operation has 201 aliases; at most 200 are allowed. {LESS}"
        assert (
            await refusal(client, directed(101)) == f"The operation has 101 directives; at most 100 are allowed. {LESS}"
        )


async def test_aliases_and_directives_are_counted_wherever_they_stand(client: Client) -> None:
    everywhere = """query Q($a: String! @b) @c { ...F @d ... on Query @e { x: tenant @f { name } } ...F }
      fragment F on Query @g { y: tenant { name @h } }"""
    async with Gateway(str(client.gateway.database.url), max_aliases=2) as gateway:
        found = await refusal(Client(gateway, client.api_key), everywhere)
        assert found == f"The operation has 3 aliases; at most 2 are allowed. {LESS}"
    async with Gateway(str(client.gateway.database.url), max_directives=8) as gateway:
        found = await refusal(Client(gateway, client.api_key), everywhere)
        assert found == f"The operation has 9 directives; at most 8 are allowed. {LESS}"  # the fragment's twice


async def test_directives_without_end_on_one_field_are_refused_before_they_are_validated(client: Client) -> None:
    message = await refusal(client, f"{{ __typename {'@a ' * 4_000} }}")
    assert message == f"The operation has 4000 directives; at most 100 are allowed. {LESS}"


def bomb(doublings: int) -> str:
    """Each fragment spreads the next one twice."""
    parts = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(doublings)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{doublings} on Query {{ tenant {{ name }} }}"])


async def test_fragments_that_multiply_are_refused_without_being_multiplied_out(client: Client) -> None:
    assert await client.query(bomb(8)) == {"tenant": {"name": "acme"}}
    assert await refusal(client, bomb(9)) == f"The operation has 1024 fields; at most 1000 are allowed. {LESS}"
    assert await refusal(client, bomb(200)) == f"The operation has {2**201} fields; at most 1000 are allowed. {LESS}"


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
    assert message == f"The operation has 9000 fields; at most 1000 are allowed. {LESS}"


async def test_what_takes_too_long_to_compare_is_refused(client: Client) -> None:
    message = await refusal(client, f"{{ tenant {{ {'name ' * 999} }} }}")
    assert message == "The operation repeats too many fields or fragments. Ask for each field once."


async def test_10000_tokens_are_parsed_and_10001_are_not(client: Client) -> None:
    text = "{ nodes(ids: [%s]) { id } }"  # 12 tokens
    answer = await client.run(text % ('"" ' * 9_988))
    assert answer["errors"][0]["message"] == f"ids has 9988 identifiers; at most 100 are allowed. {LESS}"
    message = await refusal(client, text % ('"" ' * 9_989))
    assert message == (
        "The operation has more than 10000 tokens: names, values and signs. "
        "Send data as variables, and ask for less at once."
    )


def columns(count: int) -> str:
    """A column under so many names."""
    return " ".join(f"c{n}: name" for n in range(count))


def equals(count: int) -> str:
    """A filter of so many comparisons, with five names and values each and two around them."""
    comparisons = (f'{{poNumber: {{eq: "{n}"}}}}' for n in range(count))
    return f"{{or: [{' '.join(comparisons)}]}}"


def pages_of_nothing(count: int) -> str:
    return " ".join(f"p{n}: documents(first: 0) {{ pageInfo {{ hasNextPage }} }}" for n in range(count))


def one_of(count: int) -> str:
    return f"""{{poNumber: {{in: [{'"a" ' * count}]}}}}"""


PRICES: dict[str, tuple[str, int]] = {
    "the operation itself": ("{ __typename }", 1),
    "a look-up": ('{ account(accountNumber: "A") { name } }', 2),
    "columns, however many": ("{ tenant { name currencyModel products connectionId } }", 2),
    "100 columns of each row": (f"{{ accounts(first: 50) {{ nodes {{ {columns(100)} }} }} }}", 51),
    "101 columns count as two rows": (f"{{ accounts(first: 50) {{ nodes {{ {columns(101)} }} }} }}", 101),
    "101 columns in edges": (f"{{ accounts(first: 50) {{ edges {{ node {{ {columns(101)} }} }} }} }}", 101),
    "201 columns of one row as three, and 202 fields as two more to plan": (f"{{ tenant {{ {columns(201)} }} }}", 6),
    "parts of a value are columns": (
        f"{{ accounts(first: 50) {{ nodes {{ {columns(98)} billingAddress {{ city zip }} }} }} }}",
        101,
    ),
    "columns of a row and of another behind it": (
        f"{{ documents(first: 50) {{ nodes {{ a: csrId account {{ {columns(100)} }} }} }} }}",
        101,
    ),
    "the same resource under two aliases": ("{ a: tenant { name } b: tenant { name } }", 3),
    "a page of 20 where nothing is said": ("{ accounts { nodes { name } } }", 21),
    "a page as if it were full": ("{ accounts(first: 500) { nodes { name } } }", 501),
    "last like first": ("{ accounts(last: 500) { nodes { name } } }", 501),
    "edges like nodes": ("{ accounts(first: 500) { edges { cursor node { name } } pageInfo { hasNextPage } } }", 501),
    "a page of which nothing is shown": ("{ accounts(first: 500) { pageInfo { hasNextPage } } }", 501),
    "an edge to one row": ("{ documents(first: 50) { nodes { account { name } } } }", 101),
    "a count": ("{ accounts(first: 0) { totalCount } }", 11),
    "a count in every row": ("{ accounts(first: 50) { nodes { documents(first: 0) { totalCount } } } }", 551),
    "the example of the guide": (
        "{ accounts(first: 50) { nodes { name documents(first: 20) { totalCount nodes { openAmount account { name } } "
        "} } } }",
        2_551,
    ),
    "balances": ("{ accounts(first: 50) { nodes { balances { aging { current } } } } }", 551),
    "balances of the tenant": ("{ tenant { balances { openAmount } } }", 12),
    "a history": ("{ documents(first: 50) { nodes { statusHistory { status } } } }", 551),
    "readiness of accounts": ("{ accounts(first: 50) { nodes { readiness { ready } } } }", 51),
    "readiness of documents reads their accounts": ("{ documents(first: 50) { nodes { readiness { ready } } } }", 101),
    "attachments read the account and the file": ("{ documents(first: 50) { nodes { attachments { id } } } }", 151),
    "the catalogue": ("{ productFields(product: INVOICING) { name } }", 11),
    "introspection": ('{ __schema { queryType { name } } __type(name: "Account") { name } }', 101),
    "introspection that may multiply": ('{ __schema { queryType { n: name } } __type(name: "Account") { name } }', 501),
    "what is left out": ("{ accounts @skip(if: true) { nodes { name } } }", 1),
    "ten comparisons": (f"{{ documents(first: 0, filter: {equals(10)}) {{ pageInfo {{ hasNextPage }} }} }}", 1),
    "eleven comparisons": (f"{{ documents(first: 0, filter: {equals(11)}) {{ pageInfo {{ hasNextPage }} }} }}", 2),
    "eleven comparisons in each of 50 lists": (
        f"{{ accounts(first: 50) {{ nodes {{ documents(first: 1, filter: {equals(11)}) {{ nodes {{ id }} }} }} }} }}",
        1 + 50 + 50 * (1 + 1),
    ),
    "a text that is searched counts as ten comparisons": (
        '{ documents(first: 0, filter: {poNumber: {contains: "a"}}) { totalCount } }',
        11,
    ),
    "two texts that are searched": (
        '{ documents(first: 0, filter: {poNumber: {contains: "a"}, invoiceNum: {contains: "b"}}) { totalCount } }',
        12,
    ),
    "ten values count as one comparison": (
        f"{{ documents(first: 0, filter: {one_of(90)}) {{ totalCount }} }}",
        11,
    ),
    "names and values beyond 100, and comparisons beyond ten": (
        f"{{ documents(first: 0, filter: {one_of(1_000)}) {{ totalCount }} }}",
        1 + 10 + -(-(1_004 - 100) // 10) + (100 - 10) // 10,
    ),
    "a filter that two lists share": (
        f"{{ a: documents(first: 0, filter: {equals(30)}) {{ totalCount }} "
        f"b: documents(first: 0, filter: {equals(30)}) {{ totalCount }} }}",
        1 + -(-(2 * 152 - 100) // 10) + 2 * (10 + 2),
    ),
    "20 pages of nothing": (f"{{ {pages_of_nothing(20)} }}", 1),
    "each page beyond 20": (f"{{ {pages_of_nothing(23)} }}", 1 + 3 * 10),
    "a write": (
        'mutation { createAccount(accountNumber: "A", input: {openBalance: {name: "A"}}) { account { name } } }',
        12,
    ),
    "a write that shows no row": (
        'mutation { replaceAccount(accountNumber: "A", input: {openBalance: {name: "A"}}) { created } }',
        11,
    ),
    "two writes": (
        """mutation { a: replaceRepresentative(reference: "R", input: {}) { created }
        b: linkRepresentativeToAccount(reference: "R", accountNumber: "A") { account { name } } }""",
        22,
    ),
    "a payload that leads further": (
        """mutation { replaceAccount(accountNumber: "A", input: {openBalance: {name: "A"}}) {
        account { documents(first: 50) { nodes { csrId } } } } }""",
        62,
    ),
}


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.slow
async def test_the_cost_of_an_operation_is_the_sum_of_its_prices(client: Client, name: str) -> None:
    text, cost = PRICES[name]
    answer = (await client.post({"query": text}, **{"X-Gateway-Cost": "true"})).json()
    assert "errors" not in answer, answer
    assert answer["extensions"] == {"cost": {"requested": cost, "charged": cost, "limit": 100_000, "budget": None}}


async def test_100000_points_may_be_asked_for_and_100001_may_not(client: Client) -> None:
    nested = (
        "accounts(first: 1000) { nodes { documents(first: 98) { nodes { csrId } } } }"  # with the operation, 99,001
    )
    assert await client.query(f"{{ {nested} more: accounts(first: 999) {{ nodes {{ csrId }} }} }}")
    message = await refusal(client, f"{{ {nested} more: accounts(first: 1000) {{ nodes {{ csrId }} }} }}")
    assert message == "The operation costs 100001 points; at most 100000 are allowed. Ask for less at once."


COSTS: dict[str, tuple[str, int]] = {
    "pages inside pages": ("accounts(first: 100) { nodes { documents(first: 1000) { nodes { csrId } } } }", 100_101),
    "pages of 20 where nothing is said": (
        "accounts { nodes { documents { nodes { representatives { nodes { documents(first: 12) { nodes { csrId } } } "
        "} } } } }",
        1 + 20 + 400 + 8_000 + 96_000,
    ),
    "last like first": ("accounts(last: 1000) { nodes { documents(last: 100) { nodes { csrId } } } }", 101_001),
    "edges like nodes": (
        "accounts(first: 1000) { edges { node { documents(first: 100) { edges { node { csrId } } } } } }",
        101_001,
    ),
    "a count needs no rows, but its page has some": (
        "accounts(first: 1000) { nodes { documents(first: 100) { totalCount } } }",
        111_001,
    ),
    "through a single resource": (
        "documents(first: 1000) { nodes { account { documents(first: 100) { nodes { csrId } } } } }",
        102_001,
    ),
    "two aliases": (
        "accounts(first: 1000) { nodes { a: documents(first: 50) { nodes { csrId } } "
        "b: documents(first: 50) { nodes { csrId } } } }",
        101_001,
    ),
    "three levels": (
        "accounts(first: 1000) { nodes { documents(first: 1000) { nodes { creditNotes(first: 1000) { nodes { csrId } "
        "} } } } }",
        1 + 10**3 + 10**6 + 10**9,
    ),
}


async def test_costs_multiply_from_level_to_level_and_add_up_beside_each_other(client: Client) -> None:
    for name, (text, cost) in COSTS.items():
        message = await refusal(client, f"{{ {text} }}")
        assert message.startswith(f"The operation costs {cost} points; at most 100000 are allowed."), name


async def test_the_cost_is_told_where_it_is_asked_for_and_the_rest_of_the_answer_stays(client: Client) -> None:
    body = {"query": "{ accounts(first: 5) { nodes { name } } }"}
    plain = await client.post(body)
    assert plain.text == '{"data":{"accounts":{"nodes":[]}}}'
    assert (await client.post(body, **{"X-Gateway-Cost": "false"})).text == plain.text
    told = await client.post(body, **{"x-gateway-cost": "true"})
    extensions = '"extensions":{"cost":{"requested":6,"charged":6,"limit":100000,"budget":null}}'
    assert told.text == f'{{"data":{{"accounts":{{"nodes":[]}}}},{extensions}}}'


async def test_costs_below_many_nodes_count_for_each(client: Client) -> None:
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Account { documents(first: 998) { nodes { csrId } } } } }"
    assert await client.only(text, ids=["YWNjb3VudDo5OTk"] * 100) == [None] * 100
    more = text.replace("nodes(ids", "accounts(first: 100) { nodes { csrId } } nodes(ids")
    await refusal(client, more, ids=["YWNjb3VudDo5OTk"] * 100)


async def test_costs_that_variables_ask_for_count(client: Client) -> None:
    text = """query($first: Int, $in: Boolean!) { accounts(first: 1000) { nodes {
      documents(first: $first) @include(if: $in) { nodes { csrId } } } } }"""
    assert await client.query(text, **{"first": 98, "in": True}) == {"accounts": {"nodes": []}}
    assert await client.query(text, **{"first": 1000, "in": False}) == {"accounts": {"nodes": []}}
    await refusal(client, text, **{"first": 99, "in": True})


async def test_what_a_payload_reads_is_bounded_before_the_mutation_runs(client: Client) -> None:
    text = """mutation { createRepresentative(reference: "R", input: {}) { created representative {
      accounts(first: 1000) { nodes { documents(first: 100) { nodes { csrId } } } } } } }"""
    await refusal(client, text)
    assert await client.only('{ representative(reference: "R") { csrId } }') is None


async def test_the_limits_are_settings(sqlite_url: str) -> None:
    lower: dict[str, tuple[int, Callable[[int], str]]] = {
        "max_depth": (5, deep),
        "max_fields": (10, wide),
        "max_aliases": (5, aliased),
        "max_directives": (5, directed),
        "max_cost": (30, lambda cost: f"{{ accounts(first: {cost - 1}) {{ nodes {{ csrId }} }} }}"),
    }
    for setting, (most, query) in lower.items():
        async with Gateway(sqlite_url, **{setting: most}) as gateway:
            client = await gateway.tenant(setting)
            await client.query(query(most))
            await refusal(client, query(most + 1))
