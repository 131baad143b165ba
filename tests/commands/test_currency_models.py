"""The two currency models: what each demands, which one counts, and how the tenant's first amounts lock it."""

import asyncio
from typing import Any

import pytest

from tests.commands.contract import BASIC_AMOUNTS, EXTENDED_AMOUNTS
from tests.commands.verbs import (
    BASIC,
    DATED,
    EXTENDED,
    LEAST,
    account,
    create,
    faults,
    patch,
    read,
    refused,
    replace,
    write,
)
from tests.gateway import Client

AMOUNTS = " ".join([*BASIC_AMOUNTS, *EXTENDED_AMOUNTS])
STATE = f"currencyModel openAmount openCurrency {AMOUNTS}"
NO_AMOUNTS = dict.fromkeys(STATE.split())
TENANT = "{ tenant { currencyModel balances { currency openAmount openDocuments } } }"
MODELS = {"basic": BASIC, "extended": EXTENDED}
OTHER = {"basic": "extended", "extended": "basic"}


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


def body(member: str, amounts: Any, **more: Any) -> dict[str, Any]:
    numbered = {"invoiceNum": "I-1"} if member == "cashApp" else {}
    return {member: {"accountNumber": "A-1", **DATED, **numbered, "amounts": amounts, **more}}


async def locked(client: Client) -> Any:
    return (await client.only(TENANT))["currencyModel"]


@pytest.mark.parametrize("member", ["collections", "openBalance", "cashApp", "combined"])
async def test_basic_amounts_are_kept_and_the_denomination_is_open(ledger: Client, member: str) -> None:
    made = await create(ledger, "Document", "D-1", body(member, BASIC), STATE)
    assert made == NO_AMOUNTS | {
        "currencyModel": "BASIC",
        "openAmount": "40",
        "openCurrency": "EUR",
        "currency": "EUR",
        "originalDenomination": "100",
        "denomination": "40",
    }
    assert await ledger.only(TENANT) == {
        "currencyModel": "BASIC",
        "balances": [{"currency": "EUR", "openAmount": "40", "openDocuments": 1}],
    }


@pytest.mark.parametrize("member", ["collections", "openBalance", "cashApp", "combined"])
async def test_extended_amounts_are_kept_and_what_is_open_in_base_currency_counts(ledger: Client, member: str) -> None:
    made = await create(ledger, "Document", "D-1", body(member, EXTENDED), STATE)
    assert made == NO_AMOUNTS | {
        "currencyModel": "EXTENDED",
        "openAmount": "40",
        "openCurrency": "EUR",
        **EXTENDED["extended"],
    }
    assert await ledger.only(TENANT) == {
        "currencyModel": "EXTENDED",
        "balances": [{"currency": "EUR", "openAmount": "40", "openDocuments": 1}],
    }


@pytest.mark.parametrize(
    ("model", "name"), [("basic", "originalDenomination"), ("extended", "originalDenominationInOriginalCurrency")]
)
async def test_invoicing_sends_the_original_amount_alone_which_locks_the_model_and_leaves_nothing_open(
    ledger: Client, model: str, name: str
) -> None:
    made = await create(ledger, "Document", "D-1", body("invoicing", {model: {name: "100"}}), f"status {STATE}")
    assert made == NO_AMOUNTS | {"status": "OPEN", "currencyModel": model.upper(), name: "100"}
    assert await ledger.only(TENANT) == {"currencyModel": model.upper(), "balances": []}


async def test_a_document_without_amounts_is_open_counts_in_no_balance_and_locks_nothing(ledger: Client) -> None:
    made = await create(ledger, "Document", "D-1", LEAST["Document"], f"status {STATE}")
    assert made == NO_AMOUNTS | {"status": "OPEN"}
    assert await ledger.only(TENANT) == {"currencyModel": None, "balances": []}


@pytest.mark.parametrize("products", [["COLLECTIONS"], ["OPEN_BALANCE"], ["INVOICING"], ["INVOICING", "CASH_APP"]])
async def test_a_declared_document_needs_amounts(ledger: Client, products: list[str]) -> None:
    whole = body("combined", None, products=products, invoiceNum="I-1")
    assert await refused(ledger, "create", "Document", "D-1", whole) == [("REQUIRED", "input.combined.amounts")]
    del whole["combined"]["amounts"]
    assert await refused(ledger, "replace", "Document", "D-1", whole) == [("REQUIRED", "input.combined.amounts")]
    assert await read(ledger, "Document", "D-1", "version") is None


