"""Text that no well-meaning client sends, in every place that takes text: refused at its place, or kept as it is."""

import json
from typing import Any

import pytest
from graphql import get_named_type

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.places import (
    Argument,
    Leaf,
    arguments,
    grouped,
    input_arguments,
    leaves,
    place,
    value_with,
    write_with,
)
from tests.graphql_api.bad_input.soundness import sound, user_errors

MEGABYTE = "x" * 2**20
UNSTORABLE = {"NUL": "a\0b", "high half": "a\ud800b", "low half": "\udfff", "halves reversed": "\udc00\ud800"}
LEGAL = {
    "SQL": "'; DROP TABLE accounts; --",
    "wildcards": "%_\\*?[a-z]",
    "JSON": '{"$gt": ""}',
    "GraphQL": '") { id } }#',
    "formats": "%s {0} ${jndi:ldap://x} {{7*7}}",
    "a path": "../../etc/passwd",
    "markup": "<script>alert(1)</script>",
    "control characters": "\x01\x08\x1f\x7f\x80\r\n\t",
    "direction": "\u202etxt.exe\u202c \u200f\u2066",
    "joiners": "👩\u200d👩\u200d👧 e\u0301 \ufeff\ufffe\uffff",
    "beyond the first plane": "𝒜\U0010ffff",
    "blank": "x \u00a0\u2003\u2028",
}
TEXT_TYPES = ("String", "CurrencyCode", "LanguageCode", "CountryCode")
TEXT_ARGUMENTS = [a for a in arguments() if get_named_type(a.type).name in ("String", "ID")]
CURSORS = ("after", "before")


def given(argument: Argument, text: str) -> Any:
    return [text] if argument.name == "ids" else text


@pytest.mark.parametrize("argument", TEXT_ARGUMENTS, ids=str)
async def test_an_argument_of_unstorable_text_is_refused_or_finds_nothing(acme: Client, argument: Argument) -> None:
    before = await state(acme)
    for text in UNSTORABLE.values():
        response = await acme.post({"query": argument.operation(), "variables": {"v0": given(argument, text)}})

        answer = sound(response)
        if argument.writes:
            assert {error["code"] for error in answer["data"]["f0"]["userErrors"]} <= {"INVALID", "NOT_FOUND"}
        elif argument.name in ("id", "ids"):
            assert answer == {"data": {"f0": None if argument.name == "id" else [None]}}
        else:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert await state(acme) == before


@pytest.mark.parametrize("argument", TEXT_ARGUMENTS, ids=str)
async def test_an_argument_of_odd_or_endless_text_is_answered(acme: Client, argument: Argument) -> None:
    texts = [*LEGAL.values(), MEGABYTE, ""]
    variables = {f"v{n}": given(argument, text) for n, text in enumerate(texts)}
    response = await acme.post({"query": argument.operation(len(texts), dry=True), "variables": variables})

    answer = sound(response)
    if argument.name in CURSORS:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"] * len(texts)
    else:
        assert set(answer) == {"data"}


@pytest.mark.parametrize(
    "argument", [a for a in TEXT_ARGUMENTS if a.writes and not a.field.startswith("patch")], ids=str
)
async def test_a_key_is_refused_when_it_is_endless_or_empty(acme: Client, argument: Argument) -> None:
    for text in (MEGABYTE, "x" * 256, "", " \t\u2003", ".", ".."):
        response = await acme.post({"query": argument.operation(), "variables": {"v0": text}})

        errors = sound(response)["data"]["f0"]["userErrors"]
        assert [argument.name] in [error["field"] for error in errors], (text[:10], errors)


@pytest.mark.parametrize("argument", [a for a in input_arguments() if a.writes], ids=str)
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"], ids=["NUL", "half a pair"])
async def test_unstorable_text_is_refused_in_every_field_of_an_input_at_once(
    acme: Client, argument: Argument, text: str
) -> None:
    before = await state(acme)
    for group in grouped((leaf for leaf in leaves(argument.type) if leaf.type.name in TEXT_TYPES), 1_000):
        errors = await refused(acme, argument, group, text)

        assert {error["code"] for error in errors} <= {
            "INVALID",
            "NOT_FOUND",
            "REQUIRED",
            "TOO_LONG",
            "CURRENCY_MODEL_LOCKED",
        }
        assert not_blamed(group, argument, errors) == []
    assert await state(acme) == before


@pytest.mark.parametrize("argument", [a for a in input_arguments() if a.writes], ids=str)
async def test_endless_text_is_refused_in_every_field_of_an_input_at_once(acme: Client, argument: Argument) -> None:
    before = await state(acme)
    for group in grouped((leaf for leaf in leaves(argument.type) if leaf.type.name in TEXT_TYPES), 1_000):
        errors = await refused(acme, argument, group, "x" * 10_001)

        assert not_blamed(group, argument, errors) == []
    assert await state(acme) == before


async def refused(acme: Client, argument: Argument, group: list[Leaf], text: str) -> list[dict[str, Any]]:
    """What a write is told that has this text in all of these places."""
    operation, value = write_with(argument, [(leaf, text) for leaf in group])
    answer = sound(await acme.post({"query": operation, "variables": {"v0": value}}))
    return user_errors(answer["data"]["f0"])


