"""The JSON scalar takes any JSON and keeps it as it is, whether it comes in a variable, in the text, or in both."""

import json
from typing import Any

import pytest

from tests.gateway import Client
from tests.graphql_api.bad_input.soundness import number, post_numbers, sound

PATCH = """mutation($v: JSON) { patchAccount(accountNumber: "A-1", patch: {dataProviders: $v}) {
  account { dataProviders } userErrors { code message field } } }"""
TEXT = """mutation%s { patchAccount(accountNumber: "A-1", patch: {dataProviders: %s}) {
  account { dataProviders } userErrors { code message field } } }"""
EXACT = ["0", "-1", "1.10", "0.1", "1E+400", "1E-400", "123456789012345678901234567890", "9007199254740993", "1.0",
         "0.30000000000000004", "9223372036854775807", "9223372036854775808", "-9223372036854775809"]  # fmt: skip


def kept(answer: dict[str, Any]) -> Any:
    payload = answer["data"]["patchAccount"]
    assert payload["userErrors"] == []
    return payload["account"]["dataProviders"]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": None},
        {"a": {"b": [{"c": [[], {}, None, True, False, 0, "", "x"]}]}},
        {"": "empty", " ": "blank", "é": "ü", "🧾": "x", "a.b": 1, "$ref": 2, "__proto__": 3, "__typename": 4},
        {"long": "x" * 100_000},
        {"many": list(range(10_000))},
        {f"k{n}": n for n in range(1_000)},
    ],
    ids=lambda value: str(value)[:30],
)
async def test_any_json_object_in_a_variable_comes_back_the_same(acme: Client, value: dict[str, Any]) -> None:
    assert kept(await acme.run(PATCH, v=value)) == value
    assert await acme.only('{ account(accountNumber: "A-1") { dataProviders } }') == {"dataProviders": value}


@pytest.mark.parametrize("digits", EXACT)
async def test_a_number_comes_back_digit_by_digit(acme: Client, digits: str) -> None:
    literal = digits.replace("E+", "e")
    by_variable = await post_numbers(acme, PATCH, v={"n": number(digits), "in": [number(digits)]})
    by_text = await acme.post({"query": TEXT % ("", f"{{n: {literal}, in: [{literal}]}}")})

    for response in (by_variable, by_text):
        sound(response)
        assert f'"dataProviders":{{"n":{digits},"in":[{digits}]}}' in response.text


async def test_keys_keep_their_order(acme: Client) -> None:
    response = await acme.post({"query": PATCH, "variables": {"v": {"z": 1, "a": 2, "m": {"b": 1, "a": 2}}}})

    assert '"dataProviders":{"z":1,"a":2,"m":{"b":1,"a":2}}' in response.text


async def test_json_in_the_text_may_hold_everything_that_graphql_can_write(acme: Client) -> None:
    literal = '{s: "x", b: """block""", e: WORD, n: null, t: true, f: false, l: [1, [2.50], {}], o: {i: {}}}'
    answer = await acme.run(TEXT % ("", literal))

    assert kept(answer) == {
        "s": "x",
        "b": "block",
        "e": "WORD",
        "n": None,
        "t": True,
        "f": False,
        "l": [1, [2.5], {}],
        "o": {"i": {}},
    }


async def test_variables_of_any_type_may_stand_inside_json_in_the_text(acme: Client) -> None:
    declared = "($i: Int, $s: String, $d: Decimal, $j: JSON, $b: Boolean = true, $p: Product, $l: [Int])"
    literal = "{i: $i, s: [$s], d: {in: $d}, j: $j, b: $b, p: $p, l: $l}"
    variables = {"i": 7, "s": "x", "d": "1.50", "j": {"deep": [1]}, "p": "CASH_APP", "l": [1, None]}
    answer = sound(await acme.post({"query": TEXT % (declared, literal), "variables": variables}))

    assert kept(answer) == {
        "i": 7,
        "s": ["x"],
        "d": {"in": 1.5},
        "j": {"deep": [1]},
        "b": True,
        "p": "cash_app",
        "l": [1, None],
    }


async def test_a_variable_that_was_not_sent_leaves_its_key_out_and_is_null_in_a_list(acme: Client) -> None:
    answer = await acme.run(TEXT % ("($a: Int, $b: JSON)", "{a: $a, list: [$a, 1, $b], in: {b: $b}, c: 1}"))

    assert kept(answer) == {"list": [None, 1, None], "in": {}, "c": 1}


@pytest.mark.parametrize("value", [[], [1], "x", "", 0, 1, True, False])
async def test_data_providers_is_an_object_and_nothing_else(acme: Client, value: Any) -> None:
    message = f"dataProviders must be a JSON object, found: {json.dumps(value)}."
    error = {"code": "INVALID", "field": ["patch", "dataProviders"], "message": message}

    assert await acme.only(PATCH, v=value) == {"account": None, "userErrors": [error]}


async def test_json_of_100_levels_is_kept_and_of_101_refused_however_they_are_sent(acme: Client) -> None:
    assert kept(await acme.run(TEXT % ("", deep_text(100)))) == deep(100)
    together = TEXT % ("($v: JSON)", deep_text(60).replace("{}", "$v"))
    assert kept(await acme.run(together, v=deep(41))) == deep(100)
    for answer in (
        await acme.run(TEXT % ("", deep_text(101))),
        await acme.run(TEXT % ("", deep_text(190))),
        await acme.run(together, v=deep(42)),
        await acme.run(TEXT % ("($v: JSON)", deep_text(190).replace("{}", "$v")), v=deep(90)),
    ):
        errors = answer["data"]["patchAccount"]["userErrors"]
        assert [error["message"] for error in errors] == ["dataProviders may be nested at most 100 levels deep."]


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels - 1):
        made = {"a": made}
    return made


def deep_text(levels: int) -> str:
    return "{a: " * (levels - 1) + "{}" + "}" * (levels - 1)
