"""Custom fields: typed by their values, merged key by key in every write, kept when left out, cleared one by one."""

from typing import Any

import pytest

from tests.commands.verbs import LEAST, account, create, patch, read, refused, replace
from tests.gateway import Client

RESOURCES = ("Account", "Document", "Representative", "Contact")
ASK = "customFields { key text number date boolean }"
PLACE = {"Account": "input.combined", "Document": "input.combined", "Representative": "input", "Contact": "input"}


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


def field(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "value": value} if value else {"key": key}


def known(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "text": None, "number": None, "date": None, "boolean": None, **value}


def body(resource: str, fields: Any) -> dict[str, Any]:
    least = LEAST[resource]
    if "combined" in least:
        return {"combined": {**least["combined"], "customFields": fields}}
    return {**least, "customFields": fields}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_each_type_is_read_back_as_what_it_is_by_key(ledger: Client, resource: str) -> None:
    fields = [
        field("vip", boolean=True),
        field("score", number="7.50"),
        field("region", text="EMEA"),
        field("review_on", date="2026-05-12"),
        field("zero", number=0),
        field("no", boolean=False),
        field("digits", text="007"),
        field("word", text="true"),
        field("Größe", text="ü"),
    ]
    expected = {
        "customFields": [
            known("Größe", text="ü"),
            known("digits", text="007"),
            known("no", boolean=False),
            known("region", text="EMEA"),
            known("review_on", date="2026-05-12"),
            known("score", number="7.5"),
            known("vip", boolean=True),
            known("word", text="true"),
            known("zero", number="0"),
        ]
    }
    assert await create(ledger, resource, "1", body(resource, fields), ASK) == expected
    assert await read(ledger, resource, "1", ASK) == expected


async def test_text_of_the_form_of_a_date_is_a_date(ledger: Client) -> None:
    await patch(
        ledger, "Account", "A-1", {"customFields": [field("a", text="2026-05-12"), field("b", text="2026-5-12")]}
    )
    assert await read(ledger, "Account", "A-1", ASK) == {
        "customFields": [known("a", date="2026-05-12"), known("b", text="2026-5-12")]
    }


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_they_merge_key_by_key_and_survive_when_left_out(ledger: Client, resource: str, verb: str) -> None:
    await create(
        ledger, resource, "1", body(resource, [field("a", text="1"), field("b", number=2), field("c", text="3")])
    )

    async def send(fields: Any) -> Any:
        if verb == "patch":
            return await patch(ledger, resource, "1", {"customFields": fields}, ASK)
        return await replace(ledger, resource, "1", body(resource, fields), ASK)

    merged = {
        "customFields": [known("a", text="1"), known("b", boolean=True), known("c", text="3"), known("d", text="4")]
    }
    assert await send([field("b", boolean=True), field("d", text="4")]) == merged
    assert await send([]) == merged
    assert await send(None) == merged
    left_out = {} if verb == "patch" else LEAST[resource]
    write = patch if verb == "patch" else replace
    assert await write(ledger, resource, "1", left_out, ASK) == merged


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_an_empty_value_clears_one_and_leaves_the_others(ledger: Client, resource: str, verb: str) -> None:
    await create(ledger, resource, "1", body(resource, [field("a", text="1")]))
    empty: list[dict[str, Any]] = [{"key": "b"}, {"key": "b", "value": None}, {"key": "b", "value": {"text": ""}}]
    for cleared in empty:
        await patch(ledger, resource, "1", {"customFields": [field("b", number=2)]})
        if verb == "patch":
            after = await patch(ledger, resource, "1", {"customFields": [cleared]}, ASK)
        else:
            after = await replace(ledger, resource, "1", body(resource, [cleared]), ASK)
        assert after == {"customFields": [known("a", text="1")]}
    last = [{"key": "a"}, {"key": "never there"}]
    assert await patch(ledger, resource, "1", {"customFields": last}, ASK) == {"customFields": []}


@pytest.mark.parametrize("resource", RESOURCES)
async def test_of_one_key_sent_twice_the_second_is_refused_and_nothing_is_written(
    ledger: Client, resource: str
) -> None:
    for twice in ([field("a", text="1"), field("a", text="1")], [field("a", text="x" * 256), field("a")]):
        faults = await refused(ledger, "create", resource, "1", body(resource, twice))
        assert faults[-1] == ("INVALID", f"{PLACE[resource]}.customFields.1")
        assert await read(ledger, resource, "1", "version") is None


async def test_text_of_the_form_of_a_date_that_is_none_is_refused(ledger: Client) -> None:
    days = ("2026-02-30", "2026-13-01", "0000-01-01", "2026-00-10")
    fields = [field(day, text=day) for day in days]
    assert await refused(ledger, "patch", "Account", "A-1", {"customFields": fields}) == [
        ("INVALID", f"patch.customFields.{position}") for position in range(len(days))
    ]


@pytest.mark.parametrize("resource", RESOURCES)
async def test_every_fault_has_the_position_of_its_field(ledger: Client, resource: str) -> None:
    fields = [
        field("fits", text="x" * 255),
        field("long", text="x" * 256),
        field("k" * 256, text="x"),
        field("k" * 255, text="x"),
        field(" ", text="x"),
        field("", text="x"),
        field("nul\0", text="x"),
        field("half", text="\ud800"),
        field("digits", number="1234567890123456"),
        field("places", number="0.00001"),
        field("edge", number="-999999999999999.9999"),
    ]
    codes = {
        1: "TOO_LONG",
        2: "TOO_LONG",
        4: "INVALID",
        5: "INVALID",
        6: "INVALID",
        7: "INVALID",
        8: "INVALID",
        9: "INVALID",
    }
    expected = [(code, f"{PLACE[resource]}.customFields.{position}") for position, code in codes.items()]
    assert await refused(ledger, "create", resource, "1", body(resource, fields)) == expected
    assert await read(ledger, resource, "1", "version") is None


async def test_a_half_of_a_surrogate_pair_in_a_key_is_told_at_its_position(ledger: Client) -> None:
    refusal = await refused(ledger, "patch", "Account", "A-1", {"customFields": [field("\udfff", text="x")]})
    assert refusal == [("INVALID", "patch.customFields.0")]


@pytest.mark.parametrize(
    "value",
    [{"date": "2026-02-30"}, {"date": "12.05.2026"}, {"number": "1e3"}, {"number": True}, {"boolean": 1}, {"text": 5}],
)
async def test_a_value_that_is_not_of_its_type_is_bad_input(ledger: Client, value: dict[str, Any]) -> None:
    text = 'mutation($p: AccountPatch!) { patchAccount(accountNumber: "A-1", patch: $p) { created } }'
    patch_ = {"customFields": [{"key": "a", "value": value}]}
    assert await ledger.error_codes(text, p=patch_) == ["BAD_USER_INPUT"]
    assert await read(ledger, "Account", "A-1", "version") == {"version": 1}
