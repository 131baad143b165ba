"""The npm package graphql-http audits a running server for the GraphQL over HTTP specification."""

import json
import subprocess
from collections import Counter
from typing import Any

import pytest

from tests.audits.package import HERE, NoAudits, installed
from tests.conftest import DemoServer

Audits = list[dict[str, Any]]


@pytest.fixture(scope="module")
def audits(demo_server: DemoServer) -> Audits:
    """The outcome of each audit, on a server in a process of its own."""
    try:
        node = installed()
    except NoAudits as reason:
        pytest.skip(f"NO AUDITS: {reason}: GraphQL over HTTP WAS NOT AUDITED")
    command = [node.program, "audit.mjs", f"{demo_server.url}/graphql", demo_server.api_key]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    outcomes: Audits = json.loads(done.stdout)
    return outcomes


def test_every_audit_passes(audits: Audits) -> None:
    assert [audit for audit in audits if audit["status"] != "ok"] == []


def test_what_the_specification_demands_advises_and_permits_is_all_done(audits: Audits) -> None:
    """A failure would be an 'error' of a MUST, a 'warn' of a SHOULD, a 'notice' of a MAY."""
    outcomes = Counter((audit["name"].partition(" ")[0], audit["status"]) for audit in audits)

    assert outcomes == {("MUST", "ok"): 13, ("SHOULD", "ok"): 23, ("MAY", "ok"): 25}
    assert outcomes.total() == len({audit["id"] for audit in audits}) == 61
