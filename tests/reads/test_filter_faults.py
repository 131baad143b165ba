"""What a filter or an order cannot mean is refused, before anything is read: a null inside never means 'everything'."""

from typing import Any

from tests.gateway import Client

SENT: dict[str, Any] = {
    "a field null": {"name": None},
    "an operator null": {"name": {"eq": None}},
    "a list null": {"name": {"in": None}},
    "a null in a list": {"name": {"in": [None]}},
    "isNull null": {"name": {"isNull": None}},
    "one operator null beside another": {"name": {"eq": "x", "contains": None}},
    "a comparison with nothing": {"name": {}},
    "a product compared with nothing": {"product": {}},
    "a product null": {"product": {"eq": None}},
    "a Boolean null": {"hasOpenDocuments": None},
    "and null": {"and": None},
    "or null": {"or": None},
    "not null": {"not": None},
    "and of nothing": {"and": []},
    "or of nothing": {"or": []},
    "a null in and": {"and": [None]},
    "a null deep inside": {"or": [{"name": {"eq": "x"}}, {"not": {"and": [{"email": {"startsWith": None}}]}}]},
    "an empty comparison deep inside": {"and": [{"not": {"updatedAt": {}}}]},
    "NUL": {"name": {"eq": "a\0b"}},
    "half a surrogate pair": {"name": {"startsWith": "\ud800"}},
    "an unknown field": {"colour": {"eq": "red"}},
    "an unknown operator": {"name": {"like": "a%"}},
    "a number for text": {"name": {"eq": 5}},
    "text for a Boolean": {"hasOpenDocuments": "yes"},
    "an unknown word": {"product": {"eq": "SPARE_PARTS"}},
    "no moment": {"updatedAt": {"gt": "yesterday"}},
}
FILTERED = "query($filter: AccountFilter) { accounts(filter: $filter) { nodes { name } } }"


async def test_a_filter_that_means_nothing_is_bad_user_input(acme: Client) -> None:
    for name, filter_ in SENT.items():
        assert set(await acme.error_codes(FILTERED, filter=filter_)) == {"BAD_USER_INPUT"}, name
        assert len(acme.gateway.statements) == 0


WRITTEN = (
    "accounts(filter: {name: null})",
    "accounts(filter: {name: {eq: null}})",
    "accounts(filter: {and: []})",
    "accounts(filter: {or: [{name: {}}]})",
    "documents(filter: {dueDate: {gt: null}})",
    "documents(filter: {openAmount: {gt: 0.00001}})",
    "documents(filter: {openAmount: {lt: 1000000000000000}})",
    "contacts(filter: {isPrimary: null})",
    "representatives(filter: {not: null})",
)


async def test_the_same_goes_for_what_is_written_in_the_text(acme: Client) -> None:
    for written in WRITTEN:
        assert await acme.error_codes(f"{{ {written} {{ nodes {{ csrId }} }} }}") == ["BAD_USER_INPUT"], written
        assert len(acme.gateway.statements) == 0


async def test_a_fault_deep_inside_is_told_with_its_path_in_the_answer_and_in_the_filter(acme: Client) -> None:
    text = "{ accounts { nodes { mine: documents(filter: {or: [{}, {dueDate: {}}]}) { nodes { csrId } } } } }"
    answer = await acme.run(text)
    (error,) = answer["errors"]
    assert error["path"] == ["accounts", "nodes", "mine"]
    assert error["message"] == "filter.or.1.dueDate compares with nothing: give it an operator, or leave it out."
    assert error["locations"] == [{"line": 1, "column": 22}]


NULLS = {
    "dueDate: null": "filter.dueDate is null, which means nothing: leave it out, or use isNull.",
    "dueDate: {gt: null}": "filter.dueDate.gt is null, which means nothing: leave it out, or use isNull.",
    "status: null": "filter.status is null, which means nothing: leave it out.",
    "status: {eq: null}": "filter.status.eq is null, which means nothing: leave it out.",
    "overdue: null": "filter.overdue is null, which means nothing: leave it out.",
    "or: null": "filter.or is null, which means nothing: leave it out.",
}


async def test_the_refusal_of_a_null_tells_of_is_null_where_there_is_one(acme: Client) -> None:
    for written, message in NULLS.items():
        (error,) = (await acme.run(f"{{ documents(filter: {{{written}}}) {{ totalCount }} }}"))["errors"]
        assert error["message"] == message


async def test_all_faults_are_told_at_once(acme: Client) -> None:
    text = "{ accounts(first: -1) { totalCount } documents(filter: {not: null}) { totalCount } tenant { name } }"
    answer = await acme.run(text)
    assert [error["path"] for error in answer["errors"]] == [["accounts"], ["documents"]]


ORDERS: tuple[Any, ...] = (
    [None],
    [{}],
    [{"field": None}],
    [{"field": "NAME", "direction": None}],
    [{"field": "name"}],
    [{"field": "NAME", "direction": "DOWN"}],
)


async def test_an_order_that_means_nothing_is_bad_user_input(acme: Client) -> None:
    text = "query($order: [AccountOrder!]) { accounts(orderBy: $order) { nodes { name } } }"
    for order in ORDERS:
        assert await acme.error_codes(text, order=order) == ["BAD_USER_INPUT"], order
        assert len(acme.gateway.statements) == 0


async def test_no_terms_of_an_order_are_the_default_order(acme: Client) -> None:
    text = "query($order: [AccountOrder!]) { accounts(orderBy: $order) { pageInfo { hasNextPage } } }"
    assert await acme.only(text, order=[]) == {"pageInfo": {"hasNextPage": False}}
