"""What declared products demand when a write runs, all of it at once and each under its path; and what a patch
breaks."""

from typing import Any

import pytest

from tests.commands.verbs import BASIC, DATED, account, create, patch, read, refused, replace, write
from tests.gateway import Client

WHOLE_ADDRESS = {"address1": "1 Main St", "city": "Springfield", "state": "IL", "zip": "62701"}
ALL = ["COLLECTIONS", "INVOICING", "OPEN_BALANCE", "CASH_APP"]
# What each product demands of an account beyond the name, and of a document beyond what the endpoint demands.
OF_ACCOUNTS: dict[str, dict[str, Any]] = {
    "COLLECTIONS": {"currency": "EUR", "language": "en"},
    "INVOICING": {"billingAddress": WHOLE_ADDRESS},
    "OPEN_BALANCE": {},
    "CASH_APP": {},
}
OF_DOCUMENTS: dict[str, dict[str, Any]] = {
    "COLLECTIONS": {"amounts": BASIC},
    "INVOICING": {"amounts": BASIC},
    "OPEN_BALANCE": {"amounts": BASIC},
    "CASH_APP": {"amounts": BASIC, "invoiceNum": "I-1"},
}
SETS = [[], *([product] for product in ALL), ["COLLECTIONS", "CASH_APP"], ["OPEN_BALANCE", "INVOICING"], ALL]


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


def combined(products: list[str], **values: Any) -> dict[str, Any]:
    return {"combined": {"products": products, **values}}


def document(products: list[str], **values: Any) -> dict[str, Any]:
    return combined(products, accountNumber="A-1", **DATED, **values)


def required(*paths: str) -> list[tuple[str, str]]:
    return [("REQUIRED", path) for path in paths]


@pytest.mark.parametrize("products", SETS, ids="+".join)
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_an_account_must_have_all_that_its_products_demand_and_nothing_else(
    acme: Client, verb: str, products: list[str]
) -> None:
    demanded: dict[str, Any] = {"name": "Acme"}
    for product in products:
        demanded |= OF_ACCOUNTS[product]
    missing = {f"input.combined.{name}" for name in demanded}
    refusal = await refused(acme, verb, "Account", "1", combined(products, name="  "))
    assert set(refusal) == set(required(*missing))
    assert len(refusal) == len(missing)
    assert await read(acme, "Account", "1", "version") is None
    write = create if verb == "create" else replace
    made = await write(acme, "Account", "1", combined(products, **demanded), "products")
    assert made == {"products": sorted(products, key=ALL.index)}


@pytest.mark.parametrize("products", SETS, ids="+".join)
@pytest.mark.parametrize("verb", ["create", "replace"])
async def test_a_document_must_have_all_that_its_products_demand_and_nothing_else(
    ledger: Client, verb: str, products: list[str]
) -> None:
    demanded: dict[str, Any] = {}
    for product in products:
        demanded |= OF_DOCUMENTS[product]
    if demanded:
        refusal = await refused(ledger, verb, "Document", "1", document(products))
        assert set(refusal) == set(required(*(f"input.combined.{name}" for name in demanded)))
    write = create if verb == "create" else replace
    made = await write(ledger, "Document", "1", document(products, **demanded), "products")
    assert made == {"products": sorted(products, key=ALL.index)}


async def test_products_are_kept_once_each_and_in_their_order(acme: Client) -> None:
    products = ["CASH_APP", "OPEN_BALANCE", "CASH_APP"]
    assert await create(acme, "Account", "1", combined(products, name="Acme"), "products") == {
        "products": ["OPEN_BALANCE", "CASH_APP"]
    }


