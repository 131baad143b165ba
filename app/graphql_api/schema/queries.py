"""The Query type: its fields, and the edges that each starts from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from graphql import FieldNode
from strawberry.utils.str_converters import to_camel_case

from app.auth.costs import DESCRIPTION, INTROSPECTION, WHOLE_LIST
from app.domain.catalogue import CATALOGUE
from app.domain.fields import Field, Kind
from app.domain.resources import Product, Requirement, Resource
from app.graphql_api.execution.introspection import INTROSPECTIONS, IntrospectionAnswer, describe
from app.graphql_api.execution.introspection_arguments import check_introspection
from app.graphql_api.execution.limits import measure
from app.graphql_api.execution.planning import Place, Planner, decoded_ids, given_key
from app.graphql_api.global_ids import decode_id
from app.graphql_api.schema.connections import PAGE_ARGUMENTS, page_arguments, type_name
from app.graphql_api.schema.output_fields import described
from app.graphql_api.schema.type_registry import Slot, output
from app.reads.relations import CHANGE
from app.reads.selection import AllOf, Comparison, Constant, LookupList, Operator, Selection, Traversal


@dataclass(frozen=True, slots=True)
class Asked:
    """A root field as an operation asks for it."""

    planner: Planner
    slot: Slot
    place: Place
    nodes: list[FieldNode]
    arguments: dict[str, Any]

    @property
    def inner(self) -> list[Any]:
        return [node.selection_set for node in self.nodes]


@dataclass(frozen=True, slots=True)
class Planned:
    """A root field planned: the edges to follow for it, and what the answer shows of them."""

    traversals: list[Traversal]
    shown: Any


def plan_look_up(asked: Asked) -> Planned:
    names = [argument.shown for argument in asked.slot.arguments]
    selection = asked.planner.row(type_name(Resource(asked.slot.name)), asked.inner, asked.place)
    traversal = Traversal(
        asked.place.key, asked.slot.name, selection, lookup_keys=(given_key(asked.arguments, *names),)
    )
    return Planned([traversal], traversal)


def plan_connection(asked: Asked) -> Planned:
    resource = asked.slot.name.removesuffix("s")
    place = asked.place
    traversal = asked.planner.connection(place.key, asked.slot.name, resource, asked.arguments, asked.inner, place)
    return Planned([traversal], traversal)


def plan_changes(asked: Asked) -> Planned:
    wanted = [("resource", "resource"), ("key", "key")]
    conditions = [
        Comparison(column, Operator.EQ, str(asked.arguments[name]))
        for column, name in wanted
        if asked.arguments.get(name) is not None
    ]
    if asked.arguments.get("key") is not None:
        given_key(asked.arguments, "key")
    traversal = asked.planner.connection(asked.place.key, "changes", CHANGE, asked.arguments, asked.inner, asked.place)
    traversal = replace(traversal, condition=AllOf(tuple(conditions)))
    return Planned([traversal], traversal)


def plan_tenant(asked: Asked) -> Planned:
    traversal = Traversal(asked.place.key, "tenant", asked.planner.row("Tenant", asked.inner, asked.place))
    return Planned([traversal], traversal)


def plan_node(asked: Asked) -> Planned:
    planned = plan_nodes(replace(asked, arguments={"ids": [asked.arguments["id"]]}))
    return Planned(planned.traversals, planned.shown.traversals[0] or Constant(None))


def plan_nodes(asked: Asked) -> Planned:
    ids = asked.arguments["ids"]
    traversals: list[Traversal] = []
    for resource, numbers in decoded_ids(ids).items():
        place = Place(asked.place.path, len(numbers))
        selection = asked.planner.row(type_name(resource), asked.inner, place)
        lookup_keys = tuple((number,) for number in numbers)
        traversals.append(
            Traversal(f"{asked.place.key} {resource}", f"{resource}_node", selection, lookup_keys=lookup_keys)
        )
    by_edge = {traversal.relation: traversal for traversal in traversals}
    single = (
        replace(by_edge[f"{found[0]}_node"], lookup_keys=((found[1],),)) if found else None
        for found in map(decode_id, ids)
    )
    return Planned(traversals, LookupList(tuple(single)))


def plan_product_fields(asked: Asked) -> Planned:
    asked.planner.cost += WHOLE_LIST
    type_ = asked.planner.definition("Query", asked.nodes[0]).type
    return Planned([], Constant(asked.planner.shower(type_, asked.inner)(product_fields(None, asked.arguments), None)))


def found(row: Any, args: dict[str, Any]) -> Any:
    """The one answer of a look-up."""
    return row.related[args["key"]][0]


def found_node(row: Any, args: dict[str, Any]) -> Any:
    return found_nodes(row, {**args, "ids": [args["id"]]})[0]


def found_nodes(row: Any, args: dict[str, Any]) -> list[Any]:
    """The resources that the identifiers name, each in its place; null where there is none."""
    answers = {resource: iter(row.related.get(f"{args['key']} {resource}", ())) for resource in Resource}
    decoded = [decode_id(text) for text in args["ids"]]
    return [None if known is None else next(answers[known[0]]) for known in decoded]


def product_fields(row: Any, args: dict[str, Any]) -> list[dict[str, Any]]:
    product: Product = args["product"]
    wanted = [args["resource"]] if args.get("resource") else list(Resource)
    return [entry for resource in wanted for entry in listed(resource, CATALOGUE.get(resource, ()), product, "")]


def listed(resource: Resource, fields: tuple[Field, ...], product: Product, prefix: str) -> Iterator[dict[str, Any]]:
    """The fields that the product reads, each object followed by its parts."""
    for field in fields:
        use = field.use(product)
        if use is Requirement.NOT_READ:
            continue
        name = prefix + to_camel_case(field.name)
        shown_type = field.part_type if field.kind in (Kind.OBJECT, Kind.LIST) else field.kind.value
        yield {
            "resource": resource,
            "name": name,
            "type": shown_type,
            "requirement": use,
            "description": described(field),
        }
        yield from listed(resource, field.parts, product, f"{name}.")


def look_up(name: str, type_: str, description: str, **keys: str) -> Slot:
    arguments = tuple(Slot(key, "str", text) for key, text in keys.items())
    return Slot(name, f"{type_} | None", description, arguments=arguments, resolve=found)


def root_list(resource: Resource, description: str) -> Slot:
    name = type_name(resource)
    return Slot(f"{resource}s", f"{name}Connection", description, arguments=page_arguments(name), edge=f"{resource}s")


REFERENCE = "Its key."
PLANS: dict[str, tuple[Slot, Callable[[Asked], Planned]]] = {
    slot.shown: (slot, plan)
    for slot, plan in (
        (
            Slot(
                "node",
                "Node | None",
                "Whatever has the global identifier; null for one that names nothing.",
                arguments=(Slot("id", "ID", "The identifier, as an `id` field gave it."),),
                resolve=found_node,
            ),
            plan_node,
        ),
        (
            Slot(
                "nodes",
                "list[Node | None]",
                "Whatever has the global identifiers, each in its place; null for one that names nothing.",
                arguments=(Slot("ids", "list[ID]", "At most 100 identifiers."),),
                resolve=found_nodes,
            ),
            plan_nodes,
        ),
        (look_up("account", "Account", "The account of that key.", account_number=REFERENCE), plan_look_up),
        (root_list(Resource.ACCOUNT, "The tenant's accounts."), plan_connection),
        (look_up("document", "Document", "The document of that key.", document_number=REFERENCE), plan_look_up),
        (root_list(Resource.DOCUMENT, "The tenant's documents."), plan_connection),
        (
            look_up(
                "note",
                "Note",
                "The note of that key on that account.",
                account_number="Key of the account.",
                reference="Key of the note.",
            ),
            plan_look_up,
        ),
        (
            look_up("representative", "Representative", "The representative of that key.", reference=REFERENCE),
            plan_look_up,
        ),
        (root_list(Resource.REPRESENTATIVE, "The tenant's representatives."), plan_connection),
        (look_up("contact", "Contact", "The contact of that key.", reference=REFERENCE), plan_look_up),
        (root_list(Resource.CONTACT, "The tenant's contacts."), plan_connection),
        (
            Slot(
                "changes",
                "ChangeConnection",
                "The change log: every write that changed something, in the order of the commits. Whoever reads on "
                "`after` the last cursor misses none; a cursor that is not of this log, since it is of another tenant "
                "or of a time after the backup that was restored, is an error with the code CURSOR_EXPIRED.",
                arguments=(
                    *PAGE_ARGUMENTS,
                    Slot("resource", "Resource | None", "To resources of this kind alone."),
                    Slot("key", "str | None", "To what has this key alone."),
                ),
                edge="changes",
            ),
            plan_changes,
        ),
        (Slot("tenant", "Tenant", "The owner of all that the key can see.", edge="tenant"), plan_tenant),
        (
            Slot(
                "product_fields",
                "list[ProductField]",
                "The field catalogue: what a product reads and requires. Fields that it does not read are not listed.",
                arguments=(
                    Slot("product", "Product", "The product."),
                    Slot("resource", "Resource | None", "Of this resource alone; of all where left out."),
                ),
                resolve=product_fields,
            ),
            plan_product_fields,
        ),
    )
}
LOOK_UPS = frozenset(name for name, (_, plan) in PLANS.items() if plan is plan_look_up)
output("Query", "Everything that can be read.", [slot for slot, _ in PLANS.values()])


def plan_query(planner: Planner, selection_set: Any, *, describes: bool = False) -> Selection:
    """What a query operation asks for; what is wrong with it is in `planner.errors`. `describes`: it is an
    introspection that memory answers."""
    traversals: list[Traversal] = []
    members: list[tuple[str, Any]] = []
    for key, nodes in planner.collect("Query", [selection_set]).items():
        if nodes[0].name.value in INTROSPECTIONS:
            check_introspection(planner, "Query", nodes, Place((key,)))
            members.append((key, introspection(planner, nodes, describes=describes and not planner.errors)))
        elif nodes[0].name.value not in PLANS:
            members.append((key, Constant("Query")))  # __typename
        for planned in planner.collect_errors(nodes[0], Place((key,)), plan_field(planner, key, nodes)):
            traversals += planned.traversals
            members.append((key, planned.shown))
    return Selection(frozenset(), tuple(traversals), tuple(members))


def introspection(planner: Planner, nodes: list[FieldNode], *, describes: bool) -> IntrospectionAnswer | Constant:
    """The answer from memory, or where graphql-core is to answer, its place and its price."""
    if describes:
        planner.cost += DESCRIPTION
        return describe(planner, nodes)
    planner.cost += INTROSPECTION * sum(measure(node, planner.fragments, {}).fields for node in nodes)
    return Constant("Query")


def plan_field(planner: Planner, key: str, nodes: list[FieldNode]) -> Iterator[Planned]:
    if nodes[0].name.value in PLANS:
        slot, plan = PLANS[nodes[0].name.value]
        yield plan(Asked(planner, slot, Place((key,)), nodes, planner.arguments("Query", nodes[0])))
