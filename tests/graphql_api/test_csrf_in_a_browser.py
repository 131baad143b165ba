"""A page of another origin in a real Chromium: what reaches the gateway of all that it may try, and what it is told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer, free_port

# Ways to send a mutation: four that need no leave, two that do.
TRY_ALL = """async ([url, key]) => {
    const mutation = number => JSON.stringify({ query:
        `mutation { createAccount(accountNumber: "${number}", input: {openBalance: {name: "A"}}) { created } }` });
    const form = number => {
        const made = new FormData();
        made.append('operations', mutation(number));
        made.append('map', '{}');
        return made;
    };
    const unread = { method: 'POST', mode: 'no-cors' }, json = { 'content-type': 'application/json' };
    const ways = {
        text: { ...unread, body: mutation('text') },
        untyped: { ...unread, body: new Blob([mutation('untyped')]) },
        retyped: { ...unread, headers: json, body: mutation('retyped') },
        form: { ...unread, body: form('form') },
        json: { method: 'POST', headers: { ...json, 'x-api-key': key }, body: mutation('json') },
        file: { method: 'POST', headers: { 'x-api-key': key }, body: form('file') },
    };
    const told = {};
    for (const [name, way] of Object.entries(ways)) {
        try { told[name] = (await fetch(url, way)).status; } catch { told[name] = 'nothing'; }
    }
    return told;
}"""
MADE = "{ accounts { nodes { accountNumber } } }"
# A page hears nothing of what it sends without leave, by Cross-Origin-Resource-Policy not even that it was answered.
UNHEARD = dict.fromkeys(("text", "untyped", "retyped", "form"), "nothing")


class Blank(BaseHTTPRequestHandler):
    """A page without anything, whose script the test is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def other_origin() -> Iterator[str]:
    """The origin of a server on this machine that is not the gateway."""
    with ThreadingHTTPServer(("127.0.0.1", free_port()), Blank) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass
class Outcome:
    """What the page was told of each attempt, what the gateway answered, and which accounts there are then."""

    told: dict[str, Any]
    answered: list[tuple[str, int]]
    made: list[str]


async def outcome(chromium: Browser, url: str, folder: Path, *, opened: bool, proxy: bool = False) -> Outcome:
    """All attempts of a page that somehow knows a key. A proxy would add the key to all that the browser sends."""
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_LOG_REQUESTS": "true"}
    key = await new_tenant(env)
    with other_origin() as origin:
        server = RunningServer(env | ({"GATEWAY_CORS_ORIGINS": origin} if opened else {}), folder)
        context = await chromium.new_context(extra_http_headers={"X-API-Key": key} if proxy else {})
        page = await context.new_page()
        await page.goto(origin)
        with server:
            told = await page.evaluate(TRY_ALL, [f"{server.url}/graphql", key])
            made = (await Caller(server, key).post(MADE)).json()["data"]["accounts"]["nodes"]
        await context.close()
    lines = re.findall(r"(\w+) /graphql(?: \S+)? answered (\d+)", server.log)[:-1]  # the last is the test's own
    return Outcome(told, [(method, int(status)) for method, status in lines], [node["accountNumber"] for node in made])


@pytest.mark.browser
async def test_without_leave_nothing_arrives_with_a_key_and_nothing_is_told(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    found = await outcome(chromium, sqlite_url, tmp_path, opened=False)

    assert found.made == []
    assert found.answered == [("POST", 401)] * 4 + [("OPTIONS", 405)] * 2
    assert found.told == UNHEARD | {"json": "nothing", "file": "nothing"}


@pytest.mark.browser
async def test_without_leave_nothing_runs_even_where_a_proxy_adds_the_key(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    found = await outcome(chromium, sqlite_url, tmp_path, opened=False, proxy=True)

    assert found.made == []
    assert found.answered == [("POST", 415)] * 3 + [("POST", 403)] + [("OPTIONS", 405)] * 2
    assert found.told == UNHEARD | {"json": "nothing", "file": "nothing"}


@pytest.mark.browser
async def test_with_leave_and_a_key_json_and_files_are_taken_and_told(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    found = await outcome(chromium, sqlite_url, tmp_path, opened=True)

    assert found.made == ["file", "json"]
    assert found.answered[:4] == [("POST", 401)] * 4
    assert found.told == UNHEARD | {"json": 200, "file": 200}
