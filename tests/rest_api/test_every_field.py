"""Every field of the catalogue, thick billing and line items included: written by POST, PUT and PATCH, answered as it
is by each verb and by GET, left alone by a patch without it, emptied by null and by a replace without it; and the same
in GraphQL."""

from collections.abc import Collection
from typing import Any

import pytest
from strawberry.utils.str_converters import to_camel_case

from app.domain.amounts import FIELDS as AMOUNTS
from app.domain.enums import CurrencyModel, Requirement, Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from tests.gateway import Client
from tests.rest_api.client import Body, Rest
from tests.rest_api.samples import PATHS, fields, graph_value, rest_name, sample, selection

KEY = "K/1"
BASIC, EXTENDED = AMOUNTS[CurrencyModel.BASIC], AMOUNTS[CurrencyModel.EXTENDED]
# A resource, and the fields that cannot be said together with the others.
CASES: dict[str, tuple[Resource, tuple[str, ...]]] = {
    "account": (Resource.ACCOUNT, ()),
    "document, basic amounts": (Resource.DOCUMENT, EXTENDED),
    "document, extended amounts": (Resource.DOCUMENT, BASIC),
    "representative": (Resource.REPRESENTATIVE, ()),
    "contact with one name": (Resource.CONTACT, ("first_name", "last_name")),
    "contact with two names": (Resource.CONTACT, ("name",)),
}
SERVER = ("csrId", "accountNumber", "documentNumber", "reference", "status", "createdAt", "updatedAt")
ALL_TOGETHER = {*BASIC, *EXTENDED, "is_parent_account"}  # not emptied alone


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[Resource, dict[str, Field]]:
    resource, without = request.param
    return resource, fields(resource, without)


async def prepared(rest: Rest) -> Rest:
    """With what the samples refer to."""
    for number in ("ACCT-001", "ACCT-002"):
        await rest.post("accounts", number, body={"name": number})
    for reference in ("BOSS-1", "BOSS-2"):
        await rest.post("representatives", reference, body={})
    return rest


def sent(known: dict[str, Field], n: int = 0) -> Body:
    return {name: sample(field, n).sent for name, field in known.items()}


def shown(known: dict[str, Field], n: int = 0) -> Body:
    return {name: sample(field, n).shown for name, field in known.items()}


def own(resource: Resource, answer: Body) -> Body:
    """An answer's fields without what the server adds."""
    embedded = {Resource.ACCOUNT: ("notes",), Resource.REPRESENTATIVE: ("accounts", "documents")}.get(resource, ())
    key = {"account_number": "accountNumber", "document_number": "documentNumber"}
    assert answer[key.get(RESOURCES[resource].key, "reference")] == KEY
    return {name: value for name, value in answer.items() if name not in (*SERVER, *embedded)}


def least(known: dict[str, Field], n: int = 0) -> Body:
    return sent({name: field for name, field in known.items() if field.base is Requirement.REQUIRED}, n)


async def test_a_create_is_answered_and_read_with_every_field_and_graphql_tells_the_same(
    rest: Rest, graph: Client, case: tuple[Resource, dict[str, Field]]
) -> None:
    resource, known = case
    await prepared(rest)
    assert own(resource, await rest.post(PATHS[resource], KEY, body=sent(known))) == shown(known)
    assert own(resource, await rest.get(PATHS[resource], KEY)) == shown(known)
    key = to_camel_case(RESOURCES[resource].key)
    asked = " ".join(selection(field) for field in known.values())
    read = await graph.only(f"query($k: String!) {{ {resource}({key}: $k) {{ {asked} }} }}", k=KEY)
    assert {name: graph_value(field, read[to_camel_case(field.name)]) for name, field in known.items()} == {
        name: sample(field, 0).graph for name, field in known.items()
    }


async def test_a_replace_sets_every_field_and_empties_those_left_out(
    rest: Rest, case: tuple[Resource, dict[str, Field]]
) -> None:
    resource, known = case
    await prepared(rest)
    await rest.put(PATHS[resource], KEY, body=sent(known), status=201)
    second = {name: field for name, field in known.items() if not stays(resource, field)}
    expected = shown(known) | shown(second, 1)
    for _ in range(2):
        assert own(resource, await rest.put(PATHS[resource], KEY, body=sent(second, 1))) == expected
        assert own(resource, await rest.get(PATHS[resource], KEY)) == expected
    kept = {name: value for name, value in shown(known).items() if stays(resource, known[name])}
    bare = least(known) | kept | ({"document_type": "invoice"} if resource is Resource.DOCUMENT else {})
    assert own(resource, await rest.put(PATHS[resource], KEY, body=least(known))) == bare
    assert own(resource, await rest.get(PATHS[resource], KEY)) == bare


def stays(resource: Resource, field: Field) -> bool:
    """Whether a replace without the field keeps it."""
    return field.kind is Kind.CUSTOM_FIELDS or (resource is Resource.ACCOUNT and field.name == "currency")


