"""The Query type: its fields, and the edges that each starts from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode
from strawberry.utils.str_converters import to_camel_case

from app.domain.catalogue import CATALOGUE
from app.domain.fields import Field, Kind
from app.domain.resources import Product, Requirement, Resource
from app.graphql_api.connections import page_arguments, type_name
from app.graphql_api.declare import Slot, output
from app.graphql_api.ids import decode_id
from app.graphql_api.planning import Place, Planner, decoded_ids, given_key
from app.graphql_api.types import described
from app.reads.selection import Follow


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


def plan_look_up(asked: Asked) -> Iterator[Follow]:
    names = [argument.shown for argument in asked.slot.arguments]
    selection = asked.planner.select(type_name(Resource(asked.slot.name)), asked.inner, asked.place)
    yield Follow(asked.place.key, asked.slot.name, selection, given=(given_key(asked.arguments, *names),))


def plan_connection(asked: Asked) -> Iterator[Follow]:
    resource = asked.slot.name.removesuffix("s")
    yield asked.planner.connection(asked.slot.name, resource, asked.arguments, asked.inner, asked.place)


def plan_tenant(asked: Asked) -> Iterator[Follow]:
    yield Follow(asked.place.key, "tenant", asked.planner.select("Tenant", asked.inner, asked.place))


def plan_nodes(asked: Asked) -> Iterator[Follow]:
    ids = asked.arguments["ids"] if "ids" in asked.arguments else [asked.arguments["id"]]
    for resource, numbers in decoded_ids(ids).items():
        place = Place(asked.place.path, len(numbers))
        selection = asked.planner.select(type_name(resource), asked.inner, place)
        given = tuple((number,) for number in numbers)
        yield Follow(f"{asked.place.key} {resource}", f"{resource}_node", selection, given=given)


def plan_nothing(asked: Asked) -> Iterator[Follow]:
    yield from ()


def found(row: Any, args: dict[str, Any]) -> Any:
    """The one answer of a look-up."""
    return row.edges[args["key"]][0]


def found_node(row: Any, args: dict[str, Any]) -> Any:
    return found_nodes(row, {**args, "ids": [args["id"]]})[0]


def found_nodes(row: Any, args: dict[str, Any]) -> list[Any]:
    """The resources that the identifiers name, each in its place; null where there is none."""
    answers = {resource: iter(row.edges.get(f"{args['key']} {resource}", ())) for resource in Resource}
    decoded = [decode_id(text) for text in args["ids"]]
    return [None if known is None else next(answers[known[0]]) for known in decoded]


def product_fields(row: Any, args: dict[str, Any]) -> list[dict[str, Any]]:
    product: Product = args["product"]
    wanted = [args["resource"]] if args.get("resource") else list(Resource)
    return [entry for resource in wanted for entry in listed(resource, CATALOGUE[resource], product, "")]


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
PLANS: dict[str, tuple[Slot, Callable[[Asked], Iterator[Follow]]]] = {
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
            plan_nodes,
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
            plan_nothing,
        ),
    )
}
output("Query", "Everything that can be read.", [slot for slot, _ in PLANS.values()])


def plan_query(planner: Planner, selection_set: Any) -> list[Follow]:
    """The edges that a query operation follows; what is wrong with it is in `planner.errors`."""
    follows: list[Follow] = []
    for key, nodes in planner.collect("Query", [selection_set]).items():
        if nodes[0].name.value in PLANS:
            follows += planner.guarded(nodes[0], Place((key,)), planned(planner, key, nodes))
    return follows


def planned(planner: Planner, key: str, nodes: list[FieldNode]) -> Iterator[Follow]:
    slot, plan = PLANS[nodes[0].name.value]
    yield from plan(Asked(planner, slot, Place((key,)), nodes, planner.arguments("Query", nodes[0])))
