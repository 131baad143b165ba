"""Absurd numbers, days and codes, in every place that takes them: refused at their place, or kept exactly."""

from typing import Any

import pytest
from strawberry.utils.str_converters import to_camel_case

from app.domain.catalogue.line_item import LINE_ITEM
from app.domain.catalogue.thick_billing import THICK_BILLING_DETAIL
from app.domain.enums import Resource
from app.domain.fields import PRECISE_PLACES
from app.domain.resources import RESOURCES
from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.places import Argument, Leaf, grouped, input_arguments, leaves, place, write_with
from tests.graphql_api.bad_input.soundness import number, post_numbers, sound, user_errors

WRITING = [argument for argument in input_arguments() if argument.writes]
TOO_LARGE: list[Any] = [10**15, "1000000000000000", "-1000000000000000", number("1e400"), number("1e15"), "9" * 1_000,
                        number("9" * 1_000), number("-1e999999999999999999")]  # fmt: skip
TOO_FINE: list[Any] = ["0.00001", number("1e-5"), number("1e-400"), number("1E-999999999999999999"), "1.00000000001",
                       "0." + "0" * 500 + "1", number("0." + "0" * 500 + "1")]  # fmt: skip
PRECISE = {
    to_camel_case(one.name)
    for one in (*LINE_ITEM, *THICK_BILLING_DETAIL, *RESOURCES[Resource.DOCUMENT].fields)
    if one.places == PRECISE_PLACES
}
FINE_FOR_PRECISE = TOO_FINE[:2]  # where ten decimals are kept
KEPT = [
    (0, "0"),
    (number("-0"), "0"),
    (number("-0.0"), "0"),
    (number("0e999999"), "0"),
    (number("0e-999999"), "0"),
    ("-0.0000", "0"),
    ("000000000000000000012.5000000000", "12.5"),
    (number("1.50000000000000000000000000"), "1.5"),
    (number("1e2"), "100"),
    (number("1E-4"), "0.0001"),
    (number("12345678901234.5e1"), "123456789012345"),
    ("999999999999999.9999", "999999999999999.9999"),
    (number("-999999999999999.9999"), "-999999999999999.9999"),
    (number("0.1"), "0.1"),
    (number("900719925474099.3000"), "900719925474099.3"),
    (999999999999999, "999999999999999"),
]
UNKNOWN_CODES = [
    "XXX",
    "XTS",
    "eur",
    "EURO",
    "E",
    "€",
    "ＥＵＲ",
    "ZZ",
    "zz",
    "de_DE",
    "deu",
    "UK",
    "e\u0301",
    " EUR",
    "0",
]
CODES = ("CurrencyCode", "LanguageCode", "CountryCode")


async def told(acme: Client, argument: Argument, group: list[Leaf], value: Any) -> list[tuple[str, str]]:
    """Code and place of what a write is told that has this value in all of these places."""
    operation, sent = write_with(argument, [(leaf, value) for leaf in group])
    answer = sound(await post_numbers(acme, operation, v0=sent))
    return [(error["code"], ".".join(error["field"])) for error in user_errors(answer["data"]["f0"])]


@pytest.mark.parametrize("argument", WRITING, ids=str)
async def test_a_number_of_too_many_digits_is_refused_wherever_it_is_sent(acme: Client, argument: Argument) -> None:
    before = await state(acme)
    for group in grouped((leaf for leaf in leaves(argument.type) if leaf.type.name == "Decimal"), 1_000):
        for value in [*TOO_LARGE, *TOO_FINE]:
            kept = PRECISE if value in FINE_FOR_PRECISE else set()
            expected = {
                ("INVALID", ".".join(place(argument, leaf))) for leaf in group if leaf.argument_path[-1] not in kept
            }
            assert expected <= set(await told(acme, argument, group, value)), value
    assert await state(acme) == before