async def test_a_patch_changes_and_empties_what_it_names_and_leaves_the_others(
    rest: Rest, case: tuple[Resource, dict[str, Field]]
) -> None:
    resource, known = case
    await prepared(rest)
    whole = shown(known)
    await rest.post(PATHS[resource], KEY, body=sent(known))
    for named in groups({name: field for name, field in known.items() if not stays(resource, field)}):
        changed = await rest.patch(PATHS[resource], KEY, body=sent(named, 1))
        assert own(resource, changed) == whole | shown(named, 1)
        empty = {name: None for name, field in named.items() if may_be_empty(field)}
        emptied = await rest.patch(PATHS[resource], KEY, body=sent(named) | empty)
        assert own(resource, emptied) == without(whole, empty)
        await rest.patch(PATHS[resource], KEY, body=sent(named))
    assert own(resource, await rest.get(PATHS[resource], KEY)) == whole


def groups(known: dict[str, Field]) -> list[dict[str, Field]]:
    """The fields, five at a time: no two text fields have the same values, so none can stand in for another."""
    names = list(known)
    return [{name: known[name] for name in names[start : start + 5]} for start in range(0, len(names), 5)]


def may_be_empty(field: Field) -> bool:
    return field.base is not Requirement.REQUIRED and field.name not in ALL_TOGETHER


async def test_what_is_required_cannot_be_emptied(rest: Rest, case: tuple[Resource, dict[str, Field]]) -> None:
    resource, known = case
    await prepared(rest)
    await rest.post(PATHS[resource], KEY, body=sent(known))
    before = await rest.get(PATHS[resource], KEY)
    for name in (name for name, field in known.items() if not may_be_empty(field)):
        assert await rest.faults("PATCH", PATHS[resource], KEY, body={name: None}) == [
            ("currency_locked" if (resource, name) == (Resource.ACCOUNT, "currency") else "required", name)
        ]
    assert await rest.get(PATHS[resource], KEY) == before


def without(whole: Body, empty: Collection[str]) -> Body:
    """A document whose type is emptied is an invoice."""
    rest: Body = {name: value for name, value in whole.items() if name not in empty}
    return rest | ({"document_type": "invoice"} if "document_type" in empty else {})


@pytest.mark.parametrize("kind", [Resource.ACCOUNT, Resource.DOCUMENT], ids=str)
async def test_a_patch_changes_and_empties_parts_of_an_object_and_leaves_the_others(rest: Rest, kind: Resource) -> None:
    await prepared(rest)
    known = fields(kind, without=EXTENDED)
    await rest.post(PATHS[kind], KEY, body=sent(known))
    for name, owner in known.items():
        if owner.kind is not Kind.OBJECT:
            continue
        whole = sample(owner, 0).shown
        for named in groups({rest_name(part): part for part in owner.parts}):
            second = {part: sample(field, 1, top=False) for part, field in named.items()}
            changed = await rest.patch(PATHS[kind], KEY, body={name: {part: s.sent for part, s in second.items()}})
            assert changed[name] == whole | {part: value.shown for part, value in second.items()}
            emptied = await rest.patch(PATHS[kind], KEY, body={name: dict.fromkeys(named)})
            assert emptied[name] == {part: value for part, value in whole.items() if part not in named}
            first = {part: sample(field, 0, top=False).sent for part, field in named.items()}
            assert (await rest.patch(PATHS[kind], KEY, body={name: first}))[name] == whole
        assert name not in await rest.patch(PATHS[kind], KEY, body={name: dict.fromkeys(whole)})


async def test_all_amounts_are_emptied_together(rest: Rest) -> None:
    await prepared(rest)
    await rest.post("documents", "1", body=sent(fields(Resource.DOCUMENT, EXTENDED)))
    answer = await rest.patch("documents", "1", body=dict.fromkeys(BASIC))
    assert not set(BASIC) & set(answer)
    assert answer["status"] == "open"


async def test_custom_fields_merge_in_replace_and_patch_and_are_cleared_by_an_empty_value(rest: Rest) -> None:
    await rest.post(
        "accounts", "A", body={"name": "A", "custom_fields": {"collections": {"a": "1", "b": 2, "c": True}}}
    )
    for write in (rest.put, rest.patch):
        body: Body = {"name": "A", "custom_fields": {"collections": {"d": "2026-05-12", "b": None}}}
        answer = await write("accounts", "A", body=body)
        assert answer["custom_fields"] == {"collections": {"a": "1", "c": True, "d": "2026-05-12"}}
        nothings: list[Any] = [None, {}, {"collections": None}, {"collections": {}}, {"invoicing": {"x": 1}}]
        for nothing in nothings:
            answer = await write("accounts", "A", body={"name": "A", "custom_fields": nothing})
            assert answer["custom_fields"] == {"collections": {"a": "1", "c": True, "d": "2026-05-12"}}
    cleared = {"a": "", "c": None, "d": ""}
    assert "custom_fields" not in await rest.patch("accounts", "A", body={"custom_fields": {"collections": cleared}})


async def test_an_empty_list_is_left_out_and_an_empty_passed_through_object_kept(rest: Rest) -> None:
    await prepared(rest)
    body = least(fields(Resource.DOCUMENT)) | {"line_items": [], "invoicing_detail": {"DETAIL": [], "TERMS": ""}}
    answer = await rest.post("documents", "1", body=body)
    assert "line_items" not in answer
    assert answer.get("invoicing_detail", {}) == {}
    account = await rest.post("accounts", "A", body={"name": "A", "data_providers": {}, "billing_address": {}})
    assert account["data_providers"] == {}
    assert "billing_address" not in account
