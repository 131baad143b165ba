"""The gateway with lines added to its schema, as an engineer adds them to the files: a copy of the application, asked
in a process of its own. Run as a script it is that process."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
LEFT_OUT = shutil.ignore_patterns("node_modules", "static", "src", "__pycache__")


@dataclass(frozen=True, slots=True)
class Answered:
    """What an operation was answered, and the SQL statements that it took."""

    answer: dict[str, Any]
    statements: int


def copy_with(folder: Path, additions: Mapping[tuple[str, str], str]) -> None:
    """Copies the application. An addition goes below a line of a file of the schema."""
    shutil.copytree(ROOT / "app", folder / "app", ignore=LEFT_OUT)
    for name in ("graphql", "tests", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    for (name, line), text in additions.items():
        path = folder / "app/graphql_api/schema" / name
        source = path.read_text()
        assert source.count(f"{line}\n") == 1
        path.write_text(source.replace(f"{line}\n", f"{line}\n{text}"))


def ask(folder: Path, database_url: str, operations: list[dict[str, Any]]) -> list[Answered]:
    """What the gateway in the folder answers, one operation after the other."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.graphql_api.schema.extended"],
        input=json.dumps({"url": database_url, "operations": operations}),
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONWARNINGS": "default"},
        text=True,
        timeout=120,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert "never awaited" not in found.stderr
    return [Answered(*each) for each in json.loads(found.stdout.splitlines()[-1])]


async def answers(database_url: str, operations: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    from tests.gateway import Gateway  # noqa: PLC0415 -- of the copy, in its process alone

    async with Gateway(database_url) as gateway:
        client = await gateway.tenant("acme")
        return [
            (await client.run(each["query"], **each.get("variables", {})), len(gateway.statements))
            for each in operations
        ]


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.stdout.write(json.dumps(asyncio.run(answers(asked["url"], asked["operations"]))) + "\n")