@pytest.mark.parametrize(
    ("member", "product"),
    [
        ("collections", "COLLECTIONS"),
        ("invoicing", "INVOICING"),
        ("openBalance", "OPEN_BALANCE"),
        ("cashApp", "CASH_APP"),
    ],
)
async def test_a_products_input_declares_the_product_and_a_replace_declares_anew(
    acme: Client, member: str, product: str
) -> None:
    body = {member: {"name": "Acme", **OF_ACCOUNTS[product]}}
    assert await create(acme, "Account", "1", body, "products") == {"products": [product]}
    assert await replace(acme, "Account", "1", {"openBalance": {"name": "Acme"}}, "products") == {
        "products": ["OPEN_BALANCE"]
    }
    assert await replace(acme, "Account", "1", combined([], name="Acme"), "products") == {"products": []}


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u2003"])
async def test_what_is_required_must_not_be_blank(acme: Client, blank: str) -> None:
    for member in ("openBalance", "cashApp", "combined"):
        assert await refused(acme, "create", "Account", "1", {member: {"name": blank}}) == required(
            f"input.{member}.name"
        )
    address = WHOLE_ADDRESS | {"address1": blank, "zip": blank}
    assert await refused(acme, "create", "Account", "1", {"invoicing": {"name": "A", "billingAddress": address}}) == (
        required("input.invoicing.billingAddress.address1", "input.invoicing.billingAddress.zip")
    )


@pytest.mark.parametrize("blank", ["", " "])
async def test_an_address_that_was_sent_blank_lacks_its_parts(acme: Client, blank: str) -> None:
    body = {"invoicing": {"name": "A", "billingAddress": dict.fromkeys(WHOLE_ADDRESS, blank)}}
    assert await refused(acme, "create", "Account", "1", body) == required(
        *(f"input.invoicing.billingAddress.{part}" for part in WHOLE_ADDRESS)
    )


async def test_all_faults_of_form_and_of_demands_come_at_once(acme: Client) -> None:
    body = combined(
        ["COLLECTIONS", "INVOICING"],
        name="",
        language="EN",
        email="nobody",
        billingAddress={"country": "XX", "city": "x" * 256},
        creditLimit="0.00001",
        parentAccountNumber="P",
        customFields=[{"key": "a", "value": {"text": "x"}}, {"key": " ", "value": {"text": "x"}}],
    )
    assert sorted(await refused(acme, "create", "Account", "1", body)) == [
        ("INVALID", "input.combined.billingAddress.country"),
        ("INVALID", "input.combined.creditLimit"),
        ("INVALID", "input.combined.customFields.1"),
        ("INVALID", "input.combined.email"),
        ("INVALID", "input.combined.language"),
        ("REQUIRED", "input.combined.billingAddress.address1"),
        ("REQUIRED", "input.combined.billingAddress.state"),
        ("REQUIRED", "input.combined.billingAddress.zip"),
        ("REQUIRED", "input.combined.currency"),
        ("REQUIRED", "input.combined.isParentAccount"),
        ("REQUIRED", "input.combined.name"),
        ("TOO_LONG", "input.combined.billingAddress.city"),
    ]
    assert await read(acme, "Account", "1", "version") is None


@pytest.mark.parametrize(
    ("products", "binds"), [([], True), (["COLLECTIONS"], True), (["CASH_APP"], False), (["OPEN_BALANCE"], False)]
)
async def test_is_parent_account_is_demanded_beside_a_parent_where_a_reader_or_nobody_is_declared(
    acme: Client, products: list[str], binds: bool
) -> None:
    values: dict[str, Any] = {"name": "Acme", "currency": "EUR", "language": "en"}
    child = combined(products, **values, parentAccountNumber="P")
    if binds:
        assert await refused(acme, "create", "Account", "1", child) == required("input.combined.isParentAccount")
        child["combined"]["isParentAccount"] = False
    await create(acme, "Account", "1", child)
    await create(acme, "Account", "2", combined(products, **values))
    change: dict[str, Any] = {"parentAccountNumber": "P"}
    if binds:
        assert await refused(acme, "patch", "Account", "2", change) == required("patch.isParentAccount")
        assert await refused(acme, "patch", "Account", "1", {"isParentAccount": None}) == required(
            "patch.isParentAccount"
        )
        change |= {"isParentAccount": True}
    assert await patch(acme, "Account", "2", change, "parentAccountNumber") == {"parentAccountNumber": "P"}
    assert await patch(acme, "Account", "1", {"isParentAccount": None, "parentAccountNumber": None}) == {"version": 2}


