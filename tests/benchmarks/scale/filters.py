"""Lists with filters: every filter alone, from the schema, and those that people use together; and pages of pages."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from app.domain.enums import Resource
from app.domain.values import moment_text
from app.graphql_api.schema.filters import FILTERS
from app.graphql_api.schema.names import to_camel_case, type_name
from app.graphql_api.schema.schema import CORE
from app.reads.relations import QUERY, RELATIONS
from app.storage.database.engine import Database
from tests.benchmarks.scale.documents import USUAL
from tests.benchmarks.scale.ledger import FAT_ACCOUNT, Size, account_number
from tests.benchmarks.scale.reads import PAGE, Choice, Read, Variables, always, shown
from tests.benchmarks.scale.values import ABSENT, filters_of

COUNTS = {"totalCount": "totalCount", "totalCountUpTo": "totalCountUpTo(limit: 1000)"}

Terms = Sequence[Variables]


def is_listed(resource: Resource) -> bool:
    """Whether the query itself lists the resource."""
    return (QUERY, resource.plural) in RELATIONS and resource in FILTERS


def listed(
    resource: Resource, name: str, filter_: Variables, order: Terms = (), part: str | None = None
) -> Iterator[Read]:
    """A list with a filter: alone, and with each way to count that the schema has."""
    type_, plural = type_name(resource), to_camel_case(resource.plural)
    connection: Any = CORE.type_map[f"{type_}Connection"]
    variables = always({"filter": filter_, "order": list(order) or None})
    for count in ("", *(known for known in COUNTS if known in connection.fields)):
        text = (
            f"query($filter: {type_}Filter, $order: [{type_}Order!]) {{ {plural}(first: {PAGE}, filter: $filter, "
            f"orderBy: $order) {{ {COUNTS.get(count, '')} nodes {{ {shown(type_)} }} }} }}"
        )
        words = f"{name}, {count}" if count else name
        yield Read(words, text, variables, counts=count == "totalCount", part=part)


async def every_filter(database: Database, choice: Choice) -> list[Read]:
    found: list[Read] = []
    for resource in filter(is_listed, Resource):
        for one in await filters_of(database, resource, choice):
            part = one.filter[one.field]["contains"] if one.operator == "contains" else None
            found += listed(resource, f"filter {resource.plural} {one.name}", one.filter, part=part)
    return found


BY_DUE, BY_NAME, CHANGED = [{"field": "DUE_DATE"}], [{"field": "NAME"}], [{"field": "UPDATED_AT"}]
BY_AMOUNT = [{"field": "OPEN_AMOUNT", "direction": "DESC"}]
NEWEST = [{"field": "CREATED_AT", "direction": "DESC"}]
OPEN = {"status": {"eq": "OPEN"}}
OVERDUE = {"overdue": True}


def of_any(part: str, *fields: str) -> Variables:
    """What a search box asks for."""
    return {"or": [{field: {"contains": part}} for field in fields]}


def pairs(size: Size) -> Iterator[Read]:
    """What people filter by together, and the orders that they then ask for."""
    for resource, known in ((Resource.DOCUMENT, pairs_of_documents(size)), (Resource.ACCOUNT, PAIRS_OF_ACCOUNTS)):
        for name, (filter_, order) in known.items():
            yield from listed(resource, f"pair {resource.plural} {name}", filter_, order)


def pairs_of_documents(size: Size) -> dict[str, tuple[Variables, Terms]]:
    def day(days: int) -> str:
        return (size.today + timedelta(days=days)).isoformat()

    fat: Variables = {"accountNumber": {"eq": account_number(FAT_ACCOUNT)}}
    usual: Variables = {"accountNumber": {"eq": account_number(USUAL)}}
    some = {"accountNumber": {"in": [account_number(n) for n in (FAT_ACCOUNT, USUAL, 30, 31, 32)]}}
    month = {"gte": day(-400), "lt": day(-370)}
    then = size.moment(0.7)
    one_day = {"gte": moment_text(then), "lt": moment_text(then + timedelta(days=1))}
    late, coming, never = ({"dueDate": each} for each in ({"lt": day(-90)}, {"gte": day(7)}, {"gte": "2999-01-01"}))
    currencies = {"or": [{"currency": {"eq": "USD"}}, {"currency": {"eq": "EUR"}}]}
    numbers = ("documentNumber", "invoiceNum", "poNumber")
    number = f"{size.documents - 17:08}"
    return {
        "open, due long ago, by dueDate": (OPEN | late, BY_DUE),
        "open, due long ago, by openAmount": (OPEN | late, BY_AMOUNT),
        "open, due in some days, by dueDate": (OPEN | coming, BY_DUE),
        "open, due never": (OPEN | never, ()),
        "open, by status then dueDate": (OPEN, [{"field": "STATUS"}, *BY_DUE]),
        "by status then dueDate": ({}, [{"field": "STATUS"}, *BY_DUE]),
        "overdue, by dueDate": (OVERDUE, BY_DUE),
        "overdue, by openAmount": (OVERDUE, BY_AMOUNT),
        "overdue, of large amounts, by dueDate": (OVERDUE | {"openAmount": {"gt": "8900"}}, BY_DUE),
        "overdue, of amounts that none has": (OVERDUE | {"openAmount": {"gt": "99999999"}}, BY_DUE),
        "overdue, of the usual type": (OVERDUE | {"documentType": {"eq": "INVOICE"}}, BY_DUE),
        "overdue, of a rare type": (OVERDUE | {"documentType": {"eq": "OTHER"}}, BY_DUE),
        "overdue, in the usual currency": (OVERDUE | {"currency": {"eq": "USD"}}, BY_DUE),
        "overdue, in a rare currency": (OVERDUE | {"currency": {"eq": "CHF"}}, BY_DUE),
        "overdue, of a fat account": (OVERDUE | fat, BY_DUE),
        "overdue, of an account": (OVERDUE | usual, BY_DUE),
        "open credit notes, the newest first": (OPEN | {"documentType": {"eq": "CREDIT_NOTE"}}, NEWEST),
        "open, of the usual product": (OPEN | {"product": {"eq": "COLLECTIONS"}}, BY_DUE),
        "open, of a rare product": (OPEN | {"product": {"eq": "INVOICING"}}, BY_DUE),
        "open, of some amount, in two currencies": (OPEN | {"openAmount": {"gte": "500"}} | currencies, BY_AMOUNT),
        "open, of a fat account, by dueDate": (OPEN | fat, BY_DUE),
        "closed, of a fat account, the newest first": ({"status": {"eq": "CLOSED"}} | fat, NEWEST),
        "of a fat account, a month": (fat | {"invoiceDate": month}, ()),
        "open, of an account": (OPEN | usual, BY_DUE),
        "open, of some accounts": (OPEN | some, BY_DUE),
        "a month": ({"invoiceDate": month}, ()),
        "a day": ({"createdAt": one_day}, ()),
        "what is new, by updatedAt": ({"updatedAt": {"gte": moment_text(size.moment(1 - 1e-5))}}, CHANGED),
        "nothing new, by updatedAt": ({"updatedAt": {"gt": moment_text(size.moment(2))}}, CHANGED),
        "a search box that finds one": (of_any(number, *numbers), ()),
        "a search box that finds none": (of_any(ABSENT, *numbers), ()),
        "a search box of what is open": (OPEN | of_any(number, "documentNumber", "poNumber"), BY_DUE),
        "neither closed nor overdue": ({"not": {"or": [{"status": {"eq": "CLOSED"}}, OVERDUE]}}, BY_DUE),
    }


PAIRS_OF_ACCOUNTS: dict[str, tuple[Variables, Terms]] = {
    "name or number, of few": (
        {"or": [{"name": {"contains": "dical 12"}}, {"accountNumber": {"eq": "1230"}}]},
        BY_NAME,
    ),
    "name or number, of many": (
        {"or": [{"name": {"contains": "med"}}, {"accountNumber": {"startsWith": "1"}}]},
        BY_NAME,
    ),
    "name or number, of none": (
        {"or": [{"name": {"contains": ABSENT}}, {"accountNumber": {"startsWith": ABSENT}}]},
        BY_NAME,
    ),
    "of a group, with open documents": ({"accountGroup": {"eq": "group 7"}, "hasOpenDocuments": True}, BY_NAME),
    "with open documents, by name": ({"hasOpenDocuments": True}, BY_NAME),
    "without open documents, by name": ({"hasOpenDocuments": False}, BY_NAME),
    "in a rare currency, with open documents": ({"currency": {"eq": "CHF"}, "hasOpenDocuments": True}, BY_NAME),
}


def nested() -> Iterator[Read]:
    """Pages of pages."""
    open_ = "filter: { status: { eq: OPEN } }"
    due, name = "orderBy: [{ field: DUE_DATE }]", "orderBy: [{ field: NAME }]"
    for words, outer, inner in (
        ("representatives(first: 12)", "5 documents by dueDate", f"documents(first: 5, {due})"),
        ("representatives(first: 12)", "5 open documents by dueDate", f"documents(first: 5, {open_}, {due})"),
        ("representatives(first: 12)", "5 accounts by name", f"accounts(first: 5, {name})"),
        ("accounts(first: 20)", "5 documents by dueDate", f"documents(first: 5, {due})"),
        ("accounts(first: 20)", "5 open documents by dueDate", f"documents(first: 5, {open_}, {due})"),
        ("documents(first: 20)", "5 representatives", "representatives(first: 5)"),
        ("contacts(first: 20)", "5 documents of the account", f"account {{ documents(first: 5, {due})"),
    ):
        ending = " }" * inner.count("{ documents")
        yield Read(
            f"nested {words} × {outer}", f"{{ {words} {{ nodes {{ {inner} {{ nodes {{ csrId }} }}{ending} }} }} }}"
        )
    balances = "accounts(first: 20) { nodes { balances { currency openAmount overdueAmount } } }"
    yield Read("nested accounts(first: 20) × balances", f"{{ {balances} }}")