@pytest.mark.parametrize(("sent", "kept"), KEPT, ids=str)
async def test_a_number_within_the_digits_is_kept_exactly_however_it_is_written(
    acme: Client, sent: Any, kept: str
) -> None:
    text = """mutation($v: Decimal!) { patchAccount(accountNumber: "A-1", patch: {
      creditLimit: $v, customFields: [{key: "limit", value: {number: $v}}]
    }) { account { creditLimit customFields { number } } userErrors { message } } }"""
    response = await post_numbers(acme, text, v=sent)

    account = {"creditLimit": kept, "customFields": [{"number": kept}]}
    assert sound(response) == {"data": {"patchAccount": {"account": account, "userErrors": []}}}


@pytest.mark.parametrize("sent", ["1e2", "-0.0", "1E-4", "1500", "999999999999999.9999"])
async def test_a_number_in_the_text_of_an_operation_is_kept_exactly_too(acme: Client, sent: str) -> None:
    text = f"""mutation {{ patchAccount(accountNumber: "A-1", patch: {{creditLimit: {sent}}}) {{
      account {{ creditLimit }} userErrors {{ message }} }} }}"""
    kept = {"1e2": "100", "-0.0": "0", "1E-4": "0.0001"}.get(sent, sent)

    assert await acme.only(text) == {"account": {"creditLimit": kept}, "userErrors": []}


@pytest.mark.parametrize(
    ("digits", "code"),
    [("1e400", None), ("9" * 1_000, None), ("1e-400", None), ("1e9999999999999999999", "GRAPHQL_VALIDATION_FAILED"),
     ("-1e-9999999999999999999", "GRAPHQL_VALIDATION_FAILED"), ("01", "GRAPHQL_PARSE_FAILED"),
     ("1.", "GRAPHQL_PARSE_FAILED"), ("NaN", "GRAPHQL_VALIDATION_FAILED"), ("0x1", "GRAPHQL_PARSE_FAILED")],
)  # fmt: skip
async def test_an_absurd_number_in_the_text_of_an_operation_is_refused(
    acme: Client, digits: str, code: str | None
) -> None:
    text = f"""mutation {{ patchAccount(accountNumber: "A-1", patch: {{creditLimit: {digits}}}) {{
      userErrors {{ code message field }} }} }}"""
    answer = sound(await acme.post({"query": text}))

    if code:
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    else:
        assert [error["code"] for error in answer["data"]["patchAccount"]["userErrors"]] == ["INVALID"]


@pytest.mark.parametrize("value", [*TOO_LARGE, *TOO_FINE], ids=lambda value: str(value)[:20])
async def test_a_filter_does_not_compare_with_an_amount_that_no_document_can_have(acme: Client, value: Any) -> None:
    text = "query($v: Decimal) { documents(filter: {openAmount: {%s: $v}}) { totalCount } }"
    for operator in ("eq", "lt", "lte", "gt", "gte"):
        errors = sound(await post_numbers(acme, text % operator, v=value))["errors"]

        assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]
        assert errors[0]["message"].startswith(f"filter.openAmount.{operator} may have at most ")


async def test_the_largest_and_smallest_amounts_can_be_compared_with(acme: Client) -> None:
    text = "query($f: DocumentFilter) { documents(filter: $f) { totalCount } }"
    for operator, value, count in (
        ("lt", "999999999999999.9999", 1),
        ("gt", "-999999999999999.9999", 1),
        ("gte", "60.0000", 1),
        ("gt", "60", 0),
        ("lt", "60.0001", 1),
        ("gt", "59.9999", 1),
    ):
        chosen = {"openAmount": {operator: value}, "currency": {"eq": "EUR"}}
        assert await acme.only(text, f=chosen) == {"totalCount": count}, operator


@pytest.mark.parametrize("argument", WRITING, ids=str)
async def test_an_unknown_code_is_refused_wherever_it_is_sent(acme: Client, argument: Argument) -> None:
    before = await state(acme)
    for kind in CODES:
        for group in grouped((leaf for leaf in leaves(argument.type) if leaf.type.name == kind), 1_000):
            expected = {("INVALID", ".".join(place(argument, leaf))) for leaf in group}
            for code in UNKNOWN_CODES:
                assert expected <= set(await told(acme, argument, group, code)), code
    assert await state(acme) == before


