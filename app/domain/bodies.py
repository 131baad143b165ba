"""Reads a whole body: every field that is present, in its stored form, and all problems at once.

Absent and null are two things: an absent field has no key in the result, a null or empty one has the value None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.fields import KEY_LENGTH, Field, Kind
from app.domain.problems import Code, Path, Problem
from app.domain.values import Fault, is_storable, read_custom_value, read_value, shortest_notation

Values = dict[str, Any]
# Looked up for every field of every write: through the class a member takes ten times as long.
OBJECT, LIST, CUSTOM_FIELDS = Kind.OBJECT, Kind.LIST, Kind.CUSTOM_FIELDS
COMPOSITE = {OBJECT, LIST, CUSTOM_FIELDS}
CUSTOM_FIELD_OWNER = "collections"  # the one product that has custom fields


class Entries(tuple[tuple[str, Any], ...]):
    """Custom fields as a list of keys and values, where the form of a request allows a key to come twice. Their
    problems lie at positions, those of an object at its keys."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What every write needs of some fields as a whole: each with its position by name, an empty value for each, and
    those whose values are merged part by part."""

    fields: Sequence[Field]
    places: dict[str, tuple[int, Field]]
    empty: Values
    merging: tuple[Field, ...]


LAYOUTS: dict[int, Layout] = {}  # by the id of the fields, which a layout keeps alive


def layout_of(fields: Sequence[Field]) -> Layout:
    """The layout of some of the catalogue's fields, worked out once for all writes."""
    layout = LAYOUTS.get(id(fields))
    if layout is None:
        places = {field.name: (place, field) for place, field in enumerate(fields)}
        merging = tuple(field for field in fields if field.kind in (OBJECT, CUSTOM_FIELDS))
        layout = LAYOUTS[id(fields)] = Layout(fields, places, dict.fromkeys(places), merging)
    return layout


def read_body(fields: Sequence[Field], raw: Values, path: Path = ()) -> tuple[Values, list[Problem]]:
    """The values of the known fields in `raw`, and all problems; unknown fields are dropped. `path` is where the body
    lies in the request. Where one part of an object has a problem, the others are still read."""
    places = layout_of(fields).places
    values: Values = {}
    problems: list[Problem] = []
    for _, field in sorted([places[name] for name in raw if name in places]):
        name, value = field.name, raw[field.name]
        if field.kind in COMPOSITE:
            read, wrong = read_composite(field, value, (*path, name))
            problems += wrong
            if read:
                (values[name],) = read
            continue
        try:
            values[name] = read_value(field, value)
        except Fault as fault:
            problems.append(Problem(fault.code, (*path, name), fault.about(name, value)))
    return values, problems


# The value alone in a list, or nothing where it cannot be read; and all problems it has.
ReadResult = tuple[list[Any], list[Problem]]


def read_composite(field: Field, raw: Any, path: Path) -> ReadResult:
    if field.kind is CUSTOM_FIELDS:
        return read_custom_fields(raw, path)
    if raw is None:
        return [None], []
    return read_object(field, raw, path) if field.kind is OBJECT else read_list(field, raw, path)


def read_object(field: Field, raw: Any, path: Path) -> ReadResult:
    """An object as it is stored in JSON: amounts and dates as strings, null parts as null."""
    if not isinstance(raw, dict):
        return [], [Problem(Code.INVALID, path, Fault("must be an object").about(field.name, raw))]
    values, problems = read_body(field.parts, raw, path)
    return [{name: json_value(value) for name, value in values.items()}], problems


def read_list(field: Field, raw: Any, path: Path) -> ReadResult:
    if not isinstance(raw, list):
        return [], [Problem(Code.INVALID, path, Fault("must be a list").about(field.name, raw))]
    results = [read_object(field, item, (*path, position)) for position, item in enumerate(raw)]
    items = [without_empty(value) for values, _ in results for value in values]
    return [items], [problem for _, problems in results for problem in problems]


def read_custom_fields(raw: Any, path: Path) -> ReadResult:
    """Values by key, None for one to clear; no values where the whole is null, which changes nothing."""
    owned = raw.get(CUSTOM_FIELD_OWNER) if isinstance(raw, dict) else raw
    if owned is None:
        return [{}], []
    if not isinstance(owned, dict | Entries):
        wrong = Fault('must be an object such as {"collections": {"region": "EMEA"}}')
        return [], [Problem(Code.INVALID, path, wrong.about("custom_fields", raw))]
    values: Values = {}
    problems: list[Problem] = []
    entries = [(key, key, value) for key, value in owned.items()] if isinstance(owned, dict) else positioned(owned)
    seen: set[str] = set()
    for place, key, value in entries:
        try:
            check_custom_key(key, seen)
            seen.add(key)
            values[key] = read_custom_value(value)
        except Fault as fault:
            problems.append(
                Problem(fault.code, (*path, CUSTOM_FIELD_OWNER, place), custom_field_message(key, value, fault))
            )
    return [values], problems


def positioned(entries: Entries) -> list[tuple[str | int, str, Any]]:
    return [(position, key, value) for position, (key, value) in enumerate(entries)]


def check_custom_key(key: str, seen: set[str]) -> None:
    if not key.strip():
        raise KeyFault("must not be blank", quotes=False)
    if not is_storable(key):
        raise KeyFault("must not contain NUL or unpaired surrogates")
    if len(key) > KEY_LENGTH:
        message = f"may have at most {KEY_LENGTH} characters, and has {len(key)}"
        raise KeyFault(message, Code.TOO_LONG, quotes=False)
    if key in seen:
        raise Fault("is given more than once", quotes=False)


class KeyFault(Fault):
    """Why a text cannot be the key of a custom field."""


def custom_field_message(key: str, value: Any, fault: Fault) -> str:
    if isinstance(fault, KeyFault):
        return fault.about("The key of a custom field", key)
    return fault.about(key, value)


def json_value(value: Any) -> Any:
    """A value as it is stored inside a JSON column."""
    if isinstance(value, Decimal):
        return shortest_notation(value)
    return value.isoformat() if isinstance(value, date) else value


def without_empty(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def merge(fields: Sequence[Field], stored: Values, sent: Values, *, replace: bool) -> Values:
    """The values after a write. A replace empties what it leaves out; custom fields merge either way, addresses and
    thick billing merge key by key in a patch."""
    known = layout_of(fields)
    result: Values = known.empty | ({} if replace else stored) | sent
    for field in known.merging:
        name = field.name
        if field.kind is CUSTOM_FIELDS:
            result[name] = without_empty({**(stored.get(name) or {}), **sent.get(name, {})}) or None
        elif sent.get(name) is not None:
            kept = {} if replace else stored.get(name) or {}
            result[name] = without_empty({**kept, **sent[name]}) or None
    return result
