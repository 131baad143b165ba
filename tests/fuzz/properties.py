"""What must hold for whatever is sent: no failure of the server's, and what is accepted comes back exactly, by both
facades. What is to be accepted is worked out here once more, by other means than the server's."""

import json
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple
from unicodedata import category

from hypothesis import strategies as st

from tests.fuzz.ledger import ACCOUNT, Ledger
from tests.fuzz.strategies import AMOUNTS, BODIES, CURSORS, DAYS, FILTERS, IDS, JSON, MOMENTS, TEXT, VALUES
from tests.rest_api.client import Rest, address, check_refusal, exact

REFUSED = {400, 404, 405, 409, 413, 415, 422}
LONGEST = 255
references = count(1)


class Property(NamedTuple):
    """What is drawn, and what must hold for it."""

    drawn: st.SearchStrategy[Any]
    holds: Callable[[Ledger, Any], Coroutine[Any, Any, None]]


async def a_cursor_is_a_place_or_refused(ledger: Ledger, drawn: Any) -> None:
    field, text = drawn
    answer = await ledger.run(f"query($c: String) {{ {field}(after: $c) {{ nodes {{ id }} }} }}", c=text)
    if "errors" not in answer:
        assert {node["id"] for node in answer["data"][field]["nodes"]} <= await ledger.ids()


async def an_identifier_names_its_own_resource_or_nothing(ledger: Ledger, text: str) -> None:
    answer = await ledger.run("query($i: ID!) { node(id: $i) { id } }", i=text)
    assert answer["data"]["node"] in (None, {"id": text})
    assert (answer["data"]["node"] is not None) == (text in await ledger.ids())


async def a_filter_chooses_among_what_is_there_or_is_refused(ledger: Ledger, drawn: Any) -> None:
    resource, chosen = drawn
    asked = f"{resource}s(first: 1000, filter: $f) {{ totalCount nodes {{ id }} }}"
    text = f"query($f: {resource.capitalize()}Filter) {{ {asked} }}"
    answer = await ledger.run(text, f=chosen)
    if "errors" not in answer:
        found = answer["data"][f"{resource}s"]
        assert {node["id"] for node in found["nodes"]} <= await ledger.ids()
        assert found["totalCount"] == len(found["nodes"])


def is_amount(text: str, most: int) -> bool:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return False
    whole, _, places = text.lstrip("-").partition(".")
    return len(whole.lstrip("0")) <= 15 and len(places.rstrip("0")) <= most


async def an_amount_comes_back_exactly(ledger: Ledger, text: str) -> None:
    await comes_back_exactly(ledger, text, "accounts", ("creditLimit", "credit_limit"), places=4)


async def a_rate_comes_back_exactly(ledger: Ledger, text: str) -> None:
    await comes_back_exactly(ledger, text, "documents", ("taxRate", "tax_rate"), places=10)


async def comes_back_exactly(ledger: Ledger, text: str, kind: str, names: tuple[str, str], places: int) -> None:
    """A decimal of a field, whose names are those of GraphQL and of REST."""
    for number in (text, json.dumps(text)):
        if number == text and not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text):
            continue  # no number of JSON
        for accepted in (
            await ledger.set_by_graphql(names[0], number),
            await ledger.set_by_rest(names[1], number, kind),
        ):
            assert accepted == is_amount(text, places)
            if accepted:
                shown = (await ledger.account() if kind == "accounts" else await ledger.document())[names[0]]
                assert Decimal(shown) == Decimal(text)
                assert "E" not in shown
                assert (await ledger.shown_by_rest(kind))[names[1]] == Decimal(text)


def is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and str(date(*map(int, text.split("-")))) == text
    except ValueError:
        return False


async def a_day_comes_back_as_it_was_sent(ledger: Ledger, text: str) -> None:
    assert await ledger.set_by_graphql("dueDate", json.dumps(text)) == is_day(text)
    if is_day(text):
        assert (await ledger.document())["dueDate"] == text
    assert await ledger.set_by_rest("due_date", json.dumps(text), "documents") == is_day(text)
    if is_day(text):
        assert (await ledger.shown_by_rest("documents"))["due_date"] == text


async def a_moment_comes_back_in_utc_and_milliseconds(ledger: Ledger, text: str) -> None:
    reference = f"F-{next(references)}"
    body = json.dumps({"reference": reference, "body": "x", "effective_date": text})
    response = await Rest.of(ledger.grown).send("POST", address("accounts", ACCOUNT, "notes"), body.encode())
    assert response.status_code in (201, 422), response.text
    if response.status_code == 201 and text:
        sent = datetime.fromisoformat(text.upper().replace(",", "."))
        moment = sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
        shown = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
        assert exact(response)["effective_date"] == shown.rjust(24, "0")


def is_name(text: str) -> bool:
    return bool(text.strip()) and is_storable(text) and len(text) <= LONGEST


