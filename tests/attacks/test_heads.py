"""Attacks by the head of a request, without a key: each is refused, or answered for about what any request costs."""

from pathlib import Path

import pytest

from app.server.http_protocol import (
    MAX_COMMAS,
    MAX_ESCAPES,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_PATH_BYTES,
    MAX_TARGET_BYTES,
    MAX_WAITING_REQUESTS,
)
from tests.attacks.judge import Target
from tests.attacks.test_connections import BODY, exchanged, get, post

KEY = b"X-API-Key: KEY"
STRANGER = b"X-API-Key: igk_nobody"
FULL = MAX_HEADER_BYTES - 200  # bytes for one header beside the others
PAGE = b"Accept: text/html"
MOST_COST = 12  # times what an ordinary request of a stranger costs


def ask(path: bytes, *headers: bytes) -> bytes:
    """A GET of a stranger."""
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: a", b"Connection: close", *headers, b"", b""])


def filled(unit: bytes, size: int = FULL) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]


def listed(entry: bytes) -> bytes:
    """As many entries as are taken."""
    return b",".join([entry[: FULL // MAX_COMMAS - 1]] * (MAX_COMMAS - 20))


ORDINARY = post(STRANGER)
# What is sent, and the status.
WITHIN: dict[str, tuple[bytes, int]] = {
    "as many headers as there may be": (post(*(b"a%d:" % n for n in range(MAX_HEADERS - 5))), 401),
    "media types": (ask(b"/graphql", b"Accept: " + listed(b"text/html;q=0.123;a=b")), 200),
    "media types for data": (ask(b"/graphql?query=a", b"Accept: " + listed(b"a/b;q=0.123")), 401),
    "parameters of a media type": (ask(b"/graphql", b"Accept: text/html" + filled(b";q=")), 200),
    "codings": (ask(b"/docs", b"Accept-Encoding: " + listed(b"gzip;q=0.123")), 200),
    "parameters of a coding": (ask(b"/docs", b"Accept-Encoding: gzip" + filled(b";")), 200),
    "spaces in a coding": (ask(b"/docs", b"Accept-Encoding: gzip;" + filled(b" ") + b"q"), 200),
    "tags": (ask(b"/docs", b"If-None-Match: " + listed(b'W/"a"')), 200),
    "connections": (post(b"Connection: " + listed(b"upgrade")), 401),
    "cookies": (post(b"Cookie: " + filled(b"a=b;")), 401),
    "parents of a trace": (post(b"traceparent: " + filled(b"00-")), 401),
    "states of a trace": (post(b"tracestate: " + listed(b"a=b")), 401),
    "a boundary": (post(b"Idempotency-Key: k", b"Content-Type: multipart/form-data;" + filled(b"boundary=")), 401),
    "a character set": (post(b"Content-Type: application/json;" + filled(b"charset=")), 401),
    "a key": (post(b"X-API-Key: " + filled(b"\xff")), 401),
    "an origin": (post(b"Origin: " + filled(b":1")), 401),
    "a request id": (post(b"X-Request-Id: " + filled(b"a")), 401),
    "proxies": (ask(b"/metrics", b"X-Forwarded-For: " + listed(b"127.0.0.1")), 404),
    "the parameters of a page": (ask(b"/graphql?" + filled(b"a=%&", MAX_TARGET_BYTES - 100), PAGE), 200),
    "parameters": (ask(b"/graphql?" + filled(b"a=%&", MAX_TARGET_BYTES - 100)), 401),
    "parameters of a check": (ask(b"/healthz?" + filled(b"a=%&", MAX_TARGET_BYTES - 100)), 200),
    "parameters of the front page": (ask(b"/?" + filled(b"a=%&", MAX_TARGET_BYTES - 100)), 200),
    "parameters of a link": (ask(b"/files/1/1/a?" + filled(b"a=%&", MAX_TARGET_BYTES - 100)), 403),
    "escapes": (ask(b"/" + filled(b"%", MAX_ESCAPES)), 404),
    "escapes behind two slashes": (ask(b"//" + filled(b"%", MAX_ESCAPES)), 404),
    "escapes in a key": (ask(b"/api/v1/ingest/accounts/" + filled(b"%", MAX_ESCAPES)), 401),
    "escaped slashes in a key": (ask(b"/api/v1/ingest/accounts/" + filled(b"%2f", MAX_PATH_BYTES - 100)), 401),
    "slashes": (ask(b"/api" + filled(b"/", MAX_PATH_BYTES - 100)), 404),
    "dots": (ask(b"/assets/" + filled(b"../", MAX_PATH_BYTES - 100)), 404),
}
BEYOND: dict[str, tuple[bytes, int]] = {
    "too many headers": (post(KEY, *(b"a:",) * MAX_HEADERS), 431),
    "64 KiB of headers": (post(KEY, *(b"a:",) * 16_000), 431),
    "too many bytes in one header": (post(KEY, b"Cookie: " + filled(b"a", MAX_HEADER_BYTES)), 431),
    "too many bytes in all headers": (post(KEY, *(b"Cookie: " + filled(b"a", 1_000),) * 17), 431),
    "too many commas": (post(KEY, b"If-None-Match: " + b",a" * (2 * MAX_COMMAS)), 431),
    "commas in many headers": (post(KEY, *(b"Accept: " + b"aaa," * 100,) * 8), 431),
    "a long path": (get(b"/" + filled(b"a", MAX_PATH_BYTES)), 414),
    "too many escapes": (get(b"/" + filled(b"%", MAX_ESCAPES + 1)), 414),
    "a long query": (get(b"/graphql?query=" + filled(b"a", MAX_TARGET_BYTES)), 414),
}


def processor_time(pid: int) -> int:
    """Nanoseconds that the threads of a process have run."""
    return sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def cost(target: Target, sent: bytes) -> int:
    """The least that the server needs for this, of a few times: other work of its own may fall into one of them."""
    found = []
    for _ in range(5):
        before = processor_time(target.server.pid)
        exchanged(target, sent)
        found.append(processor_time(target.server.pid) - before)
    return min(found)


@pytest.mark.parametrize("name", [*WITHIN, *BEYOND])
def test_a_head_that_attacks_without_a_key_costs_about_what_any_request_does(target: Target, name: str) -> None:
    sent, status = (WITHIN | BEYOND)[name]

    assert exchanged(target, sent)[0] == status
    assert cost(target, sent) < MOST_COST * cost(target, ORDINARY)
    target.answers_honestly()


def test_a_large_honest_head_is_taken(target: Target) -> None:
    cookies = (b"Cookie: session=" + b"a" * 4_000,) * 3
    forwarded = b"X-Forwarded-For: " + b", ".join([b"10.0.0.1"] * 50)
    text = b"%7B%20tenant%20%7B%20name%20%7D%20%7D%20%23" + b"a" * 20_000

    assert exchanged(target, post(KEY, forwarded, *cookies))[0] == 200
    assert exchanged(target, get(b"/graphql?query=" + text, *cookies))[0] == 200


def test_a_get_has_as_many_parameters_as_it_needs(target: Target) -> None:
    query = b"/graphql?query=%7B__typename%7D" + b"&a=b" * 30

    status, body = exchanged(target, get(query))

    assert (status, b"A GET has at most 20 parameters." in body) == (400, True)
    assert exchanged(target, get(b"/graphql?query=%7B__typename%7D&variables=&extensions=&operationName="))[0] == 200


def test_a_connection_on_which_too_many_requests_wait_is_ended(target: Target) -> None:
    """One that waits has been taken in by the server, and so takes memory."""
    held = b"POST /graphql HTTP/1.1\r\nHost: a\r\nX-API-Key: KEY\r\nContent-Type: application/json\r\n"
    many = ask(b"/healthz").replace(b"Connection: close\r\n", b"") * (10 * MAX_WAITING_REQUESTS)

    whole = held + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY + many
    status, body = exchanged(target, whole)

    assert status in (0, 200)  # what was answered by then
    assert body.count(b"200 OK") < MAX_WAITING_REQUESTS
    target.answers_honestly()