@pytest.mark.parametrize("model", MODELS)
async def test_a_patch_of_some_amounts_of_a_document_without_any_needs_the_rest(ledger: Client, model: str) -> None:
    await create(ledger, "Document", "D-1", LEAST["Document"])
    amounts = MODELS[model][model]
    for name, value in amounts.items():
        rest = [("REQUIRED", f"patch.{other}") for other in amounts if other != name]
        assert await refused(ledger, "patch", "Document", "D-1", {name: value}) == rest
    assert await read(ledger, "Document", "D-1", f"version {STATE}") == NO_AMOUNTS | {"version": 1}
    assert await locked(ledger) is None
    assert await patch(ledger, "Document", "D-1", amounts, "currencyModel") == {"currencyModel": model.upper()}
    assert await locked(ledger) == model.upper()


@pytest.mark.parametrize("model", MODELS)
async def test_all_binds_after_the_patch_is_merged(ledger: Client, model: str) -> None:
    await create(ledger, "Document", "D-1", body("combined", MODELS[model]))
    before = await read(ledger, "Document", "D-1", STATE)
    for name in MODELS[model][model]:
        value = "7" if "enomination" in name else "GBP"
        after = await patch(ledger, "Document", "D-1", {name: value}, STATE)
        assert after[name] == value
        assert await refused(ledger, "patch", "Document", "D-1", {name: None}) == [("REQUIRED", f"patch.{name}")]
    assert before["currencyModel"] == after["currencyModel"] == model.upper()
    assert after["openAmount"] == "7"
    assert after["openCurrency"] == "GBP"


@pytest.mark.parametrize("model", MODELS)
async def test_amounts_may_all_be_emptied_together_where_no_declared_product_needs_one(
    ledger: Client, model: str
) -> None:
    await create(ledger, "Document", "D-1", body("combined", MODELS[model]))
    nulls = dict.fromkeys(MODELS[model][model])
    assert await patch(ledger, "Document", "D-1", nulls, f"status {STATE}") == NO_AMOUNTS | {"status": "OPEN"}
    await create(ledger, "Document", "D-2", body("collections", MODELS[model]))
    assert await refused(ledger, "patch", "Document", "D-2", nulls) == [("REQUIRED", f"patch.{name}") for name in nulls]
    assert await locked(ledger) == model.upper()


