"""Documents: the account they are on, what kind they are, and the signs of a credit note's amounts."""

import asyncio
from typing import Any

import pytest

from tests.commands.verbs import BASIC, DATED, EXTENDED, LEAST, account, close, create, patch, read, refused, replace
from tests.gateway import Client


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    await account(acme, "A-2")
    return acme


def document(**values: Any) -> dict[str, Any]:
    return {"combined": {"accountNumber": "A-1", **DATED, **values}}


def basic(original: str, open_: str) -> dict[str, Any]:
    return {"basic": {"currency": "EUR", "originalDenomination": original, "denomination": open_}}


def extended(original: str, base: str) -> dict[str, Any]:
    own = {"originalDenominationInOriginalCurrency": original, "originalDenominationInBaseCurrency": base}
    return {"extended": EXTENDED["extended"] | own}


BODIES: dict[str, dict[str, Any]] = {
    "collections": {"amounts": BASIC},
    "invoicing": {"amounts": {"basic": {"originalDenomination": "1"}}},
    "openBalance": {"amounts": BASIC},
    "cashApp": {"amounts": BASIC, "invoiceNum": "I-1"},
    "combined": {},
}


@pytest.mark.parametrize("member", BODIES)
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_the_account_must_exist(ledger: Client, globex: Client, member: str, verb: str) -> None:
    for number, code in {"nowhere": "NOT_FOUND", "a-1": "NOT_FOUND", "": "REQUIRED", " ": "REQUIRED"}.items():
        body = {member: {"accountNumber": number, **DATED, **BODIES[member]}}
        assert await refused(ledger, verb, "Document", "1", body) == [(code, f"input.{member}.accountNumber")]
    body = {member: {"accountNumber": "A-1", **DATED, **BODIES[member]}}
    assert await refused(globex, verb, "Document", "1", body) == [("NOT_FOUND", f"input.{member}.accountNumber")]
    assert await read(ledger, "Document", "1", "version") is None
    assert await ledger.only("{ tenant { currencyModel } }") == {"currencyModel": None}


async def test_a_patch_moves_the_document_to_another_account_with_all_that_hangs_on_it(ledger: Client) -> None:
    await create(ledger, "Document", "1", document(amounts=BASIC))
    ask = "accountNumber account { accountNumber balances { openAmount } documents { nodes { documentNumber } } }"
    assert await patch(ledger, "Document", "1", {"accountNumber": "A-2"}, ask) == {
        "accountNumber": "A-2",
        "account": {
            "accountNumber": "A-2",
            "balances": [{"openAmount": "40"}],
            "documents": {"nodes": [{"documentNumber": "1"}]},
        },
    }
    assert await read(ledger, "Account", "A-1", "balances { openAmount } documents { totalCount }") == {
        "balances": [],
        "documents": {"totalCount": 0},
    }


async def test_a_replace_moves_the_document_too(ledger: Client) -> None:
    await create(ledger, "Document", "1", document())
    assert await replace(ledger, "Document", "1", document(accountNumber="A-2"), "accountNumber") == {
        "accountNumber": "A-2"
    }


async def test_a_patch_to_no_account_or_an_unknown_one_is_refused_and_leaves_it_there(ledger: Client) -> None:
    await create(ledger, "Document", "1", document())
    for number, code in {"nowhere": "NOT_FOUND", None: "REQUIRED", "": "REQUIRED", " ": "REQUIRED"}.items():
        refusal = await refused(ledger, "patch", "Document", "1", {"accountNumber": number, "comment": "Moved."})
        assert refusal == [(code, "patch.accountNumber")]
    assert await read(ledger, "Document", "1", "accountNumber comment version") == {
        "accountNumber": "A-1",
        "comment": None,
        "version": 1,
    }


@pytest.mark.parametrize("member", BODIES)
async def test_it_is_an_invoice_where_nothing_is_said(ledger: Client, member: str) -> None:
    body = {"accountNumber": "A-1", **DATED, **BODIES[member]}
    assert await create(ledger, "Document", "1", {member: body}, "documentType") == {"documentType": "INVOICE"}
    null = {member: body | {"documentType": None}}
    assert await create(ledger, "Document", "2", null, "documentType") == {"documentType": "INVOICE"}


async def test_the_kind_is_kept_by_a_patch_and_an_invoice_again_after_null_or_a_replace_without_it(
    ledger: Client,
) -> None:
    ask = "documentType"
    assert await create(ledger, "Document", "1", document(documentType="OTHER"), ask) == {"documentType": "OTHER"}
    assert await patch(ledger, "Document", "1", {"comment": "x"}, ask) == {"documentType": "OTHER"}
    assert await patch(ledger, "Document", "1", {"documentType": None}, ask) == {"documentType": "INVOICE"}
    assert await patch(ledger, "Document", "1", {"documentType": "OTHER"}, ask) == {"documentType": "OTHER"}
    assert await replace(ledger, "Document", "1", document(), ask) == {"documentType": "INVOICE"}


CREDIT: dict[str, Any] = {"documentType": "CREDIT_NOTE", "appliesToInvoice": "I-1"}


