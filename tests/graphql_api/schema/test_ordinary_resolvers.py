"""A field with a resolver, added to a type as Strawberry's documentation teaches it, is answered beside planned fields,
which stay one statement; where a plan cannot hold the field, graphql-core executes the operation."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KINDS, numbers
from tests.graphql_api.schema.extended import Answered, ask, copy_with
from tests.postgres import PostgresServer

ON_ACCOUNT = """
    @strawberry.field(description="Its name, aloud.")
    def shouted(self) -> str:
        return self.name.upper()

    @strawberry.field(metadata={"columns": ("credit_limit",)})
    def half_limit(self) -> Decimal | None:
        return self.credit_limit and self.credit_limit / 2

    @strawberry.field(metadata={"columns": ("name",)})
    async def greeting(self, info: strawberry.Info, word: str = "Hello") -> str:
        await asyncio.sleep(0)
        return f"{word} {self.name} for {len(info.context.caller.products)} products"

    @strawberry.field(metadata={"columns": ()})
    def asked_for(self, info: strawberry.Info) -> str:
        return f"{info.field_name} of {info.variable_values.get('number')}"

    @strawberry.field(metadata={"columns": ("name",)})
    def more(self) -> "Score":
        return Score(points=len(self.name))

    @strawberry.field(metadata={"columns": ("name",)})
    async def broken(self) -> int:
        raise RuntimeError("secret")

    @strawberry.field
    def fails_at_once(self) -> int | None:
        raise error(ErrorCode.BAD_USER_INPUT, "Not today.")

    @strawberry.field
    def itself(self) -> Node:
        return self

    @strawberry.field
    def twin(self) -> "Account":
        return self

    @strawberry.field(metadata={"columns": ()})
    def never_null(self) -> str:
        return None

    @strawberry.field(permission_classes=[Nobody])
    def guarded(self) -> str | None:
        return "guarded"

    @strawberry.field(metadata={"columns": ("name",)})
    def undeclared(self) -> str:
        return str(self.vat)

"""
BEFORE_ACCOUNT = """
from strawberry.permission import BasePermission


class Nobody(BasePermission):
    message = "Nobody may."
    error_extensions = {"code": "FORBIDDEN"}

    def has_permission(self, source, info, **arguments):
        return False


@strawberry.type
class Score:
    points: int

    @strawberry.field
    async def doubled(self) -> int:
        return self.points * 2

