"""`ingest-gateway explain` shows how a query is answered, on either database, and says why it cannot."""

import json
import re
from pathlib import Path

import pytest

from tests.gateway import Gateway
from tests.servers import ServerError, gateway_cli

QUERY = """query($first: Int!) { accounts(first: $first) { nodes { id documents(last: 2) {
  nodes { daysPastDue } edges { cursor } pageInfo { hasPreviousPage } } balances { openAmount } } }
  node(id: "rubbish") { id } __typename }"""
PLAN = """Plan
  accounts: edge accounts, first 3
    nodes: rows
      id: column csr_id, as id
      documents: edge documents, last 2
        nodes: rows
          daysPastDue: made in Python of status, due_date
        edges: rows and their places
          cursor: cursor
        pageInfo: facts of the page
          hasPreviousPage: has_previous
      balances: edge balances
  node: always null
  __typename: always "Query"
"""


async def explained(database_url: str, folder: Path, text: str, *options: str) -> str:
    async with Gateway(database_url) as gateway:
        key = (await gateway.tenant()).api_key or ""
    (folder / "query.graphql").write_text(text)
    env = {"GATEWAY_DATABASE_URL": database_url}
    return gateway_cli("explain", str(folder / "query.graphql"), "--key", key, *options, env=env, folder=folder)


@pytest.mark.slow
async def test_a_query_is_explained_by_plan_statement_and_times(database_url: str, tmp_path: Path) -> None:
    text = await explained(database_url, tmp_path, QUERY, "--variables", json.dumps({"first": 3}))

    assert text.startswith(PLAN)
    sections = dict(re.findall(r"(?m)^(\w.*)\n((?:  .*\n?)+)", text))
    for_any = ["Database, for any values"] if database_url.startswith("postgres") else []
    assert list(sections) == ["Plan", "Statement", "Parameters", "Database", *for_any, "Milliseconds"]
    assert sections["Statement"].lstrip().startswith("SELECT ")
    assert re.search(r"Index .*Scan|SEARCH t1 USING", sections["Database"])
    parts = ["parse and validate", "plan", "database", "finish"]
    assert re.findall(r"(?m)^ +\d+\.\d{3}  (.+)$", sections["Milliseconds"]) == parts


@pytest.mark.slow
async def test_it_tells_what_a_server_does_that_has_run_for_a_while(postgres_url: str, tmp_path: Path) -> None:
    shown = await explained(postgres_url, tmp_path, '{ document(documentNumber: "D") { id } }')

    told = shown.partition("Database, for any values\n")[2].partition("Milliseconds")[0]
    assert told.startswith("  After 10 runs a connection runs this plan from then on.\n")
    assert "Index" in told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ nothing }", "Cannot query field 'nothing' on type 'Query'."),
        ("{ __schema { types { n: name } } }", "Only queries are answered by a statement of their own."),
        ("{ __schema { types { name } } }", "The query reads nothing from the database."),
        ("{ __typename }", "The query reads nothing from the database."),
    ],
)
async def test_what_has_no_statement_is_refused_with_the_reason(
    sqlite_url: str, tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(ServerError, match=re.escape(reason)):
        await explained(sqlite_url, tmp_path, text)
