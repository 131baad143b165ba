"""Reads that may run long are known from what they ask for."""

from datetime import date

import pytest

from app.graphql_api.context import NO_VARIABLES
from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.parsing import prepare
from app.graphql_api.execution.planning import Planner
from app.graphql_api.schema.queries import plan_query
from app.graphql_api.schema.schema import CORE
from app.reads.duration import may_run_long

SHORT = (
    '{ account(accountNumber: "1") { name parentAccount { name } documents(first: 20) { nodes { openAmount } } } }',
    "{ accounts(first: 20, filter: {}) { nodes { name documents(first: 5) { nodes { csrId } } } } }",
    "{ documents(first: 500, orderBy: {field: DUE_DATE}) { nodes { csrId } pageInfo { hasNextPage } } }",
    "{ documents(first: 20) { nodes { statusHistory { status } account { name } } } }",
    "{ changes(first: 100) { nodes { sequence } } }",
)
LONG = (
    '{ accounts(first: 1, filter: {name: {contains: "a"}}) { nodes { name } } }',
    "{ accounts(first: 0) { totalCount } }",
    '{ account(accountNumber: "1") { documents(first: 1) { totalCount } } }',
    '{ account(accountNumber: "1") { balances { openAmount } } }',
    "{ tenant { balances { openAmount } } }",
    "{ documents(first: 501) { nodes { csrId } } }",
    "{ accounts(first: 50) { nodes { documents(first: 20) { nodes { csrId } } } } }",
)


def is_long(text: str) -> bool:
    limits = Limits(10_000, 25, 1_000, 200, 100, 100_000, 30, 200_000)
    operation = prepare(text, None, limits)
    assert not isinstance(operation, Exception), operation
    today = date(2026, 1, 1)
    planner = Planner(
        schema=CORE,
        operation=operation.definition,
        fragments=operation.fragments,
        variables=NO_VARIABLES,
        today=today,
        limits=limits,
    )
    selection = plan_query(planner, operation.definition.selection_set, describes=False)
    planner.raise_errors()
    return may_run_long(selection.traversals)


@pytest.mark.parametrize("text", SHORT)
def test_rows_that_an_index_finds_are_read_shortly(text: str) -> None:
    assert not is_long(text)


@pytest.mark.parametrize("text", LONG)
def test_what_depends_on_the_size_of_tables_or_is_many_rows_may_run_long(text: str) -> None:
    assert is_long(text)
