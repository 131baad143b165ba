"""`import`, `export` and `call`: the command line as the client of a running gateway."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from rich.console import Console

from app.cli.client.progress import ProgressBar
from tests.pdfs import pdf
from tests.servers import COMMAND, RunningServer, gateway_cli

ACCOUNTS = "account_number,name\nA,Acme\nB,=Globex\nC,\n"
OPERATION = (
    "query Accounts($first: Int, $after: String) { accounts(first: $first, after: $after) { nodes { name } %s } }"
)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command ended with."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """A user's shell in a folder of its own, with the gateway's address and a key."""

    server: RunningServer
    folder: Path
    key: str

    @property
    def env(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        return {**own, "GATEWAY_URL": self.server.url, "GATEWAY_API_KEY": self.key, "PYTHONPATH": os.getcwd()}

    def run(self, *command: str, stdin: bytes = b"", **env: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *command], cwd=self.folder, env=self.env | env, input=stdin, capture_output=True, check=False,
            timeout=120,
        )  # fmt: skip
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*COMMAND, *command], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def write(self, name: str, content: str | bytes) -> str:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.server.url + path, headers={"X-API-Key": self.key}, trust_env=False, timeout=60)

    def rows(self, resource: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.get(f"/api/v1/bulk/{resource}").text.splitlines()]


@pytest.fixture
def shell(sqlite_url: str, tmp_path: Path) -> Iterator[Shell]:
    """A new tenant of a running gateway."""
    settings = {"GATEWAY_DATABASE_URL": sqlite_url}
    made = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=settings, folder=tmp_path))
    with RunningServer(settings, tmp_path) as server:
        yield Shell(server, tmp_path, made["apiKey"])


def documents(count: int) -> str:
    dates = {"invoice_date": "2026-01-01", "due_date": "2026-01-31"}
    lines = ({"document_number": f"D{number:05}", "account_number": "A", **dates} for number in range(count))
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def test_files_are_imported_accounts_first_and_what_failed_can_be_mended_and_sent_again(shell: Shell) -> None:
    names = shell.write("documents.ndjson", documents(2)), shell.write("Accounts-may.csv", ACCOUNTS)
    done = shell.run("import", *names, "--rejects", "rejects.csv")

    assert done.code == 3, done.err
    assert "line 3: C: name is required" in done.err
    table = [[cell.strip() for cell in line.split("│")[1:4]] for line in done.out.splitlines() if "│" in line]
    assert table == [["Accounts-may.csv", "3", "2"], ["documents.ndjson", "2", "2"]]
    rejects = shell.folder / "Accounts-may-rejects.csv"
    assert rejects.read_text() == "account_number,name\nC,\n"
    rejects.write_text("account_number,name\nC,Initech\n")
    assert shell.run("import", rejects.name).code == 0
    assert [row["name"] for row in shell.rows("accounts")] == ["Acme", "=Globex", "Initech"]


def test_a_dry_run_writes_nothing_and_says_what_would_fail(shell: Shell) -> None:
    done = shell.run("import", shell.write("accounts.csv", ACCOUNTS), "--dry-run")

    assert (done.code, shell.rows("accounts")) == (3, [])
    assert "line 3: C: name is required" in done.err


def test_standard_input_and_compressed_files_are_imported(shell: Shell) -> None:
    assert shell.run("import", "-", "--resource", "accounts", stdin=ACCOUNTS[:-3].encode()).code == 0
    subprocess.run(["gzip", shell.write("documents.ndjson", documents(3))], cwd=shell.folder, check=True)
    assert shell.run("import", "documents.ndjson.gz").code == 0
    assert (len(shell.rows("accounts")), len(shell.rows("documents"))) == (2, 3)


def test_corrections_are_handed_on(shell: Shell) -> None:
    head = "document_number;account_number;invoice_date;due_date;currency;original_denomination;denomination\n"
    name = shell.write("documents.csv", head + " D ;A;05/12/2026;06/11/2026;USD;1.234,50;1.234,50\n")
    shell.run("import", shell.write("accounts.csv", ACCOUNTS))
    options = ("--delimiter", "semicolon", "--date-format", "%m/%d/%Y", "--decimal", "comma", "--thousands", "point")
    done = shell.run("import", name, *options, "--trim", "--products", "invoicing,collections")

    assert done.code == 0, done.err
    (row,) = shell.rows("documents")
    assert (row["document_number"], row["due_date"], row["denomination"]) == ("D", "2026-06-11", 1234.5)
    assert row["products"] == ["collections", "invoicing"]


def test_an_import_goes_on_by_itself_when_the_server_was_killed(shell: Shell) -> None:
    shell.run("import", shell.write("accounts.csv", ACCOUNTS))
    importing = shell.start("import", shell.write("documents.ndjson", documents(1_500)))
    wait_for_lines(shell, 1)
    shell.server.kill()
    shell.server.start()
    out, err = importing.communicate(timeout=120)

    assert importing.returncode == 0, err.decode()
    assert "1,500" in out.decode()
    assert [row["document_number"] for row in shell.rows("documents")] == [f"D{n:05}" for n in range(1_500)]
    assert len(shell.get("/api/v1/bulk/changes?resource=document").text.splitlines()) == 1_500


def test_an_import_whose_client_was_killed_is_resumed_by_its_id(shell: Shell) -> None:
    shell.run("import", shell.write("accounts.csv", ACCOUNTS))
    name = shell.write("documents.ndjson", documents(1_500))
    importing = shell.start("import", name)
    wait_for_lines(shell, 1)
    importing.kill()
    importing.communicate()
    (known,) = [each for each in imports(shell) if each["resource"] == "documents"]

    done = shell.run("import", "--resume", known["id"], name)
    assert done.code == 0, done.err
    assert len(shell.rows("documents")) == 1_500
    (known,) = [each for each in imports(shell) if each["resource"] == "documents"]
    assert (known["state"], known["created"]) == ("completed", 1_500)


def imports(shell: Shell) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = shell.get("/api/v1/bulk/imports").json()["imports"]
    return listed


def wait_for_lines(shell: Shell, lines: int) -> None:
    """Until an import of documents has come so far, and is not at its end."""
    began = monotonic()
    while not any(each["resource"] == "documents" and each["lines"] >= lines for each in imports(shell)):
        assert monotonic() - began < 60
        sleep(0.02)


def test_what_would_be_refused_again_ends_at_once(shell: Shell) -> None:
    name = shell.write("accounts.csv", "account_number,nmae\nA,x\n")
    done = shell.run("import", name)
    assert (done.code, done.err.count("\n") < 3) == (1, True)
    assert "nmae" in done.err
    for command in (["import", name], ["export", "accounts"], ["call", "TenantBalances"]):
        assert shell.run(*command, GATEWAY_API_KEY="igk_x").code == 1
        assert "GATEWAY_API_KEY" in shell.run(*command, GATEWAY_API_KEY="").err
    for wrong in (["import"], ["import", "no.csv"], ["import", shell.write("x.csv", ACCOUNTS)], ["export", "bills"]):
        assert shell.run(*wrong).code == 2


def test_an_export_is_a_file_when_it_is_whole(shell: Shell) -> None:
    shell.run("import", shell.write("accounts.csv", ACCOUNTS))
    asked = ("--format", "csv", "--fields", "account_number,name", "--safe")
    done = shell.run("export", "accounts", *asked, "-o", "out.csv")

    assert (done.code, (shell.folder / "out.csv").read_text()) == (0, "account_number,name\nA,Acme\nB,'=Globex\n")
    assert "Change cursor: " in done.err
    cursor = done.err.rsplit(maxsplit=1)[-1]
    assert shell.run("export", "changes", "--after", cursor).out == ""
    found = shell.run("export", "accounts", "--filter", '{"name": {"eq": "Acme"}}').out
    assert [json.loads(line)["name"] for line in found.splitlines()] == ["Acme"]
    refused = shell.run("export", "accounts", "--fields", "nmae", "-o", "out.csv")
    assert (refused.code, refused.err) == (1, "fields: 'nmae' is no field of these rows; 'name' is.\n")
    assert sorted(each.name for each in shell.folder.glob("out*")) == ["out.csv"]


def test_an_operation_is_called_by_its_name_or_from_a_file(shell: Shell) -> None:
    shell.run("import", shell.write("accounts.csv", ACCOUNTS))
    name = shell.write("accounts.graphql", OPERATION % "pageInfo { hasNextPage endCursor }")

    assert json.loads(shell.run("call", "TenantBalances", "--format", "json").out)["tenant"]["name"] == "acme"
    one = shell.run("call", name, "--var", "first=1", "--format", "ndjson").out
    assert one == '{"name": "Acme"}\n'
    every = shell.run("call", name, "--var", "first=1", "--format", "ndjson", "--all").out
    assert every == '{"name": "Acme"}\n{"name": "=Globex"}\n'
    nodes = json.loads(shell.run("call", name, "--var", "first=1", "--all").out)["accounts"]["nodes"]
    assert nodes == [{"name": "Acme"}, {"name": "=Globex"}]
    table = shell.run("call", name, "--format", "table").out
    assert [line.strip("│┃ ") for line in table.splitlines() if line[0] in "│┃"] == ["name", "Acme", "=Globex"]


def test_calls_tell_by_their_exit_code_what_was_wrong(shell: Shell) -> None:
    close = ("call", "CloseDocument", "--var", "documentNumber=none", "--var")
    refused = shell.run(*close, 'closure={"closureReason": "PAID"}')
    assert (refused.code, "NOT_FOUND" in refused.err) == (3, True)
    failed = shell.run(*close, 'closure={"closureReasn": "PAID"}')
    assert (failed.code, failed.out, "BAD_USER_INPUT" in failed.err) == (1, "", True)
    plain = shell.write("plain.graphql", "{ tenant { name } }")
    for wrong in (["Tenantbalances"], [plain, "--all"], [plain, "--var", "x=1"], ["DocumentsChangedSince"]):
        assert shell.run("call", *wrong).code == 2


def test_pdfs_of_a_folder_go_to_the_documents_that_name_them(shell: Shell) -> None:
    shell.run("import", shell.write("accounts.csv", ACCOUNTS))
    rows = [json.loads(line) for line in documents(4).splitlines()]
    rows[0] |= {"document_number": "D/0"}
    rows[1] |= {"pdf_name": "scan.pdf"}
    rows[2] |= {"pdf_name": "twice.pdf"}
    rows[3] |= {"pdf_name": "twice.pdf"}
    shell.run("import", shell.write("documents.ndjson", "".join(f"{json.dumps(row)}\n" for row in rows)))
    (shell.folder / "pdfs").mkdir()
    for name in ("D%2F0.pdf", "scan.pdf", "twice.pdf", "nobody.pdf"):
        shell.write(f"pdfs/{name}", pdf("page"))
    shell.write("pdfs/D00002.pdf", b"no PDF")
    done = shell.run("import", "--pdfs", "pdfs")

    assert (done.code, done.out) == (3, "2 of 5 PDFs pushed, 3 failed.\n"), done.err
    told = [line for line in done.err.splitlines() if line]
    assert [line.partition(":")[0] for line in told] == ["D00002.pdf", "nobody.pdf", "twice.pdf"]
    assert told[2] == "twice.pdf: 2 documents have that pdf_name: D00002, D00003."
    for number in ("D%2F0", "D00001"):
        listed = shell.get(f"/api/v1/ingest/documents/{number}/attachments").json()
        assert len(listed["attachments"]) == 1, listed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["call", "DocumentsCh"], "DocumentsChangedSince"),
        (["call", "DocumentsChangedSince", "--var", "si"], "since="),
        (["call", "--form"], "--format"),
        (["export", "rep"], "representatives"),
        (["import", "--thou"], "--thousands"),
    ],
)
def test_the_shell_completes_operations_and_options(words: list[str], expected: str, tmp_path: Path) -> None:
    env = {
        **os.environ, "_CLI_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(["cli", *words]),
        "COMP_CWORD": str(len(words)), "PYTHONPATH": os.getcwd(),
    }  # fmt: skip
    program = "from app.cli.main import cli; cli(prog_name='cli')"
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert expected in done.stdout.split(), done.stderr


def test_progress_is_a_line_where_there_is_no_terminal() -> None:
    told = StringIO()
    with ProgressBar("documents.csv", 4 * 2**20, bytes=True, console=Console(file=told, width=200)) as shown:
        shown.began -= 10
        shown.last_line -= 10
        shown.to(2**20)
        shown.to(2**21)

    assert told.getvalue() == "documents.csv: 25 %, 1.0 MiB, 0.1 MiB/s, 30 s left\n"
