"""Schemathesis over the schema: whatever it asks, a running server answers with data or a documented refusal, and never
with a failure of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

from graphql import GraphQLObjectType

from app.graphql_api.schema.schema import CORE
from tests.servers import RunningServer, gateway_cli

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run")
BOUNDS = ("--phases=fuzzing", "--max-examples=2", "--seed=1", "--no-shrink", "--continue-on-failure")
CHECKS = ("--checks=documented_answer",)


def fields() -> int:
    """How many there are to ask."""
    roots = (CORE.query_type, CORE.mutation_type)
    return sum(len(root.fields) for root in roots if isinstance(root, GraphQLObjectType))


def test_no_operation_makes_the_server_fail_or_answer_what_is_not_documented(sqlite_url: str, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    tenant = gateway_cli("tenants", "create", "acme", env=env, folder=tmp_path)
    key = dict(line.rsplit(maxsplit=1) for line in tenant.splitlines())["API key"]
    with RunningServer(env, tmp_path) as server:
        address = (str(ROOT / "schema.graphql"), f"--url={server.url}/graphql", f"--header=X-API-Key: {key}")
        done = subprocess.run(
            [*COMMAND, *address, "--no-color", *BOUNDS, *CHECKS],
            env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.graphql_api.fuzzing"},
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=250,
        )  # fmt: skip
        log = server.log

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"\b{fields()} (selected|tested)|Tested: {fields()}\b", done.stdout), done.stdout
    assert "Traceback" not in log, log
