"""Schemathesis over the description: whatever it sends, a running server answers with a status, a media type and a body
that are described, and never with a failure of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from app.domain.enums import Resource
from app.rest_api.openapi.examples import KEYS
from tests.rest_api.description import Json, operations, sealed
from tests.servers import RunningServer, gateway_cli

ACCOUNT = KEYS[Resource.ACCOUNT]
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run")
BOUNDS = ("--phases=examples,fuzzing,stateful", "--max-examples=4", "--seed=1", "--no-shrink", "--continue-on-failure")
# All checks but one: a body of the right form may still be refused for what it refers to, such as an account that does
# not exist, and for what its fields say together.
CHECKS = ("--exclude-checks=positive_data_acceptance",)
# A precondition that does not hold is told before what is wrong with the body.
CONFIGURATION = """[checks]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "409", "412", "413", "415", "422"]
"""


def described(connection_id: str) -> Json:
    """The description, with answers that hold nothing else. What requests refer to is there: the tenant's connection,
    and the account that the examples create before all else."""
    description = sealed()
    for schema in ("DocumentBody", "DocumentPatch", "ContactBody", "ContactPatch"):
        description["components"]["schemas"][schema]["properties"]["account_number"] = {"enum": [ACCOUNT]}
    parameter = description["components"]["parameters"]["ConnectionId"]
    parameter |= {"schema": {"enum": [connection_id]}, "example": connection_id}
    return description


def test_no_request_makes_the_server_fail_or_answer_what_is_not_described(database_url: str, tmp_path: Path) -> None:
    settings = {"GATEWAY_DATABASE_URL": database_url}
    tenant = gateway_cli("tenants", "create", "acme", env=settings, folder=tmp_path)
    told = dict(line.rsplit(maxsplit=1) for line in tenant.splitlines())
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(described(told["connection id"])))
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    with RunningServer(settings, tmp_path) as server:
        arguments = (str(path), f"--url={server.url}", f"--header=X-API-Key: {told['API key']}", "--no-color")
        done = subprocess.run(
            [*COMMAND, *arguments, *BOUNDS, *CHECKS],
            env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.rest_api.fuzzing"},
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        log = server.log

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {len(list(operations()))}\n" in done.stdout, done.stdout
    assert "Traceback" not in log, log