async def test_the_parent_need_not_exist(acme: Client) -> None:
    child = combined([], name="Acme", parentAccountNumber="P", isParentAccount=False)
    ask = "parentAccountNumber parentAccount { name }"
    assert await create(acme, "Account", "1", child, ask) == {"parentAccountNumber": "P", "parentAccount": None}
    await create(acme, "Account", "P", combined([], name="Parent"))
    assert await read(acme, "Account", "1", ask) == {"parentAccountNumber": "P", "parentAccount": {"name": "Parent"}}


@pytest.mark.parametrize("products", [[], *([product] for product in ALL)], ids="+".join)
async def test_a_credit_note_needs_its_invoice_whatever_the_product(ledger: Client, products: list[str]) -> None:
    basic = {"basic": {"currency": "EUR", "originalDenomination": "-5", "denomination": "-5"}}
    note = document(products, documentType="CREDIT_NOTE", amounts=basic, invoiceNum="C-1")
    assert await refused(ledger, "create", "Document", "1", note) == required("input.combined.appliesToInvoice")
    note["combined"]["appliesToInvoice"] = "nowhere"
    made = await create(ledger, "Document", "1", note, "documentType appliesToInvoice appliesTo { documentNumber }")
    assert made == {"documentType": "CREDIT_NOTE", "appliesToInvoice": "nowhere", "appliesTo": None}
    assert await refused(ledger, "patch", "Document", "1", {"appliesToInvoice": None}) == required(
        "patch.appliesToInvoice"
    )
    assert await patch(ledger, "Document", "1", {"appliesToInvoice": "I-9"}, "appliesToInvoice") == {
        "appliesToInvoice": "I-9"
    }


@pytest.mark.parametrize(
    ("products", "binds"),
    [([], True), (["OPEN_BALANCE"], True), (["COLLECTIONS"], False), (["INVOICING"], False), (["CASH_APP"], False)],
)
async def test_a_template_is_demanded_of_a_fabricated_record_where_open_balance_or_nobody_is_declared(
    ledger: Client, products: list[str], binds: bool
) -> None:
    values: dict[str, Any] = {"amounts": BASIC, "invoiceNum": "I-1"}
    made_up = document(products, **values, fabricatedRecord=True)
    if binds:
        for blank in (None, "", " "):
            made_up["combined"]["templateId"] = blank
            assert await refused(ledger, "create", "Document", "1", made_up) == required("input.combined.templateId")
        made_up["combined"]["templateId"] = "T"
    await create(ledger, "Document", "1", made_up)
    await create(ledger, "Document", "2", document(products, **values, fabricatedRecord=False))
    change: dict[str, Any] = {"fabricatedRecord": True}
    if binds:
        assert await refused(ledger, "patch", "Document", "2", change) == required("patch.templateId")
        change |= {"templateId": "T"}
    assert await patch(ledger, "Document", "2", change, "fabricatedRecord") == {"fabricatedRecord": True}


@pytest.mark.parametrize("member", ["invoicing", "openBalance"])
async def test_what_only_the_caller_can_judge_is_not_refused(ledger: Client, member: str) -> None:
    amounts = {"basic": {"originalDenomination": "1"}} if member == "invoicing" else BASIC
    body = {member: {"accountNumber": "A-1", **DATED, "amounts": amounts}}
    ask = "invoiceNum branchName"
    assert await create(ledger, "Document", "1", body, ask) == {"invoiceNum": None, "branchName": None}