async def test_where_a_patch_sends_both_models_extended_wins_and_the_basic_ones_are_dropped(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", LEAST["Document"])
    both = BASIC["basic"] | EXTENDED["extended"]
    assert await patch(ledger, "Document", "D-1", both, STATE) == NO_AMOUNTS | {
        "currencyModel": "EXTENDED",
        "openAmount": "40",
        "openCurrency": "EUR",
        **EXTENDED["extended"],
    }
    incomplete = BASIC["basic"] | {"baseCurrency": "EUR"}
    await create(ledger, "Document", "D-2", LEAST["Document"])
    missing = [("REQUIRED", f"patch.{name}") for name in EXTENDED_AMOUNTS if name != "baseCurrency"]
    assert await refused(ledger, "patch", "Document", "D-2", incomplete) == missing


async def test_extended_fields_of_null_beside_basic_ones_leave_the_body_basic(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", LEAST["Document"])
    sent = BASIC["basic"] | dict.fromkeys(EXTENDED_AMOUNTS)
    assert await patch(ledger, "Document", "D-1", sent, "currencyModel") == {"currencyModel": "BASIC"}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_a_document_of_the_other_model_is_refused_on_each_field_that_was_sent(
    ledger: Client, model: str, verb: str
) -> None:
    await create(ledger, "Document", "D-1", body("collections", MODELS[model]))
    other = OTHER[model]
    for member in ("collections", "openBalance", "cashApp", "combined"):
        assert await refused(ledger, verb, "Document", "D-2", body(member, MODELS[other])) == [
            ("CURRENCY_MODEL_LOCKED", f"input.{member}.amounts.{other}.{name}") for name in MODELS[other][other]
        ]
    (alone,) = {"basic": ["originalDenomination"], "extended": ["originalDenominationInOriginalCurrency"]}[other]
    assert await refused(ledger, verb, "Document", "D-2", body("invoicing", {other: {alone: "1"}})) == [
        ("CURRENCY_MODEL_LOCKED", f"input.invoicing.amounts.{other}.{alone}")
    ]
    assert await read(ledger, "Document", "D-2", "version") is None
    assert await locked(ledger) == model.upper()


@pytest.mark.parametrize("model", MODELS)
async def test_a_patch_in_the_other_model_is_refused_on_each_field_that_was_sent(ledger: Client, model: str) -> None:
    await create(ledger, "Document", "D-1", body("combined", MODELS[model]))
    other = MODELS[OTHER[model]][OTHER[model]]
    refusal = await refused(ledger, "patch", "Document", "D-1", other)
    assert refusal == [("CURRENCY_MODEL_LOCKED", f"patch.{name}") for name in other]
    name, value = next(iter(other.items()))
    assert await refused(ledger, "patch", "Document", "D-1", {name: value}) == [
        ("CURRENCY_MODEL_LOCKED", f"patch.{name}")
    ]
    assert await patch(ledger, "Document", "D-1", {name: None}, "currencyModel") == {"currencyModel": model.upper()}


async def test_extended_fields_beside_the_tenants_basic_ones_are_refused(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", body("combined", BASIC))
    both = BASIC["basic"] | EXTENDED["extended"]
    refusal = await refused(ledger, "patch", "Document", "D-1", both)
    assert refusal == [("CURRENCY_MODEL_LOCKED", f"patch.{name}") for name in EXTENDED_AMOUNTS]
    assert await read(ledger, "Document", "D-1", "version") == {"version": 1}


async def test_the_model_stays_locked_when_its_documents_have_no_amounts_any_more(ledger: Client) -> None:
    await create(ledger, "Document", "D-1", body("combined", EXTENDED))
    await replace(ledger, "Document", "D-1", LEAST["Document"])
    assert await locked(ledger) == "EXTENDED"
    codes = {code for code, _ in await refused(ledger, "create", "Document", "D-2", body("combined", BASIC))}
    assert codes == {"CURRENCY_MODEL_LOCKED"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"accountNumber": "nowhere"},
        {"comment": "x" * 10_001},
        {"amounts": {"extended": EXTENDED["extended"] | {"baseCurrency": "eur"}}},
        {"documentType": "CREDIT_NOTE"},
    ],
    ids=["account", "length", "currency", "condition"],
)
async def test_a_refused_document_locks_nothing(ledger: Client, wrong: dict[str, Any]) -> None:
    await refused(ledger, "create", "Document", "D-1", body("combined", **{"amounts": EXTENDED} | wrong))
    assert await locked(ledger) is None
    assert await create(ledger, "Document", "D-1", body("combined", BASIC), "currencyModel") == {
        "currencyModel": "BASIC"
    }


async def test_the_lock_is_the_tenants_own(ledger: Client, globex: Client) -> None:
    await account(globex)
    await create(ledger, "Document", "D-1", body("combined", BASIC))
    await create(globex, "Document", "D-1", body("combined", EXTENDED))
    assert (await locked(ledger), await locked(globex)) == ("BASIC", "EXTENDED")


@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_of_first_writes_in_different_models_at_once_one_model_wins(ledger: Client, verb: str) -> None:
    models = ["basic", "extended"] * 3
    payloads = await asyncio.gather(
        *(
            write(ledger, verb, "Document", f"D-{n}", body("combined", MODELS[model]), "currencyModel")
            for n, model in enumerate(models)
        )
    )
    winner = await locked(ledger)
    for model, payload in zip(models, payloads, strict=True):
        if model.upper() == winner:
            assert payload["document"] == {"currencyModel": winner}
        else:
            assert {code for code, _ in faults(payload)} == {"CURRENCY_MODEL_LOCKED"}
    written = await ledger.only("{ documents { nodes { currencyModel } } }")
    assert written == {"nodes": [{"currencyModel": winner}] * 3}


async def test_an_amount_that_is_wrong_is_told_under_its_model_beside_every_other_fault(ledger: Client) -> None:
    amounts = {"basic": {"currency": "eur", "originalDenomination": "1.23456", "denomination": "1" * 16}}
    whole = body("combined", amounts, products=["CASH_APP"], accountNumber="nowhere", udp1="x" * 256)
    assert sorted(await refused(ledger, "create", "Document", "D-1", whole)) == [
        ("INVALID", "input.combined.amounts.basic.currency"),
        ("INVALID", "input.combined.amounts.basic.denomination"),
        ("INVALID", "input.combined.amounts.basic.originalDenomination"),
        ("NOT_FOUND", "input.combined.accountNumber"),
        ("REQUIRED", "input.combined.invoiceNum"),
        ("TOO_LONG", "input.combined.udp1"),
    ]
