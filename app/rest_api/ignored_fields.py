"""The X-Ignored-Fields header: the names in a request's body that the catalogue does not know and that are dropped."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from app.domain.bodies import CUSTOM_FIELD_OWNER
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import Resource
from app.domain.fields import Field, Kind
from app.domain.problems import Path
from app.domain.resources import RESOURCES
from app.rest_api.answers import carried, rest_name
from app.rest_api.errors import joined

HEADER = "X-Ignored-Fields"
MOST_BYTES = 4_000  # of the header: servers and proxies take 8 KiB of all headers
# What stands for itself in the header: visible ASCII, but for what separates names and what encodes.
PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in ",%")

# Names that a body may hold, each with those inside of its value; None where whatever lies there is kept, or judged.
Names = Mapping[str, "Names | None"]


@cache
def resource_names(resource: Resource) -> Names:
    """What a body of the resource may hold: its fields, and what answers carry, so that one can be sent back."""
    return {**dict.fromkeys(carried(resource)), **field_names(RESOURCES[resource].fields)}


@cache
def closure_names() -> Names:
    """What the body of a closure may hold."""
    return {**dict.fromkeys(carried(Resource.DOCUMENT)), **field_names(CLOSURE)}


def field_names(fields: Iterable[Field]) -> Names:
    return {rest_name(field): inner_names(field) for field in fields}


def inner_names(field: Field) -> Names | None:
    if field.kind is Kind.CUSTOM_FIELDS:
        return {CUSTOM_FIELD_OWNER: None}
    return field_names(field.parts) if field.parts else None


def dropped(known: Names, sent: Mapping[str, Any], path: Path = ()) -> Iterator[str]:
    """The names in a body that mean nothing, as paths."""
    for name, value in sent.items():
        if name not in known:
            yield joined((*path, name))
        elif (inner := known[name]) is not None:
            yield from dropped_inside(inner, value, (*path, name))


def dropped_inside(known: Names, value: Any, path: Path) -> Iterator[str]:
    if isinstance(value, dict):
        yield from dropped(known, value, path)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from dropped_inside(known, item, (*path, position))


def ignored_fields(known: Names, sent: Mapping[str, Any]) -> dict[str, str]:
    """The header that tells which names of a body were dropped; none where there are none."""
    shown: list[str] = []
    size = left = 0
    for name in dropped(known, sent):
        if not left and size <= MOST_BYTES:
            shown.append(quote(name, safe=PLAIN, errors="replace"))
            size += len(shown[-1]) + 1  # a comma
        else:
            left += 1
    while shown and len(listed(shown, left)) > MOST_BYTES:
        shown.pop()
        left += 1
    return {HEADER: listed(shown, left)} if shown or left else {}


def listed(names: list[str], left: int) -> str:
    """The names, and how many more there are."""
    return ",".join([*names, f"+{left}"] if left else names)
