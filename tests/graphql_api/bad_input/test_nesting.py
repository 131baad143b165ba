"""Operations, variables and filters that are nested too deeply or too vast are refused before anything runs."""

from typing import Any

import pytest

from tests.gateway import Client
from tests.graphql_api.bad_input.soundness import sound

LESS = "Ask for less at once, in several operations."
LESS_OF_A_FILTER = "Filter by less at once, in several operations."

DEPTHS = (150, 198, 1_000, 3_000)
COUNT = "query($f: DocumentFilter) { documents(filter: $f) { totalCount } }"
EQUAL = {"documentNumber": {"eq": "D-1"}}


async def refused(acme: Client, query: str, **variables: Any) -> tuple[str, str]:
    """Code and message of the first of an operation's errors; it must have no data."""
    answer = sound(await acme.post({"query": query, "variables": variables}))
    assert "data" not in answer, answer
    return answer["errors"][0]["extensions"]["code"], answer["errors"][0]["message"]


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    ("opening", "inside", "closing"),
    [
        ("{" + "a{", "b", "}" + "}"),
        ("{" + "... {", "__typename", "}" + "}"),
        ("{" + "... on Query {", "__typename", "}" + "}"),
    ],
)
async def test_a_deep_selection_is_too_complex(
    acme: Client, depth: int, opening: str, inside: str, closing: str
) -> None:
    text = opening[0] + opening[1:] * depth + inside + closing[:-1] * depth + closing[-1]
    response = sound(await acme.post({"query": text}))

    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    assert codes <= {"QUERY_TOO_COMPLEX"}
    assert codes or inside == "__typename"  # fragments add no levels, until there is no room to read them


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    "text",
    [
        "{ accounts(filter: {name: {in: %s}}) { totalCount } }",
        "query($v: %s) { __typename @skip(if: $v) }",
        "query($v: Int = %s) { accounts(first: $v) { totalCount } }",
        "{ __typename @skip(if: %s) }",
    ],
)
async def test_a_deep_list_in_the_text_is_refused(acme: Client, depth: int, text: str) -> None:
    inside = "Int" if "$v: %s" in text else "1"
    code, _ = await refused(acme, text % ("[" * depth + inside + "]" * depth))

    assert code in ("GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX")


@pytest.mark.parametrize("depth", [21, 60, 90, *DEPTHS])
@pytest.mark.parametrize(("opening", "closing"), [("{not: ", "}"), ("{and: [", "]}"), ("{or: ", "}")])
async def test_a_deep_filter_in_the_text_is_refused(acme: Client, depth: int, opening: str, closing: str) -> None:
    inside = '{documentNumber: {eq: "D-1"}}'
    code, message = await refused(
        acme, f"{{ documents(filter: {opening * depth}{inside}{closing * depth}) {{ totalCount }} }}"
    )

    if depth < 100:
        assert (code, message) == (
            "BAD_USER_INPUT",
            f"filter is nested {depth + 1} levels deep; at most 20 are allowed. {LESS_OF_A_FILTER}",
        )
    assert code in ("BAD_USER_INPUT", "QUERY_TOO_COMPLEX")


@pytest.mark.parametrize("depth", [20, 40])
@pytest.mark.parametrize("word", ["not", "and", "or"])
async def test_a_deep_filter_in_a_variable_is_refused(acme: Client, depth: int, word: str) -> None:
    assert await refused(acme, COUNT, f=nested(depth, word)) == (
        "BAD_USER_INPUT",
        f"filter is nested {depth + 1} levels deep; at most 20 are allowed. {LESS_OF_A_FILTER}",
    )


@pytest.mark.parametrize("word", ["not", "and", "or"])
async def test_a_filter_of_20_levels_is_taken(acme: Client, word: str) -> None:
    chosen = {**nested(19, word), "accountNumber": {"eq": "A-1"}, "currency": {"eq": "EUR"}}
    assert await acme.only(COUNT, f={**EQUAL, "and": [nested(18, word)]}) == {"totalCount": 1}
    assert await acme.only(COUNT, f=chosen) == {"totalCount": 0 if word == "not" else 1}


