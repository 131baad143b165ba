"""From a validated operation to the selections it asks for: fragments, aliases, @skip and @include merged, arguments
read, rows counted. All that is wrong with arguments is found before anything is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from app.domain.resources import Resource
from app.domain.values import storable
from app.graphql_api.connections import CONNECTIONS
from app.graphql_api.connections import type_name as type_name_of
from app.graphql_api.declare import SLOTS, Slot
from app.graphql_api.errors import ErrorCode, error
from app.graphql_api.filters import BadFilter, to_condition
from app.graphql_api.ids import decode_id
from app.graphql_api.limits import Limits, TooComplex
from app.reads.edges import EDGES
from app.reads.page import BadCursor, complete, decode_cursor
from app.reads.selection import DEFAULT_PAGE, LARGEST_PAGE, Follow, Order, Page, Selection

MOST_IDS = 100

Fields = dict[str, list[FieldNode]]  # by response key
Selections = Sequence[SelectionSetNode | None]


class BadArgument(Exception):
    """An argument that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the answer a selection lies, and how many rows may lie there."""

    path: tuple[str, ...]
    count: int = 1

    @property
    def key(self) -> str:
        return self.path[-1]

    def at(self, key: str) -> "Place":
        return Place((*self.path, key), self.count)


@dataclass(slots=True)
class Planner:
    """Plans one operation. `rows` counts what its pages allow; `errors` collects what is wrong."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: VariableValues
    today: date
    limits: Limits
    rows: int = 0
    errors: list[GraphQLError] = field(default_factory=list)

    def collect(self, type_name: str, selections: Selections) -> Fields:
        """The fields of selection sets on an object type, by response key, in order."""
        fields: Fields = {}
        for selection in selections:
            if selection:
                self.collect_into(fields, type_name, selection, set())
        return fields

    def collect_into(self, fields: Fields, type_name: str, selection: SelectionSetNode, seen: set[str]) -> None:
        for node in selection.selections:
            if not self.included(node):
                continue
            if isinstance(node, FieldNode):
                fields.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self.applies(node, type_name):
                    self.collect_into(fields, type_name, node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self.applies(fragment, type_name):
                    self.collect_into(fields, type_name, fragment.selection_set, seen)

    def included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def applies(self, fragment: Any, type_name: str) -> bool:
        condition = fragment.type_condition.name.value if fragment.type_condition else type_name
        if condition == type_name:
            return True
        object_type = self.schema.get_type(type_name)
        return isinstance(object_type, GraphQLObjectType) and any(i.name == condition for i in object_type.interfaces)

    def arguments(self, type_name: str, node: FieldNode) -> dict[str, Any]:
        """The arguments of a field as graphql-core coerces them. Raises GraphQLError."""
        return get_argument_values(self.definition(type_name, node), node, self.variables)

    def definition(self, type_name: str, node: FieldNode) -> GraphQLField:
        fields: dict[str, GraphQLField] = cast(GraphQLObjectType, self.schema.type_map[type_name]).fields
        return fields[node.name.value]

    def select(self, type_name: str, selections: Selections, place: Place) -> Selection:
        """What selection sets on a resource type ask for."""
        columns: set[str] = set()
        follows: list[Follow] = []
        for key, nodes in self.collect(type_name, selections).items():
            slot = SLOTS[type_name].get(nodes[0].name.value)
            if slot is None:  # __typename
                continue
            if slot.edge:
                here = place.at(key)
                follows += self.guarded(nodes[0], here, self.follow(type_name, slot, nodes, here))
            else:
                columns.update((slot.name,) if slot.needs is None else slot.needs)
                follows += [edge for edge in slot.behind if edge not in follows]
        return Selection(frozenset(columns), tuple(follows))

    def guarded(self, node: FieldNode, place: Place, follows: Iterator[Follow]) -> list[Follow]:
        """The follows, or none and an error on record."""
        try:
            return list(follows)
        except (BadArgument, BadFilter, BadCursor) as wrong:
            self.errors.append(error(ErrorCode.BAD_USER_INPUT, str(wrong), nodes=node, path=list(place.path)))
        except GraphQLError as wrong:
            found = error(ErrorCode.BAD_USER_INPUT, wrong.message, nodes=wrong.nodes, path=list(place.path))
            self.errors.append(found)
        return []

    def follow(self, type_name: str, slot: Slot, nodes: list[FieldNode], place: Place) -> Iterator[Follow]:
        """The edge behind a field of a resource."""
        arguments = self.arguments(type_name, nodes[0])
        target = get_named_type(self.definition(type_name, nodes[0]).type).name
        inner = [node.selection_set for node in nodes]
        if target in CONNECTIONS:
            yield self.connection(slot.edge, EDGES[type_name.lower(), slot.edge].target, arguments, inner, place)
        elif slot.edge == "balances":
            yield Follow(place.key, slot.edge, as_of=arguments.get("asOf") or self.today)
        else:
            yield Follow(place.key, slot.edge, self.select(target, inner, place))

    def connection(
        self, edge: str, target: str, arguments: dict[str, Any], selections: Selections, place: Place
    ) -> Follow:
        """An edge to a page of rows."""
        resource = Resource(target)
        node_type = type_name_of(resource)
        asked = self.collect(f"{node_type}Connection", selections)
        order = to_order(arguments)
        page = to_page(target, order, arguments, self.wanted(asked))
        rows = Place((*place.path, "nodes"), place.count * page.size)
        self.allow(rows.count)
        inner = [node.selection_set for node in named(asked, "nodes")]
        edges = self.collect(f"{node_type}Edge", [node.selection_set for node in named(asked, "edges")])
        inner += [node.selection_set for node in named(edges, "node")]
        selection = self.select(node_type, inner, rows)
        condition = to_condition(resource, arguments.get("filter", {}), self.today)
        return Follow(place.key, edge, selection, condition, order, page)

    def allow(self, rows: int) -> None:
        """Counts rows that may be read. Raises TooComplex over the limit."""
        self.rows += rows
        if self.rows > self.limits.rows:
            raise TooComplex(
                f"The pages of the operation allow for {self.rows} rows or more; at most {self.limits.rows} are "
                "allowed. Ask for smaller pages."
            )

    def wanted(self, asked: Fields) -> dict[str, bool]:
        """What a connection's fields want to know about the list."""
        info = self.collect("PageInfo", [n.selection_set for n in named(asked, "pageInfo")])
        return {
            "wants_total": bool(named(asked, "totalCount")),
            "wants_earlier": bool(named(info, "hasPreviousPage")),
            "wants_later": bool(named(info, "hasNextPage")),
        }


Path = tuple[str, ...]


def named(fields: Fields, name: str) -> list[FieldNode]:
    """The nodes of a field, under whichever response keys."""
    return [node for nodes in fields.values() for node in nodes if node.name.value == name]


def to_order(arguments: dict[str, Any]) -> tuple[Order, ...]:
    terms = arguments.get("orderBy", ())
    if terms is None:
        raise BadArgument("orderBy is null, which means nothing: leave it out.")
    return tuple(Order(term["field"].value, term["direction"].value == "desc") for term in terms)


def to_page(source: str, order: tuple[Order, ...], arguments: dict[str, Any], wanted: dict[str, bool]) -> Page:
    """The page that first, after, last and before ask for; a null among them is as good as absent."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise BadArgument("first and last exclude each other: ask for a page from one end.")
    name, size = ("last", last) if last is not None else ("first", DEFAULT_PAGE if first is None else first)
    if not 0 <= size <= LARGEST_PAGE:
        raise BadArgument(f"{name} is {size}; it must lie between 0 and {LARGEST_PAGE}.")
    full = complete(source, order)
    after, before = (
        None if arguments.get(end) is None else decode_cursor(source, full, arguments[end])
        for end in ("after", "before")
    )
    return Page(size, last is not None, after, before, **wanted)


def given_key(arguments: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """The values of arguments that name a resource."""
    for name in names:
        if not storable(arguments[name]):
            raise BadArgument(f"{name} must not contain NUL or unpaired surrogates.")
    return tuple(arguments[name] for name in names)


def decoded_ids(ids: Sequence[str]) -> dict[Resource, list[int]]:
    """The csrIds that global identifiers name, by resource; rubbish names nothing."""
    if len(ids) > MOST_IDS:
        raise BadArgument(f"ids has {len(ids)} identifiers; at most {MOST_IDS} are allowed.")
    found: dict[Resource, list[int]] = {}
    for text in ids:
        decoded = decode_id(text)
        if decoded:
            found.setdefault(decoded[0], []).append(decoded[1])
    return found
