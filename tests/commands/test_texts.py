"""Texts and codes of every resource: how long they may be, what they may hold, and what an empty one is."""

from typing import Any

import pytest

from app.domain.fields import Kind
from tests.commands.contract import FIELDS, added_of
from tests.commands.verbs import DATED, KEYS, account, create, patch, read, refused
from tests.gateway import Client

RESOURCES = ("Account", "Document", "Representative", "Contact")
FREE = {
    "Account": ["description"],
    "Document": ["description", "comment"],
    "Representative": ["extraInfo"],
    "Contact": ["notes"],
}
EMAILS = {"Account": ["email"], "Document": ["destEmailAddress"], "Representative": ["email"], "Contact": ["email"]}
REFERENCES = ("accountNumber", "supervisorRepresentativeReference")  # to what must exist
PLACE = {"Account": "input.combined", "Document": "input.combined", "Representative": "input", "Contact": "input"}
EMAIL_254 = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 61}"


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


def texts(resource: str) -> list[str]:
    """The fields that hold text of the caller's choice. A contact's name in one piece excludes the others."""
    skipped = {
        *REFERENCES,
        *EMAILS[resource],
        *added_of(Kind.EMAIL, resource),
        *(["name"] if resource == "Contact" else []),
    }
    return [fact.name for fact in FIELDS[resource].values() if fact.type == "String" and fact.name not in skipped]


def body(resource: str, values: dict[str, Any]) -> dict[str, Any]:
    if resource == "Account":
        return {"combined": {"name": "Acme", "isParentAccount": False, **values}}
    if resource == "Document":
        return {"combined": {"accountNumber": "A-1", **DATED, **values}}
    return {"accountNumber": "A-1", **values} if resource == "Contact" else values


def longest(resource: str, name: str) -> int:
    return 10_000 if name in (*FREE[resource], *added_of(Kind.FREE_TEXT, resource)) else 255


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("character", ["x", "日", "🧾"])
async def test_every_text_may_have_as_many_characters_and_no_more(
    ledger: Client, resource: str, character: str
) -> None:
    names = texts(resource)
    fitting = {name: character * longest(resource, name) for name in names}
    too_long = {name: text + "x" for name, text in fitting.items()}
    assert await refused(ledger, "create", resource, "1", body(resource, too_long)) == [
        ("TOO_LONG", f"{PLACE[resource]}.{name}") for name in names
    ]
    assert await create(ledger, resource, "1", body(resource, fitting), " ".join(names)) == fitting
    assert await refused(ledger, "patch", resource, "1", too_long) == [("TOO_LONG", f"patch.{name}") for name in names]
    assert await read(ledger, resource, "1", " ".join(names)) == fitting


@pytest.mark.parametrize("resource", RESOURCES)
async def test_no_text_may_hold_nul_or_half_a_surrogate_pair(ledger: Client, resource: str) -> None:
    names = texts(resource)
    for text in ("a\0b", "\0", "\ud800", "a\udbff", "\udc00a"):
        assert await refused(ledger, "create", resource, "1", body(resource, dict.fromkeys(names, text))) == [
            ("INVALID", f"{PLACE[resource]}.{name}") for name in names
        ]
    assert await read(ledger, resource, "1", "version") is None


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("Document", "accountNumber"),
        ("Contact", "accountNumber"),
        ("Representative", "supervisorRepresentativeReference"),
    ],
)
async def test_what_refers_to_another_resource_is_a_text_like_any(ledger: Client, resource: str, name: str) -> None:
    own = {"Representative": {}, "Document": {**DATED}, "Contact": {}}[resource]
    for text, code in {"x" * 256: "TOO_LONG", "x" * 255: "NOT_FOUND", "a\0": "INVALID", "\ud800": "INVALID"}.items():
        values = own | {name: text}
        whole = {"combined": values} if resource == "Document" else values
        assert await refused(ledger, "create", resource, "1", whole) == [(code, f"{PLACE[resource]}.{name}")]
    assert await read(ledger, resource, "1", "version") is None


@pytest.mark.parametrize("resource", RESOURCES)
async def test_any_other_text_is_kept_exactly(ledger: Client, resource: str) -> None:
    names = texts(resource)
    for text in (
        " a ",
        "\t\r\n.",
        "e\u0301 é",
        "\u200b\ufeff",
        "'; DROP TABLE notes; --",
        "\x01\x1f\x7f",
        "🧾\U0010ffff",
    ):
        assert await create(
            ledger, resource, f"key {ord(text[-1])}", body(resource, dict.fromkeys(names, text)), " ".join(names)
        ) == dict.fromkeys(names, text)


