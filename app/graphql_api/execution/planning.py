"""From a validated operation to the selections it asks for: fragments, aliases, @skip and @include merged, arguments
read, costs added up. All that is wrong with arguments is found before anything is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
)
from strawberry.types.field import StrawberryField

from app.auth.costs import COLUMNS, FREE_PAGES, PAGE, REQUEST, ROW, WHOLE_LIST
from app.concurrency.abandonment import end_if_abandoned
from app.domain.enums import Resource
from app.graphql_api.errors import ErrorCode, RequestError, error, with_code
from app.graphql_api.execution.arguments import BadArgument, to_count_limit, to_order, to_page
from app.graphql_api.execution.field_collection import FieldCollector, Fields, Selections, named
from app.graphql_api.execution.limits import Limits, check_cost, measure
from app.graphql_api.execution.resolving import columns_of, refuse_null, resolve_info, resolver
from app.graphql_api.schema.filter_conditions import BadFilter, filter_cost, to_condition
from app.graphql_api.schema.filters import FILTERS
from app.graphql_api.schema.names import type_name as type_name_of
from app.graphql_api.schema.planned_fields import value_of
from app.reads.pagination import BadCursor
from app.reads.relations import RELATIONS, Shape
from app.reads.selection import (
    ColumnFormat,
    ColumnValue,
    Compute,
    ComputedValue,
    Condition,
    Constant,
    CountUpTo,
    Edges,
    Nodes,
    PageFact,
    PageInfo,
    Selection,
    TextMember,
    TextObject,
    Traversal,
    merged,
)

OBJECTS_OF_TEXTS = {"Address"}  # which the database shows by itself

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ResponsePath:
    """Where in the answer a selection lies, and how many rows may lie there."""

    keys: tuple[str, ...]
    count: int = 1

    @property
    def key(self) -> str:
        return self.keys[-1]

    def at(self, key: str) -> "ResponsePath":
        return ResponsePath((*self.keys, key), self.count)


@dataclass(slots=True, kw_only=True)
class Planner(FieldCollector):
    """Plans one operation. `cost` adds up what it asks for; `errors` collects what is wrong. `needs_executor`: it has a
    field that no plan can hold, so graphql-core executes the operation. What many fields share, as fragments and
    variables let them, is read once: their arguments, and the conditions that filters state."""

    today: date
    limits: Limits
    cost: int = REQUEST
    planning_cost: int = 0
    pages: int = 0
    needs_executor: bool = False
    calls_resolvers: bool = False  # for what is planned
    calls_foreign_resolvers: bool = False  # which may fail, and are not the gateway's own
    known_conditions: dict[tuple[str, int], tuple[Any, Condition, int]] = field(default_factory=dict)  # by filter

    def select(self, type_name: str, selections: Selections, path: ResponsePath, prefix: str = "") -> Selection:
        """What selection sets on a resource type ask for. Edges are stored under the prefix and their response key."""
        columns: set[str] = set()
        traversals: list[Traversal] = []
        members: list[tuple[str, Any]] = []
        shown = 0  # fields, those of values without a row of their own included
        for key, nodes in self.collect(type_name, selections).items():
            field = self.field_of(type_name, nodes[0])
            if field is None:  # __typename
                members.append((key, Constant(type_name)))
            elif "relation" in field.metadata:
                here = path.at(key)
                found = self.collect_errors(nodes[0], here, self.traverse(type_name, field, nodes, here, prefix + key))
                traversals += found
                members += [(key, traversal) for traversal in found]
            else:
                needed, reads = self.columns(type_name, field), field.metadata.get("reads", ())
                columns.update(needed)
                traversals += [each for each in reads if each not in traversals]
                self.cost += ROW * path.count * len(reads)
                shown += sum(measure(node, self.fragments, {}).fields for node in nodes)
                members.append((key, self.value(type_name, field, needed, nodes)))
        self.cost += ROW * path.count * (max(shown - 1, 0) // COLUMNS)
        return Selection(frozenset(columns), tuple(traversals), tuple(members))

    def row(self, type_name: str, selections: Selections, path: ResponsePath) -> Selection:
        """What selection sets ask for where no more than one row is found each time."""
        self.cost += ROW * path.count
        return self.select(type_name, selections, path)

    def columns(self, type_name: str, field: StrawberryField) -> tuple[str, ...]:
        """The columns that a field of a resource is made of."""
        if field.is_basic_field:
            return (field.python_name,)
        declared: tuple[str, ...] | None = field.metadata.get("columns")
        return columns_of(self.schema.type_map[type_name]) if declared is None else declared

    def value(
        self, type_name: str, field: StrawberryField, columns: tuple[str, ...], nodes: list[FieldNode]
    ) -> ColumnValue | TextObject | ComputedValue:
        """A field of a resource that leads to no other: a column, parts of one, or what is made of some."""
        type_ = get_nullable_type(self.definition(type_name, nodes[0]).type)
        form = field.metadata.get("form", ColumnFormat.PLAIN)
        if form is not ColumnFormat.PLAIN:
            return ColumnValue(columns[0], form)
        if field.is_basic_field and is_leaf_type(type_) and type_.name != "JSON":
            return ColumnValue(
                columns[0], ColumnFormat.ENUM_NAME if isinstance(type_, GraphQLEnumType) else ColumnFormat.PLAIN
            )
        if field.is_basic_field and isinstance(type_, GraphQLObjectType) and type_.name in OBJECTS_OF_TEXTS:
            return TextObject(columns[0], tuple(self.text_parts(type_.name, [node.selection_set for node in nodes])))
        return ComputedValue(columns, field.metadata.get("reads", ()), self.field_completer(type_name, field, nodes))

    def text_parts(self, type_name: str, selections: Selections) -> Iterator[tuple[str, TextMember | Constant]]:
        for key, nodes in self.collect(type_name, selections).items():
            field = self.field_of(type_name, nodes[0])
            yield key, Constant(type_name) if field is None else TextMember(field.python_name)

    def field_completer(self, type_name: str, field: StrawberryField, nodes: list[FieldNode]) -> Compute:
        """Resolves a field and shows what comes of it as the selections under it ask."""
        definition, name = self.definition(type_name, nodes[0]), field.python_name
        complete = self.value_completer(definition.type, [node.selection_set for node in nodes])
        if "relation" in field.metadata:
            return lambda row, context: complete(row.related[name], context)
        if field.is_basic_field:
            return lambda value, context: complete(value_of(value, name), context)
        self.calls_resolvers = True
        self.calls_foreign_resolvers |= "reads" not in field.metadata
        info = resolve_info(self.schema, self.operation, self.fragments, type_name, nodes)
        return resolver(definition, info, self.arguments(type_name, nodes[0]), complete)

    def value_completer(self, type_: Any, selections: Selections) -> Compute:
        """Turns values of a type that leads to no resource into JSON."""
        empty = refuse_null if isinstance(type_, GraphQLNonNull) else null
        type_ = get_nullable_type(type_)
        if isinstance(type_, GraphQLList):
            complete_item = self.value_completer(type_.of_type, selections)
            return lambda value, context: empty() if value is None else [complete_item(item, context) for item in value]
        if is_abstract_type(type_):
            self.needs_executor = True
            return lambda value, context: value
        if not isinstance(type_, GraphQLObjectType):
            serialize = type_.serialize
            return lambda value, context: empty() if value is None else serialize(value)
        fixed = {}
        field_completers = []
        for key, nodes in self.collect(type_.name, selections).items():
            field = self.field_of(type_.name, nodes[0])
            fixed[key] = type_.name if field is None else None
            if field is not None:
                field_completers.append((key, self.field_completer(type_.name, field, nodes)))

        def complete(value: Any, context: Any) -> Any:
            if value is None:
                return empty()
            shown: dict[str, Any] = fixed.copy()
            for key, make in field_completers:
                shown[key] = make(value, context)
            return shown

        return complete

    def collect_errors(self, node: FieldNode, path: ResponsePath, planned: Iterator[T]) -> list[T]:
        """What was planned, or nothing and an error on record."""
        try:
            return list(planned)
        except (BadArgument, BadFilter, BadCursor) as wrong:
            self.errors.append(error(ErrorCode.BAD_USER_INPUT, str(wrong), nodes=node, path=list(path.keys)))
        except GraphQLError as wrong:
            found = error(ErrorCode.BAD_USER_INPUT, wrong.message, nodes=wrong.nodes, path=list(path.keys))
            self.errors.append(found)
        return []

    def traverse(
        self, type_name: str, field: StrawberryField, nodes: list[FieldNode], path: ResponsePath, name: str = ""
    ) -> Iterator[Traversal]:
        """The relation behind a field of a resource, stored under the name."""
        arguments = self.arguments(type_name, nodes[0])
        type_ = self.definition(type_name, nodes[0]).type
        target, relation_name = get_named_type(type_).name, field.python_name
        inner = [node.selection_set for node in nodes]
        name = name or path.key
        relation = RELATIONS[type_name.lower(), relation_name]
        if relation.shape is Shape.PAGE:
            yield self.connection(name, relation_name, relation.target, arguments, inner, path)
        elif relation.shape is Shape.BALANCES:
            self.cost += WHOLE_LIST * path.count
            complete = self.value_completer(type_, inner)
            yield Traversal(name, relation_name, as_of=arguments.get("asOf") or self.today, output=complete)
        elif relation.shape is Shape.LIST:
            self.cost += WHOLE_LIST * path.count
            yield Traversal(name, relation_name, self.select(target, inner, path))
        else:
            yield Traversal(name, relation_name, self.row(target, inner, path))

    def connection(
        self,
        name: str,
        relation_name: str,
        target: str,
        arguments: dict[str, Any],
        selections: Selections,
        path: ResponsePath,
    ) -> Traversal:
        """A relation to a page of rows, stored under the name."""
        node_type = type_name_of(target)
        asked = self.collect(f"{node_type}Connection", selections)
        order = to_order(arguments)
        limits = self.count_limits(f"{node_type}Connection", asked, path)
        counted = max(limits.values(), default=0)
        page = replace(to_page(target, order, arguments, self.wanted(asked)), counted_up_to=counted)
        rows = ResponsePath((*path.keys, "nodes"), path.count * page.size)
        counts = page.wants_total + bool(page.counted_up_to)
        self.cost += ROW * rows.count + WHOLE_LIST * path.count * counts
        self.pages += 1
        self.cost += PAGE * (self.pages > FREE_PAGES)
        shown = tuple(self.page_members(node_type, asked, rows, limits))
        condition = None
        if target in FILTERS:
            condition, cost = self.filter_condition(target, arguments.get("filter"))
            self.cost += path.count * cost
        return Traversal(name, relation_name, merged(shown), condition, order, page, output=shown)

    def count_limits(self, type_name: str, asked: Fields, path: ResponsePath) -> dict[str, int]:
        """By response key the limits of all counts that may stop early; what is wrong with one is put on record."""
        limits: dict[str, int] = {}
        for key, nodes in asked.items():
            if nodes[0].name.value == "totalCountUpTo":
                for limit in self.collect_errors(nodes[0], path.at(key), self.count_limit(type_name, nodes[0])):
                    limits[key] = limit
        return limits

    def count_limit(self, type_name: str, node: FieldNode) -> Iterator[int]:
        yield to_count_limit(self.arguments(type_name, node))

    def filter_condition(self, target: str, sent: dict[str, Any] | None) -> tuple[Condition, int]:
        """The condition that a filter states, and what it costs a list; null is as good as absent. Raises BadFilter."""
        key = (target, id(sent))
        known = self.known_conditions.get(key)
        if known is None:
            end_if_abandoned()
            found = to_condition(Resource(target), {} if sent is None else sent, self.today)
            # the filter lives as long as its identity stands for it
            known = self.known_conditions[key] = sent, found, filter_cost(found)
        return known[1:]

    def page_members(
        self, node_type: str, asked: Fields, rows: ResponsePath, limits: dict[str, int]
    ) -> Iterator[tuple[str, Any]]:
        """What a connection shows, by response key."""
        for key, nodes in asked.items():
            inner = [node.selection_set for node in nodes]
            match nodes[0].name.value:
                case "nodes":
                    yield key, Nodes(self.select(node_type, inner, rows, f"{key}/"))
                case "edges":
                    edge_type = f"{node_type}Edge"
                    fields = self.collect(edge_type, inner).items()
                    yield key, Edges(tuple(self.edge_member(edge_type, node_type, key, *f, rows) for f in fields))
                case "pageInfo":
                    fields = self.collect("PageInfo", inner).items()
                    yield key, PageInfo(tuple((k, self.fact(n[0])) for k, n in fields))
                case "totalCount":
                    yield key, PageFact.TOTAL
                case "totalCountUpTo":
                    if key in limits:  # or it was refused
                        yield key, CountUpTo(limits[key])
                case _:
                    yield key, self.typename(f"{node_type}Connection", nodes[0])

    def edge_member(
        self, edge_type: str, node_type: str, edges_key: str, key: str, nodes: list[FieldNode], rows: ResponsePath
    ) -> tuple[str, Any]:
        match nodes[0].name.value:
            case "cursor":
                return key, PageFact.CURSOR
            case "node":
                inner = [node.selection_set for node in nodes]
                return key, self.select(node_type, inner, rows, f"{edges_key}/{key}/")
        return key, self.typename(edge_type, nodes[0])

    def fact(self, node: FieldNode) -> PageFact | Constant:
        return FACTS.get(node.name.value) or self.typename("PageInfo", node)

    def typename(self, type_name: str, node: FieldNode) -> Constant:
        """What shows the name of the type; any other field that is asked for here is graphql-core's to execute."""
        self.needs_executor |= node.name.value != "__typename"
        return Constant(type_name)

    def raise_errors(self) -> None:
        """Raises RequestError with everything that is wrong with the arguments, or where the cost is over its limit."""
        if self.errors:
            raise RequestError(with_code(ErrorCode.BAD_USER_INPUT, self.errors))
        check_cost(self.requested, self.limits.cost)

    @property
    def requested(self) -> int:
        """What the operation costs in all, planning included."""
        return self.planning_cost + self.cost

    def wanted(self, asked: Fields) -> dict[str, bool]:
        """What a connection's fields want to know about the list."""
        info = self.collect("PageInfo", [n.selection_set for n in named(asked, "pageInfo")])
        return {
            "wants_total": bool(named(asked, "totalCount")),
            "wants_earlier": bool(named(info, "hasPreviousPage")),
            "wants_later": bool(named(info, "hasNextPage")),
        }


FACTS = {
    "hasNextPage": PageFact.HAS_NEXT,
    "hasPreviousPage": PageFact.HAS_PREVIOUS,
    "startCursor": PageFact.START_CURSOR,
    "endCursor": PageFact.END_CURSOR,
}


def null() -> None:
    return None
