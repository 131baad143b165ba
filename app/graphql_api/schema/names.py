"""How the schema names things: resources, and the fields that the domain calls by their Ingest names."""

from functools import lru_cache

from strawberry.utils.str_converters import to_camel_case as convert

from app.domain.problems import Path

to_camel_case = lru_cache(2_000)(convert)  # of the catalogue's names, for every field of every write


def type_name(resource: str) -> str:
    """The name of a resource's object type."""
    return resource.capitalize()


def shown_name(part: str | int) -> str:
    """A part of a problem's path: a field, or a position in a list."""
    return to_camel_case(part) if isinstance(part, str) else str(part)


def shown_message(field: Path, message: str) -> str:
    """A message that begins with the field's name, which is then named as this schema names it."""
    named = str(field[-1])
    return to_camel_case(named) + message.removeprefix(named) if message.startswith(f"{named} ") else message
