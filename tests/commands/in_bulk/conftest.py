"""A client that sends each mutation as one of many, and reads by queries what the mutation's payload would have
shown."""

from typing import Any

import pytest
from graphql import (
    FieldNode,
    OperationDefinitionNode,
    ValueNode,
    parse,
    print_ast,
    validate,
    value_from_ast_untyped,
)

from app.graphql_api.schema.schema import CORE
from tests.commands.test_bulk_write import TEXT
from tests.gateway import Client, Gateway

KEYS = {"account": "accountNumber", "document": "documentNumber", "representative": "reference", "contact": "reference"}


class BulkClient(Client):
    """A caller who sends every mutation as one of many. What it shows beside the errors is read afterwards."""

    async def run(self, text: str, **variables: Any) -> dict[str, Any]:
        operation = parse(text).definitions[0]
        if not text.startswith("mutation") or not isinstance(operation, OperationDefinitionNode):
            return await super().run(text, **variables)
        if validate(CORE, parse(text)):  # what no client can send
            return await super().run(text, **variables)
        (field,) = (each for each in operation.selection_set.selections if isinstance(each, FieldNode))
        values = defaults(operation) | variables
        sent = {each.name.value: given(each.value, values) for each in field.arguments or () if is_given(each, values)}
        if sent.pop("dryRun", False):
            return await super().run(text, **variables)
        answer = await super().run(TEXT, writes=[{field.name.value: sent}])
        if answer.get("data") is None:
            return answer
        (result,) = answer["data"]["bulkWrite"]["results"]
        return {"data": {field.name.value: await self.payload(field, sent, result)}}

    async def payload(self, field: FieldNode, sent: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        """The payload that the mutation would have alone."""
        shown: dict[str, Any] = {}
        for asked in field.selection_set.selections if field.selection_set else ():
            assert isinstance(asked, FieldNode)
            name = asked.name.value
            if name == "userErrors":
                shown[name] = [told(error, field.name.value, asked) for error in result["userErrors"]]
            elif name == "created":
                shown[name] = result["created"]
            else:
                shown[name] = None if result["userErrors"] else await self.read(name, asked, sent)
        return shown

    async def read(self, name: str, asked: FieldNode, sent: dict[str, Any]) -> Any:
        selections = print_ast(asked.selection_set) if asked.selection_set else ""
        if name == "note":
            keys = {"a": sent["accountNumber"], "r": sent["input"]["reference"]}
            text = f"query($a: String!, $r: String!) {{ note(accountNumber: $a, reference: $r) {selections} }}"
            return (await super().run(text, **keys))["data"]["note"]
        text = f"query($k: String!) {{ {name}({KEYS[name]}: $k) {selections} }}"
        return (await super().run(text, k=sent[KEYS[name]]))["data"][name]


def defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    declared = operation.variable_definitions or ()
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value) for each in declared if each.default_value
    }


def is_given(argument: Any, variables: dict[str, Any]) -> bool:
    return argument.value.kind != "variable" or argument.value.name.value in variables


def given(value: ValueNode, variables: dict[str, Any]) -> Any:
    return value_from_ast_untyped(value, variables)


def told(error: dict[str, Any], name: str, asked: FieldNode) -> dict[str, Any]:
    """The error as the mutation alone would tell it, where that is asked for these fields of its errors."""
    assert error["field"][:3] == ["writes", "0", name]
    whole = error | {"field": error["field"][3:]}
    assert asked.selection_set is not None
    wanted = [each.name.value for each in asked.selection_set.selections if isinstance(each, FieldNode)]
    return {member: whole[member] for member in wanted}


@pytest.fixture
async def acme(shared_gateway: Gateway) -> Client:
    tenant = await shared_gateway.tenant("acme in bulk")
    return BulkClient(shared_gateway, tenant.api_key)
