"""An import whose server, client or database is killed again and again, and resumed each time; and what is left of it
beside an undisturbed one. The client is a process of its own that sends as fast as it can."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.tables import IMPORT_CHUNKS, IMPORTS, TENANTS, metadata
from app.storage.writes.change_log import audit, recorded_change
from tests.servers import RunningServer, gateway_cli

IMPORT = "/api/v1/bulk/imports"
# Sends a file from an offset on, and prints the last line of the answer.
CLIENT = """
import http.client, sys
host, port, path, key, file, offset = sys.argv[1:]
connection = http.client.HTTPConnection(host, int(port), timeout=120)
body = open(file, "rb")
body.seek(int(offset))
headers = {"X-API-Key": key, "Content-Type": "application/x-ndjson", "Upload-Offset": offset}
connection.request("POST", path, iter(lambda: body.read(65536), b""), headers, encode_chunked=True)
print(connection.getresponse().read().decode().strip().rpartition("\\n")[2])
"""
LONGEST_PAUSE = 0.3  # seconds between the place of a kill and the kill
PATIENCE = 60.0  # seconds without any progress
# What differs between two tenants that were given the same, and is no matter.
UNEQUAL = {"tenant_id", "csr_id", "created_at", "updated_at", "at", "hash", "key_id", "request_id", "sequence"}
OF_THE_TENANT = ("tenant", "api_key")  # in the change log

Kill = Callable[[], None]


def lines(count: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """So many lines of all kinds, that depend on one another, some of them twice or wrong."""
    dated = {"invoice_date": "2026-01-05", "due_date": "2026-02-04"}
    amounts = {"currency": "EUR", "original_denomination": "100.50", "denomination": "40.25"}
    yield {"resource": "representative", "key": "R-1", "data": {"name": "Rita"}}
    for number in range(1, count):
        account, document = f"A-{number // 20}", f"D-{dice.randrange(number)}"
        kind = number % 20
        if kind == 0 or number < 20:
            yield {"resource": "account", "key": account, "data": {"name": f"Account {number}"}}
        elif kind == 1:
            note = {"account_number": account, "body": "Called.", "effective_date": "2026-01-05T10:00:00Z"}
            yield {"resource": "note", "key": f"N-{number}", "data": note}
        elif kind == 2:
            yield {"resource": "representative", "verb": "link", "key": "R-1", "data": {"account_number": account}}
        elif kind == 3:
            closure = {"closure_reason": "paid", "closure_date": "2026-03-01T00:00:00Z"}
            yield {"resource": "document", "verb": "close", "key": document, "data": closure}
        elif kind == 4:
            yield {"resource": "document", "verb": "patch", "key": document, "data": {"comment": f"Line {number}"}}
        elif kind == 5:
            yield {"resource": "document", "key": f"D-{number}", "data": {"account_number": account}}  # has faults
        else:
            data = {"account_number": account, **dated, **amounts, "po_number": f"PO-{number}"}
            yield {"resource": "document", "key": f"D-{number}", "data": data}


@dataclass
class KilledImport:
    """An import of a file on a running server."""

    server: RunningServer
    env: Mapping[str, str]
    folder: Path
    file: Path
    url: str  # of the database
    dice: random.Random
    revive: Callable[[], None] = lambda: None  # starts the database again
    kills: list[str] = field(default_factory=list)  # that were done

    def tenant(self, name: str) -> str:
        """The key of a new tenant."""
        made = gateway_cli("tenants", "create", name, env=self.env, folder=self.folder)
        return next(line.split()[-1] for line in made.splitlines() if line.startswith("API key"))

    def start_client(self, key: str, path: str, offset: int) -> "subprocess.Popen[str]":
        arguments = ["127.0.0.1", str(self.server.port), path, key, str(self.file), str(offset)]
        return subprocess.Popen(
            [sys.executable, "-c", CLIENT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def undisturbed(self, tenant: str) -> dict[str, Any]:
        """The end of an import that nothing happens to."""
        client = self.start_client(self.tenant(tenant), f"{IMPORT}?answer=end", 0)
        out, wrong = client.communicate(timeout=PATIENCE * 10)
        assert not wrong, wrong
        end: dict[str, Any] = json.loads(out)["end"]
        return end

    def disturbed(self, tenant: str, killing: Sequence[tuple[str, Kill]], count: int) -> dict[str, Any]:
        """The end of an import in which one after another is killed, at places of the file that dice choose."""
        key, import_id = self.tenant(tenant), "6f1c2b8e-4a57-4a0e-9c1d-2f8b7d3e5a90"
        places = sorted(self.dice.randrange(count) for _ in killing)
        client = self.start_client(key, f"{IMPORT}?answer=end&id={import_id}", 0)
        for place, (victim, kill) in zip(places, killing, strict=True):
            self.wait_for(key, import_id, place, client)
            time.sleep(self.dice.uniform(0, LONGEST_PAUSE))
            if client.poll() is None:
                self.kills.append(victim)
            client.kill() if victim == "client" else kill()
            client.kill() if victim == "client" else client.wait(PATIENCE)
            self.revive()
            self.server.start()
            client = self.resumed(key, import_id, client)
        return self.end_of(key, import_id, client)

    def end_of(self, key: str, import_id: str, client: "subprocess.Popen[str]") -> dict[str, Any]:
        """The end of an import, resumed as often as it takes: the server may have been at work on what it had of a
        client that was killed, and be further than it was when it was asked."""
        while True:
            out, _ = client.communicate(timeout=PATIENCE * 10)
            answer = json.loads(out or "{}")
            if "end" in answer:
                end: dict[str, Any] = answer["end"]
                return end
            if answer.get("error") == "import_ended":
                return self.ended(key, import_id)
            client = self.resumed(key, import_id, client)

    def ended(self, key: str, import_id: str) -> dict[str, Any]:
        """The end of an import that had ended before its client was resumed."""
        kept = self.kept(key, import_id)
        names = ("state", "lines", "created", "replaced", "patched", "closed", "linked", "unchanged", "failed")
        return {"import": import_id, **{name: kept[name] for name in names}}

    def resumed(self, key: str, import_id: str, former: "subprocess.Popen[str]") -> "subprocess.Popen[str]":
        former.communicate()
        kept = self.kept(key, import_id)
        if "offset" not in kept:  # killed before it had begun
            return self.start_client(key, f"{IMPORT}?answer=end&id={import_id}", 0)
        return self.start_client(key, f"{IMPORT}/{import_id}", kept["offset"])

    def wait_for(self, key: str, import_id: str, place: int, client: "subprocess.Popen[str]") -> None:
        """Waits until so many lines are done, or the import has ended."""
        deadline = time.monotonic() + PATIENCE * 10
        while client.poll() is None and self.kept(key, import_id).get("lines", -1) < place:
            assert time.monotonic() < deadline, self.server.log[-2000:]
            time.sleep(0.02)

    def kept(self, key: str, import_id: str) -> dict[str, Any]:
        """The import as the server tells it, once it does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = httpx.get(f"{self.server.url}{IMPORT}/{import_id}", headers={"X-API-Key": key}, timeout=30)
            if answer.status_code in (200, 404):
                found: dict[str, Any] = answer.json()
                return found
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.1)


