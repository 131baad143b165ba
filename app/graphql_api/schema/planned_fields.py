"""Fields as planning knows them. Their metadata says what the plan of an operation has to read for them:

- `relation`: the field leads to rows, over the relation of its own name;
- `columns`: the columns that a field's resolver reads; of one that does not say so, all that the type shows;
- `reads`: relations that a resolver reads beside them, whether or not the operation asks for these;
- `form`: how the database writes a column, where that is not as its type is written;
- `plan`: the function that plans a field of Query; `command`: what a field of Mutation runs.

A field without metadata and without a resolver is the column of its own name.
"""

from functools import cache
from types import GenericAlias
from typing import Any

import strawberry
from graphql.pyutils import Path
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import FieldExtension, SyncExtensionResolver
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from app.concurrency.abandonment import end_if_abandoned
from app.reads.selection import ColumnFormat, Row, Traversal


@cache
def annotation(type_: Any) -> Any:
    """A type as Strawberry reads it: one object for all fields of the type, so that it is read once. A name is read in
    the module of the class that it stands in."""
    return type_ if isinstance(type_, str) else StrawberryAnnotation(type_)


def argument(name: str, type_: Any, description: str, default: Any = strawberry.UNSET) -> StrawberryArgument:
    return StrawberryArgument(name, None, annotation(type_), description=description, default=default)


def list_of(type_: Any) -> Any:
    """The type of lists of the type."""
    return GenericAlias(list, type_)


class Arguments(FieldExtension):
    """Gives a field arguments that no resolver's signature says."""

    def __init__(self, *arguments: StrawberryArgument) -> None:
        self.arguments = arguments

    def apply(self, field: StrawberryField) -> None:
        field.arguments = [*field.arguments, *self.arguments]


class RelationResolver(Arguments):
    """Resolves a field of a relation where graphql-core executes the operation: to the rows that the plan had read."""

    def resolve(self, next_: SyncExtensionResolver, source: Row, info: strawberry.Info, **arguments: Any) -> Any:
        end_if_abandoned()
        return source.related[relation_key(info.path)]


def relation(description: str, *arguments: StrawberryArgument) -> Any:
    """A field that leads to rows, over the relation of its own name."""
    extension = RelationResolver(*arguments)
    return strawberry.field(description=description, metadata={"relation": True}, extensions=[extension])


def computed(
    resolver: Any,
    description: str,
    *columns: str,
    reads: tuple[Traversal, ...] = (),
    form: ColumnFormat = ColumnFormat.PLAIN,
) -> Any:
    """A field with a resolver that reads these columns."""
    metadata = {"columns": columns, "reads": reads, "form": form}
    return strawberry.field(resolver=resolver, description=description, metadata=metadata)


def value_of(source: Any, name: str) -> Any:
    """The value of a field without a resolver: of a row, whose columns were all read; of an object in a JSON column,
    where what is empty has no key; or of an instance, as resolvers may answer with."""
    if isinstance(source, Row):
        return source[name]
    return source.get(name) if isinstance(source, dict) else getattr(source, name)


def relation_key(path: Path) -> str:
    """What the plan has stored a relation under: its response key, behind those that lead from a page to its row."""
    key, parent = str(path.key), path.prev
    if parent and parent.typename and parent.typename.endswith("Edge") and parent.prev and parent.prev.prev:
        return f"{parent.prev.prev.key}/{parent.key}/{key}"
    if parent and isinstance(parent.key, int) and parent.prev and str(parent.prev.typename).endswith("Connection"):
        return f"{parent.prev.key}/{key}"
    return key
