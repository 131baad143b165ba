"""Every place of the schema that takes a value: arguments of fields, and the leaves inside their input objects."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)

from app.graphql_api.schema.schema import CORE

Path = tuple[str | int, ...]
Choice = tuple[tuple[Path, str], ...]  # which member of each @oneOf on the way

# How to come to a field of a type from the root.
WAYS = {
    "Query": "{}",
    "Tenant": "tenant {{ {} }}",
    "Account": 'account(accountNumber: "A-1") {{ {} }}',
    "Document": 'document(documentNumber: "D-1") {{ {} }}',
    "Representative": 'representative(reference: "R-1") {{ {} }}',
    "AccountConnection": "accounts {{ {} }}",
    "DocumentConnection": "documents {{ {} }}",
    "NoteConnection": 'account(accountNumber: "A-1") {{ notes {{ {} }} }}',
    "RepresentativeConnection": "representatives {{ {} }}",
    "ContactConnection": "contacts {{ {} }}",
    "ChangeConnection": "changes {{ {} }}",
    "Mutation": "{}",
}
# Keys of the ledger, for the writes to something that must be there.
STORED = {
    "patchAccount": "A-1",
    "patchDocument": "D-1",
    "patchRepresentative": "R-1",
    "patchContact": "C-1",
    "closeDocument": "D-1",
    "createNote": "A-1",
}
SAMPLES: dict[str, Any] = {
    "String": "x",
    "ID": "x",
    "Int": 1,
    "Boolean": True,
    "Decimal": "1.5",
    "Date": "2026-01-31",
    "DateTime": "2026-01-31T12:00:00Z",
    "CurrencyCode": "EUR",
    "LanguageCode": "en",
    "CountryCode": "DE",
    "JSON": {"a": 1},
}


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field."""

    parent: str
    field: str
    name: str
    type: GraphQLType

    def __str__(self) -> str:
        return f"{self.parent}.{self.field}.{self.name}"

    @property
    def takes_list(self) -> bool:
        return "[" in str(self.type)

    @property
    def writes(self) -> bool:
        return self.parent == "Mutation"

    def operation(self, count: int = 1, *, dry: bool = False) -> str:
        """An operation that gives `count` variables, $v0 and on, to this argument of as many fields."""
        named = [f"f{n}: {self.call(f'$v{n}', dry=dry)}" for n in range(count)]
        variables = ", ".join(f"$v{n}: {self.type}" for n in range(count))
        kind = "mutation" if self.writes else "query"
        return f"{kind} ({variables}) {{ {WAYS[self.parent].format(' '.join(named))} }}"

    def call(self, value: str, *, dry: bool = False) -> str:
        """The field with this value for the argument, samples for others that must be there, and its selection."""
        field = fields_of(self.parent)[self.field]
        others = {
            name: literal(argument.type)
            for name, argument in field.args.items()
            if name != self.name and is_non_null_type(argument.type) and name != "dryRun"
        } | ({"dryRun": "true"} if dry and self.writes else {})
        given = ", ".join(f"{name}: {text}" for name, text in {self.name: value, **others}.items())
        return f"{self.field}({given}) {selection(get_named_type(field.type))}"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place for a scalar or an enum inside an input object."""

    path: Path
    type: GraphQLNamedType
    required: bool
    choice: Choice = ()

    @property
    def shown(self) -> str:
        """As messages show it: .combined.lineItems[0].unitPrice"""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)

    @property
    def argument_path(self) -> list[str]:
        return [str(part) for part in self.path]


def fields_of(type_name: str) -> dict[str, Any]:
    parent = CORE.type_map[type_name]
    assert isinstance(parent, GraphQLObjectType)
    return dict(parent.fields)


def arguments() -> list[Argument]:
    """Every argument of every field; a field that takes a file, which comes another way, has tests of its own."""
    return [
        Argument(parent, field, name, argument.type)
        for parent, type_ in CORE.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not parent.startswith("__")
        for field, definition in type_.fields.items()
        if not any(get_named_type(argument.type).name == "Upload" for argument in definition.args.values())
        for name, argument in definition.args.items()
        if isinstance(argument, GraphQLArgument)
    ]


def selection(type_: GraphQLNamedType) -> str:
    """The least that can be selected of a type."""
    if is_leaf_type(type_):
        return ""
    names = getattr(type_, "fields", {})
    if "userErrors" in names:
        return "{ userErrors { code message field } }"
    if "results" in names:
        return "{ results { userErrors { code message field } } }"
    return "{ totalCount }" if "totalCount" in names else "{ __typename }"


def literal(type_: GraphQLType) -> str:
    """A valid literal of a type, for an argument that must be there."""
    bare = get_named_type(type_)
    if isinstance(bare, GraphQLEnumType):
        return str(next(iter(bare.values)))
    if isinstance(bare, GraphQLInputObjectType):
        members = ", ".join(f"{name}: {literal_of(name, value)}" for name, value in sample(bare).items())
        return f"{{{members}}}"
    return {"Int": "1", "Boolean": "true"}.get(bare.name, '"x"')


def literal_of(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal_of(key, inner)}" for key, inner in value.items()) + "}"
    enumerated = name in ("closureReason", "field", "direction")
    return str(value) if enumerated else f'"{value}"'


def input_arguments() -> list[Argument]:
    """An argument for each type of input object, a mutation's where it is one."""
    return list(
        {
            get_named_type(argument.type).name: argument
            for argument in arguments()
            if isinstance(get_named_type(argument.type), GraphQLInputObjectType)
        }.values()
    )