def is_key(text: str) -> bool:
    seen = all(category(c) not in ("Cc", "Cf", "Zl", "Zp") for c in text)
    return is_name(text) and seen and text == text.strip()


def is_storable(text: str) -> bool:
    return not any(c == "\0" or 0xD800 <= ord(c) <= 0xDFFF for c in text)


async def a_text_comes_back_to_the_letter(ledger: Ledger, text: str) -> None:
    for accepted in (
        await ledger.set_by_graphql("name", json.dumps(text)),
        await ledger.set_by_rest("name", json.dumps(text)),
    ):
        assert accepted == is_name(text)
        if accepted:
            assert (await ledger.account())["name"] == text
            assert (await ledger.shown_by_rest())["name"] == text
            found = await ledger.run("query($n: String!) { accounts(filter: {name: {eq: $n}}) { totalCount } }", n=text)
            assert found["data"]["accounts"]["totalCount"] >= 1


async def a_custom_field_keeps_its_value_and_type(ledger: Ledger, drawn: Any) -> None:
    key, value = drawn
    body = json.dumps({"custom_fields": {"collections": {key: value}}})
    response = await ledger.rest.send("PATCH", address("accounts", ACCOUNT), body.encode())
    assert response.status_code in (200, 422), response.text
    accepted = response.status_code == 200
    if accepted and value not in (None, ""):
        shown = exact(response)["custom_fields"]["collections"][key]
        assert shown == json.loads(json.dumps(value), parse_float=Decimal)
        assert isinstance(shown, bool) == isinstance(value, bool)
        fields = {found.pop("key"): found for found in (await ledger.account())["customFields"]}
        (kind, told), *others = ((name, v) for name, v in fields[key].items() if v is not None)
        assert not others
        assert (Decimal(told) == shown) if kind == "number" else (told == value)
    if accepted:
        body = json.dumps({"custom_fields": {"collections": {key: None}}})
        cleared = await ledger.rest.send("PATCH", address("accounts", ACCOUNT), body.encode())
        assert key not in exact(cleared).get("custom_fields", {}).get("collections", {})


async def a_json_object_comes_back_with_every_digit(ledger: Ledger, value: Any) -> None:
    body = json.dumps({"data_providers": value})
    response = await ledger.rest.send("PATCH", address("accounts", ACCOUNT), body.encode())
    assert response.status_code in (200, 422), response.text
    if response.status_code == 200 and isinstance(value, dict):
        sent = json.loads(json.dumps(value), parse_float=Decimal, parse_int=Decimal)
        shown = json.loads(response.text, parse_float=Decimal, parse_int=Decimal)["data_providers"]
        assert shown == sent


async def a_key_in_an_address_is_its_own_resource(ledger: Ledger, key: str) -> None:
    if not is_storable(key) or key in (".", ".."):
        return  # what no address can write, or a client resolves
    path, rest = address("contacts", key), Rest.of(ledger.grown)
    response = await rest.send("PUT", path, json.dumps({"name": "x", "account_number": ACCOUNT}).encode())
    accepted = is_key(key)
    assert response.status_code in ((200, 201) if accepted else (404, 422)), response.text
    if accepted:
        assert exact(await rest.send("GET", path))["reference"] == key
        text = "query($k: String!) { contact(reference: $k) { reference } }"
        assert await ledger.grown.only(text, k=key) == {"reference": key}


async def any_body_of_a_write_is_answered(ledger: Ledger, drawn: Any) -> None:
    method, kind, key, body = drawn
    response = await ledger.rest.send(method, address(kind, key), json.dumps(body).encode())
    assert response.status_code in {200, 201, *REFUSED}, response.text
    if response.status_code in REFUSED:
        assert set(exact(response)) >= {"error", "message"}
        check_refusal(exact(response))


PROPERTIES: dict[str, Property] = {
    "cursors": Property(CURSORS, a_cursor_is_a_place_or_refused),
    "identifiers": Property(IDS, an_identifier_names_its_own_resource_or_nothing),
    "filters": Property(FILTERS, a_filter_chooses_among_what_is_there_or_is_refused),
    "amounts": Property(AMOUNTS, an_amount_comes_back_exactly),
    "rates": Property(AMOUNTS, a_rate_comes_back_exactly),
    "days": Property(DAYS, a_day_comes_back_as_it_was_sent),
    "moments": Property(MOMENTS, a_moment_comes_back_in_utc_and_milliseconds),
    "texts": Property(TEXT, a_text_comes_back_to_the_letter),
    "custom fields": Property(st.tuples(TEXT, VALUES), a_custom_field_keeps_its_value_and_type),
    "JSON objects": Property(st.dictionaries(TEXT, JSON, max_size=4), a_json_object_comes_back_with_every_digit),
    "keys": Property(TEXT, a_key_in_an_address_is_its_own_resource),
    "bodies": Property(BODIES, any_body_of_a_write_is_answered),
}
