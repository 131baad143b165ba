"""Filters as JSON text, for whom they do not come within an operation: read and compiled as GraphQL reads and compiles
those of its lists."""

from datetime import date
from functools import cache
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode

from app.domain.enums import Resource
from app.domain.values import Fault
from app.graphql_api.execution.coercion import Variable, declared_variables, variable_values
from app.graphql_api.execution.syntax import parse_document
from app.graphql_api.schema.filter_conditions import BadFilter, filter_cost, to_condition
from app.graphql_api.schema.names import type_name
from app.graphql_api.schema.schema import CORE
from app.reads.selection import Condition

MAX_FAULTS = 10  # that a refusal tells of


def read_filter(resource: Resource, sent: Any, today: date) -> tuple[Condition, int]:
    """The condition that a filter of the resource states, given as JSON with exact numbers, and what it costs in
    points. Raises Fault with all that is wrong with it."""
    if sent is None:
        raise Fault("filter must be an object.", quotes=False)
    operation, variables = declaration(resource)
    try:
        values = variable_values(CORE, operation, variables, {"filter": sent})
        if isinstance(values, list):
            raise Fault(" ".join(map(told, values[:MAX_FAULTS])), quotes=False)
        condition = to_condition(resource, values.coerced["filter"], today)
    except RecursionError:
        raise Fault("filter is nested too deeply.", quotes=False) from None
    except BadFilter as reason:
        raise Fault(str(reason), quotes=False) from None
    return condition, filter_cost(condition)


@cache
def declaration(resource: Resource) -> tuple[OperationDefinitionNode, tuple[Variable, ...]]:
    """An operation that declares the filter as its one variable."""
    document = parse_document(f"query($filter: {type_name(resource)}Filter!) {{ __typename }}")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 -- the text above
    return operation, declared_variables(CORE, operation)


def told(error: GraphQLError) -> str:
    """The error of a variable, about the filter."""
    return error.message.replace("Variable '$filter'", "filter").replace("'$filter", "'filter")
