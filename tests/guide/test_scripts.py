"""The page on scripts: its files, commands and programs, in their order, on a running server with the demonstration
ledger."""

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import httpx

from tests.conftest import DemoServer
from tests.guide.pages import GUIDE, blocks, shell_commands
from tests.pdfs import pdf
from tests.servers import COMMAND

PAGE = GUIDE / "scripts.md"
FILES = ("accounts.csv", "documents.csv", "closed.csv")


def environment(server: DemoServer) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return {**own, "GATEWAY_URL": server.url, "GATEWAY_API_KEY": server.api_key, "PYTHONPATH": os.getcwd()}


def test_the_commands_and_programs_of_the_page_work_in_their_order(demo_server: DemoServer, tmp_path: Path) -> None:
    env = environment(demo_server)
    for name, text in zip(FILES, blocks(PAGE, "csv"), strict=True):
        (tmp_path / name).write_text(text)
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices/INV-1.pdf").write_bytes(pdf("page"))
    (program,) = blocks(PAGE, "python")
    assert len([line for line in program.splitlines() if line]) <= 12
    commands = [shlex.split(command)[1:] for command in shell_commands(PAGE) if command.startswith("ingest-gateway ")]
    ran = [words for words in commands if words[0] in ("import", "export", "call")]
    assert len(ran) == 8
    for words in ran:
        done = subprocess.run(
            [*COMMAND, *words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    told = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]

    assert "document INV-1 close" in told[0].stdout.splitlines()
    assert told[1].stdout == ""
    with (tmp_path / "open-items.csv").open(newline="") as file:
        rows = {row["document_number"]: row for row in csv.DictReader(file)}
    assert (rows["INV-2"]["account.name"], rows["INV-2"]["denomination"]) == ("Globex", "250")
    assert "INV-3" not in rows
    headers = {"X-API-Key": demo_server.api_key}
    found = httpx.get(f"{demo_server.url}/api/v1/ingest/documents/INV-1", headers=headers, trust_env=False).json()
    assert (found["status"], found["closure_reason"], found["original_denomination"]) == ("closed", "paid", 1500)
    assert json.dumps(found["due_date"]) == '"2026-06-11"'
