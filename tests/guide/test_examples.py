"""The examples of the pages work on the demonstration ledger: every operation, and every curl command as it stands."""

import json
import re
import shlex
from datetime import date

import httpx
import pytest

from app.demo.plan import Plan
from app.demo.tenants_and_keys import Opened, make_demonstration, open_demonstration
from app.graphql_api.operation_documents import load_documents
from tests.gateway import Client, Gateway
from tests.guide.pages import GUIDE, PAGES, README, blocks, name_of, shell_commands
from tests.pdfs import pdf

ADDRESS = "http://127.0.0.1:8000"
DAY = re.search(r"as it was made on (\d{4}-\d\d-\d\d)", README.read_text("utf-8"))
COST = "X-Gateway-Cost"
DOCUMENT_ID = re.compile(r'documentId(?:": "|=)(\w+)')
# In this order: what is read on the first page is the ledger as it was made, and the PDF is that of a document which
# the page on REST has written.
NAMES = ("reading-and-paging.md", "rest.md", "pdfs.md", "writing-and-errors.md", "front-ends.md", "scripts.md")
WITH_COMMANDS = [*(GUIDE / name for name in NAMES), README]


@pytest.fixture
async def northwind(gateway: Gateway) -> Opened:
    """The first tenant of the demonstration ledger, of the day that the README names."""
    assert DAY is not None
    await make_demonstration(gateway.database, Plan(date.fromisoformat(DAY[1])))
    return (await open_demonstration(gateway.database))[0]


async def test_the_first_query_gives_the_answer_that_stands_below_it(gateway: Gateway, northwind: Opened) -> None:
    answer = await Client(gateway, northwind.key).run(blocks(README, "graphql")[0])

    assert answer == json.loads(blocks(README, "json")[0])


async def test_the_first_mutation_makes_an_account_that_collections_can_work_with(
    gateway: Gateway, northwind: Opened
) -> None:
    made = await Client(gateway, northwind.key).only(blocks(README, "graphql")[1])

    assert made["userErrors"] == []
    assert made["account"]["products"] == ["COLLECTIONS"]
    (collections,) = [each for each in made["account"]["readiness"] if each["product"] == "COLLECTIONS"]
    assert collections == {"product": "COLLECTIONS", "ready": True, "problems": []}


async def test_every_operation_is_answered_without_an_error(gateway: Gateway, northwind: Opened) -> None:
    client = Client(gateway, northwind.key)
    for page in PAGES:
        for text in blocks(page, "graphql"):
            values = {"number": "1001"} if "$number" in text else {}
            answer = await client.run(text, **values)

            assert "errors" not in answer, (name_of(page), answer["errors"])


async def test_every_curl_command_is_answered_well(gateway: Gateway, northwind: Opened) -> None:
    known = {"URL": f"{ADDRESS}/api/v1/ingest", "KEY": northwind.key, "CONNECTION_ID": northwind.tenant.connection_id}
    for page in WITH_COMMANDS:
        curls = [command for command in shell_commands(page) if command.startswith("curl ")]
        assert curls
        for curl in curls:
            answer = await sent(gateway.http, curl, known)

            assert answer.is_success, (name_of(page), curl, answer.text)
            is_json = answer.headers["content-type"] == "application/json"
            assert not is_json or "errors" not in answer.json(), (name_of(page), curl, answer.text)
            if COST in curl:
                assert f"# {answer.text}\n" in page.read_text("utf-8")


def test_every_operation_that_is_named_is_among_the_operation_documents() -> None:
    named = {name for page in PAGES for name in DOCUMENT_ID.findall(page.read_text("utf-8"))}

    assert named
    assert named - {document.name for document in load_documents()} == set()


async def sent(http: httpx.AsyncClient, curl: str, variables: dict[str, str]) -> httpx.Response:
    """What a curl command asks, asked of the gateway."""
    words = shlex.split(re.sub(r"\$(\w+)", lambda name: variables[name[1]], curl), comments=True)[1:]
    method, address, headers, content = "GET", "", {}, b""
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d" | "--data-binary":
                content = body(words.pop(0))
            case option if option.startswith("-"):
                assert set(option[1:]) <= set("si"), option
            case word:
                address = word.removeprefix(ADDRESS)
    return await http.request(
        "POST" if content and method == "GET" else method, address, headers=headers, content=content
    )


def body(given: str) -> bytes:
    return pdf("page") if given == "@invoice.pdf" else given.encode()
