"""graphql-core's messages in the notation of those who read them: it shows null and other values as Python writes them,
clients write GraphQL and JSON. Its sentences stay as they are."""

import re
from typing import Any

from graphql import GraphQLError
from graphql.pyutils import inspect

from app.domain.notation import in_json

PYTHON_NULL = re.compile(r"(?<= not to be )None(?=\.\Z)")
WRONG_VARIABLE = re.compile(r"(Variable '\$(\w+)' has invalid value(?: at ((?:\.\w+|\[\d+\])+))?: )(.*)", re.DOTALL)
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def in_graphql(message: str) -> str:
    """A message about an operation's text, whose values graphql-core quotes as they were written."""
    return PYTHON_NULL.sub("null", message)


def with_json_values(wrong: GraphQLError, variables: dict[str, Any]) -> GraphQLError:
    """An error about a variable, with the refused value as JSON."""
    found = WRONG_VARIABLE.fullmatch(wrong.message)
    if found:
        place, name, path, reason = found.groups()
        value = value_at(variables.get(name), path or "")
        start, quoted, rest = reason.rpartition(inspect(value))
        if quoted and start.endswith(": "):  # what it quotes elsewhere are names
            wrong.message = f"{place}{start}{in_json(value)}{rest}"
    return wrong


def value_at(value: Any, path: str) -> Any:
    """The value at a path such as .lineItems[3].unitPrice; a value that stands for a list of one is its own item."""
    for name, position in STEP.findall(path):
        if name and isinstance(value, dict):
            value = value.get(name)
        elif position and isinstance(value, list):
            value = value[int(position)]
    return value
