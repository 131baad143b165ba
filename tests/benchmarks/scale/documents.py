"""The operation documents of `graphql/`, asked with keys of this ledger in the place of the demonstration's."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from graphql import OperationDefinitionNode, OperationType, parse

from app.domain.values import moment_text
from app.graphql_api.operation_documents import OperationDocument, load_documents
from tests.benchmarks.scale.ledger import (
    FAT_ACCOUNT,
    FEW_LINKS,
    MANY_LINKS,
    NO_LINKS,
    Size,
    account_number,
    contact_reference,
    document_number,
    is_open,
    representative_reference,
)
from tests.benchmarks.scale.reads import Read, Variables

USUAL = 12  # an account

Keys = dict[str, Callable[[Size, int], str]]  # by those of the demonstration: what stands for them the n-th time


def open_document(size: Size, n: int) -> str:
    """Another open document for each n, with amounts."""
    number = size.documents - 50 * n - 40
    while not is_open(size, number) or number % 100 == 99:
        number -= 1
    return document_number(number)


def account(number: int) -> Callable[[Size, int], str]:
    return lambda size, n: account_number(number)


def representative(number: int) -> Callable[[Size, int], str]:
    return lambda size, n: representative_reference(number)


def last_but(number: int) -> Callable[[Size, int], str]:
    return lambda size, n: document_number(size.documents - number)


USUAL_KEYS: Keys = {
    "1001": account(USUAL),
    "1004": account(USUAL + 2),
    "1008": account(USUAL + 6),
    "hardware": lambda size, n: "Medical 1",
    "INV-1001-02": lambda size, n: document_number(size.documents - 1 - n),
    "1001-02": last_but(1),
    "INV-1001-03": last_but(3),
    "INV-1001-05": last_but(5),
    "INV-1001-09": lambda size, n: open_document(size, 2 * n),
    "INV-1001-10": lambda size, n: open_document(size, 2 * n + 1),
    "CT-1001-2": lambda size, n: contact_reference(size.accounts + 1 + n % (size.documents // 1_000)),
    "REP-02": representative(5),
    "REP-05": representative(6),
    "2020-01-01T00:00:00Z": lambda size, n: moment_text(size.moment(0.5)),
}
FAT_KEYS: Keys = {
    "1001": account(FAT_ACCOUNT),
    "1008": account(FAT_ACCOUNT),
    "INV-1001-05": lambda size, n: document_number(1),
    "REP-05": representative(MANY_LINKS),
    "2020-01-01T00:00:00Z": lambda size, n: moment_text(size.start),
}
FEW_KEYS: Keys = {"REP-05": representative(FEW_LINKS)}
NO_KEYS: Keys = {
    "1001": lambda size, n: account_number(size.accounts),
    "REP-05": representative(NO_LINKS),
    "2020-01-01T00:00:00Z": lambda size, n: moment_text(size.moment(1) + timedelta(days=1)),
}
KINDS = {"": USUAL_KEYS, "of much": FAT_KEYS, "of little": FEW_KEYS, "of nothing": NO_KEYS}
NEW_KEYS = {
    *("9001", "9002", "9003", "9004", "9005", "90044", "CT-9001", "NOTE-9001", "REP-90", "CN-97"),
    *(f"INV-{n}" for n in range(91, 97)),
}


def operation_documents(size: Size, salt: str) -> Iterator[Read]:
    """Every one with usual keys; queries also of what has much and of what has nothing. `salt` tells the new keys of
    one run from those of others."""
    for document in load_documents():
        writes = operation_of(document) is OperationType.MUTATION
        for kind, keys in KINDS.items():
            if not kind or (not writes and any(text in keys for text in texts(document.variables))):
                name = f"operation {document.name}{kind and ', ' + kind}"
                yield Read(name, document.text, sent(document, size, USUAL_KEYS | keys, salt), writes=writes)


def operation_of(document: OperationDocument) -> OperationType:
    (operation,) = (each for each in parse(document.text).definitions if isinstance(each, OperationDefinitionNode))
    return operation.operation


def texts(value: Any) -> Iterator[str]:
    """The texts in a JSON value."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


def sent(document: OperationDocument, size: Size, keys: Keys, salt: str) -> Callable[[int], Variables]:
    """The variables of the n-th time."""

    def replaced(value: Any, n: int) -> Any:
        if isinstance(value, dict):
            return {name: replaced(part, n) for name, part in value.items()}
        if isinstance(value, list):
            return [replaced(part, n) for part in value]
        if value in NEW_KEYS:
            return f"{value}-{salt}-{n}"
        return keys[value](size, n) if isinstance(value, str) and value in keys else value

    variables = json.loads(json.dumps(document.variables or {}))
    return lambda n: replaced(variables, n)