async def state_of(url: str, tenant: str) -> dict[str, list[str]]:
    """All rows of a tenant and its change log in its order, but for what differs between tenants. The log is sound."""
    database = Database(url, administers=True)
    try:
        async for result in audit(database):
            assert result.fault is None, result
        async with database.reading() as connection:
            find = sa.select(TENANTS.c.tenant_id).where(TENANTS.c.name == tenant)
            tenant_id = (await connection.execute(find)).scalar_one()
            found: dict[str, list[str]] = {}
            for table in metadata.sorted_tables:
                if "tenant_id" not in table.c or table.name in {*SKIPPED, IMPORTS.name, IMPORT_CHUNKS.name}:
                    continue
                rows = sa.select(table).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
                found[table.name] = [
                    repr({name: value for name, value in told(dict(row)).items() if name not in UNEQUAL})
                    for row in (await connection.execute(rows)).mappings()
                    if row.get("resource") not in OF_THE_TENANT
                ]
    finally:
        await database.dispose()
    return found


def told(row: dict[str, Any]) -> dict[str, Any]:
    """The row; an entry of the change log with what it tells, which it holds packed."""
    if "packed" not in row:
        return row
    before, after = recorded_change(row)
    return {name: value for name, value in row.items() if name not in ("packed", "digest")} | {
        "before": before,
        "after": after,
    }


SKIPPED = ("tenants", "api_keys", "budgets", "changes_end", "blob_claims", "idempotent_answers")