async def test_the_first_and_the_last_day_of_the_calendar_are_days_like_any_other(acme: Client) -> None:
    for number_, day in (("D-first", "0001-01-01"), ("D-last", "9999-12-31")):
        text = """mutation($n: String!, $d: Date!) { replaceDocument(documentNumber: $n, input: {combined: {
          accountNumber: "A-1", invoiceDate: $d, dueDate: $d, discountDate: $d,
          amounts: {basic: {currency: "CHF", originalDenomination: 1, denomination: 1}}
        }}) { document { invoiceDate dueDate discountDate } userErrors { message } } }"""
        document = {"invoiceDate": day, "dueDate": day, "discountDate": day}
        assert await acme.only(text, n=number_, d=day) == {"document": document, "userErrors": []}

    assert await acme.query(
        """{
          ordered: documents(filter: {currency: {eq: "CHF"}}, orderBy: [{field: DUE_DATE, direction: DESC}]) {
            nodes { documentNumber first: daysPastDue(asOf: "0001-01-01") last: daysPastDue(asOf: "9999-12-31") }
          }
          past: documents(filter: {dueDate: {lte: "0001-01-01"}}) { nodes { documentNumber } }
          future: documents(filter: {dueDate: {gte: "9999-12-31"}}) { nodes { documentNumber } }
          early: account(accountNumber: "A-1") { balances(asOf: "0001-01-01") { currency overdueAmount openAmount } }
          late: account(accountNumber: "A-1") { balances(asOf: "9999-12-31") { currency overdueAmount openAmount } }
        }"""
    ) == {
        "ordered": {
            "nodes": [
                {"documentNumber": "D-last", "first": 0, "last": 0},
                {"documentNumber": "D-first", "first": 0, "last": 3652058},
            ]
        },
        "past": {"nodes": [{"documentNumber": "D-first"}]},
        "future": {"nodes": [{"documentNumber": "D-last"}]},
        "early": {
            "balances": [
                {"currency": "CHF", "overdueAmount": "0", "openAmount": "2"},
                {"currency": "EUR", "overdueAmount": "0", "openAmount": "60"},
            ]
        },
        "late": {
            "balances": [
                {"currency": "CHF", "overdueAmount": "1", "openAmount": "2"},
                {"currency": "EUR", "overdueAmount": "60", "openAmount": "60"},
            ]
        },
    }


async def test_the_first_and_the_last_moment_of_the_calendar_are_moments_like_any_other(acme: Client) -> None:
    made = """mutation($r: String!, $t: DateTime) { createNote(accountNumber: "A-1", input: {
      reference: $r, body: "b", effectiveDate: $t }) { note { effectiveDate } userErrors { message } } }"""
    for reference, moment in (("N-first", "0001-01-01T00:00:00.000Z"), ("N-last", "9999-12-31T23:59:59.999Z")):
        payload = await acme.only(made, r=reference, t=moment)
        assert payload == {"note": {"effectiveDate": moment}, "userErrors": []}
    found = """query($f: NoteFilter) { account(accountNumber: "A-1") {
      notes(filter: $f, orderBy: [{field: EFFECTIVE_DATE}]) { nodes { reference } } } }"""
    for operator, moment, expected in (
        ("lte", "0001-01-01T00:00:00Z", ["N-first"]),
        ("gte", "9999-12-31T23:59:59.999Z", ["N-last"]),
        ("gt", "0001-01-01T00:00:00Z", ["N-1", "N-last"]),
    ):
        account = await acme.only(found, f={"effectiveDate": {operator: moment}})
        assert [note["reference"] for note in account["notes"]["nodes"]] == expected


@pytest.mark.parametrize("version", [0, -1, 2**31 - 1, -(2**31)])
async def test_an_expected_version_that_no_resource_has_is_a_conflict(acme: Client, version: int) -> None:
    text = """mutation($v: Int) { patchAccount(accountNumber: "A-1", patch: {}, expectedVersion: $v) {
      userErrors { code message field } } }"""

    assert await acme.refused(text, v=version) == [("VERSION_CONFLICT", "expectedVersion")]