async def test_a_patch_must_leave_what_declared_products_demand(acme: Client) -> None:
    whole = {"name": "Acme", "currency": "EUR", "language": "en", "billingAddress": WHOLE_ADDRESS}
    await create(acme, "Account", "1", combined(["COLLECTIONS", "INVOICING"], **whole))
    change = {"name": " ", "language": None, "billingAddress": {"zip": None, "city": ""}}
    assert sorted(await refused(acme, "patch", "Account", "1", change)) == required(
        "patch.billingAddress.city", "patch.billingAddress.zip", "patch.language", "patch.name"
    )
    assert await refused(acme, "patch", "Account", "1", {"billingAddress": None}) == required("patch.billingAddress")
    assert await refused(acme, "patch", "Account", "1", {"billingAddress": dict.fromkeys(WHOLE_ADDRESS)}) == required(
        *(f"patch.billingAddress.{part}" for part in WHOLE_ADDRESS)
    )
    ask = "version language billingAddress { zip city }"
    assert await read(acme, "Account", "1", ask) == {
        "version": 1,
        "language": "en",
        "billingAddress": {"zip": "62701", "city": "Springfield"},
    }


async def test_products_in_a_patch_declare_anew_and_are_held_to(acme: Client) -> None:
    await create(acme, "Account", "1", combined([], name="Acme"))
    assert sorted(await refused(acme, "patch", "Account", "1", {"products": ALL})) == required(
        "patch.billingAddress", "patch.currency", "patch.language"
    )
    change = {"products": ["COLLECTIONS"], "currency": "EUR", "language": "en"}
    assert await patch(acme, "Account", "1", change, "products") == {"products": ["COLLECTIONS"]}
    assert await refused(acme, "patch", "Account", "1", {"language": None}) == required("patch.language")
    anew = {"products": ["OPEN_BALANCE"], "language": None}
    assert await patch(acme, "Account", "1", anew, "products language") == {
        "products": ["OPEN_BALANCE"],
        "language": None,
    }
    assert await patch(acme, "Account", "1", {"vat": "1"}, "products") == {"products": ["OPEN_BALANCE"]}


@pytest.mark.parametrize("nothing", [None, []])
async def test_products_of_null_or_none_in_a_patch_declare_it_for_none(acme: Client, nothing: Any) -> None:
    await create(acme, "Account", "1", combined(["CASH_APP"], name="Acme"))
    assert await patch(acme, "Account", "1", {"products": nothing}, "products") == {"products": []}


async def test_a_document_patched_for_more_products_needs_their_amounts_under_their_own_names(ledger: Client) -> None:
    alone = {"accountNumber": "A-1", **DATED, "amounts": {"basic": {"originalDenomination": "9"}}}
    await create(ledger, "Document", "1", {"invoicing": alone})
    assert sorted(await refused(ledger, "patch", "Document", "1", {"products": ALL})) == required(
        "patch.currency", "patch.denomination", "patch.invoiceNum"
    )
    change = {"products": ALL, "currency": "EUR", "denomination": "9", "invoiceNum": "I-1"}
    assert await patch(ledger, "Document", "1", change, "products openAmount") == {"products": ALL, "openAmount": "9"}


async def test_fields_that_only_inactive_products_read_are_accepted_and_kept(acme: Client) -> None:
    values = {"name": "Acme", "vat": "V", "branchName": "B", "paymentTerms": "NET30", "displayReference": "D"}
    ask = "vat branchName paymentTerms displayReference"
    made = await create(acme, "Account", "1", combined(["OPEN_BALANCE"], **values), ask)
    assert made == {"vat": "V", "branchName": "B", "paymentTerms": "NET30", "displayReference": "D"}


async def test_messages_name_fields_as_this_schema_does(acme: Client) -> None:
    payload = await write(
        acme,
        "create",
        "Account",
        "1",
        combined(
            ["COLLECTIONS", "INVOICING"],
            name="Acme",
            language="de",
            currency="EUR",
            mobilePhone="x" * 256,
            parentAccountNumber="P",
            billingAddress={"address1": "x" * 256},
        ),
        "version",
    )
    assert [error["message"] for error in payload["userErrors"]] == [
        "address1 may have at most 255 characters, and has 256.",
        "mobilePhone may have at most 255 characters, and has 256.",
        "city is required for Invoicing.",
        "state is required for Invoicing.",
        "zip is required for Invoicing.",
        "isParentAccount is required when parentAccountNumber is set.",
    ]
