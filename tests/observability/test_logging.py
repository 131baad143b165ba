"""Records are one line each, for people or as JSON, whatever a client puts into what is logged."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.observability.logging_config import JsonFormatter, TextFormatter, escaped
from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer

NAMED = "query FirstLook($secret: String!) { account(accountNumber: $secret) { name } }"
FORGED = "/nowhere/%0d%0aERROR:%20forged%1b%5b31m%E2%80%A8%C2%85%E2%80%AE"
MADE = "[0-9a-f]{16}"
GREETINGS = ("GraphiQL: ", "The REST API is described at ", "The Postgres login")


def record(message: str, *args: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("app.part", logging.WARNING, "part.py", 1, message, args, None)
    made.created = 1_795_000_000.25
    made.__dict__.update(extra)
    return made


def failing(message: str) -> logging.LogRecord:
    made = record("it failed")
    try:
        raise ValueError(message)
    except ValueError:
        made.exc_info = sys.exc_info()
    return made


def text_lines() -> TextFormatter:
    return TextFormatter("%(levelprefix)s %(message)s", use_colors=False)


def test_json_has_time_level_logger_and_message_and_what_a_record_adds() -> None:
    line = JsonFormatter().format(record("seen %s", "A", fields={"status": 200}))

    assert json.loads(line) == {
        "time": "2026-11-18T11:06:40.250+00:00",
        "level": "warning",
        "logger": "app.part",
        "message": "seen A",
        "status": 200,
    }


def test_json_is_one_line_of_ascii_whatever_the_message_and_the_stack_hold() -> None:
    nasty = "a\r\nb\x1b[31m\u2028\x85\u202e\ud800ü"
    for made in (record("%s", nasty), failing(nasty)):
        line = JsonFormatter().format(made)
        assert (len(line.splitlines()), line.isascii(), line.isprintable()) == (1, True, True)
    assert json.loads(JsonFormatter().format(record("%s", nasty)))["message"] == nasty


def test_text_is_one_line_and_all_that_belongs_to_it_is_indented() -> None:
    assert text_lines().format(record("one\nERROR: two")) == "WARNING:  one\\nERROR: two"
    told = text_lines().format(record("slow", fields={"seconds": 2, "sql": ["SELECT 1\nFROM x"], "plan": []}))
    assert told == "WARNING:  slow\n  sql:\n  SELECT 1\n  FROM x"
    first, *rest = text_lines().format(failing("bad\nERROR: forged\x1b[2J")).splitlines()
    assert first == "WARNING:  it failed"
    assert rest[0] == "  Traceback (most recent call last):"
    assert rest[-2:] == ["  builtins.ValueError: bad", "  ERROR: forged\\x1b[2J"]
    assert all(line.startswith("  ") for line in rest)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 日本", "plain ü 日本"),
        ("\r\n\t\0", "\\r\\n\\t\\x00"),
        ("\x1b[31m\x7f\x9b", "\\x1b[31m\\x7f\\x9b"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_ends_lines_or_commands_terminals_is_spelled_out(text: str, shown: str) -> None:
    assert escaped(text) == shown


def printed(server: RunningServer) -> list[dict[str, Any]]:
    """The records of a server that logs JSON; the words for people on standard output are left out."""
    lines = [line for line in server.log.splitlines() if not line.startswith(GREETINGS)]
    return [json.loads(line) for line in lines]


async def test_a_server_that_logs_json_logs_each_request_so(env: dict[str, str], tmp_path: Path) -> None:
    env |= {"GATEWAY_LOG_FORMAT": "json", "GATEWAY_LOG_REQUESTS": "true"}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        caller = Caller(server, key)
        named = await caller.post(NAMED, secret="hidden")
        await caller.get(FORGED + "?signature=hidden")
        assert server.terminate() == 0
        records = printed(server)

    assert {record["logger"] for record in records} == {"uvicorn.error", "app.requests"}
    seen = [record for record in records if record["logger"] == "app.requests" and record["path"] != "/readyz"]
    for one in seen:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", one.pop("time"))
        assert 0 < one.pop("milliseconds") < 10_000
        one["message"] = re.sub(r"in \d+\.\d ms$", "in N ms", one["message"])
    first, second = named.headers["x-request-id"], seen[1]["request_id"]
    path = "/nowhere/\r\nERROR: forged\x1b[31m\u2028\x85\u202e"
    assert seen == [
        {
            "level": "info",
            "logger": "app.requests",
            "message": f"request {first}: POST /graphql FirstLook answered 200 in N ms",
            "request_id": first,
            "method": "POST",
            "path": "/graphql",
            "operation": "FirstLook",
            "status": 200,
        },
        {
            "level": "info",
            "logger": "app.requests",
            "message": f"request {second}: GET {path} answered 404 in N ms",
            "request_id": second,
            "method": "GET",
            "path": path,
            "status": 404,
        },
    ]
    assert re.fullmatch(MADE, second)


WARNS = """
import asyncio, logging.config, warnings
from app.main import create_app
from app.observability.logging_config import logging_config
logging.config.dictConfig(logging_config("info", "json"))
app = create_app()
async def serve():
    async with app.router.lifespan_context(app):
        warnings.warn("odd\\nnews", RuntimeWarning)
asyncio.run(serve())
"""


def test_a_warning_of_a_library_is_a_record_too(sqlite_url: str) -> None:
    env = {**os.environ, "GATEWAY_DATABASE_URL": sqlite_url, "PYTHONWARNINGS": "default"}
    done = subprocess.run([sys.executable, "-c", WARNS], env=env, capture_output=True, check=True, text=True)
    (told,) = (json.loads(line) for line in done.stderr.splitlines())

    assert (told["level"], told["logger"]) == ("warning", "py.warnings")
    assert "RuntimeWarning: odd\nnews" in told["message"]


async def test_in_text_a_client_forges_no_line(sqlite_url: str, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_LOG_REQUESTS": "true", "GATEWAY_SLOW_SECONDS": "0"}
    with RunningServer(env, tmp_path) as server:
        await Caller(server, "").get(FORGED)
        log = server.log

    assert re.search(r"GET /nowhere/\\r\\nERROR: forged\\x1b\[31m\\u2028\\x85\\u202e answered 404 in \d", log)
    assert re.search(r"GET /nowhere/\\r\\nERROR: forged\\x1b\[31m\\u2028\\x85\\u202e took \d", log)
    assert [line for line in log.splitlines() if line.startswith("ERROR")] == []


async def test_requests_are_not_logged_unless_that_is_wanted(sqlite_url: str, tmp_path: Path) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        assert (await Caller(server, key).post("{ tenant { name } }")).status_code == 200
        assert server.terminate() == 0
        log = server.log

    assert "/graphql answered" not in log
    assert "HTTP/1.1" not in log
