"""JSON has one kind of number: 1, 1.0 and 1e0 are the same one. Whatever takes an integer takes it in every spelling,
in both facades, and refuses what has a fraction or too many digits."""

import json

import pytest

from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.soundness import number, post_numbers, sound
from tests.rest_api.client import Rest, address, exact

TWOS = ["2", "2.0", "2e0", "2E+0", "20e-1", "0.2e1", "2.000000000000000000000000000000"]
NO_INTEGERS = ["1.5", "1e-1", "0.00000000000000000000000000000000001", "1e-999999999"]
TOO_LARGE = ["2147483648", "2147483648.0", "-2147483649", "1e10", "1e400", "1e999999999", "9" * 30, "9" * 5_000]
PAGE = "query($n: Int) { accounts(first: $n) { nodes { accountNumber } } }"
BILLED = """mutation($d: DocumentPatch!, $v: Int) {
  patchDocument(documentNumber: "D-1", patch: $d, expectedVersion: $v, dryRun: true) {
    document { thickBilling { lineItemCount } } userErrors { code field } } }"""


@pytest.mark.parametrize("digits", TWOS)
async def test_an_integer_is_taken_in_every_spelling(acme: Client, digits: str) -> None:
    text = "query($n: Int!) { changes(first: $n) { nodes { sequence } } }"
    changes = sound(await post_numbers(acme, text, n=number(digits)))["data"]["changes"]
    assert changes == {"nodes": [{"sequence": 1}, {"sequence": 2}]}

    sent = {"thickBilling": {"lineItemCount": number(digits)}}
    payload = sound(await post_numbers(acme, BILLED, d=sent))["data"]["patchDocument"]
    assert payload == {"document": {"thickBilling": {"lineItemCount": 2}}, "userErrors": []}


@pytest.mark.parametrize("digits", ["99", "99.0", "9.9e1"])
async def test_an_expected_version_is_compared_by_its_value(acme: Client, digits: str) -> None:
    text = """mutation($v: Int) { patchAccount(accountNumber: "A-1", patch: {}, expectedVersion: $v) {
      userErrors { code message field } } }"""
    (error,) = sound(await post_numbers(acme, text, v=number(digits)))["data"]["patchAccount"]["userErrors"]
    assert (error["code"], error["field"]) == ("VERSION_CONFLICT", ["expectedVersion"])
    assert "version 99" in error["message"]


@pytest.mark.parametrize(("digits", "shown"), [("0.0", 0), ("-0.0", 0), ("0e5", 0), ("-1.0", -1), ("1e3", 1_000)])
async def test_a_size_of_a_page_is_its_value_however_it_is_written(acme: Client, digits: str, shown: int) -> None:
    answer = sound(await post_numbers(acme, PAGE, n=number(digits)))
    if shown < 0:
        assert answer["errors"][0]["message"] == f"first is {shown}; it must lie between 0 and 1000."
    else:
        every = await acme.query("{ accounts(first: 1000) { nodes { accountNumber } } }")
        assert answer["data"]["accounts"]["nodes"] == every["accounts"]["nodes"][:shown]


@pytest.mark.parametrize("digits", [*NO_INTEGERS, *TOO_LARGE], ids=lambda digits: digits[:20])
async def test_what_is_no_integer_of_32_bits_is_refused_with_the_variable_s_name(acme: Client, digits: str) -> None:
    before = await state(acme)
    (error,) = sound(await post_numbers(acme, PAGE, n=number(digits)))["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "'$n'" in error["message"]
    assert ("32-bit" in error["message"]) == (digits in TOO_LARGE)

    sent = {"thickBilling": {"lineItemCount": number(digits)}}
    (error,) = sound(await post_numbers(acme, BILLED, d=sent))["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "'$d'" in error["message"]
    assert "thickBilling.lineItemCount" in error["message"]
    assert await state(acme) == before


@pytest.mark.parametrize(
    "digits", ["7", "7.0", "7e0", "9" * 19, "9" * 40, "-" + "9" * 40, "1e22", "1.5e1", "1e308", "9" * 5_000],
    ids=lambda digits: digits[:20],
)  # fmt: skip
async def test_an_identifier_may_be_any_integer_and_names_nothing(acme: Client, digits: str) -> None:
    text = "query($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } }"
    sent = number(digits)
    assert sound(await post_numbers(acme, text, id=sent, ids=[sent, sent])) == {
        "data": {"node": None, "nodes": [None, None]}
    }


@pytest.mark.parametrize("digits", [*NO_INTEGERS, "1e9999"])
async def test_a_number_with_a_fraction_is_no_identifier(acme: Client, digits: str) -> None:
    (error,) = sound(await post_numbers(acme, "query($id: ID!) { node(id: $id) { id } }", id=number(digits)))["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "'$id'" in error["message"]


@pytest.mark.parametrize("digits", ["2.0", "2e0"])
async def test_in_the_text_of_an_operation_an_integer_is_written_as_one(acme: Client, digits: str) -> None:
    (error,) = sound(await acme.post({"query": f"{{ accounts(first: {digits}) {{ totalCount }} }}"}))["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


async def patched(acme: Client, detail: str) -> tuple[int, dict[str, object]]:
    """Status and answer of a patch over REST of an element of the invoice."""
    response = await Rest.of(acme).send(
        "PATCH", address("documents", "D-1"), f'{{"invoicing_detail": {{{detail}}}}}'.encode()
    )
    return response.status_code, exact(response)


@pytest.mark.parametrize("digits", TWOS)
async def test_rest_takes_an_integer_in_every_spelling_too(acme: Client, digits: str) -> None:
    assert (await patched(acme, '"LINE_ITEM_COUNT": null, "FAX_NUMBER": null, "FLAG_DUPLICATE": null'))[0] == 200
    flag = digits.replace("2", "1", 1)
    sent = f'"LINE_ITEM_COUNT": {digits}, "FAX_NUMBER": {digits}, "FLAG_DUPLICATE": {flag}'
    status, answer = await patched(acme, sent)
    assert (status, answer["invoicing_detail"]) == (
        200,
        {"LINE_ITEM_COUNT": 2, "FAX_NUMBER": "2", "FLAG_DUPLICATE": True},
    )


@pytest.mark.parametrize("digits", [*NO_INTEGERS, *TOO_LARGE], ids=lambda digits: digits[:20])
async def test_rest_refuses_what_is_no_integer_of_32_bits(acme: Client, digits: str) -> None:
    before = await state(acme)
    status, answer = await patched(acme, f'"LINE_ITEM_COUNT": {digits}, "FLAG_DUPLICATE": {digits}')
    assert (status, answer["error"]) == (422, "validation_failed")
    assert [(fault["field"], fault["code"]) for fault in json.loads(json.dumps(answer["details"]))] == [
        ("invoicing_detail.FLAG_DUPLICATE", "invalid"),
        ("invoicing_detail.LINE_ITEM_COUNT", "invalid"),
    ]
    assert await state(acme) == before
