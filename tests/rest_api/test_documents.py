"""Documents: their types, their status as amounts and closures move it, their currency model."""

import asyncio
from typing import Any

import pytest

from tests.gateway import Client
from tests.rest_api.client import Body, Rest, address, exact
from tests.rest_api.world import ACCOUNT, BASIC, DOCUMENT, EXTENDED

CREDIT = {"applies_to_invoice": "INV-9", "currency": "USD", "original_denomination": -5, "denomination": -5}
MODELS: dict[str, tuple[dict[str, Any], str]] = {
    "basic": (BASIC, "denomination"),
    "extended": (EXTENDED, "denomination_in_base_currency"),
}


@pytest.fixture
async def account(rest: Rest) -> Body:
    return await rest.post("accounts", "ACCT-001", body=ACCOUNT)


@pytest.mark.usefixtures("account")
async def test_a_document_type_comes_as_a_word_or_a_number_and_goes_as_a_word(rest: Rest) -> None:
    ways = {"other": "other", 1: "other", "invoice": "invoice", 2: "invoice", "credit_note": "credit_note"}
    for way, shown in {**ways, 3: "credit_note", None: "invoice"}.items():
        body = DOCUMENT | CREDIT | {"document_type": way}
        assert (await rest.post("documents", f"D-{way}", body=body))["document_type"] == shown
    assert (await rest.post("documents", "D", body=DOCUMENT))["document_type"] == "invoice"
    wrongs: list[Any] = [0, 4, -1, 1.5, "1", "INVOICE", "Invoice", True, [], {}]
    for wrong in wrongs:
        body = DOCUMENT | {"document_type": wrong}
        assert await rest.faults("PUT", "documents", "W", body=body) == [("invalid", "document_type")], wrong
    assert await rest.is_absent("documents", "W")


async def test_a_parent_flag_comes_as_a_boolean_or_0_or_1(rest: Rest) -> None:
    for way, shown in (("true", True), ("false", False), ("1", True), ("0", False)):
        body = f'{{"name": "A", "parent_account_number": "P", "is_parent_account": {way}}}'.encode()
        answer = exact(await rest.send("PUT", address("accounts", "A"), body))
        assert answer["is_parent_account"] is shown
    wrongs: list[Any] = [2, -1, "1", "true", [], 0.5]
    for wrong in wrongs:
        assert await rest.faults("PATCH", "accounts", "A", body={"is_parent_account": wrong}) == [
            ("invalid", "is_parent_account")
        ]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("model", MODELS)
async def test_the_open_amount_closes_and_opens_a_document(rest: Rest, graph: Client, model: str) -> None:
    amounts, opening = MODELS[model]
    steps: list[tuple[str, Body, str]] = [
        ("POST", DOCUMENT | amounts, "open"),
        ("PATCH", {"comment": "c"}, "open"),
        ("PATCH", {opening: 0}, "closed"),
        ("PATCH", {"comment": "d"}, "closed"),
        ("PUT", DOCUMENT, "closed"),
        ("PUT", DOCUMENT | amounts, "open"),
        ("PUT", DOCUMENT | amounts | {opening: "0.00"}, "closed"),
        ("PATCH", {opening: 0.01}, "open"),
    ]
    for method, body, status in steps:
        answer = await rest.write(method, "documents", "D", body=body, status=201 if method == "POST" else 200)
        assert (method, body, answer["status"]) == (method, body, status)
        assert ("closedAt" in answer) == (status == "closed")
        assert not {"closure_reason", "closure_notes"} & set(answer)
        assert await rest.get("documents", "D") == answer
    history = await graph.only('{ document(documentNumber: "D") { statusHistory { status reason } } }')
    assert [entry["status"] for entry in history["statusHistory"]] == ["OPEN", "CLOSED", "OPEN", "CLOSED", "OPEN"]


@pytest.mark.usefixtures("account")
async def test_a_document_created_with_nothing_open_is_closed(rest: Rest, graph: Client) -> None:
    for method, number in (("POST", "1"), ("PUT", "2")):
        body = DOCUMENT | BASIC | {"denomination": 0}
        answer = await rest.write(method, "documents", number, body=body, status=201)
        assert (answer["status"], answer["closedAt"]) == ("closed", answer["createdAt"])
        text = f'{{ document(documentNumber: "{number}") {{ statusHistory {{ status }} }} }}'
        assert await graph.only(text) == {"statusHistory": [{"status": "CLOSED"}]}


