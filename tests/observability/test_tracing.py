"""Where an address is set, every request is a span and every SQL statement one below it; else nothing is loaded."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.cli.preflight import is_installed
from app.rest_api.names import ROOT
from tests.server.conftest import Caller, new_tenant
from tests.servers import RunningServer, ServerError, free_port, gateway_cli

MINE = "query Mine($secret: String!) { account(accountNumber: $secret) { name } }"
CREATE = 'mutation Create { createAccount(accountNumber: "hidden", input: {openBalance: {name: "A"}}) { created } }'
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Receiver(ThreadingHTTPServer):
    """Takes spans as a collector does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.received: list[ExportTraceServiceRequest] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.received
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class Taker(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def facts(span: Span) -> dict[str, Any]:
    found = {}
    for pair in span.attributes:
        value = pair.value
        kind = value.WhichOneof("value")
        assert kind
        made = getattr(value, kind)
        found[pair.key] = [one.string_value for one in made.values] if kind == "array_value" else made
    return found


async def test_an_operation_is_a_span_below_the_callers_and_its_statements_lie_below_it(
    database_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": database_url, "GATEWAY_TRACES_ENDPOINT": receiver.address}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        async with Caller(server, key).client() as client:
            answer = await client.post(
                "/graphql",
                json={"query": MINE, "variables": {"secret": "hidden"}},
                headers={"X-API-Key": key, "traceparent": f"00-{TRACE}-{PARENT}-01"},
            )
        assert server.terminate() == 0
        assert "Traceback" not in server.log

    mine = [span for span in receiver.spans if span.trace_id.hex() == TRACE]
    (root,) = [span for span in mine if span.parent_span_id.hex() == PARENT]
    below = [span for span in mine if span.parent_span_id == root.span_id]
    assert (root.name, root.kind, len(mine)) == ("Mine", Span.SPAN_KIND_SERVER, 3)
    assert facts(root) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "gateway.request_id": answer.headers["x-request-id"],
        "graphql.operation.name": "Mine",
    }
    assert [(span.name, span.kind) for span in below] == [("SELECT", Span.SPAN_KIND_CLIENT)] * 2
    system = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    assert {facts(span)["db.system.name"] for span in below} == {system}
    for span in below:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano
    everything = str(receiver.received)
    assert ("hidden" in everything, key in everything) == (False, False)
    (name,) = {
        pair.value.string_value
        for request in receiver.received
        for resource in request.resource_spans
        for pair in resource.resource.attributes
        if pair.key == "service.name"
    }
    assert name == "ingest-gateway"


async def test_rest_requests_writes_and_failures_are_spans_too(
    database_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    env = {"GATEWAY_DATABASE_URL": database_url, "GATEWAY_TRACES_ENDPOINT": receiver.address}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        caller = Caller(server, key)
        await caller.post(CREATE)
        async with caller.client() as client:
            await client.post("/graphql", json={"query": "{ nobody }"}, headers={"X-API-Key": key, "traceparent": "no"})
        await caller.get(f"{ROOT}/accounts/hidden")
        assert server.terminate() == 0

    spans = {span.name: span for span in receiver.spans}
    account = f"GET {ROOT}/accounts/{{account_number}}"
    assert {"Create", "(refused)", account, "GET /readyz", "SELECT"} <= set(spans)
    codes = facts(spans["(refused)"])["gateway.error_codes"]
    assert spans["(refused)"].parent_span_id == b""
    assert (spans["(refused)"].status.code, codes) == (2, ["GRAPHQL_VALIDATION_FAILED"])
    assert (spans["Create"].status.code, facts(spans[account])["http.response.status_code"]) == (0, 401)
    written = [span for span in receiver.spans if span.parent_span_id == spans["Create"].span_id]
    assert any("INSERT INTO accounts" in facts(span)["db.query.text"] for span in written)
    assert "hidden" not in str(receiver.received)


async def test_one_who_takes_no_spans_is_in_nobodys_way(sqlite_url: str, tmp_path: Path) -> None:
    env = {
        "GATEWAY_DATABASE_URL": sqlite_url,
        "GATEWAY_TRACES_ENDPOINT": f"http://127.0.0.1:{free_port()}/v1/traces",
    }
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        answer = await Caller(server, key).post("{ tenant { name } }")
        assert answer.json() == {"data": {"tenant": {"name": "acme"}}}
        assert server.terminate() == 0


def test_nothing_of_it_is_loaded_unless_it_is_wanted() -> None:
    code = "import sys, app.application; print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_start_without_the_libraries_says_what_to_install(sqlite_url: str, tmp_path: Path) -> None:
    """A package of the name that holds nothing hides the real ones."""
    hiding = tmp_path / "hiding" / "opentelemetry"
    hiding.mkdir(parents=True)
    (hiding / "__init__.py").touch()
    env = {
        "GATEWAY_DATABASE_URL": sqlite_url,
        "GATEWAY_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces",
        "PYTHONPATH": str(tmp_path / "hiding"),
    }
    with pytest.raises(ServerError) as stopped:
        gateway_cli("serve", env=env, folder=tmp_path)

    assert str(stopped.value).splitlines()[1:] == [
        "GATEWAY_TRACES_ENDPOINT needs the extra 'traces': "
        "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
    ]
    assert (is_installed("app.cli.main"), is_installed("nowhere.at.all")) == (True, False)