def nested(depth: int, word: str) -> dict[str, Any]:
    made: dict[str, Any] = EQUAL
    for _ in range(depth):
        made = {word: made} if word == "not" else {word: [made]}
    return made


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"documentNumber": {"in": ["x"] * 1_001}},
         f"filter.documentNumber.in has 1001 values; at most 1000 are allowed. {LESS_OF_A_FILTER}"),
        ({"or": [{"documentNumber": {"in": ["x"] * 600}}, {"poNumber": {"in": ["x"] * 600}}]},
         f"filter has 1200 values in all; at most 1000 are allowed. {LESS_OF_A_FILTER}"),
        ({"or": [EQUAL] * 201}, f"filter has 201 comparisons; at most 200 are allowed. {LESS_OF_A_FILTER}"),
        ({"and": [EQUAL] * 5_000}, f"filter has 5000 values in all; at most 1000 are allowed. {LESS_OF_A_FILTER}"),
    ],
)  # fmt: skip
async def test_a_vast_filter_is_refused(acme: Client, chosen: dict[str, Any], message: str) -> None:
    assert await refused(acme, COUNT, f=chosen) == ("BAD_USER_INPUT", message)


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"documentNumber": {"in": ["x"] * 999 + ["D-1"]}}, 1),
        ({"documentNumber": {"in": []}}, 0),
        ({"or": [{"documentNumber": {"eq": f"{n}"}} for n in range(199)] + [EQUAL]}, 1),
        ({"and": [EQUAL] * 200}, 1),
        ({"not": {"or": [{"documentNumber": {"eq": "x"}}] * 200}, **EQUAL}, None),
        ({"product": {"in": ["CASH_APP", "INVOICING"] * 500}, **EQUAL}, 1),
    ],
)
async def test_a_filter_within_the_limits_is_taken_with_every_page_and_order(
    acme: Client, chosen: dict[str, Any], count: int | None
) -> None:
    """The most that a statement can hold of a filter: the count, and both sides of a page in an order with nulls."""
    text = """query($f: DocumentFilter, $o: [DocumentOrder!], $c: String) {
      documents(filter: $f, orderBy: $o, after: $c) {
        totalCount pageInfo { hasNextPage hasPreviousPage } edges { cursor } } }"""
    order = [{"field": "OPEN_AMOUNT", "direction": "DESC"}, {"field": "DUE_DATE"}, {"field": "STATUS"}]
    every = await acme.only(text, f=EQUAL, o=order)
    cursor = every["edges"][0]["cursor"]
    if count is None:
        assert (await refused(acme, text, f=chosen, o=order, c=cursor))[0] == "BAD_USER_INPUT"
        return

    assert (await acme.only(text, f=chosen, o=order, c=cursor))["totalCount"] == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ ...F } fragment F on Query { ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ tenant { ...F } } fragment F on Tenant { name ... { ...F } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...Missing }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("type A { a: Int }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { tenant { name } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __typename @nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __typename " + "@skip(if: false) " * 50 + "}", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __typename " + "@skip(if: false) " * 500 + "}", "QUERY_TOO_COMPLEX"),
        ("{ " + "__typename " * 1_001 + "}", "QUERY_TOO_COMPLEX"),
        ("{ " + "__typename " * 10_001 + "}", "QUERY_TOO_COMPLEX"),
        ("query(" + " ".join(f"$v{n}: Int" for n in range(3_000)) + ") { __typename }", "QUERY_TOO_COMPLEX"),
        ("#" * 100_000, "GRAPHQL_PARSE_FAILED"),
        ("#\n" * 100_000 + "{ __typename }", "QUERY_TOO_COMPLEX"),
        ("{" * 100_000, "GRAPHQL_PARSE_FAILED"),
        ("{a" * 100_000, "QUERY_TOO_COMPLEX"),
        ('"""' + "x" * 100_000, "GRAPHQL_PARSE_FAILED"),
    ],
    ids=lambda value: value[:30],
)
async def test_a_text_that_makes_no_sense_is_refused(acme: Client, text: str, code: str) -> None:
    assert (await refused(acme, text))[0] == code


async def test_fragments_that_multiply_are_counted_where_they_are_spread(acme: Client) -> None:
    """A billion fields in forty lines: refused in time linear in the text."""
    fragments = [f"fragment F{n} on Tenant {{ ...F{n + 1} a{n}: name ...F{n + 1} }}" for n in range(30)]
    text = "{ tenant { ...F0 } } " + " ".join(fragments) + " fragment F30 on Tenant { name }"

    code, message = await refused(acme, text)
    assert code == "QUERY_TOO_COMPLEX"
    assert message.endswith(f"at most 1000 are allowed. {LESS}")


async def test_pages_that_multiply_are_counted_before_anything_is_read(acme: Client) -> None:
    text = """{ accounts(first: 1000) { nodes { documents(first: 1000) { nodes {
      creditNotes(first: 1000) { nodes { id } } } } } } }"""

    assert await acme.error_codes(text) == ["QUERY_TOO_COMPLEX"]
    assert len(acme.gateway.statements) == 0
