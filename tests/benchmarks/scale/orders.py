"""Every list of the schema in every order, at both ends and on both sides of its middle; lists that begin at a row from
rows that have much, little and nothing."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import sqlalchemy as sa
from graphql import get_named_type

from app.domain.caller import Caller
from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.graphql_api.schema.names import to_camel_case, type_name
from app.graphql_api.schema.schema import CORE
from app.reads.pagination import complete_order, cursor_columns, encode_cursor, order_by
from app.reads.relations import QUERY, RELATIONS, SOURCES, aliased
from app.reads.selection import Order
from app.storage.database.engine import Database
from tests.benchmarks.ledger import TENANT_ID
from tests.benchmarks.scale.documents import USUAL
from tests.benchmarks.scale.ledger import (
    FAT_ACCOUNT,
    FEW_LINKS,
    MANY_LINKS,
    NO_LINKS,
    SOME_LINKS,
    Size,
    account_number,
    document_number,
    representative_reference,
)
from tests.benchmarks.scale.reads import PAGE, Choice, Read, always, shown

TENANT = Caller(TENANT_ID, (), read_only=True)

Term = tuple[str, str] | None  # a field and a direction; None is the order by default


def starts(size: Size) -> dict[str, dict[str, str]]:
    """The keys of rows that lists begin at, by resource and by what they have."""
    return {
        str(Resource.ACCOUNT): {
            "a fat account": account_number(FAT_ACCOUNT),
            "an account": account_number(USUAL),
            "an account without documents": account_number(size.accounts),
        },
        str(Resource.DOCUMENT): {
            "a document with many credit notes": document_number(1),
            "a document": document_number(size.documents - 5),
        },
        str(Resource.REPRESENTATIVE): {
            "a representative with many links": representative_reference(MANY_LINKS),
            "one with some links": representative_reference(SOME_LINKS),
            "one with few links": representative_reference(FEW_LINKS),
            "one without links": representative_reference(NO_LINKS),
        },
    }


async def every_order(database: Database, size: Size, choice: Choice) -> list[Read]:
    found: list[Read] = []
    for source, keys in {QUERY: {"": ""}, **starts(size)}.items():
        type_: Any = CORE.type_map[type_name(source)]
        for name, known in type_.fields.items():
            if get_named_type(known.type).name.endswith("Connection"):
                for words, key in keys.items():
                    found += [read async for read in pages(database, source, name, words, key, choice)]
    return found


async def pages(
    database: Database, source: str, name: str, words: str, key: str, choice: Choice
) -> AsyncIterator[Read]:
    """The pages of one list, from one start."""
    parent: Any = CORE.type_map[type_name(source)]
    known = parent.fields[name]
    type_ = get_named_type(known.type).name.removesuffix("Connection")
    fields: Any = CORE.type_map.get(f"{type_}OrderField") if "orderBy" in known.args else None
    terms: list[Term] = [None, *(product(fields.values, ("ASC", "DESC")) if fields else ())]
    text = page_text(source, name, type_, ordered=fields is not None)
    for term in terms:
        title = f"order {words + ': ' if words else ''}{name} {' '.join(term or ('by default',))}, "
        if not choice.may_begin(title):
            continue
        middle = await middle_cursor(database, source, name, key, term)
        order = [{"field": term[0], "direction": term[1]}] if term else None
        for way, page in ways(middle).items():
            yield Read(title + way, text, always({"key": key, "order": order, **page}))


def ways(middle: str | None) -> dict[str, dict[str, Any]]:
    ends: dict[str, dict[str, Any]] = {"first": {"first": PAGE}, "last": {"last": PAGE}}
    if middle is None:
        return ends
    onward, back = {"first": PAGE, "after": middle}, {"last": PAGE, "before": middle}
    return {**ends, "after the middle": onward, "before the middle": back}


def page_text(source: str, name: str, type_: str, *, ordered: bool) -> str:
    order, by = (f", $order: [{type_}Order!]", ", orderBy: $order") if ordered else ("", "")
    page = (
        f"{name}(first: $first, last: $last, after: $after, before: $before{by}) "
        f"{{ nodes {{ {shown(type_)} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }}"
    )
    if source == QUERY:
        return f"query($first: Int, $last: Int, $after: String, $before: String{order}) {{ {page} }}"
    own = to_camel_case(RESOURCES[Resource(source)].key)
    head = f"query($key: String!, $first: Int, $last: Int, $after: String, $before: String{order})"
    return f"{head} {{ {to_camel_case(source)}({own}: $key) {{ {page} }} }}"


def snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


async def middle_cursor(database: Database, source: str, name: str, key: str, term: Term) -> str | None:
    """The cursor of the row in the middle of a list; None of one that has no more than a page."""
    relation = RELATIONS[source, snake_case(name)]
    order = complete_order(relation.target, [Order(term[0].lower(), term[1] == "DESC")] if term else [])
    target = aliased(SOURCES[relation.target], "target")
    columns = [target.c[column] for column in cursor_columns(relation.target, order)]
    async with database.reading() as connection:
        start: list[sa.ColumnElement[Any]] = []
        if relation.start_columns:
            table = SOURCES[source]
            own = [table.c[column] for column in relation.start_columns]
            met = (table.c.tenant_id == TENANT_ID, table.c[RESOURCES[Resource(source)].key] == key)
            values = (await connection.execute(sa.select(*own).where(*met))).one()
            start = [sa.literal(value, column.type) for column, value in zip(own, values, strict=True)]
        rows, conditions = relation.reach(target, start, TENANT)
        reached = sa.select(*columns).select_from(rows).where(*conditions)
        count = (await connection.execute(sa.select(sa.func.count()).select_from(reached.subquery()))).scalar_one()
        if count <= PAGE:
            return None
        middle = reached.order_by(*order_by(target, order)).offset(count // 2).limit(1)
        row = (await connection.execute(middle)).mappings().one()
    return encode_cursor(relation.target, order, dict(row))
