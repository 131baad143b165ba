"""What attackers send forges no line of the log, and what is secret comes into no log, no answer and no metric."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.attacks.judge import Target, operation
from tests.attacks.test_connections import exchanged, get, post
from tests.conftest import migrated
from tests.server.conftest import new_tenant
from tests.servers import RunningServer

FORGED = '2026-01-01T00:00:00 {"level": "error", "message": "forged"}'
BREAKS = ("\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x1b[2K\x1b[1A", '"}\n{"', "\x00", "\u202e")
SECRET = "hidden-value"
REST = "/api/v1/ingest/accounts/"


def attack(target: Target, broken: str) -> None:
    """Puts a line break and a line behind it wherever a client may put a text."""
    text = f"x{broken}{FORGED}"
    encoded = "".join(f"%{byte:02x}" for byte in text.encode())
    target.ask("GET", f"/nowhere/{encoded}?{encoded}={SECRET}")
    target.ask("GET", f"{REST}{encoded}")
    target.ask("PUT", f"{REST}{encoded}", json.dumps({"name": SECRET, text: text}).encode())
    target.ask("PATCH", f"{REST}A", json.dumps({"custom_fields": {"collections": {text: [text]}}}).encode())
    target.ask("GET", f"/graphql?query={encoded}&operationName={encoded}")
    target.post(json.dumps({"query": text, "operationName": text, "variables": {text: SECRET}}).encode())
    target.post(json.dumps({"query": "query A { __typename }", "operationName": text}).encode())
    target.post(json.dumps({"documentId": text}).encode())
    target.post(operation(f"{{ account(accountNumber: {json.dumps(text)}) {{ name }} b: tenant {{ {SECRET[:6]} }} }}"))
    raw = text.encode().replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
    exchanged(target, get(b"/healthz", b"X-Request-Id: " + raw))
    exchanged(target, post(b"X-API-Key: KEY", b"X-Request-Id: a\r\n b", b"traceparent: " + raw))
    exchanged(target, get(b"/" + raw))


@pytest.mark.parametrize("form", ["text", "json"])
async def test_whatever_is_sent_each_line_of_the_log_is_the_servers_own(tmp_path: Path, form: str) -> None:
    env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'gateway.db'}"}
    settings = {"LOG_LEVEL": "debug", "LOG_REQUESTS": "true", "SLOW_SECONDS": "0", "LOG_FORMAT": form}
    await migrated(env["GATEWAY_DATABASE_URL"])
    key = await new_tenant(env)
    with RunningServer(env | {f"GATEWAY_{name}": value for name, value in settings.items()}, tmp_path) as server:
        target = Target(server, key)
        target.answers_honestly()
        opening = len(server.log_path.read_bytes())
        for broken in BREAKS:
            attack(target, broken)
        target.answers_honestly()
        metrics = target.ask("GET", "/metrics").body.decode()
        assert server.terminate() == 0
        log = server.log_path.read_bytes()[opening:].decode()

    assert log.count("answered") >= 10 * len(BREAKS)
    lines = log.split("\n")
    if form == "json":
        for line in filter(None, lines):
            assert line.isascii()
            assert datetime.fromisoformat(json.loads(line)["time"])
    else:
        assert [line for line in lines if line and not line.startswith((" ", "INFO:", "WARNING:", "DEBUG:"))] == []
    assert [line for line in lines if SECRET in line or key in line] == []
    assert not {"\x1b", "\r", "\x85", "\u2028", "\x0b", "\0", "\u202e"} & set(log)
    assert not [secret for secret in (SECRET, key, FORGED) if secret in metrics]
