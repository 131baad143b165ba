"""How the schema names things: resources, and the fields that the domain calls by their Ingest names."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from strawberry.utils.str_converters import to_camel_case as convert

from app.domain.enums import Resource
from app.domain.problems import Path

to_camel_case = lru_cache(2_000)(convert)  # of the catalogue's names, for every field of every write


def type_name(word: str) -> str:
    """What types of a resource or for a product are called: Account, OpenBalance."""
    return "".join(map(str.capitalize, word.split("_")))


def by_resource(classes: Mapping[str, Any], suffix: str = "") -> dict[Resource, Any]:
    """The classes of a module by the resource that their names begin with: `AccountFilter` is that of accounts."""
    names = {resource: f"{type_name(resource)}{suffix}" for resource in Resource}
    return {resource: classes[name] for resource, name in names.items() if name in classes}


def shown_name(part: str | int) -> str:
    """A part of a problem's path: a field, or a position in a list."""
    return to_camel_case(part) if isinstance(part, str) else str(part)


def shown_message(field: Path, message: str) -> str:
    """A message that begins with the field's name, which is then named as this schema names it."""
    named = str(field[-1])
    return to_camel_case(named) + message.removeprefix(named) if message.startswith(f"{named} ") else message
