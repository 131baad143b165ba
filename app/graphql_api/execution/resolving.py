"""Fields with a resolver, in the plan of an operation: the statement reads the columns that they are made of, and each
is called with a row of them afterwards. One that is async is awaited before the answer is written.

A resolver that fails leaves the operation to graphql-core, which says in the answer what failed, and where.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from inspect import isawaitable
from typing import Any, TypeGuard

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLResolveInfo,
    GraphQLSchema,
)
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.language import OperationDefinitionNode
from graphql.pyutils import Path
from graphql.type import GraphQLResolveInfoHelpers

from app.graphql_api.compat_strawberry import resolve_function, strawberry_field
from app.graphql_api.context import Context
from app.reads.selection import Compute
from app.reads.single_statement.compiled import Parameter


class ResolverFailed(Exception):
    """A resolver raised, or gave a value that its field does not take."""


class Promise:
    """Stands in an answer for a value that an async resolver is still to give."""

    __slots__ = ("awaitable", "show", "value")

    def __init__(self, awaitable: Any, show: Compute) -> None:
        self.awaitable = awaitable
        self.show = show
        self.value: Any = None

    async def keep(self, context: Context) -> None:
        self.value = self.show(await self.awaitable, context)

    def drop(self) -> None:
        """Tells a coroutine that nobody will await it."""
        if isinstance(self.awaitable, Coroutine):
            self.awaitable.close()


def refuse_null() -> None:
    raise ResolverFailed("null for a field that is never null")


def resolver(
    definition: GraphQLField, info: GraphQLResolveInfo[Any], arguments: dict[str, Any], show: Compute
) -> Compute:
    """Calls a field's resolver and shows what comes of it."""
    resolve, to_info = resolve_function(definition, arguments)

    def make(source: Any, context: Context) -> Any:
        told = context.infos.get(id(info))
        if told is None:
            told = to_info(info._replace(context=context, variable_values=context.variables))
            context.infos[id(info)] = told
        try:
            found = resolve(source, told)
            return promised(found, show, context) if isawaitable(found) else show(found, context)
        except Exception as failure:
            raise ResolverFailed from failure

    return make


def promised(found: Any, show: Compute, context: Context) -> Promise:
    promise = Promise(found, show)
    context.promises.append(promise)
    return promise


async def keep_promises(context: Context) -> None:
    """Awaits what async resolvers have still to give, and those in what they give. Raises ResolverFailed."""
    while context.promises:
        waiting, context.promises = context.promises, []
        kept = (promise.keep(context) for promise in waiting)
        for failure in await asyncio.gather(*kept, return_exceptions=True):
            if isinstance(failure, BaseException):
                raise ResolverFailed from failure


def drop_promises(context: Context) -> None:
    """Forgets what nobody will await."""
    for promise in context.promises:
        promise.drop()
    context.promises.clear()


def resolve_info(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    type_name: str,
    nodes: list[FieldNode],
) -> GraphQLResolveInfo[Any]:
    """What a resolver is told of its field, as far as it is the same for all requests of the operation. A plan knows no
    positions in lists: the path is the field's own key."""
    parent: Any = schema.type_map[type_name]
    name, alias = nodes[0].name.value, nodes[0].alias
    return GraphQLResolveInfo(
        field_name=name,
        field_nodes=nodes,
        return_type=parent.fields[name].type,
        parent_type=parent,
        path=Path(None, alias.value if alias else name, type_name),
        schema=schema,
        fragments=fragments,
        root_value=None,
        operation=operation,
        variable_values=VariableValues({}, {}),
        context=None,
        is_awaitable=is_awaitable,
        abort_signal=None,
        async_helpers=GraphQLResolveInfoHelpers(gather=gather, track=lambda values: None),
    )


def is_awaitable(value: Any) -> TypeGuard[Awaitable[Any]]:
    return isawaitable(value)


async def gather(values: Any) -> list[Any]:
    return await asyncio.gather(*values)


def own_variables(planned: VariableValues, sent: Mapping[str, Any]) -> VariableValues:
    """The variables of a request, from those that its plan was made with: it stands for other keys, too."""
    coerced = {name: sent[name] if isinstance(value, Parameter) else value for name, value in planned.coerced.items()}
    sources = {name: VariableValueSource(of.signature, sent.get(name)) for name, of in planned.sources.items()}
    return VariableValues(sources, coerced)


def columns_of(type_: Any) -> tuple[str, ...]:
    """The columns that a type shows: what a resolver reads that does not say what it reads."""
    fields = map(strawberry_field, type_.fields.values())
    return tuple(field.python_name for field in fields if field.is_basic_field)
