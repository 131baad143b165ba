"""Attacks by the bytes of a connection: each is answered with its status, or ended, and the next client is served."""

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress

import pytest

from app.server.http_protocol import MAX_HEAD_BYTES
from tests.attacks.judge import Target
from tests.benchmarks.processes import memory

BODY = b'{"query":"{ tenant { name } }"}'
ANSWERED = b'{"data":{"tenant":{"name":"acme"}}}'
ACCOUNT = b"/api/v1/ingest/accounts/"
CHUNKED = b"20\r\n" + BODY + b" \r\n"


def post(*headers: bytes, line: bytes = b"POST /graphql HTTP/1.1", body: bytes = BODY) -> bytes:
    """A request; KEY stands for the tenant's key."""
    own = (b"Host: a", b"Connection: close", b"Content-Type: application/json")
    length = () if any(b"ength" in h or b"ncoding" in h for h in headers) else (b"Content-Length: %d" % len(body),)
    return b"\r\n".join([line, *own, *length, *headers, b"", body])


def get(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    lines = (method + b" " + path + b" HTTP/1.1", b"Host: a", b"Connection: close", b"X-API-Key: KEY", *headers)
    return b"\r\n".join([*lines, b"", b""])


KEY = b"X-API-Key: KEY"
# What is sent, the status, and what the body of the answer holds.
ATTACKS: dict[str, tuple[bytes, int, bytes]] = {
    "an honest request": (post(KEY), 200, ANSWERED),
    "two lengths that differ": (post(KEY, b"Content-Length: 31", b"Content-Length: 5"), 400, b"Invalid HTTP"),
    "a length and chunks": (post(KEY, b"Content-Length: 31", b"Transfer-Encoding: chunked"), 400, b"Invalid HTTP"),
    "a length below zero": (post(KEY, b"Content-Length: -1"), 400, b"Invalid HTTP"),
    "a length beyond 64 bits": (post(KEY, b"Content-Length: 99999999999999999999"), 400, b"Invalid HTTP"),
    "a length in words": (post(KEY, b"Content-Length: 0x1f"), 400, b"Invalid HTTP"),
    "a length over the limit": (post(KEY, b"Content-Length: 10485761", body=b" " * 10_485_761), 413, b"larger than"),
    "an encoding nobody knows": (post(KEY, b"Transfer-Encoding: chunked, x"), 400, b"Invalid HTTP"),
    "chunks of no number": (post(KEY, b"Transfer-Encoding: chunked", body=b"zz\r\n"), 400, b""),
    "a key below its body": (
        post(b"Transfer-Encoding: chunked", body=CHUNKED + b"0\r\nX-API-Key: KEY\r\n\r\n"), 401, b"UNAUTHENTICATED",
    ),
    "a key beside one of nobody's making": (post(b"X-API-Key: igk_nobody", KEY), 401, b"UNAUTHENTICATED"),
    "two keys in one": (post(b"X-API-Key: KEY, KEY"), 401, b"UNAUTHENTICATED"),
    "a key as another kind of key": (post(b"Authorization: Bearer KEY", b"Cookie: X-API-Key=KEY"), 401, b"UNAUTHENT"),
    "two of another kind": (post(KEY, b"Authorization: Basic YTpi", b"Authorization: Bearer x"), 200, ANSWERED),
    "a header on two lines": (post(b"X-API-Key: igk_nobody\r\n KEY"), 400, b"Invalid HTTP"),
    "a bare line feed in a header": (post(b"X-Request-Id: a\nX-API-Key: KEY"), 400, b"Invalid HTTP"),
    "a bare carriage return in a header": (post(KEY, b"X-Request-Id: a\rb"), 400, b"Invalid HTTP"),
    "NUL in a header": (post(KEY, b"X-Request-Id: a\0b"), 400, b"Invalid HTTP"),
    "a space before the colon": (post(b"X-API-Key : KEY"), 400, b"Invalid HTTP"),
    "no colon": (post(KEY, b"X-Nothing"), 400, b"Invalid HTTP"),
    "a method that is none": (post(KEY, line=b"GRAPHQL /graphql HTTP/1.1"), 400, b"Invalid HTTP"),
    "another version": (post(KEY, line=b"POST /graphql HTTP/9.9"), 400, b"Invalid HTTP"),
    "no version": (b"GET /healthz\r\n\r\n", 200, b'{"status":"ok"}'),
    "another server's name in the line": (post(KEY, line=b"POST http://evil.example/graphql HTTP/1.1"), 200, ANSWERED),
    "an address of a tunnel": (get(b"evil.example:443", method=b"CONNECT"), 400, b"Invalid HTTP"),
    "an asterisk": (get(b"*", method=b"OPTIONS"), 404, b"not_found"),
    "TRACE": (get(b"/graphql", method=b"TRACE"), 405, b"method_not_allowed"),
    "another method by a header": (
        get(ACCOUNT + b"A", b"X-HTTP-Method-Override: PUT", b"X-Method-Override: PUT"), 404, b"account_not_found",
    ),
    "another method by the address": (get(ACCOUNT + b"A?_method=DELETE"), 404, b"account_not_found"),
    "another address by a header": (
        get(b"/nowhere", b"X-Original-URL: /healthz", b"X-Rewrite-URL: /healthz"), 404, b"not_found",
    ),
    "metrics for a proxy": (get(b"/metrics", b"X-Forwarded-For: 127.0.0.1"), 404, b"not_found"),
    "dots up": (get(ACCOUNT + b"../../../../etc/passwd"), 404, b"not_found"),
    "encoded dots up": (get(b"/assets/%2e%2e/%2e%2e/settings.py"), 404, b"not_found"),
    "encoded slashes up": (get(b"/assets/..%2f..%2fsettings.py"), 404, b"not_found"),
    "twice encoded dots up": (get(b"/assets/%252e%252e/settings.py"), 404, b"not_found"),
    "backslashes up": (get(b"/assets/..\\..\\settings.py"), 404, b"not_found"),
    "dots up to the endpoint": (get(b"/x/../graphql?query=%7B__typename%7D"), 404, b"not_found"),
    "two slashes to the endpoint": (get(b"//graphql?query=%7B__typename%7D"), 404, b"not_found"),
    "an overlong slash": (get(ACCOUNT + b"A%c0%afB"), 404, b"account_not_found"),
    "an overlong dot": (get(ACCOUNT + b"%c0%ae%c0%ae"), 404, b"account_not_found"),
    "half a surrogate pair": (get(ACCOUNT + b"%ed%a0%80"), 404, b"account_not_found"),
    "NUL in a key": (get(ACCOUNT + b"A%00"), 404, b"account_not_found"),
    "NUL in an address": (get(b"/graphql\0"), 400, b"Invalid HTTP"),
    "bytes that are no ASCII in an address": (get(ACCOUNT + b"\xff\xfe"), 400, b"Invalid HTTP"),
    "a percent sign alone": (get(ACCOUNT + b"%"), 404, b"account_not_found"),
    "line breaks in a key": (get(ACCOUNT + b"A%0d%0aSet-Cookie:%20a=b"), 404, b"account_not_found"),
    "an upgrade": (get(b"/healthz", b"Connection: Upgrade", b"Upgrade: websocket"), 200, b'{"status":"ok"}'),
    "a head of 64 KiB and more": (post(KEY, b"X-Long: " + b"x" * MAX_HEAD_BYTES), 431, b"Request Header Fields"),
    "an address of 64 KiB and more": (get(b"/" + b"x" * MAX_HEAD_BYTES), 414, b"Too Long"),
    "10,000 headers": (post(KEY, *(b"X-%d: x" % n for n in range(10_000))), 431, b"Request Header Fields"),
    "two media types": (
        post(KEY, b"Origin: https://evil.example", b"Content-Type: text/plain"), 200, ANSWERED,
    ),
}  # fmt: skip


def exchanged(target: Target, sent: bytes, seconds: float = 20) -> tuple[int, bytes]:
    """Status and body of the first answer; 0 where the connection ends without one."""
    with socket.create_connection(("127.0.0.1", target.server.port), timeout=seconds) as connection:
        received = b""
        try:
            connection.sendall(sent.replace(b"KEY", target.key.encode()))
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionError:
            pass  # ended with our bytes unread: what had come before counts
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"set-cookie" not in head.lower()
    return int(head.split(b" ", 2)[1]) if head else 0, body


@pytest.mark.parametrize("name", ATTACKS)
def test_bytes_that_attack_are_answered_with_their_status_and_the_next_client_is_served(
    target: Target, name: str
) -> None:
    sent, status, holds = ATTACKS[name]
    found, body = exchanged(target, sent)
    assert found == status, body
    assert holds in body
    target.answers_honestly()


ENDLESS: dict[str, tuple[bytes, Callable[[int], bytes]]] = {
    "a header": (b"GET /healthz HTTP/1.1\r\nX-Long: ", lambda n: b"x" * 16_384),
    "headers": (b"GET /healthz HTTP/1.1\r\n", lambda n: b"".join(b"X-%d-%d: x\r\n" % (n, m) for m in range(1_000))),
    "an address": (b"GET /", lambda n: b"x" * 16_384),
    "a trailer": (
        b"POST /graphql HTTP/1.1\r\nX-API-Key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
        lambda n: b"x" * 16_384,
    ),
    "an extension of a chunk": (
        b"POST /graphql HTTP/1.1\r\nX-API-Key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n5;x=",
        lambda n: b"x" * 16_384,
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_cut_off_before_it_fills_the_memory(target: Target, name: str) -> None:
    """64 MiB are offered, and most of them are not taken."""
    opening, more = ENDLESS[name]
    held = memory(target.server.pid)
    assert taken(target, opening.replace(b"KEY", target.key.encode()), map(more, range(4_096))) < 32 * 2**20
    assert memory(target.server.pid) - held < 30
    target.answers_honestly()


def taken(target: Target, opening: bytes, pieces: Iterable[bytes]) -> int:
    """How many bytes are taken before the connection is ended."""
    offered = 0
    with socket.create_connection(("127.0.0.1", target.server.port), timeout=20) as connection:
        connection.sendall(opening)
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
                offered += len(piece)
    return offered


def test_500_connections_that_say_nothing_or_half_a_head_leave_room_for_an_honest_one(target: Target) -> None:
    held = memory(target.server.pid)
    idle = [socket.create_connection(("127.0.0.1", target.server.port), timeout=20) for _ in range(500)]
    try:
        for connection in idle[::2]:
            connection.sendall(b"POST /graphql HTTP/1.1\r\nContent-Length: 1000\r\nX-API-Key: x\r\n")
        target.answers_honestly()
        assert memory(target.server.pid) - held < 50
    finally:
        for connection in idle:
            connection.close()


def test_requests_in_one_piece_are_answered_one_after_the_other(target: Target) -> None:
    many = post(KEY).replace(b"Connection: close\r\n", b"")
    with socket.create_connection(("127.0.0.1", target.server.port), timeout=20) as connection:
        connection.sendall((many * 50 + post(KEY)).replace(b"KEY", target.key.encode()))
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    assert received.count(ANSWERED) == 51
    target.answers_honestly()
