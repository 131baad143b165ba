"""Runs a GraphQL operation on the gateway: one of those that come with it by its name, or the text of a file."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import httpx
import typer
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    VariableNode,
)
from rich.table import Table
from rich.text import Text

from app.cli.client.connection import Attempts, Gateway, Refused, retry_after
from app.cli.console import CommandFailed, err, table_console
from app.graphql_api.execution.syntax import parse_document
from app.graphql_api.operation_documents import OperationDocument, load_documents

JSON_TYPES = {"Int", "Float", "Boolean"}
RATE_LIMITED = 429
MOST_CELL = 60  # characters of a table's cell


@dataclass(frozen=True, slots=True)
class Call:
    """An operation that is to be run."""

    text: str
    operation: OperationDefinitionNode
    document_id: str | None  # of one that servers know

    @property
    def types(self) -> dict[str, TypeNode]:
        """The types of its variables, by name."""
        return {each.variable.name.value: each.type for each in self.operation.variable_definitions or ()}


def find_call(name: str) -> Call:
    """The operation of a file or of that name. Raises typer.BadParameter."""
    path = Path(name)
    if path.suffix in (".graphql", ".gql") or path.is_file():
        try:
            return call_of(path.read_text("utf-8"), None)
        except (OSError, UnicodeDecodeError) as reason:
            raise typer.BadParameter(f"{name} cannot be read: {reason}.") from None
    known = {document.name: document for document in load_documents()}
    if name not in known:
        close = ", ".join(get_close_matches(name, known, 3)) or ", ".join(known)
        raise typer.BadParameter(f"{name!r} is no file and no operation; there are: {close}.")
    document: OperationDocument = known[name]
    return call_of(document.text, document.name)


def call_of(text: str, document_id: str | None) -> Call:
    try:
        document: DocumentNode = parse_document(text)
    except GraphQLSyntaxError as reason:
        raise typer.BadParameter(f"The operation is no GraphQL: {reason.message}") from None
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) != 1:
        raise typer.BadParameter(f"The file holds {len(operations)} operations; one is wanted.")
    return Call(text, operations[0], document_id)


def variables_of(call: Call, given: Sequence[str]) -> dict[str, Any]:
    """The values of `name=value`, as the operation declares them. Raises typer.BadParameter."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in call.types:
            names = ", ".join(call.types) or "none"
            raise typer.BadParameter(f"{text!r} gives no variable as name=value; the operation has: {names}.")
        found[name] = value_of(name, call.types[name], value)
    missing = [
        each.variable.name.value
        for each in call.operation.variable_definitions or ()
        if isinstance(each.type, NonNullTypeNode) and not each.default_value and each.variable.name.value not in found
    ]
    if missing:
        raise typer.BadParameter(f"The operation needs --var {' --var '.join(f'{name}=…' for name in missing)}.")
    return found


