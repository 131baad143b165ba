"""Types of the schema as data: each is declared once, by name, with its fields as slots; Strawberry builds them.

A slot also says where its value comes from, which is all that planning and resolving a read need to know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from app.domain.described import Described
from app.graphql_api.schema import declared
from app.reads.selection import ColumnFormat, Traversal

Resolve = Callable[[Any, dict[str, Any]], Any]

TYPES: dict[str, Any] = vars(declared)  # Strawberry reads annotations with the names of the module
TYPES |= {"Decimal": Decimal, "ID": strawberry.ID}
SLOTS: dict[str, dict[str, "Slot"]] = {}


@dataclass(frozen=True, slots=True)
class Slot:
    """A field, an argument or an input field. `type` is a Python annotation over the names in TYPES."""

    name: str  # snake_case
    type: str
    description: str
    arguments: tuple["Slot", ...] = ()
    default: Any = strawberry.UNSET
    graphql_name: str = ""
    # where an output field's value comes from: an edge, a function of the row, or the column of the slot's own name
    edge: str = ""
    resolve: Resolve | None = None
    needs: tuple[str, ...] | None = None  # the columns that `resolve` reads
    behind: tuple[Traversal, ...] = ()  # the edges that `resolve` reads, under keys that no response has
    form: ColumnFormat = ColumnFormat.PLAIN  # how a column is written that answers by itself

    @property
    def shown(self) -> str:
        """The name in the schema."""
        return self.graphql_name or to_camel_case(self.name)


def register(name: str, made: Any) -> Any:
    """Keeps a type under its name, which must be new: two of one name would silently become one."""
    if name in TYPES:
        raise ValueError(f"there are two types named {name}")
    TYPES[name] = made
    return made


def annotations(slots: Sequence[Slot]) -> dict[str, Any]:
    return {slot.name: annotation(slot.type) for slot in slots}


@cache
def annotation(text: str) -> StrawberryAnnotation:
    """What an annotation means, one object for all that say the same, so that it is read once: a type that comes later
    may be named."""
    return StrawberryAnnotation(text, namespace=TYPES)


def argument(slot: Slot) -> StrawberryArgument:
    made = annotation(slot.type)
    return StrawberryArgument(slot.name, slot.shown, made, description=slot.description, default=slot.default)


def strawberry_field(slot: Slot) -> StrawberryField:
    """The field; its type comes from the class, since Strawberry forgets one given here that is not declared yet."""
    made = StrawberryField(python_name=slot.name, graphql_name=slot.shown, description=slot.description)
    made.arguments = [argument(a) for a in slot.arguments]
    return made


def output(
    name: str, description: str, slots: Sequence[Slot], *, resource: str = "", interfaces: tuple[str, ...] = ()
) -> Any:
    """An object type; rows of `resource` are of it."""
    SLOTS[name] = {slot.shown: slot for slot in slots}
    body: dict[str, Any] = {slot.name: strawberry_field(slot) for slot in slots}
    body |= {"__annotations__": annotations(slots), "__module__": declared.__name__}
    if resource:
        body["is_type_of"] = classmethod(lambda cls, row, info: row.resource == resource)
    made = type(name, tuple(TYPES[i] for i in interfaces), body)
    return register(name, strawberry.type(made, name=name, description=description))


def interface(name: str, description: str, slots: Sequence[Slot]) -> Any:
    body: dict[str, Any] = {slot.name: strawberry_field(slot) for slot in slots}
    body |= {"__annotations__": annotations(slots), "__module__": declared.__name__}
    return register(name, strawberry.interface(type(name, (), body), name=name, description=description))


def input_type(name: str, description: str, slots: Sequence[Slot], *, one_of: bool = False) -> str:
    """An input type; the name, for use in annotations."""
    SLOTS[name] = {slot.shown: slot for slot in slots}
    body: dict[str, Any] = {}
    for slot in slots:
        options: dict[str, Any] = {}
        if isinstance(slot.default, list):
            options["default_factory"] = slot.default.copy
        elif slot.default is not strawberry.UNSET or slot.type.endswith("| None"):
            options["default"] = slot.default
        body[slot.name] = strawberry.field(name=slot.shown, description=slot.description, **options)
    body |= {"__annotations__": annotations(slots), "__module__": declared.__name__}
    made = type(name, (), body)
    register(name, strawberry.input(made, name=name, description=description, one_of=one_of))
    return name


def described_enum(words: type[Described], name: str = "") -> str:
    """An enum of the schema from one of the domain's, described in its words."""
    meanings = {word.name: word.meaning for word in words}
    return enum(words, name or words.__name__, str(words.__doc__).partition("\n")[0], meanings)


def enum(words: type[Enum], name: str, description: str, meanings: dict[str, str]) -> str:
    made: Any = strawberry.enum(words, name=name, description=description)
    for value in made.__strawberry_definition__.values:
        value.description = meanings[value.name]
    register(name, made)
    return name
