"""What the gateway uses of Strawberry beyond its documented interface does what it is used for, in this version.

Where a new version fails here, `compat_strawberry.py` is what to change; then raise the bounds in pyproject.toml.
"""

import asyncio
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLResolveInfo, GraphQLSchema, execute, parse
from strawberry.permission import BasePermission

from app.graphql_api.compat_strawberry import core_schema, resolve_function, strawberry_field, taken_as_sent


@taken_as_sent
@strawberry.input(one_of=True)
class Choice:
    text: str | None = strawberry.UNSET
    number: int | None = strawberry.UNSET


@strawberry.input
class Plain:
    text: str


class Nobody(BasePermission):
    message = "Nobody may."

    def has_permission(self, source: Any, info: strawberry.Info, **arguments: Any) -> bool:
        return False


def taken(root: Any, plain: Plain) -> str:
    return f"{root.name}: {type(plain).__name__} {plain.text}"


def guarded() -> str:
    return "never"


@strawberry.type
class Query:
    name: str = strawberry.field(default="", metadata={"columns": ("name",)})

    @strawberry.field
    def chosen(self, choice: Choice) -> str:
        return f"{isinstance(choice, Mapping)} {choice}"

    @strawberry.field
    def said(self, info: strawberry.Info, some_word: str = "nothing") -> str:
        return f"{self.name}: {some_word} in {info.field_name}, {info.context}"

    taken: str = strawberry.field(resolver=taken)
    guarded: str = strawberry.field(resolver=guarded, permission_classes=[Nobody])

    @strawberry.field
    async def later(self) -> str:
        await asyncio.sleep(0)
        return self.name


CORE = core_schema(strawberry.Schema(Query))
ROOT = Query(name="root")


def executed(text: str) -> ExecutionResult:
    found = execute(CORE, parse(text), root_value=ROOT, context_value="context")
    assert isinstance(found, ExecutionResult)
    return found


def called(name: str, **arguments: Any) -> Any:
    call, to_info = resolve_function(CORE.query_type.fields[name], arguments)  # type: ignore[union-attr]
    told: Any = dict.fromkeys(GraphQLResolveInfo._fields)
    told |= {"field_name": name, "context": "context", "schema": CORE}
    return call(ROOT, to_info(GraphQLResolveInfo(**told)))


def test_the_versions_are_those_that_this_was_written_for() -> None:
    assert version("strawberry-graphql").startswith("0.341.")
    assert version("graphql-core").startswith("3.3.")


def test_the_core_schema_is_graphql_cores_and_knows_which_inputs_are_one_of() -> None:
    assert isinstance(CORE, GraphQLSchema)
    assert CORE.type_map["Choice"].is_one_of  # type: ignore[attr-defined]
    assert not CORE.type_map["Plain"].is_one_of  # type: ignore[attr-defined]


def test_a_field_of_the_core_schema_leads_to_its_strawberry_field_and_metadata() -> None:
    field = strawberry_field(CORE.query_type.fields["name"])  # type: ignore[union-attr]
    assert (field.python_name, dict(field.metadata)) == ("name", {"columns": ("name",)})


def test_an_input_that_is_taken_as_sent_is_the_mapping_that_was_sent() -> None:
    assert executed('{ chosen(choice: {text: "a"}) }').data == {"chosen": "True {'text': 'a'}"}


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("{ said }", "said", {"someWord": "nothing"}),
        ('{ said(someWord: "x") }', "said", {"someWord": "x"}),
        ('{ taken(plain: {text: "a"}) }', "taken", {"plain": {"text": "a"}}),
    ],
)
def test_a_resolver_called_by_a_plan_answers_as_one_that_is_executed(
    text: str, name: str, arguments: dict[str, Any]
) -> None:
    assert executed(text).data == {name: called(name, **arguments)}


def test_a_permission_is_asked_by_a_plan_too() -> None:
    with pytest.raises(Exception, match="Nobody may"):
        called("guarded")


async def test_an_async_resolver_can_be_awaited_by_a_plan() -> None:
    assert await called("later") == "root"
