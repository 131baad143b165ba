"""A kept body is told again as it came, and known again by what it holds, however it was cut into chunks."""

import hashlib
import random
import time

import pytest
from starlette.requests import Request
from starlette.types import Message

from app.middleware.body_memory_limit import FILE_RESERVATION, Reservation, Room
from app.middleware.buffered_body import MAX_IN_MEMORY, Fingerprint, buffered_body
from app.middleware.requests import HEADERS

PLAIN = "application/json"


def request(chunks: list[bytes], content_type: str = PLAIN) -> Request:
    messages = [
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks)} for n, chunk in enumerate(chunks, 1)
    ]
    messages.append({"type": "http.disconnect"})
    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": b"/x",
        "query_string": b"",
        "headers": [(b"content-type", content_type.encode())],
        FILE_RESERVATION: Reservation(Room(2**30, 1)),
        HEADERS: {b"content-type": content_type.encode()},
    }

    async def receive() -> Message:
        return messages.pop(0)

    return Request(scope, receive)


def cut(data: bytes, seed: int) -> list[bytes]:
    """The data in pieces of random sizes, empty ones too."""
    places = sorted(random.Random(seed).choices(range(len(data) + 1), k=9))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


async def fingerprint(chunks: list[bytes], content_type: str) -> str:
    asked = request(chunks, content_type)
    with buffered_body(asked) as body:
        await body.read(asked, 10 * MAX_IN_MEMORY)
        return body.fingerprint.hexdigest()


@pytest.mark.parametrize("size", [0, 1, MAX_IN_MEMORY, 3 * MAX_IN_MEMORY + 1])
async def test_a_body_is_told_twice_as_it_came_and_then_what_comes_after_it(size: int) -> None:
    data = random.Random(size).randbytes(size)
    asked = request(cut(data, size))
    with buffered_body(asked) as body:
        await body.read(asked, size)
        assert body.is_complete
        for _ in range(2):
            again = Request(asked.scope, body.replay(asked.receive))
            assert await again.body() == data
        assert await again.receive() == {"type": "http.disconnect"}


async def test_of_a_body_over_the_limit_what_was_read_is_told_and_then_the_rest() -> None:
    chunks = [bytes([n]) * 10 for n in range(5)]
    asked = request(chunks)
    with buffered_body(asked) as body:
        await body.read(asked, 19)
        assert (body.is_complete, body.size) == (False, 20)
        assert await Request(asked.scope, body.replay(asked.receive)).body() == b"".join(chunks)


async def test_a_fingerprint_is_the_hash_of_the_line_and_the_bytes() -> None:
    assert await fingerprint([b"ab", b"c"], PLAIN) == hashlib.sha256(b"POST /x?\nabc").hexdigest()


@pytest.mark.parametrize("seed", range(20))
async def test_of_a_form_neither_the_boundary_counts_nor_how_it_was_cut(seed: int) -> None:
    def sent(boundary: str) -> bytes:
        return f"--{boundary}\r\none -- a\r\n--{boundary}\r\ntwo\r\n--{boundary}--\r\n".encode()

    found = {
        await fingerprint(cut(sent(boundary), seed), f'multipart/form-data; boundary="{boundary}"')
        for boundary in ("aa", "aaaa", f"b{seed}", "c" * 70)
    }
    assert len(found) == 1
    other = await fingerprint([sent("aa").replace(b"two", b"tw0")], "multipart/form-data; boundary=aa")
    assert other not in found


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_boundary_is_like_forms_are_the_same_where_all_but_the_boundary_is(seed: int) -> None:
    source = random.Random(seed)
    parts = ["".join(source.choices(["\r\n--", "\r", "\n", "-", "0", "1", "a"], k=9)) for _ in range(5)]

    def found(boundary: str, parts: list[str]) -> str:
        made = Fingerprint("", boundary)
        for piece in cut(f"\r\n--{boundary}".join(["", *parts])[2:].encode(), seed):
            made.update(piece)
        return made.hexdigest()

    ones = {found(boundary, parts) for boundary in ("b", "b0", "b1-", "b" * 70)}
    assert len(ones) == 1
    others = {found("b", [*parts[:n], f"{part}a", *parts[n + 1 :]]) for n, part in enumerate(parts)}
    assert len(others - ones) == len(parts)


def test_bytes_that_only_look_like_a_boundary_count() -> None:
    ones = []
    for line in ("--aab", "--aaab", "-aab", "aab", "--aa", "--0aab", "--1", "--0", "--"):
        one = Fingerprint("", "aab")
        one.update(f"x\r\n{line}x".encode())
        ones.append(one.hexdigest())
    assert len(set(ones)) == 9


async def test_two_forms_are_the_same_only_where_all_that_lies_between_their_boundaries_is() -> None:
    lines = [
        ("1", "--a", "2", "--a", "3"),
        ("1", "--a", "2", "--0", "3"),
        ("1", "--a", "2", "--1", "3"),
        ("1", "2", "--a", "--a", "3"),
        ("1", "--a", "2", "--a", "3", "--a"),
        ("1", "--a", "2", "--aa", "3"),
    ]
    found = [await fingerprint(["\r\n".join(each).encode()], "multipart/form-data; boundary=a") for each in lines]
    marked = b"\r\n1\r\n--1\r\n2\r\n--1\r\n3"
    found += [await fingerprint([body], PLAIN) for body in ("\r\n".join(lines[0]).encode(), marked)]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("unit", [b"a", b"\r\n--a", b"\r\n--", b"\r", b"a\r\n--0" + b"b" * 69], ids=repr)
@pytest.mark.parametrize("boundary", ["a", "aa", "0" + "b" * 69], ids=["1", "2", "70"])
def test_no_body_and_no_boundary_takes_long(boundary: str, unit: bytes) -> None:
    """In shares of the processor time that the hash itself takes."""
    data = unit * ((8 << 20) // len(unit))
    chunks = [data[start : start + 65_536] for start in range(0, len(data), 65_536)]

    assert processor_time(chunks, boundary) < 40 * processor_time(chunks, "")  # a hash for each part takes 600


def processor_time(chunks: list[bytes], boundary: str) -> float:
    one = Fingerprint("", boundary)
    started = time.thread_time()
    for chunk in chunks:
        one.update(chunk)
    one.hexdigest()
    return time.thread_time() - started