@pytest.mark.parametrize("original", ["5", "0", "0.0000", "-0"])
async def test_the_original_amount_of_a_credit_note_is_below_zero(ledger: Client, original: str) -> None:
    body = document(**CREDIT, amounts=basic(original, "-5"))
    assert await refused(ledger, "create", "Document", "1", body) == [
        ("INVALID", "input.combined.amounts.basic.originalDenomination")
    ]
    invoicing = {"accountNumber": "A-1", **DATED, **CREDIT, "amounts": {"basic": {"originalDenomination": original}}}
    assert await refused(ledger, "replace", "Document", "1", {"invoicing": invoicing}) == [
        ("INVALID", "input.invoicing.amounts.basic.originalDenomination")
    ]
    assert await read(ledger, "Document", "1", "version") is None
    assert await create(ledger, "Document", "1", document(amounts=basic(original, "5"))) == {"version": 1}


async def test_both_original_amounts_of_an_extended_credit_note_are_below_zero(ledger: Client) -> None:
    place = "input.combined.amounts.extended"
    for original, base, wrong in [
        ("1", "1", ["originalDenominationInOriginalCurrency", "originalDenominationInBaseCurrency"]),
        ("-1", "0", ["originalDenominationInBaseCurrency"]),
        ("0", "-1", ["originalDenominationInOriginalCurrency"]),
    ]:
        body = document(**CREDIT, amounts=extended(original, base))
        assert await refused(ledger, "create", "Document", "1", body) == [("INVALID", f"{place}.{n}") for n in wrong]
    ask = "openAmount denominationInBaseCurrency originalDenominationInBaseCurrency"
    assert await create(ledger, "Document", "1", document(**CREDIT, amounts=extended("-110", "-100")), ask) == {
        "openAmount": "-40",
        "denominationInBaseCurrency": "40",
        "originalDenominationInBaseCurrency": "-100",
    }


@pytest.mark.parametrize("open_", ["-40", "40"])
async def test_what_is_open_of_a_credit_note_counts_below_zero_whatever_its_sign(ledger: Client, open_: str) -> None:
    await create(ledger, "Document", "1", document(amounts=BASIC))
    body = document(**CREDIT, amounts=basic("-100", open_))
    assert await create(ledger, "Document", "2", body, "status denomination openAmount") == {
        "status": "OPEN",
        "denomination": open_,
        "openAmount": "-40",
    }
    assert await read(ledger, "Account", "A-1", "balances { openAmount openDocuments }") == {
        "balances": [{"openAmount": "0", "openDocuments": 2}]
    }


async def test_a_document_becomes_a_credit_note_when_it_meets_what_one_needs(ledger: Client) -> None:
    await create(ledger, "Document", "1", document(amounts=basic("100", "100")))
    assert sorted(await refused(ledger, "patch", "Document", "1", {"documentType": "CREDIT_NOTE"})) == [
        ("INVALID", "patch.originalDenomination"),
        ("REQUIRED", "patch.appliesToInvoice"),
    ]
    change = CREDIT | {"originalDenomination": "-100"}
    assert await patch(ledger, "Document", "1", change, "documentType openAmount") == {
        "documentType": "CREDIT_NOTE",
        "openAmount": "-100",
    }
    assert await refused(ledger, "patch", "Document", "1", {"originalDenomination": "1"}) == [
        ("INVALID", "patch.originalDenomination")
    ]
    back = {"documentType": "INVOICE"}
    assert await patch(ledger, "Document", "1", back, "documentType openAmount") == {
        "documentType": "INVOICE",
        "openAmount": "100",
    }


async def test_a_credit_note_with_zero_open_is_closed(ledger: Client) -> None:
    body = document(**CREDIT, amounts=basic("-100", "0"))
    assert await create(ledger, "Document", "1", body, "status openAmount") == {"status": "CLOSED", "openAmount": "0"}


async def test_a_credit_note_means_the_invoice_of_its_number_on_its_own_account_first(ledger: Client) -> None:
    await create(ledger, "Document", "elsewhere", document(accountNumber="A-2", invoiceNum="I-1"))
    await create(ledger, "Document", "1", document(**CREDIT))
    ask = "appliesTo { documentNumber }"
    assert await read(ledger, "Document", "1", ask) == {"appliesTo": {"documentNumber": "elsewhere"}}
    await create(ledger, "Document", "I-1", document())
    assert await read(ledger, "Document", "1", ask) == {"appliesTo": {"documentNumber": "I-1"}}
    await patch(ledger, "Document", "I-1", {"invoiceNum": "other"})
    assert await read(ledger, "Document", "1", ask) == {"appliesTo": {"documentNumber": "elsewhere"}}


async def test_a_write_leaves_updated_at_at_the_last_write_and_created_at_at_the_first(ledger: Client) -> None:
    ask = "createdAt updatedAt"
    times = [await create(ledger, "Document", "1", document(), ask)]
    await asyncio.sleep(0.002)
    times.append(await patch(ledger, "Document", "1", {"comment": "x"}, ask))
    await asyncio.sleep(0.002)
    times.append(await replace(ledger, "Document", "1", document(), ask))
    await asyncio.sleep(0.002)
    times.append((await close(ledger, "1", {"closureReason": "PAID"}, ask))["document"])
    assert len({time["createdAt"] for time in times}) == 1
    updated = [time["updatedAt"] for time in times]
    assert updated == sorted(set(updated))


async def test_least_is_enough(ledger: Client) -> None:
    ask = "documentNumber accountNumber invoiceDate dueDate status documentType products invoiceNum"
    assert await create(ledger, "Document", "1", LEAST["Document"], ask) == {
        "documentNumber": "1",
        "accountNumber": "A-1",
        "invoiceDate": "2026-01-05",
        "dueDate": "2026-02-04",
        "status": "OPEN",
        "documentType": "INVOICE",
        "products": [],
        "invoiceNum": None,
    }