def value_of(name: str, type_: TypeNode, text: str) -> Any:
    """A value of a type: JSON for numbers, lists and objects, otherwise the text as it is."""
    if isinstance(type_, NonNullTypeNode):
        return value_of(name, type_.type, text)
    if text == "null":
        return None
    is_list = isinstance(type_, ListTypeNode)
    is_json = isinstance(type_, NamedTypeNode) and type_.name.value in JSON_TYPES
    if not (is_list or is_json or text.lstrip().startswith("{")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        if isinstance(type_, ListTypeNode) and not text.lstrip().startswith("["):
            return [value_of(name, type_.type, part) for part in next(csv.reader([text]), [])]
        raise typer.BadParameter(f"The variable {name} must be JSON, found: {text}") from None


def run(gateway: Gateway, call: Call, variables: dict[str, Any], form: str, *, every: bool) -> bool:
    """Prints the answer; whether no mutation was refused. Raises CommandFailed."""
    after = after_variable(call) if every else ""
    with gateway.client() as client:
        pages = answers(gateway, client, call, variables, after)
        if form == "ndjson":
            refused = [data for data in pages if not print_lines(data)]
            return not refused
        data = joined(list(pages))
    if form == "table":
        print_table(rows_of(data))
    else:
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
    return print_user_errors(data)


def answers(
    gateway: Gateway, client: httpx.Client, call: Call, variables: dict[str, Any], after: str
) -> Iterator[dict[str, Any]]:
    """The data of the operation, and with a variable for the cursor those of all pages that follow."""
    while True:
        data = answered(gateway, client, call, variables)
        yield data
        info = page_info(data)
        if not after or not info or not info.get("hasNextPage"):
            return
        if info.get("endCursor") in (None, variables.get(after)):
            raise CommandFailed("--all needs pageInfo { hasNextPage endCursor } in the operation.")
        variables = {**variables, after: info["endCursor"]}


def answered(gateway: Gateway, client: httpx.Client, call: Call, variables: dict[str, Any]) -> dict[str, Any]:
    """The data of one run. Waits where the key's budget is spent: nothing was done then. Raises CommandFailed."""
    body: dict[str, Any] = {"documentId": call.document_id} if call.document_id else {"query": call.text}
    attempts = Attempts()
    while True:
        try:
            answer = client.post("/graphql", json={**body, "variables": variables})
        except httpx.TransportError as reason:
            raise gateway.unreachable(reason) from None
        if answer.status_code != RATE_LIMITED:
            break
        attempts.wait(CommandFailed(graphql_errors(answer) or "The key's budget is spent."), retry_after(answer))
    if errors := graphql_errors(answer):
        raise CommandFailed(errors)
    if not answer.is_success:
        raise Refused(answer)
    data: dict[str, Any] = answer.json()["data"]
    return data


def graphql_errors(answer: httpx.Response) -> str:
    """The errors of an answer, one a line; empty where it has none."""
    try:
        errors = answer.json().get("errors") or ()
    except (ValueError, AttributeError):
        return ""
    return "\n".join(f"{each.get('extensions', {}).get('code', 'ERROR')}: {each['message']}" for each in errors)


def after_variable(call: Call) -> str:
    """The variable that takes the cursor of a page. Raises typer.BadParameter."""
    nodes = list(call.operation.selection_set.selections)
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, FieldNode):
            for argument in node.arguments or ():
                if argument.name.value == "after" and isinstance(argument.value, VariableNode):
                    return argument.value.name.value
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            nodes += node.selection_set.selections
    raise typer.BadParameter("--all needs an operation with a list whose argument `after` is a variable.")


def connection_in(data: Any) -> dict[str, Any] | None:
    """The first list with pages in an answer, or else none."""
    waiting = [data]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            if isinstance(value.get("nodes"), list) or isinstance(value.get("edges"), list):
                return value
            waiting += value.values()
    return None


def page_info(data: Any) -> Mapping[str, Any] | None:
    found = connection_in(data)
    return found.get("pageInfo") if found else None


def joined(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """All pages as one answer: the last, with the rows of all."""
    last = pages[-1]
    into = connection_in(last)
    if into is not None:
        for name in ("nodes", "edges"):
            if isinstance(into.get(name), list):
                into[name] = [row for page in pages for row in (connection_in(page) or {}).get(name, ())]
    return last


def rows_of(data: dict[str, Any]) -> list[Any]:
    """What is listed in an answer: the rows of its list, or of its one field."""
    if found := connection_in(data):
        nodes = found.get("nodes")
        return nodes if isinstance(nodes, list) else [edge.get("node") for edge in found["edges"]]
    values = list(data.values())
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values


def print_lines(data: dict[str, Any]) -> bool:
    for row in rows_of(data):
        typer.echo(json.dumps(row, ensure_ascii=False))
    return print_user_errors(data)


def flat(row: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a row by path."""
    if not isinstance(row, dict):
        yield prefix or "value", row
        return
    for name, value in row.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def print_table(rows: list[Any]) -> None:
    flattened = [dict(flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flattened for name in row))
    table = Table(*names)
    for row in flattened:
        table.add_row(*(Text(cell(row.get(name))) for name in names))
    table_console().print(table)


def cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_CELL else f"{text[:MOST_CELL]}…"


def print_user_errors(data: Any) -> bool:
    """Whether there are none."""
    waiting, fine = [data], True
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            for wrong in value.get("userErrors") or ():
                fine = False
                path = ".".join(wrong.get("field") or ())
                told = f"{wrong.get('code', 'refused')} {path}: {wrong.get('message', '')}"
                err.print(told, markup=False)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return fine