@pytest.mark.parametrize("resource", RESOURCES)
async def test_an_optional_empty_text_is_stored_as_empty(ledger: Client, resource: str) -> None:
    names = [name for name in texts(resource) if FIELDS[resource][name].base != "R"]
    names += [
        *EMAILS[resource],
        *(f.name for f in FIELDS[resource].values() if f.type in ("LanguageCode", "CountryCode")),
    ]
    ask = " ".join(names)
    assert await create(ledger, resource, "1", body(resource, dict.fromkeys(names, "")), ask) == dict.fromkeys(names)
    assert await patch(ledger, resource, "1", dict.fromkeys(names, ""), ask) == dict.fromkeys(names)


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_number_or_a_boolean_is_no_text(ledger: Client, resource: str) -> None:
    text = f'mutation($p: {resource}Patch!) {{ patch{resource}({KEYS[resource]}: "1", patch: $p) {{ created }} }}'
    for name in texts(resource)[:3]:
        for wrong in (5, 1.5, True, ["a"], {"a": 1}):
            assert await ledger.error_codes(text, p={name: wrong}) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("resource", RESOURCES)
async def test_an_email_address_has_its_form_and_at_most_254_characters(ledger: Client, resource: str) -> None:
    (name,) = EMAILS[resource]
    assert len(EMAIL_254) == 254
    for number, good in enumerate(["a@b.co", "Ann.O'Neil+x@sub.example.com", "jörg@müller.de", EMAIL_254]):
        assert await create(ledger, resource, f"{number}", body(resource, {name: good}), name) == {name: good}
    place = f"{PLACE[resource]}.{name}"
    for wrong in (
        "nobody",
        "a@b",
        "@b.co",
        "a@",
        "a b@c.co",
        "a@b..co",
        "a@-b.co",
        "Ann <a@b.co>",
        "a@b.co, c@d.co",
        " ",
    ):
        assert await refused(ledger, "create", resource, "no", body(resource, {name: wrong})) == [("INVALID", place)]
    for wrong, code in {"a" + EMAIL_254: "TOO_LONG", "a\0@b.co": "INVALID", "a@\ud800.co": "INVALID"}.items():
        assert await refused(ledger, "create", resource, "no", body(resource, {name: wrong})) == [(code, place)]
    assert await read(ledger, resource, "no", "version") is None


CODES = {
    "CurrencyCode": (
        ["USD", "EUR", "JPY", "XAU", "ZWG"],
        ["usd", "Usd", "US", "USDX", "XXX", "XTS", "DEM", " USD", "\0"],
    ),
    "LanguageCode": (["en", "de", "zh", "no"], ["EN", "En", "eng", "xx", "iw", "en-US", "e", "\ud800"]),
    "CountryCode": (["US", "DE", "GB", "TW"], ["us", "USA", "UK", "XK", "EU", "DD", "U", "U\0"]),
}


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("resource", RESOURCES)
async def test_codes_are_those_of_the_standards_and_nothing_is_corrected(
    ledger: Client, resource: str, kind: str
) -> None:
    good, wrong = CODES[kind]
    for name in [fact.name for fact in FIELDS[resource].values() if fact.type == kind]:
        for number, code in enumerate(good):
            assert await create(ledger, resource, f"{name}{number}", body(resource, {name: code}), name) == {name: code}
        for code in wrong:
            refusal = await refused(ledger, "create", resource, "no", body(resource, {name: code}))
            assert refusal == [("INVALID", f"{PLACE[resource]}.{name}")]


async def test_countries_of_addresses_are_checked_too(acme: Client) -> None:
    body_ = {"combined": {"name": "Acme", "billingAddress": {"country": "UK"}, "remitTo": {"country": "us"}}}
    assert await refused(acme, "create", "Account", "1", body_) == [
        ("INVALID", "input.combined.billingAddress.country"),
        ("INVALID", "input.combined.remitTo.country"),
    ]


async def test_a_text_of_a_megabyte_is_too_long_and_said_so_shortly(acme: Client) -> None:
    text = (
        'mutation($name: String!, $vat: CurrencyCode) { createAccount(accountNumber: "1", '
        "input: {combined: {name: $name, currency: $vat}}) { userErrors { code message } } }"
    )
    payload = await acme.only(text, name="x" * 1_000_000, vat="y" * 1_000_000)
    assert [error["code"] for error in payload["userErrors"]] == ["TOO_LONG", "INVALID"]
    assert all(len(error["message"]) < 200 for error in payload["userErrors"])