def leaves(type_: GraphQLType, *, deep: bool = False) -> Iterator[Leaf]:
    """Every leaf below an input object; of filters inside filters the first level alone, unless they are to be deep."""
    bare = get_named_type(type_)
    assert isinstance(bare, GraphQLInputObjectType)
    for name, field in bare.fields.items():
        inner = get_named_type(field.type)
        if inner is bare and not deep:
            continue
        start: Path = (name, 0) if is_list_type(get_nullable_type(field.type)) else (name,)
        choice: Choice = (((), name),) if bare.is_one_of else ()
        if not isinstance(inner, GraphQLInputObjectType):
            yield Leaf(start, inner, is_non_null_type(field.type), choice)
            continue
        for leaf in leaves(inner):
            further = tuple(((*start, *at), member) for at, member in leaf.choice)
            yield Leaf((*start, *leaf.path), leaf.type, leaf.required, choice + further)


def grouped(found: Iterable[Leaf], most: int) -> list[list[Leaf]]:
    """Leaves that can be in one value together, at most so many."""
    by_choice: dict[Choice, list[Leaf]] = {}
    for leaf in found:
        by_choice.setdefault(leaf.choice, []).append(leaf)
    return [group[n : n + most] for group in by_choice.values() for n in range(0, len(group), most)]


def value_with(type_: GraphQLType, given: Iterable[tuple[Leaf, Any]]) -> Any:
    """A value of an input object that holds these leaves, and samples where something must be."""
    made: dict[str, Any] = {}
    for leaf, value in given:
        put(made, leaf.path, value)
    return completed(type_, made)


def write_with(argument: Argument, given: Iterable[tuple[Leaf, Any]]) -> tuple[str, Any]:
    """An operation that writes, and a value for it that holds these leaves. What must be stored already is."""
    value = value_with(argument.type, given)
    if argument.field != "bulkWrite":
        return argument.operation().replace('"x"', json.dumps(STORED.get(argument.field, "x"))), value
    ((name, members),) = value.items()
    keys = {member: STORED.get(name, "x") for member, sent in members.items() if sent == "x"}
    return argument.operation(), [{name: members | keys}]


def place(argument: Argument, leaf: Leaf) -> list[str]:
    """Where a fault at the leaf is told: a custom field as a whole."""
    path = [argument.name, *(["0"] if argument.takes_list else []), *leaf.argument_path]
    return path[: path.index("customFields") + 2] if "customFields" in path else path


def put(into: Any, path: Path, value: Any) -> None:
    head, *rest = path
    if isinstance(head, int):
        into.extend([{}] if rest and not into else [])
        if rest:
            put(into[0], tuple(rest), value)
        else:
            into.append(value)
    elif not rest:
        into[head] = value
    else:
        put(into.setdefault(head, [] if isinstance(rest[0], int) else {}), tuple(rest), value)


def sample(type_: GraphQLType) -> Any:
    """A valid value: of an input object, what must be there and nothing else."""
    bare = get_named_type(type_)
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    return completed(type_, {}) if isinstance(bare, GraphQLInputObjectType) else SAMPLES[bare.name]


def completed(type_: GraphQLType, made: dict[str, Any]) -> dict[str, Any]:
    """The value with samples where something must be and is not."""
    bare = get_named_type(type_)
    assert isinstance(bare, GraphQLInputObjectType)
    if bare.is_one_of and not made:
        name, field = next(iter(bare.fields.items()))
        return {name: sample(field.type)}
    for name, field in bare.fields.items():
        if name not in made and is_required_input_field(field):
            made[name] = sample(field.type)
        elif isinstance(get_named_type(field.type), GraphQLInputObjectType) and name in made:
            held = made[name]
            made[name] = (
                [completed(field.type, one) if isinstance(one, dict) else one for one in held]
                if isinstance(held, list)
                else completed(field.type, held)
                if isinstance(held, dict)
                else held
            )
    return made
