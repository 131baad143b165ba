"""Names in a body that mean nothing are told by X-Ignored-Fields, and a body that names another key than its address is
refused."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from tests.gateway import Client
from tests.rest_api.client import ROOT, Rest, exact
from tests.rest_api.world import ACCOUNT, BASIC, CONTACT, DOCUMENT, NOTE, held, ledger

DOCUMENT_BODY = DOCUMENT | BASIC
ADDRESS = {"address1": "1 Main St", "city": "Atlanta", "state": "GA", "zip": "30301"}


async def ignored(rest: Rest, method: str, path: str, body: Any, status: int = 200) -> str | None:
    response = await rest.send(method, f"{ROOT}/{path}", body)
    assert response.status_code == status, response.text
    names: str | None = response.headers.get("x-ignored-fields")
    return names


@pytest.mark.parametrize(
    ("method", "path", "body", "names"),
    [
        ("PATCH", "accounts/ACCT-001", {"creditLimit": 5}, "creditLimit"),
        ("PATCH", "accounts/ACCT-001", {"b": 1, "phone": "1", "A": None}, "b,A"),
        ("PUT", "accounts/ACCT-001", ACCOUNT | {"Name": "x", "thick_billing": {}}, "Name,thick_billing"),
        ("PATCH", "accounts/ACCT-001", {"billing_address": ADDRESS | {"Zip": "1"}}, "billing_address.Zip"),
        ("PATCH", "accounts/ACCT-001", {"custom_fields": {"collection": {"a": 1}}}, "custom_fields.collection"),
        ("PATCH", "accounts/ACCT-001", {"custom_fields": {"collections": {"anything": 1}}}, None),
        ("PATCH", "accounts/ACCT-001", {"data_providers": {"any": [{"thing": 1}]}}, None),
        (
            "PATCH",
            "documents/INV-001",
            {"line_items": [{"quantity": 2, "price": 3}, {"line_number": "2"}, {"quantity": 1}]},
            "line_items[0].quantity,line_items[0].price,line_items[2].quantity",
        ),
        (
            "PATCH",
            "documents/INV-001",
            {"invoicing_detail": {"TERMS": "1", "terms": "1", "DETAIL": [{"QTY_SHIP_COL": "1"}, {"QTY": 1}]}},
            "invoicing_detail.terms,invoicing_detail.DETAIL[1].QTY",
        ),
        ("PATCH", "documents/INV-001", {"accountNumber": "B", "documentType": "x"}, "accountNumber,documentType"),
        ("PATCH", "representatives/REP-001", {"Supervisor": "x"}, "Supervisor"),
        ("PATCH", "contacts/CON-001", {"primary": True}, "primary"),
        ("PATCH", "accounts/ACCT-001", {"ü": 1, "a,b": 1, "50%": 1, "a b": 1, "~!": 1}, "%C3%BC,a%2Cb,50%25,a%20b,~!"),
        ("PATCH", "accounts/ACCT-001", {"\r\nX-Evil: 1": 1}, "%0D%0AX-Evil:%201"),
        ("PATCH", "accounts/ACCT-001", {"\ud800": 1}, "?"),
    ],
)  # fmt: skip
async def test_names_that_mean_nothing_are_told(
    rest: Rest, method: str, path: str, body: Any, names: str | None
) -> None:
    await ledger(rest)
    assert await ignored(rest, method, path, body) == names


async def test_creations_notes_and_closures_tell_them_too(rest: Rest) -> None:
    await ledger(rest)
    assert await ignored(rest, "POST", "accounts/NEW", ACCOUNT | {"nmae": "x"}, 201) == "nmae"
    assert await ignored(rest, "PUT", "accounts/NEW-2", ACCOUNT | {"nmae": "x"}, 201) == "nmae"
    note = NOTE | {"reference": "N", "text": "x"}
    assert await ignored(rest, "POST", "accounts/ACCT-001/notes", note, 201) == "text"
    closure = {"closure_reason": "paid", "reason": "paid", "note": "x"}
    assert await ignored(rest, "POST", "documents/INV-001/closure", closure) == "reason,note"


async def test_a_refusal_tells_them_too(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    before = await held(graph)
    assert await ignored(rest, "PUT", "accounts/NEW", {"nmae": "x"}, 422) == "nmae"
    assert await ignored(rest, "POST", "accounts/ACCT-001", {"nmae": "x"}, 409) == "nmae"
    assert await held(graph) == before


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_an_answer_can_be_sent_back_as_it_is(rest: Rest, method: str) -> None:
    await ledger(rest)
    await rest.close("INV-001", {"closure_reason": "paid", "notes": "Wired."})
    await rest.link("REP-001", "accounts", "ACCT-001")
    paths = (
        "accounts/ACCT-001",
        "documents/INV-001",
        "documents/INV-002",
        "representatives/REP-001",
        "contacts/CON-001",
    )
    for path in paths:
        answer = json.loads((await rest.send("GET", f"{ROOT}/{path}")).content)
        assert await ignored(rest, method, path, answer | {"status": "open"}) is None, path
    note = await rest.get("accounts", "ACCT-001", "notes", "NOTE-001")
    assert await ignored(rest, "POST", "accounts/ACCT-001/notes", note | {"reference": "N-2"}, 201) is None
    embedded = (await rest.get("accounts", "ACCT-001"))["notes"][0]
    assert await ignored(rest, "POST", "accounts/ACCT-001/notes", embedded | {"reference": "N-3"}, 201) is None


async def test_what_the_other_currency_model_drops_means_something(rest: Rest) -> None:
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    extended = {
        "original_currency": "EUR",
        "base_currency": "USD",
        "original_denomination_in_original_currency": 9,
        "original_denomination_in_base_currency": 10,
        "denomination_in_original_currency": 9,
        "denomination_in_base_currency": 10,
    }
    assert await ignored(rest, "POST", "documents/D", DOCUMENT | BASIC | extended, 201) is None


async def test_the_header_ends_with_how_many_more_there_are(rest: Rest) -> None:
    await ledger(rest)
    names = [f"name {number:04}" for number in range(2_000)]
    told = await ignored(rest, "PATCH", "accounts/ACCT-001", dict.fromkeys(names, 1))
    assert told is not None
    *shown, more = told.split(",")
    assert [unquote(name) for name in shown] == names[: len(shown)]
    assert more == f"+{2_000 - len(shown)}"
    assert 3_980 < len(told) <= 4_000


@pytest.mark.parametrize(("length", "told"), [(4_000, "x" * 4_000), (4_001, "+1")])
async def test_a_name_is_told_whole_or_not_at_all(rest: Rest, length: int, told: str) -> None:
    await ledger(rest)
    assert await ignored(rest, "PATCH", "accounts/ACCT-001", {"x" * length: 1}) == told


OTHER_KEYS = [
    ("PUT", "accounts/ACCT-001", ACCOUNT, "account_number"),
    ("PATCH", "accounts/ACCT-001", {}, "accountNumber"),
    ("POST", "accounts/NEW", ACCOUNT, "account_number"),
    ("PUT", "documents/INV-001", DOCUMENT_BODY, "document_number"),
    ("PATCH", "documents/INV-001", {}, "documentNumber"),
    ("PATCH", "representatives/REP-001", {}, "reference"),
    ("PUT", "contacts/CON-001", CONTACT, "reference"),
    ("POST", "accounts/ACCT-001/notes", NOTE | {"reference": "N"}, "account_number"),
    ("POST", "accounts/ACCT-001/notes", NOTE | {"reference": "N"}, "accountNumber"),
    ("POST", "documents/INV-001/closure", {"closure_reason": "paid"}, "document_number"),
]


@pytest.mark.parametrize(("method", "path", "body", "name"), OTHER_KEYS)
async def test_a_body_that_names_another_key_than_its_address_is_refused_on_that_field(
    rest: Rest, graph: Client, method: str, path: str, body: dict[str, Any], name: str
) -> None:
    await ledger(rest)
    before = await held(graph)
    for other in ("ACCT-002", "acct-001", 1, True, {"a": 1}, " ACCT-001"):
        faults = await rest.faults(method, *path.split("/"), body=body | {name: other})
        assert faults == [("invalid", name)]
    assert await held(graph) == before


@pytest.mark.parametrize(("method", "path", "body", "name"), OTHER_KEYS)
async def test_the_key_of_the_address_may_be_repeated_or_left_empty(
    rest: Rest, method: str, path: str, body: dict[str, Any], name: str
) -> None:
    await ledger(rest)
    own = path.split("/")[1]
    for number, value in enumerate([own] if "closure" in path else [own, None, ""]):
        more = {"reference": f"N-{number}"} if "notes" in path else {}
        here = f"{path}-{number}" if method == "POST" and path == "accounts/NEW" else path
        value = value and here.split("/")[1]
        response = await rest.send(method, f"{ROOT}/{here}", body | more | {name: value})
        assert response.status_code in (200, 201), response.text
        assert "x-ignored-fields" not in response.headers


async def test_another_key_is_told_with_all_other_faults_after_existence_and_precondition(rest: Rest) -> None:
    await ledger(rest)
    wrong = {"name": "", "account_number": "B", "email": "no"}
    assert await rest.faults("PUT", "accounts", "ACCT-001", body=wrong) == [
        ("invalid", "account_number"),
        ("invalid", "email"),
        ("required", "name"),
    ]
    path = f"{ROOT}/accounts/ACCT-001"
    assert (await rest.send("POST", path, wrong)).status_code == 409
    assert (await rest.send("PATCH", f"{ROOT}/accounts/absent", wrong)).status_code == 404
    assert (await rest.send("PUT", path, wrong, if_match='"7"')).status_code == 412
    message = exact(await rest.send("PUT", path, ACCOUNT | {"account_number": "B"}))["details"][0]["message"]
    assert message == (
        "account_number is 'B', and the address names 'ACCT-001': send the same in both, or leave it out of the body."
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("B" * 100_000, f"'{'B' * 100}…'"),
        ("ACCT-001\u200b", r"'ACCT-001\u200b'"),
        (5, "5"),
        (True, "true"),
        ({"a": [None]}, '{"a": [null]}'),
    ],
)
async def test_what_a_body_names_instead_is_shown_and_cut_where_it_is_long(rest: Rest, value: Any, shown: str) -> None:
    await ledger(rest)
    refused = await rest.send("PATCH", f"{ROOT}/accounts/ACCT-001", {"account_number": value})
    advice = "and the address names 'ACCT-001': send the same in both, or leave it out of the body."
    assert exact(refused)["details"] == [
        {"field": "account_number", "code": "invalid", "message": f"account_number is {shown}, {advice}"}
    ]


async def test_a_document_may_be_moved_to_another_account_by_its_body(rest: Rest) -> None:
    await ledger(rest)
    assert await ignored(rest, "PATCH", "documents/INV-001", {"account_number": "ACCT-002"}) is None
    assert (await rest.get("documents", "INV-001"))["account_number"] == "ACCT-002"
