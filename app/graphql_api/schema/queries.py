"""The Query type: its fields, and how each is planned."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

import strawberry
from graphql import FieldNode
from strawberry.extensions.field_extension import SyncExtensionResolver
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField

from app.auth.costs import DESCRIPTION, INTROSPECTION, WHOLE_LIST
from app.domain.changes import ChangedResource
from app.domain.enums import Product, Requirement, Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from app.graphql_api.execution.arguments import BadArgument, decoded_ids, given_key
from app.graphql_api.execution.introspection import INTROSPECTIONS, IntrospectionAnswer, describe
from app.graphql_api.execution.introspection_arguments import check_introspection
from app.graphql_api.execution.limits import measure
from app.graphql_api.execution.planning import Planner, ResponsePath
from app.graphql_api.global_ids import decode_id
from app.graphql_api.schema.catalogue_fields import described
from app.graphql_api.schema.connections import list_arguments, page_arguments
from app.graphql_api.schema.names import to_camel_case, type_name
from app.graphql_api.schema.planned_fields import Arguments, RelationResolver, argument
from app.graphql_api.schema.resolvers import Info
from app.graphql_api.schema.scalars import DateTime
from app.graphql_api.schema.types import (
    Account,
    AccountConnection,
    ChangeConnection,
    Contact,
    ContactConnection,
    Document,
    DocumentConnection,
    Node,
    Note,
    Representative,
    RepresentativeConnection,
    Tenant,
)
from app.graphql_api.schema.value_types import ProductField
from app.reads.relations import CHANGE
from app.reads.selection import AllOf, Comparison, Constant, LookupList, Operator, Row, Selection, Traversal

Identifier = Annotated[strawberry.ID, strawberry.argument(description="The identifier, as an `id` field gave it.")]
Identifiers = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 identifiers.")]
OfProduct = Annotated[Product, strawberry.argument(description="The product.")]
OfResource = Annotated[
    ChangedResource | None, strawberry.argument(description="Of this resource alone; of all where left out.")
]
ACCOUNTS = ("account_number", "former_account_number")  # of an entry of the change log: those that it is of


@dataclass(frozen=True, slots=True)
class Asked:
    """A root field as an operation asks for it."""

    planner: Planner
    field: StrawberryField
    path: ResponsePath
    nodes: list[FieldNode]
    arguments: dict[str, Any]

    @property
    def inner(self) -> list[Any]:
        return [node.selection_set for node in self.nodes]


@dataclass(frozen=True, slots=True)
class Planned:
    """A root field planned: the relations to follow for it, and what the answer shows of them."""

    traversals: list[Traversal]
    shown: Any


def plan_look_up(asked: Asked) -> Planned:
    names = asked.planner.definition("Query", asked.nodes[0]).args
    selection = asked.planner.row(type_name(Resource(asked.field.python_name)), asked.inner, asked.path)
    traversal = Traversal(
        asked.path.key, asked.field.python_name, selection, lookup_keys=(given_key(asked.arguments, *names),)
    )
    return Planned([traversal], traversal)


def plan_connection(asked: Asked) -> Planned:
    resource = asked.field.python_name.removesuffix("s")
    path = asked.path
    traversal = asked.planner.connection(
        path.key, asked.field.python_name, resource, asked.arguments, asked.inner, path
    )
    return Planned([traversal], traversal)


def plan_changes(asked: Asked) -> Planned:
    wanted = [("resource", "resource"), ("key", "key")]
    conditions = [
        Comparison(column, Operator.EQ, str(asked.arguments[name]))
        for column, name in wanted
        if asked.arguments.get(name) is not None
    ]
    for name in ("key", "accountNumber"):
        if asked.arguments.get(name) is not None:
            given_key(asked.arguments, name)
    account, since = asked.arguments.get("accountNumber"), asked.arguments.get("since")
    if since is not None and asked.arguments.get("after") is not None:
        raise BadArgument("since and after exclude each other: both say where to read from.")
    traversal = asked.planner.connection(asked.path.key, "changes", CHANGE, asked.arguments, asked.inner, asked.path)
    either = () if account is None else tuple(Comparison(column, Operator.EQ, account) for column in ACCOUNTS)
    traversal = replace(traversal, condition=AllOf(tuple(conditions)), either=either, since=since)
    return Planned([traversal], traversal)


def plan_tenant(asked: Asked) -> Planned:
    traversal = Traversal(asked.path.key, "tenant", asked.planner.row("Tenant", asked.inner, asked.path))
    return Planned([traversal], traversal)


def plan_node(asked: Asked) -> Planned:
    found = plan_nodes(replace(asked, arguments={"ids": [asked.arguments["id"]]}))
    return Planned(found.traversals, found.shown.traversals[0] or Constant(None))


def plan_nodes(asked: Asked) -> Planned:
    ids = asked.arguments["ids"]
    traversals: list[Traversal] = []
    for resource, numbers in decoded_ids(ids).items():
        path = ResponsePath(asked.path.keys, len(numbers))
        selection = asked.planner.row(type_name(resource), asked.inner, path)
        given = tuple((number,) for number in numbers)
        traversals.append(Traversal(f"{asked.path.key} {resource}", f"{resource}_node", selection, lookup_keys=given))
    by_relation = {each.relation: each for each in traversals}
    single = (
        replace(by_relation[f"{found[0]}_node"], lookup_keys=((found[1],),)) if found else None
        for found in map(decode_id, ids)
    )
    return Planned(traversals, LookupList(tuple(single)))


def plan_product_fields(asked: Asked) -> Planned:
    planner = asked.planner
    planner.cost += WHOLE_LIST
    before, planner.calls_resolvers = planner.calls_resolvers, False
    complete = planner.value_completer(planner.definition("Query", asked.nodes[0]).type, asked.inner)
    if planner.calls_resolvers:  # what resolvers say is the request's own, and this is said for all that share the plan
        planner.needs_executor = True
        return Planned([], Constant(None))
    planner.calls_resolvers = before
    found = product_fields(asked.arguments["product"], asked.arguments.get("resource"))
    return Planned([], Constant(complete(found, None)))


class LookedUp(Arguments):
    """Resolves a look-up where graphql-core executes the operation: to its one answer, which the plan had read."""

    def resolve(self, next_: SyncExtensionResolver, source: Row, info: Info, **arguments: Any) -> Any:
        return source.related[str(info.path.key)][0]


def find_node(root: Row, info: Info, id: Identifier) -> Any:
    return find_nodes(root, info, [id])[0]


def find_nodes(root: Row, info: Info, ids: Identifiers) -> list[Any]:
    """The resources that the identifiers name, each in its place; null where there is none."""
    answers = {resource: iter(root.related.get(f"{info.path.key} {resource}", ())) for resource in Resource}
    decoded = [decode_id(text) for text in ids]
    return [None if known is None else next(answers[known[0]]) for known in decoded]


def product_fields(product: OfProduct, resource: OfResource = strawberry.UNSET) -> list[dict[str, Any]]:
    wanted = [each for each in Resource if not resource or each.name == resource.name]
    return [entry for each in wanted for entry in listed(each, RESOURCES[each].fields, product, "")]


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


def planned(plan: Callable[[Asked], Planned], description: str, *extensions: Arguments, resolver: Any = None) -> Any:
    """A field that is planned by the function, and resolved so where graphql-core executes the operation."""
    metadata = {"plan": plan}
    return strawberry.field(resolver, description=description, metadata=metadata, extensions=list(extensions))


def look_up(description: str, **keys: str) -> Any:
    """A field that finds a resource by its key; `keys` describe the arguments."""
    arguments = (argument(key, str, text) for key, text in keys.items())
    return planned(plan_look_up, description, LookedUp(*arguments))


def listing(description: str, resource: Resource) -> Any:
    """A field that answers with a page of all rows of a resource."""
    return planned(plan_connection, description, RelationResolver(*list_arguments(resource)))


KEY = "Its key."


@strawberry.type(description="Everything that can be read.")
class Query:
    node: Node | None = planned(
        plan_node,
        "Whatever has the global identifier; null for one that names nothing.",
        resolver=find_node,
    )
    nodes: list[Node | None] = planned(
        plan_nodes,
        "Whatever has the global identifiers, each in its place; null for one that names nothing.",
        resolver=find_nodes,
    )
    account: Account | None = look_up("The account of that key.", account_number=KEY)
    accounts: AccountConnection = listing("The tenant's accounts.", Resource.ACCOUNT)
    document: Document | None = look_up("The document of that key.", document_number=KEY)
    documents: DocumentConnection = listing("The tenant's documents.", Resource.DOCUMENT)
    note: Note | None = look_up(
        "The note of that key on that account.", account_number="Key of the account.", reference="Key of the note."
    )
    representative: Representative | None = look_up("The representative of that key.", reference=KEY)
    representatives: RepresentativeConnection = listing("The tenant's representatives.", Resource.REPRESENTATIVE)
    contact: Contact | None = look_up("The contact of that key.", reference=KEY)
    contacts: ContactConnection = listing("The tenant's contacts.", Resource.CONTACT)
    changes: ChangeConnection = planned(
        plan_changes,
        "The change log: every write that changed something, in the order of the commits. Whoever reads on `after` the "
        "last cursor misses none; a cursor that is not of this log, since it is of another tenant or of a time after "
        "the backup that was restored, is an error with the code CURSOR_EXPIRED.",
        RelationResolver(
            *page_arguments(),
            argument("resource", ChangedResource | None, "To resources of this kind alone."),
            argument("key", str | None, "To what has this key alone."),
            argument(
                "account_number",
                str | None,
                "To this account and what belongs to it alone, also where it was moved to another account or came from "
                "there; of representatives their links to it and to its documents.",
            ),
            argument(
                "since",
                DateTime | None,
                "From the first change on whose `at` is not earlier; not together with `after`.",
            ),
        ),
    )
    tenant: Tenant = planned(plan_tenant, "The owner of all that the key can see.", RelationResolver())
    product_fields: list[ProductField] = planned(
        plan_product_fields,
        "The field catalogue: what a product reads and requires. Fields that it does not read are not listed.",
        resolver=product_fields,
    )


LOOK_UPS = frozenset(
    to_camel_case(field.python_name)
    for field in get_object_definition(Query, strict=True).fields
    if field.metadata.get("plan") is plan_look_up
)


def plan_query(planner: Planner, selection_set: Any, *, describes: bool = False) -> Selection:
    """What a query operation asks for; what is wrong with it is in `planner.errors`. `describes`: it is an
    introspection that memory answers."""
    traversals: list[Traversal] = []
    members: list[tuple[str, Any]] = []
    for key, nodes in planner.collect("Query", [selection_set]).items():
        field = planner.field_of("Query", nodes[0])
        if nodes[0].name.value in INTROSPECTIONS:
            check_introspection(planner, "Query", nodes, ResponsePath((key,)))
            members.append((key, introspection(planner, nodes, describes=describes and not planner.errors)))
        elif field is None:
            members.append((key, Constant("Query")))  # __typename
        elif "plan" not in field.metadata:
            planner.needs_executor = True
        else:
            for found in planner.collect_errors(nodes[0], ResponsePath((key,)), plan_field(planner, field, key, nodes)):
                traversals += found.traversals
                members.append((key, found.shown))
    return Selection(frozenset(), tuple(traversals), tuple(members))


def introspection(planner: Planner, nodes: list[FieldNode], *, describes: bool) -> IntrospectionAnswer | Constant:
    """The answer from memory, or where graphql-core is to answer, its place and its price."""
    if describes:
        planner.cost += DESCRIPTION
        return describe(planner, nodes)
    planner.cost += INTROSPECTION * sum(measure(node, planner.fragments, {}).fields for node in nodes)
    return Constant("Query")


def plan_field(planner: Planner, field: StrawberryField, key: str, nodes: list[FieldNode]) -> Iterator[Planned]:
    plan: Callable[[Asked], Planned] = field.metadata["plan"]
    yield plan(Asked(planner, field, ResponsePath((key,)), nodes, planner.arguments("Query", nodes[0])))
