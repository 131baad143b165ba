"""A whole body: every field that is present, in its stored form, and every fault of form at once.

Absent and null are kept apart: an absent field has no key in the answer, an emptied one is None.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.fields import KEY_LENGTH, Field, Kind
from app.domain.problems import Code, Path, Problem
from app.domain.values import Fault, read_custom_value, read_value, shortest, storable

Values = dict[str, Any]
CUSTOM_FIELD_OWNER = "collections"  # the one product that has custom fields


def read_body(fields: Sequence[Field], raw: Values) -> tuple[Values, list[Problem]]:
    """What of `raw` the fields know, read; what they do not know is dropped. With all problems of form."""
    values: Values = {}
    problems: list[Problem] = []
    for field in fields:
        if field.name in raw:
            found = read_field(field, raw[field.name], (field.name,))
            if isinstance(found, list):
                problems += found
            else:
                values[field.name] = found[0]
    return values, problems


def read_field(field: Field, raw: Any, path: Path) -> tuple[Any] | list[Problem]:
    """The value in a tuple, or the problems it has."""
    if raw is not None and field.kind is Kind.OBJECT:
        return read_object(field, raw, path)
    if raw is not None and field.kind is Kind.LIST:
        return read_list(field, raw, path)
    if field.kind is Kind.CUSTOM_FIELDS:
        return read_custom_fields(raw, path)
    try:
        return (read_value(field, raw),)
    except Fault as fault:
        return [Problem(fault.code, path, f"{field.name} {fault.message}.")]


def read_object(field: Field, raw: Any, path: Path) -> tuple[Values] | list[Problem]:
    """An object as JSON keeps it: amounts and dates as strings, a part sent as null kept as null."""
    if not isinstance(raw, dict):
        return [Problem(Code.INVALID, path, f"{field.name} must be an object.")]
    values, problems = read_body(field.parts, raw)
    if problems:
        return [Problem(p.code, (*path, *p.field), p.message) for p in problems]
    return ({name: plain(value) for name, value in values.items()},)


def read_list(field: Field, raw: Any, path: Path) -> tuple[list[Values]] | list[Problem]:
    if not isinstance(raw, list):
        return [Problem(Code.INVALID, path, f"{field.name} must be a list.")]
    items: list[Values] = []
    problems: list[Problem] = []
    for position, item in enumerate(raw):
        found = read_object(field, item, (*path, position))
        if isinstance(found, list):
            problems += found
        else:
            items.append(without_empty(found[0]))
    return problems or (items,)


def read_custom_fields(raw: Any, path: Path) -> tuple[Values] | list[Problem]:
    """Values by key, None for one to clear; nothing at all where the whole was null, which changes nothing."""
    owned = raw.get(CUSTOM_FIELD_OWNER) if isinstance(raw, dict) else raw
    if owned is None:
        return ({},)
    if not isinstance(owned, dict):
        return [
            Problem(Code.INVALID, path, 'custom_fields must be an object such as {"collections": {"region": "EMEA"}}.')
        ]
    values: Values = {}
    problems: list[Problem] = []
    for key, value in owned.items():
        try:
            check_custom_key(key)
            values[key] = read_custom_value(value)
        except Fault as fault:
            problems.append(Problem(fault.code, (*path, CUSTOM_FIELD_OWNER, key), f"{key} {fault.message}."))
    return problems or (values,)


def check_custom_key(key: str) -> None:
    if not key.strip() or not storable(key):
        raise Fault("must be a name without NUL")
    if len(key) > KEY_LENGTH:
        raise Fault(f"may have at most {KEY_LENGTH} characters", Code.TOO_LONG)


def plain(value: Any) -> Any:
    """A value as it lies inside a JSON column."""
    if isinstance(value, Decimal):
        return shortest(value)
    return value.isoformat() if isinstance(value, date) else value


def without_empty(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def merged(fields: Sequence[Field], stored: Values, sent: Values, *, replace: bool) -> Values:
    """The values after a write. A replace empties what it leaves out; custom fields merge either way, addresses and
    thick billing merge key by key in a patch."""
    result = {} if replace else dict(stored)
    for field in fields:
        name = field.name
        if field.kind is Kind.CUSTOM_FIELDS:
            result[name] = without_empty({**(stored.get(name) or {}), **sent.get(name, {})}) or None
        elif field.kind is Kind.OBJECT and name in sent:
            kept = {} if replace else stored.get(name) or {}
            result[name] = None if sent[name] is None else without_empty({**kept, **sent[name]}) or None
        elif name in sent:
            result[name] = sent[name]
        else:
            result.setdefault(name, None)
    return result