@pytest.mark.usefixtures("account")
async def test_a_closure_answers_six_fields_and_the_document_shows_the_rest(rest: Rest) -> None:
    reasons = ("paid", "write_off", "contra", "adjustment", "other")
    for reason in reasons:
        made = await rest.post("documents", reason, body=DOCUMENT | BASIC)
        answer = await rest.close(reason, {"closure_reason": reason, "closure_date": "2026-05-12", "notes": "n"})
        assert answer == {
            "csrId": made["csrId"],
            "documentNumber": reason,
            "status": "closed",
            "closure_reason": reason,
            "closedAt": "2026-05-12T00:00:00.000Z",
            "updatedAt": answer["updatedAt"],
        }
        assert await rest.get("documents", reason) == made | answer | {"closure_notes": "n"}


@pytest.mark.usefixtures("account")
async def test_a_closure_is_now_unless_it_says_when_and_a_reopening_empties_it(rest: Rest) -> None:
    made = await rest.post("documents", "D", body=DOCUMENT | BASIC)
    closed = await rest.close("D", {"closure_reason": "paid", "notes": ""})
    assert closed["closedAt"] == closed["updatedAt"]
    assert "closure_notes" not in await rest.get("documents", "D")
    reopened = await rest.patch("documents", "D", body={"denomination": 1})
    assert reopened == made | {"denomination": 1, "updatedAt": reopened["updatedAt"]}


@pytest.mark.usefixtures("account")
async def test_of_many_closures_and_creates_at_once_one_succeeds(rest: Rest) -> None:
    creates = await asyncio.gather(*(rest.send("POST", address("documents", "D"), DOCUMENT | BASIC) for _ in range(5)))
    assert sorted(response.status_code for response in creates) == [201, 409, 409, 409, 409]
    body = {"closure_reason": "paid"}
    closures = await asyncio.gather(*(rest.send("POST", address("documents", "D", "closure"), body) for _ in range(5)))
    assert sorted(response.status_code for response in closures) == [200, 409, 409, 409, 409]


@pytest.mark.usefixtures("account")
async def test_the_first_amounts_lock_the_model_and_of_two_models_extended_wins(rest: Rest, graph: Client) -> None:
    both = await rest.post("documents", "1", body=DOCUMENT | BASIC | EXTENDED)
    assert not set(BASIC) & set(both)
    assert {name: both[name] for name in EXTENDED} == EXTENDED
    assert await graph.only("{ tenant { currencyModel } }") == {"currencyModel": "EXTENDED"}
    assert await rest.faults("POST", "documents", "2", body=DOCUMENT | BASIC) == [
        ("currency_model_locked", name) for name in BASIC
    ]
    assert await rest.is_absent("documents", "2")


@pytest.mark.usefixtures("account")
async def test_dates_come_back_as_sent_and_a_list_is_replaced_whole(rest: Rest) -> None:
    body = DOCUMENT | {"invoice_date": "0001-01-01", "due_date": "9999-12-31", "discount_date": "2024-02-29"}
    made = await rest.post("documents", "D", body=body | {"line_items": [{"comment": "1"}, {"comment": "2"}]})
    assert {name: made[name] for name in body} == body
    patched = await rest.patch("documents", "D", body={"line_items": [{"item_code": "3"}]})
    assert patched["line_items"] == [{"item_code": "3"}]
    assert "line_items" not in await rest.patch("documents", "D", body={"line_items": None})


@pytest.mark.usefixtures("account")
async def test_an_answer_mixes_cases_as_the_pages_do_and_leaves_empty_fields_out(rest: Rest) -> None:
    body: Body = DOCUMENT | {"description": "", "pdf_name": None, "line_items": [], "invoicing_detail": {}, "udp1": ""}
    made = await rest.post("documents", "D", body=body)
    assert list(made) == [
        "csrId",
        "documentNumber",
        "account_number",
        "document_type",
        "invoice_date",
        "due_date",
        "status",
        "createdAt",
        "updatedAt",
    ]
    await rest.close("D", {"closure_reason": "other", "notes": "n"})
    closed = await rest.get("documents", "D")
    assert set(closed) == {*made, "closure_reason", "closure_notes", "closedAt"}
