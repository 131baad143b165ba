"""/metrics tells how often, how long and how busy, in labels of which there are only so many."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from app.observability.metrics import MAX_OPERATION_NAMES, Metrics
from app.observability.metrics_endpoint import MetricsEndpoint
from app.rest_api.names import ROOT
from app.storage.database.engine import Database
from tests.gateway import Client, Gateway
from tests.observability.numbers import LOCAL, labelled, numbers, of, samples

CREATE = (
    'mutation Create($n: String!) { createAccount(accountNumber: $n, input: {openBalance: {name: "A"}}) { created } }'
)
MINE = "query Mine { tenant { name } }"


async def test_operations_are_counted_by_name_with_their_statements_bytes_and_time(
    acme: Client, gateway: Gateway
) -> None:
    await acme.query("query Warm { tenant { name } }")  # from now on the key is known
    for _ in range(3):
        answer = await acme.post({"query": MINE})
    for number in range(3):
        await acme.query(CREATE, n=f"A-{number}")
    await acme.query("{ tenant { name } }")
    found = await numbers(gateway.http)

    counts = {"Warm": 1, "Mine": 3, "Create": 3, "(anonymous)": 1}
    assert labelled(found, "gateway_operation_seconds_count") == counts
    assert of(found, "gateway_operation_seconds_bucket", operation="Mine", le="+Inf") == 3
    assert 0 < of(found, "gateway_operation_seconds_sum", operation="Mine") < 3
    assert of(found, "gateway_operation_answer_bytes_total", operation="Mine") == 3 * len(answer.content)
    assert of(found, "gateway_operation_statements_total", operation="Mine") == 3
    assert of(found, "gateway_operation_cost_total", operation="Mine") == 3 * 2  # the operation, and the tenant's row
    assert labelled(found, "gateway_operation_errors_total") == {}


ACCOUNT = 'accountNumber: "A", input: {openBalance: {name: "A"}}'


@pytest.mark.parametrize(
    ("text", "on_sqlite", "on_postgres"),
    [
        (MINE, 1, 1),
        (f"mutation Mine {{ createAccount({ACCOUNT}) {{ created }} }}", 6, 1),
        (f"mutation Mine {{ createAccount({ACCOUNT}) {{ account {{ notes {{ totalCount }} }} }} }}", 7, 2),
        (f"mutation Mine {{ createAccount({ACCOUNT}, dryRun: true) {{ created }} }}", 7, 3),
        ("query Mine { __schema { queryType { name } } }", 1, 1),
        ("query Mine { __typename }", 1, 1),
    ],
)
@pytest.mark.slow
async def test_every_statement_of_an_operation_is_counted_however_it_is_run(
    acme: Client, gateway: Gateway, text: str, on_sqlite: int, on_postgres: int
) -> None:
    await acme.query("query Warm { tenant { name } }")  # from now on the key is known
    await acme.query(text)
    found = of(await numbers(gateway.http), "gateway_operation_statements_total", operation="Mine")

    assert found == (on_sqlite if gateway.serving.is_sqlite else on_postgres)


async def test_errors_are_counted_by_code(acme: Client, gateway: Gateway) -> None:
    for text in ("{ nobody }", "{", "query Wrong { accounts(first: -1) { totalCount } }"):
        await acme.run(text)
    await gateway.stranger("nobody").run(MINE)
    found = await numbers(gateway.http)

    assert labelled(found, "gateway_operation_errors_total") == {
        "GRAPHQL_VALIDATION_FAILED (refused)": 1,
        "GRAPHQL_PARSE_FAILED (refused)": 1,
        "BAD_USER_INPUT Wrong": 1,
        "UNAUTHENTICATED (refused)": 1,
    }


async def test_names_after_the_first_hundred_are_counted_as_one(acme: Client, gateway: Gateway) -> None:
    for number in range(MAX_OPERATION_NAMES + 20):
        await acme.query(f"query Name{number} {{ __typename }}")
    await acme.query("query Name0 { __typename }")
    await acme.run("query Late { accounts(first: -1) { totalCount } }")
    found = labelled(await numbers(gateway.http), "gateway_operation_seconds_count")

    assert (len(found), found["Name0"], found["Name99"], found["(other)"]) == (MAX_OPERATION_NAMES + 1, 2, 1, 21)
    assert labelled(await numbers(gateway.http), "gateway_operation_errors_total") == {"BAD_USER_INPUT (other)": 1}


async def test_what_has_no_name_and_what_is_refused_is_told_apart_however_many_names_there_are(
    acme: Client, gateway: Gateway
) -> None:
    for number in range(MAX_OPERATION_NAMES + 1):
        await acme.query(f"query Name{number} {{ __typename }}")
    await acme.query("{ __typename }")
    await gateway.stranger().run(MINE)
    found = labelled(await numbers(gateway.http), "gateway_operation_seconds_count")

    assert (found["(anonymous)"], found["(refused)"], found["(other)"]) == (1, 1, 1)
    assert len(found) == MAX_OPERATION_NAMES + 3


async def test_what_is_answered_for_an_idempotency_key_is_counted_where_it_belongs(
    acme: Client, gateway: Gateway
) -> None:
    http, keyed = gateway.http, acme.headers | {"Idempotency-Key": "k-1"}
    other = acme.headers | {"Idempotency-Key": "k-2"}
    for _ in range(3):
        await http.post("/graphql", json={"query": CREATE, "variables": {"n": "A-1"}}, headers=keyed)
        await http.put(f"{ROOT}/accounts/A-2", json={"name": "A"}, headers=other)
    await http.post("/graphql", json={"query": MINE}, headers=keyed)
    await http.post("/graphql", json={"query": MINE}, headers=acme.headers | {"Idempotency-Key": "two words"})
    found = await numbers(http)

    assert labelled(found, "gateway_operation_seconds_count") == {"Create": 1, "(refused)": 2}
    assert labelled(found, "gateway_operation_errors_total") == {"BAD_REQUEST (refused)": 2}
    assert labelled(found, "gateway_request_seconds_count") == {
        "POST /graphql 200": 2,  # the kept answer again
        f"PUT {ROOT}/accounts/{{account_number}} 201": 3,
    }


async def test_a_client_that_goes_away_before_its_request_is_whole_is_counted_as_gone(
    acme: Client, gateway: Gateway
) -> None:
    for path, key in (("/graphql", {}), ("/graphql", {"Idempotency-Key": "k"}), (f"{ROOT}/accounts/A", {})):
        await cut(gateway, path, acme.headers | key)
    found = await numbers(gateway.http)

    assert labelled(found, "gateway_operation_seconds_count") == {}
    assert labelled(found, "gateway_request_seconds_count") == {
        "POST /graphql 499": 2,
        f"POST {ROOT}/accounts/{{account_number}} 499": 1,
    }


async def cut(gateway: Gateway, path: str, headers: dict[str, str]) -> None:
    """Sends half a request."""
    both = {"content-type": "application/json"} | {name.lower(): value for name, value in headers.items()}
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        assert message.get("status", 499) == 499

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path, "query_string": b"",
        "raw_path": path.encode(), "root_path": "", "server": ("gateway", 80), "client": None,
        "headers": [(name.encode(), value.encode()) for name, value in both.items()],
    }  # fmt: skip
    await gateway.app(scope, receive, send)


async def test_a_name_of_any_length_is_cut(acme: Client, gateway: Gateway) -> None:
    await acme.query(f"query {'N' * 5000} {{ __typename }}")

    assert labelled(await numbers(gateway.http), "gateway_operation_seconds_count") == {"N" * 100: 1}


async def test_names_of_those_who_are_not_known_are_not_kept(gateway: Gateway) -> None:
    await gateway.stranger().run("query Mine { __typename }")
    await gateway.stranger("nobody").run("query Mine { __typename }")

    assert labelled(await numbers(gateway.http), "gateway_operation_seconds_count") == {"(refused)": 2}


async def test_rest_requests_are_counted_by_route_and_status_and_never_by_key(acme: Client, gateway: Gateway) -> None:
    http, headers = gateway.http, acme.headers
    for number in ("A-1", "A-2"):
        await http.put(f"{ROOT}/accounts/{number}", json={"name": "A"}, headers=headers)
        await http.get(f"{ROOT}/accounts/{number}", headers=headers)
    await http.get(f"{ROOT}/accounts/none", headers=headers)
    await http.get(f"{ROOT}/accounts/A-1")
    await http.delete(f"{ROOT}/accounts/A-1", headers=headers)
    for path in ("/api/nowhere", "/nowhere/1", "/nowhere/2", "/graphql/", "/pages/assets/none.js"):
        await http.get(path)
    await http.get("/healthz")
    await http.get("/graphql", headers={"Accept": "text/html"})
    found = await numbers(http)

    account = f"{ROOT}/accounts/{{account_number}}"
    assert labelled(found, "gateway_request_seconds_count") == {
        f"PUT {account} 201": 2,
        f"GET {account} 200": 2,
        f"GET {account} 404": 1,
        f"GET {account} 401": 1,
        f"DELETE {account} 405": 1,
        "GET (other) 404": 4,
        "GET (other) 307": 1,
        "GET /healthz 200": 1,
        "GET /graphql 200": 1,
    }


async def until(gateway: Gateway, name: str, value: float) -> Any:
    """The numbers, once one of them is what it is to become."""
    while True:
        found = await numbers(gateway.http)
        if of(found, name) == value:
            return found
        await asyncio.sleep(0.01)


async def test_it_tells_how_many_connections_are_in_use_and_who_waits(database_url: str) -> None:
    async with Gateway(database_url, pool_size=2) as gateway, AsyncExitStack() as held:
        acme = await gateway.tenant()
        for _ in range(2):
            await held.enter_async_context(gateway.serving.reading())
        waiting = asyncio.create_task(acme.query(MINE))
        busy = await until(gateway, "gateway_database_waiting", 1)
        await held.aclose()
        await waiting
        idle = await numbers(gateway.http)

    most = 3 if gateway.serving.is_sqlite else 2
    assert [
        of(busy, f"gateway_database_{name}") for name in ("connections_in_use", "connections_limit", "waiting")
    ] == [
        2,
        most,
        1,
    ]
    assert [
        of(idle, f"gateway_database_{name}") for name in ("connections_in_use", "connections_limit", "waiting")
    ] == [
        0,
        most,
        0,
    ]
    assert 20e6 < of(idle, "gateway_memory_bytes") < 2e9


async def test_on_sqlite_it_tells_how_many_writers_wait_for_their_turn(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        acme = await gateway.tenant()
        async with gateway.serving.writing():
            writers = [asyncio.create_task(acme.query(CREATE, n=f"A-{number}")) for number in range(3)]
            await until(gateway, "gateway_database_waiting_writers", 3)
        await asyncio.gather(*writers)
        idle = await numbers(gateway.http)

    assert of(idle, "gateway_database_waiting_writers") == 0


@pytest.fixture
async def asked(sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """The status of /metrics for a setting, an address and headers."""
    setting, address, headers = request.param
    async with Gateway(sqlite_url, metrics=setting) as gateway:
        transport = httpx.ASGITransport(gateway.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            yield (await http.get("/metrics", headers=LOCAL | headers)).status_code


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (("loopback", "127.0.0.1", {}), 200),
        (("loopback", "127.8.0.1", {}), 200),
        (("loopback", "::1", {}), 200),
        (("loopback", "10.0.0.1", {}), 404),
        (("loopback", "2001:db8::1", {}), 404),
        (("loopback", "testclient", {}), 404),
        (("loopback", "127.0.0.1", {"X-Forwarded-For": "10.0.0.1"}), 404),
        (("loopback", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}), 404),
        (("loopback", "127.0.0.1", {"Forwarded": "for=127.0.0.1"}), 404),
        (("loopback", "127.0.0.1", {"X-Real-IP": "127.0.0.1"}), 404),
        (("loopback", "127.0.0.1", {"Via": "1.1 proxy"}), 404),
        (("loopback", "127.0.0.1", {"Host": "127.0.0.1:9000"}), 200),
        (("loopback", "127.0.0.1", {"Host": "LocalHost"}), 200),
        (("loopback", "::1", {"Host": "[::1]:8000"}), 200),
        (("loopback", "127.0.0.1", {"Host": "rebound.example:8000"}), 404),
        (("loopback", "127.0.0.1", {"Host": "localhost.example"}), 404),
        (("loopback", "127.0.0.1", {"Host": "127.0.0.1.example"}), 404),
        (("loopback", "127.0.0.1", {"Host": ""}), 404),
        (("all", "10.0.0.1", {"Host": "gateway.example"}), 200),
        (("all", "10.0.0.1", {"X-Forwarded-For": "10.0.0.2"}), 200),
        (("off", "127.0.0.1", {}), 404),
    ],
    indirect=["asked"],
)
@pytest.mark.slow
async def test_only_those_may_read_it_whom_the_setting_names(asked: int, status: int) -> None:
    assert asked == status


async def test_it_is_text_of_the_version_that_every_prometheus_reads(gateway: Gateway) -> None:
    response = await gateway.http.get("/metrics", headers=LOCAL)

    assert response.headers.get_list("content-type") == ["text/plain; version=0.0.4; charset=utf-8"]
    assert (response.headers["cache-control"], "gateway_memory_bytes " in response.text) == ("no-store", True)


async def test_without_metrics_everything_else_goes_on(database_url: str) -> None:
    async with Gateway(database_url, metrics="off") as gateway:
        acme = await gateway.tenant()
        assert await acme.query(MINE) == {"tenant": {"name": "acme"}}


async def test_statements_outside_any_request_are_nobodys(database_url: str) -> None:
    async with Gateway(database_url) as gateway:
        acme = await gateway.tenant()
        await acme.query("query Warm { tenant { name } }")
        other = Database(database_url, administers=True)
        await asyncio.gather(*(acme.query(MINE) for _ in range(5)), gateway.tenant("other"))
        await other.dispose()
        found = await numbers(gateway.http)

    assert of(found, "gateway_operation_statements_total", operation="Mine") == 5


async def test_what_is_pending_is_collected_whether_or_not_anybody_reads_it(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        metrics = Metrics(gateway.serving)
        async with MetricsEndpoint(metrics, is_public=False, heartbeat_seconds=0.01).heartbeat():
            metrics.pending["Mine"] += [0.002, 1, 20, 2] * 3
            metrics.pending_codes["Mine", "UNAVAILABLE"] += 3
            metrics.pending_rows += [("Mine", 2)] * 3
            while metrics.pending or metrics.pending_codes or metrics.pending_rows:  # noqa: ASYNC110 - the metrics have no event
                await asyncio.sleep(0.01)
            metrics.pending["Mine"] += [0.002, 1, 20, 2]
    found = samples(metrics.text().decode())

    counted = ("seconds_count", "statements_total", "answer_bytes_total", "cost_total", "rows_count", "rows_sum")
    assert [of(found, f"gateway_operation_{name}", operation="Mine") for name in counted] == [4, 4, 80, 8, 3, 6]
    assert labelled(found, "gateway_operation_errors_total") == {"UNAVAILABLE Mine": 3}


async def test_the_histogram_counts_each_time_once_and_in_its_bucket(sqlite_url: str) -> None:
    asked = ("GET", "/x", 200)
    async with Gateway(sqlite_url) as gateway:
        metrics = Metrics(gateway.serving)
        for seconds in (0.0005, 0.001, 0.0011, 0.2, 40.0):
            metrics.pending[asked].append(seconds)
            metrics.collect()
        metrics.pending[asked] += [0.2, 0.0007]
        metrics.collect()
    found = samples(metrics.text().decode())

    buckets = {le: of(found, "gateway_request_seconds_bucket", le=le, method="GET", route="/x", status="200")
               for le in ("0.001", "0.0025", "0.1", "0.25", "30.0", "+Inf")}  # fmt: skip
    assert buckets == {"0.001": 3, "0.0025": 4, "0.1": 4, "0.25": 6, "30.0": 6, "+Inf": 7}
    labels = {"method": "GET", "route": "/x", "status": "200"}
    assert of(found, "gateway_request_seconds_count", **labels) == 7
    assert of(found, "gateway_request_seconds_sum", **labels) == pytest.approx(40.4033)
