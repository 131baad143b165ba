"""Attacks by what is posted to /graphql: each with what it is answered. Bodies are made when they are sent, since some
have ten mebibytes. What is refused in the process of a test (depths, fragments, odd numbers and texts: see
tests/graphql_api/bad_input and tests/reads/test_limits.py) is not repeated here, but where its size is the attack."""

import json
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.attacks.judge import operation

LESS = "Ask for less at once, in several operations."
LESS_OF_A_FILTER = "Filter by less at once, in several operations."
DATA = "Send data as variables, and ask for less at once."

LARGEST = 10 * 2**20  # bytes of a body
BAD, INPUT, COMPLEX = "BAD_REQUEST", "BAD_USER_INPUT", "QUERY_TOO_COMPLEX"
NO_JSON = "The request is no JSON."
ACCOUNTS = "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }"
AMOUNTS = "query($f: DocumentFilter) { documents(filter: $f) { totalCount } }"
HONEST = b'{"query": "{ __typename }", "variables": {"a": '


class Attack(NamedTuple):
    """A body, and the one error that it is answered with."""

    body: Callable[[], bytes]
    status: int
    code: str
    message: str


def filled(unit: bytes, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    """As many of these as fit into the largest body, in a variable that nobody asks for."""
    room = LARGEST - len(HONEST) - 10
    return HONEST + opening + (unit * (room // len(unit)))[:-1] + closing + b"}}"


def too_many(body: bytes, name: str = "") -> str:
    """The refusal of a body of too many values, most of them in the list of that name."""
    parts = sum(map(body.count, (b",", b"[", b"{")))
    found = f"The request has {parts} values, counted by commas and brackets; at most 450000 are taken. "
    if name:
        inside = body.partition(b"[")[2]
        entries = inside.count(b"{") or inside.count(b",") + 1
        found += f"Most of them are in '{name}', of {entries} entries. "
    return f"{found}Send less at once, and leave out what is empty."


def long(before: str, unit: str, after: str) -> bytes:
    """A text that fills the largest body."""
    return operation(before + unit * ((LARGEST - 500) // len(unit.encode())) + after)


def too_long(length: int) -> str:
    return f"The operation has {length} characters; at most 200000 are allowed. {DATA}"


def of(unit: str, before: str, after: str) -> str:
    return too_long(len(before) + len(after) + len(unit) * ((LARGEST - 500) // len(unit)))


def texts() -> dict[str, Attack]:
    """Texts of few tokens and ten million characters: what a lexer written in Python reads one by one."""
    found = {}
    for name, (before, unit, after) in {
        "spaces": ("{ __typename", " ", "}"),
        "a comment": ("#", "x", "\n{ __typename }"),
        "a string": ('{ account(accountNumber: "', "x", '") { name } }'),
        "a block string": ('{ account(accountNumber: """', "x", '""") { name } }'),
        "a name": ("{ ", "x", " }"),
        "a number": ("{ accounts(first: ", "9", ") { totalCount } }"),
        "an alias": ("{ ", "x", ": __typename }"),
        "a directive": ("{ __typename @", "x", " }"),
    }.items():
        body = partial(long, before, unit, after)
        found[f"a text that is all {name}"] = Attack(body, 200, COMPLEX, of(unit, before, after))
    return found


def json_bombs() -> dict[str, Attack]:
    """Bodies of the largest size whose values take many times their room, or long to be made."""
    units = {
        "empty lists": b"[],",
        "empty objects": b"{},",
        "whole numbers": b"1,",
        "decimal numbers": b"1.5,",
        "words": b"null,",
        "texts": b'"",',
    }
    found = {name: Attack(partial(filled, unit), 400, BAD, too_many(filled(unit), "a")) for name, unit in units.items()}
    twice = b'"a":1,'
    for name, body in {
        "one key again and again": filled(twice, b"{", b"}"),
        "lists in lists": b"[" * LARGEST,
        "objects in objects": b'{"a":' * (LARGEST // 5),
        "lists of the same name": filled(b'{"a":[]},'),
    }.items():
        found[name] = Attack(partial(bytes, body), 400, BAD, too_many(body))
    found["150,000 lists in lists"] = Attack(lambda: b"[" * 150_000, 400, BAD, NO_JSON)
    found["a batch of 50,000"] = Attack(
        lambda: b"[" + b",".join([b'{"query":"{ __typename }"}'] * 50_000) + b"]",
        400, BAD, "The request must be one JSON object; batches are not taken.",
    )  # fmt: skip
    found["a number of ten million digits"] = Attack(
        lambda: operation("{ nodes(ids: 1) { id } }").replace(b": 1)", b": " + b"9" * (LARGEST - 500) + b")"),
        200, COMPLEX, of("9", "{ nodes(ids: ", ") { id } }"),
    )  # fmt: skip
    return found


def variables() -> dict[str, Attack]:
    """Honest texts with vast variables."""
    most = LARGEST - 500
    return {
        "an endless cursor": Attack(
            lambda: operation("query($c: String) { accounts(after: $c) { totalCount } }", c="A" * most),
            200, INPUT, "This is no cursor of this server.",
        ),
        "an amount of ten million digits": Attack(
            lambda: operation(AMOUNTS, f={"openAmount": {"eq": "0." + "9" * most}}),
            200, INPUT, f"filter.openAmount.eq may have at most 4 digits after the point, found: 0.{'9' * 98}….",
        ),
        "an amount of 10,000 digits": Attack(
            lambda: operation(AMOUNTS, f={"openAmount": {"eq": "9" * 10_000}}),
            200, INPUT, f"filter.openAmount.eq may have at most 15 digits before the point, found: {'9' * 100}….",
        ),
        "an amount of 1e999": Attack(
            lambda: operation(AMOUNTS, f={"openAmount": {"eq": 7}}).replace(b"7", b"1e999"),
            200, INPUT, "filter.openAmount.eq may have at most 15 digits before the point, found: 1E+999.",
        ),
        "an amount of 1e-999999999": Attack(
            lambda: operation(AMOUNTS, f={"openAmount": {"eq": 7}}).replace(b"7", b"1e-999999999"),
            200, INPUT, "filter.openAmount.eq may have at most 4 digits after the point, found: 1E-999999999.",
        ),
        "a day of ten million digits": Attack(
            lambda: operation(AMOUNTS, f={"dueDate": {"eq": "9" * most}}),
            200, INPUT,
            "Variable '$f' has invalid value at .dueDate.eq: Date must be a date written YYYY-MM-DD, "
            f'found: "{"9" * 99}….',
        ),
        "50,000 values of a filter": Attack(
            lambda: operation(ACCOUNTS, f={"name": {"in": ["x"] * 50_000}}),
            200, INPUT, f"filter has 50005 names and values; at most 30000 are allowed. {LESS_OF_A_FILTER}",
        ),
        "50,000 parts of a filter": Attack(
            lambda: operation(ACCOUNTS, f={"or": [{"name": {"eq": "x"}}] * 50_000}),
            200, INPUT, f"filter has 250003 names and values; at most 30000 are allowed. {LESS_OF_A_FILTER}",
        ),
        "150,000 identifiers": Attack(
            lambda: operation("query($i: [ID!]!) { nodes(ids: $i) { id } }", i=["x"] * 150_000),
            200, INPUT, f"ids has 150000 identifiers; at most 100 are allowed. {LESS}",
        ),
        "a document of an endless name": Attack(
            lambda: json.dumps({"documentId": "x" * most}).encode(),
            200, "PERSISTED_QUERY_NOT_FOUND", f"This server knows no document '{'x' * 100}'.",
        ),
        "an operation of an endless name": Attack(
            lambda: json.dumps({"query": "{ __typename }", "operationName": "x" * most}).encode(),
            200, INPUT, f"'operationName' may have at most 1000 characters, and has {most}.",
        ),
        "a word of ten million letters": Attack(
            lambda: operation(
                "query($o: [AccountOrder!]) { accounts(orderBy: $o) { totalCount } }", o=[{"field": "N" * most}]
            ),
            200, INPUT, f"Variable '$o' has invalid value at [0].field: Value '{'N' * 1_000}"[:1_000] + "…",
        ),
        "a field of ten million letters": Attack(
            lambda: operation(ACCOUNTS, f={"n" * most: {"eq": "x"}}),
            200, INPUT,
            ("Variable '$f' has invalid value: Expected value of type 'AccountFilter' not to include unknown field "
            f"'{'n' * 1_000}'.")[:1_000] + "…",
        ),
    }  # fmt: skip


def operations() -> dict[str, Attack]:
    """Texts within the bounds of a text that ask for too much."""
    many = " ".join(f"a{n}: __schema {{ types {{ name fields {{ name args {{ name }} }} }} }}" for n in range(200))
    wide = " ".join(f"a{n}: accounts(first: 1000) {{ nodes {{ name }} }}" for n in range(101))
    return {
        "introspection under 200 aliases": Attack(
            lambda: operation(f"{{ {many} }}"), 200, COMPLEX,
            f"The operation has 1400 fields; at most 1000 are allowed. {LESS}",
        ),
        "101 pages of 1000": Attack(
            lambda: operation(f"{{ {wide} }}"), 200, COMPLEX,
            "The operation costs 101914 points; at most 100000 are allowed. Ask for less at once.",
        ),
        "introspection in depth": Attack(
            lambda: operation("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"),
            200, "GRAPHQL_VALIDATION_FAILED", "Maximum introspection depth exceeded",
        ),
        "introspection in depth through fragments": Attack(
            lambda: operation(
                "{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } "
                "fragment B on __Type { fields { type { ...C } } } fragment C on __Type { fields { name } }"
            ),
            200, "GRAPHQL_VALIDATION_FAILED", "Maximum introspection depth exceeded",
        ),
        "999 times the same field": Attack(
            lambda: operation("{ tenant { " + "name " * 999 + "} }"), 200, COMPLEX,
            "The operation repeats too many fields or fragments. Ask for each field once.",
        ),
        "9,990 fields": Attack(
            lambda: operation("{ " + "a " * 9_990 + "}"), 200, COMPLEX,
            f"The operation has 9990 fields; at most 1000 are allowed. {LESS}",
        ),
        "9,988 literals": Attack(
            lambda: operation("{ nodes(ids: [%s]) { id } }" % ('"" ' * 9_988)), 200, INPUT,
            f"ids has 9988 identifiers; at most 100 are allowed. {LESS}",
        ),
        "a long alias in every row": Attack(
            lambda: operation("{ accounts(first: 1000) { nodes { " + "a" * 1_001 + ": name } } }"), 200, COMPLEX,
            "The operation has a name of 1001 characters; at most 1000 are allowed. Shorten it.",
        ),
    }  # fmt: skip


ATTACKS: dict[str, Attack] = texts() | json_bombs() | variables() | operations()