"""
NODE_ID = '    id: strawberry.ID = strawberry.field(description="Global identifier, opaque; see `node`.")'
TOTAL_COUNT = (
    '    total_count: int = computed(total_count, "How many rows the list has in all; counted only when asked for.")'
)
ADDITIONS = {
    ("types.py", "class Account(Node):"): ON_ACCOUNT,
    ("types.py", "import strawberry"): "import asyncio\nfrom app.graphql_api.errors import ErrorCode, error\n",
    ("types.py", NODE_ID): BEFORE_ACCOUNT,
    ("connections.py", TOTAL_COUNT): (
        "\n    @strawberry.field\n    def count_shown(self) -> int:\n        return len(self.rows)\n"
    ),
    ("queries.py", "class Query:"): "    @strawberry.field\n    def version(self) -> str:\n        return 'one'\n\n",
    ("mutations.py", "class Mutation:"): (
        "    @strawberry.mutation\n    async def ping(self, info: strawberry.Info, word: str) -> str:\n"
        "        return f'{word} {len(info.context.caller.products)}'\n\n"
    ),
}

CREATE = """mutation($number: String!, $name: String!, $limit: Decimal) {
  createAccount(accountNumber: $number, input: {combined: {name: $name, creditLimit: $limit}}) {
    account { shouted greeting } userErrors { code } } }"""
LOOK_UP = "query($number: String!) { account(accountNumber: $number) { name %s } }"
A_2 = {"number": "A-2"}
OPERATIONS: dict[str, dict[str, Any]] = {
    "created": {"query": CREATE, "variables": {"number": "A-1", "name": "Acme", "limit": "1000"}},
    "created too": {"query": CREATE, "variables": {"number": "A-2", "name": "Globex"}},
    "sync": {"query": "{ accounts { nodes { accountNumber shouted documents { totalCount } } } }"},
    "declared": {"query": "{ accounts { nodes { name halfLimit customFields { key } } } }"},
    "async": {"query": '{ accounts { edges { cursor node { greeting other: greeting(word: "Bye") } } } }'},
    "own variables": {"query": LOOK_UP % "askedFor", "variables": {"number": "A-1"}},
    "other variables": {"query": LOOK_UP % "askedFor", "variables": A_2},
    "type of its own": {"query": LOOK_UP % "more { __typename points doubled }", "variables": A_2},
    "raises": {"query": LOOK_UP % "broken", "variables": A_2},
    "null": {"query": LOOK_UP % "neverNull", "variables": A_2},
    "permission": {"query": LOOK_UP % "guarded", "variables": A_2},
    "not read": {"query": LOOK_UP % "undeclared", "variables": A_2},
    "on a page": {"query": "{ accounts { countShown nodes { shouted balances { currency } } } }"},
    "on Query": {"query": '{ version account(accountNumber: "A-1") { name shouted greeting } }'},
    "on Mutation": {"query": 'mutation { ping(word: "pong") __typename }'},
    "read back": {
        "query": """mutation { patchAccount(accountNumber: "A-1", patch: {vat: "1"}) {
            account { greeting broken documents { totalCount } } userErrors { code } } }"""
    },
    "told": {"query": LOOK_UP % "greeting failsAtOnce", "variables": A_2},
    "interface": {"query": LOOK_UP % "itself { id ... on Account { shouted } }", "variables": A_2},
    "resource": {"query": LOOK_UP % "twin { name greeting }", "variables": A_2},
    "fragment": {"query": "{ accounts { nodes { ...F } } } fragment F on Node { id ... on Account { shouted } }"},
}


TOLD = {"name": "Globex", "greeting": "Hello Globex for 4 products", "failsAtOnce": None}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extended")
    copy_with(folder, ADDITIONS)
    return folder


@pytest.fixture(scope="module", params=KINDS)
async def url(
    request: pytest.FixtureRequest,
    folder: Path,
    sqlite_template: Path,
    postgres: PostgresServer,
    postgres_template: str,
) -> AsyncIterator[str]:
    if request.param == "sqlite":
        shutil.copy(sqlite_template, folder / "gateway.db")
        yield f"sqlite+aiosqlite:///{folder / 'gateway.db'}"
    else:
        name = f"extended_{next(numbers)}"
        yield await postgres.create_database(name, postgres_template)
        await postgres.drop_database(name)


@pytest.fixture(scope="module")
def answered(folder: Path, url: str) -> dict[str, Answered]:
    """What each operation was answered, in their order."""
    return dict(zip(OPERATIONS, ask(folder, url, list(OPERATIONS.values())), strict=True))


def nodes(found: Answered) -> Any:
    assert "errors" not in found.answer
    return found.answer["data"]["accounts"]["nodes"]


def test_a_resolver_that_declares_nothing_finds_every_column_beside_planned_fields_in_one_statement(
    answered: dict[str, Answered],
) -> None:
    assert nodes(answered["sync"]) == [
        {"accountNumber": "A-1", "shouted": "ACME", "documents": {"totalCount": 0}},
        {"accountNumber": "A-2", "shouted": "GLOBEX", "documents": {"totalCount": 0}},
    ]
    assert answered["sync"].statements == 1


def test_a_resolver_finds_the_columns_that_it_declares_in_one_statement(answered: dict[str, Answered]) -> None:
    assert nodes(answered["declared"]) == [
        {"name": "Acme", "halfLimit": "500", "customFields": []},
        {"name": "Globex", "halfLimit": None, "customFields": []},
    ]
    assert answered["declared"].statements == 1


def test_async_resolvers_with_info_and_arguments_are_awaited_after_the_one_statement(
    answered: dict[str, Answered],
) -> None:
    edges = answered["async"].answer["data"]["accounts"]["edges"]
    assert [edge["node"] for edge in edges] == [
        {"greeting": "Hello Acme for 4 products", "other": "Bye Acme for 4 products"},
        {"greeting": "Hello Globex for 4 products", "other": "Bye Globex for 4 products"},
    ]
    assert answered["async"].statements == 1


def test_info_tells_of_the_requests_own_variables_though_requests_share_a_plan(answered: dict[str, Answered]) -> None:
    found = [answered[name] for name in ("own variables", "other variables")]
    assert [each.answer["data"]["account"]["askedFor"] for each in found] == ["askedFor of A-1", "askedFor of A-2"]
    assert [each.statements for each in found] == [1, 1]


def test_a_resolver_may_answer_with_a_type_that_has_resolvers_of_its_own(answered: dict[str, Answered]) -> None:
    assert answered["type of its own"].answer == {
        "data": {"account": {"name": "Globex", "more": {"__typename": "Score", "points": 6, "doubled": 12}}}
    }
    assert answered["type of its own"].statements == 1


@pytest.mark.parametrize(
    ("name", "field", "message", "data"),
    [
        ("raises", "broken", "The server failed.", None),
        ("null", "neverNull", "The server failed.", None),
        ("told", "failsAtOnce", "Not today.", TOLD),
        ("permission", "guarded", "Nobody may.", {"name": "Globex", "guarded": None}),
        ("not read", "undeclared", "The server failed.", None),
    ],
)
def test_what_a_resolver_does_wrong_is_told_at_its_place(
    answered: dict[str, Answered], name: str, field: str, message: str, data: Any
) -> None:
    answer = answered[name].answer
    (error,) = answer["errors"]
    assert answer["data"] == {"account": data}
    assert error["path"] == ["account", field]
    assert error["message"].startswith(message)
    assert "secret" not in str(answer)


def test_a_payload_shows_resolved_fields_of_the_row_that_was_written(answered: dict[str, Answered]) -> None:
    assert answered["created"].answer == {
        "data": {
            "createAccount": {
                "account": {"shouted": "ACME", "greeting": "Hello Acme for 4 products"},
                "userErrors": [],
            }
        }
    }


def test_a_payload_that_is_read_back_tells_what_failed_at_its_place(answered: dict[str, Answered]) -> None:
    answer = answered["read back"].answer
    assert answer["data"] == {"patchAccount": {"account": None, "userErrors": []}}
    assert [error["path"] for error in answer["errors"]] == [["patchAccount", "account", "broken"]]


def test_a_resolver_on_a_page_leaves_the_operation_to_the_executor(answered: dict[str, Answered]) -> None:
    assert answered["on a page"].answer == {
        "data": {
            "accounts": {
                "countShown": 2,
                "nodes": [{"shouted": "ACME", "balances": []}, {"shouted": "GLOBEX", "balances": []}],
            }
        }
    }
    assert answered["on a page"].statements == 2  # one a level


def test_so_does_a_resolver_on_query(answered: dict[str, Answered]) -> None:
    account = {"name": "Acme", "shouted": "ACME", "greeting": "Hello Acme for 4 products"}
    assert answered["on Query"].answer == {"data": {"version": "one", "account": account}}


def test_and_one_on_mutation(answered: dict[str, Answered]) -> None:
    assert answered["on Mutation"].answer == {"data": {"ping": "pong 4", "__typename": "Mutation"}}


def test_a_resolver_is_found_through_fragments(answered: dict[str, Answered]) -> None:
    assert [node["shouted"] for node in nodes(answered["fragment"])] == ["ACME", "GLOBEX"]
    assert answered["fragment"].statements == 1


def test_a_resolver_may_answer_with_a_row(answered: dict[str, Answered]) -> None:
    twin = {"name": "Globex", "greeting": "Hello Globex for 4 products"}
    assert answered["resource"].answer == {"data": {"account": {"name": "Globex", "twin": twin}}}
    assert answered["resource"].statements == 1


def test_one_that_answers_with_an_interface_leaves_the_operation_to_the_executor(
    answered: dict[str, Answered],
) -> None:
    account = answered["interface"].answer["data"]["account"]
    assert (account["name"], account["itself"]["shouted"]) == ("Globex", "GLOBEX")
    assert len(account["itself"]["id"]) > 5