def not_blamed(group: list[Leaf], argument: Argument, errors: list[dict[str, Any]]) -> list[str]:
    """The places that no error is about. A custom field is blamed as a whole."""
    blamed = [error["field"] for error in errors]
    places = [place(argument, leaf) for leaf in group]
    return [".".join(path) for path in places if not any(path[: len(found)] == found for found in blamed)]


@pytest.mark.parametrize("argument", [a for a in input_arguments() if a.name == "filter"], ids=str)
async def test_a_filter_takes_odd_text_as_it_is_and_refuses_what_no_text_can_hold(
    acme: Client, argument: Argument
) -> None:
    places = [leaf for leaf in leaves(argument.type) if leaf.type.name in TEXT_TYPES]
    for leaf in places:
        response = await acme.post(
            {"query": argument.operation(), "variables": {"v0": value_with(argument.type, [(leaf, "a\0b")])}}
        )
        path = "filter" + "".join(f".{part}" for part in leaf.path if part != 0)
        assert [error["message"] for error in sound(response)["errors"]] == [
            f"{path} must not contain NUL or unpaired surrogates."
        ]
    for text in [*LEGAL.values(), "", MEGABYTE]:
        group = places if len(text) < 1_000 else places[:5]
        value = value_with(argument.type, [(leaf, text) for leaf in group])
        assert set(sound(await acme.post({"query": argument.operation(), "variables": {"v0": value}}))) == {"data"}


@pytest.mark.parametrize("text", LEGAL.values(), ids=LEGAL)
async def test_odd_text_that_is_legal_is_kept_to_the_letter_and_found_again(acme: Client, text: str) -> None:
    made = """mutation($key: String!, $odd: String!) {
      replaceAccount(accountNumber: $key, input: {combined: {
        name: $odd, description: $odd, billingAddress: {address1: $odd}, dataProviders: {any: $odd}
        customFields: [{key: $odd, value: {text: $odd}}]
      }}) { account { id accountNumber name description billingAddress { address1 } dataProviders
                      customFields { key text } } userErrors { message } }
    }"""
    key = text.encode().hex()  # in a key not all of it may stand
    payload = await acme.only(made, key=key, odd=text)
    kept = {
        "id": payload["account"]["id"],
        "accountNumber": key,
        "name": text,
        "description": text,
        "billingAddress": {"address1": text},
        "dataProviders": {"any": text},
        "customFields": [{"key": text, "text": text}],
    }

    assert payload == {"account": kept, "userErrors": []}
    found = """query($odd: String!) {
      equal: accounts(filter: {name: {eq: $odd}}) { nodes { id } }
      begun: accounts(filter: {name: {startsWith: $odd}}) { nodes { id } }
      inside: accounts(filter: {name: {contains: $odd}}) { nodes { id } }
    }"""
    one = {"nodes": [{"id": kept["id"]}]}
    assert await acme.query(found, odd=text) == {
        "equal": one,
        "begun": one,
        "inside": one,
    }


@pytest.mark.parametrize("field", ["query", "operationName"])
@pytest.mark.parametrize("text", ["a\0b", "\ud800", MEGABYTE, "{" + MEGABYTE + "}", *LEGAL.values()])
async def test_odd_text_as_the_operation_or_its_name_is_refused(acme: Client, field: str, text: str) -> None:
    response = await acme.post({"query": "{ __typename }", field: text})

    (error,) = sound(response)["errors"]
    refused = {"operationName": ("BAD_USER_INPUT",)}
    if field == "query" and len(text) > 200_000:
        refused["query"] = ("QUERY_TOO_COMPLEX",)
    assert error["extensions"]["code"] in refused.get(field, ("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"))


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "", "$", "__proto__", MEGABYTE])
async def test_a_variable_of_an_odd_name_is_ignored_like_any_that_nobody_asked_for(acme: Client, name: str) -> None:
    response = await acme.post({"query": "{ __typename }", "variables": {name: name}})

    assert sound(response) == {"data": {"__typename": "Query"}}


async def test_an_alias_of_1000_characters_is_answered_and_a_longer_one_refused(acme: Client) -> None:
    alias = "a" * 1_000
    made = f'mutation {{ {alias}: patchContact(reference: "C-1", patch: {{name: "Carl"}}) {{ created }} }}'

    assert await acme.only(f'{{ {alias}: account(accountNumber: "A-1") {{ name }} }}') == {"name": "A"}
    assert await acme.only(made) == {"created": False}
    answer = await acme.run(f"{{ {alias}a: __typename }}")
    assert answer["errors"][0] == {
        "message": "The operation has a name of 1001 characters; at most 1000 are allowed. Shorten it.",
        "extensions": {"code": "QUERY_TOO_COMPLEX"},
    }


@pytest.mark.parametrize("value", [{"a\0b": 1}, {"a": {"\ud800": 1}}, {"a": ["\0"]}])
async def test_unstorable_text_in_any_key_or_value_of_json_is_refused(acme: Client, value: Any) -> None:
    text = 'mutation($v: JSON) { patchAccount(accountNumber: "A-1", patch: {dataProviders: $v}) { userErrors { %s } } }'

    assert await acme.only(text % "code field message", v=value) == {
        "userErrors": [
            {
                "code": "INVALID",
                "field": ["patch", "dataProviders"],
                "message": f"dataProviders must not contain NUL or unpaired surrogates, found: {json.dumps(value)}.",
            }
        ]
    }
