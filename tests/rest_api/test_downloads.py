"""Downloads after HTTP's rules: names of any kind, versions, parts, heads alone."""

from email.message import Message
from random import Random
from urllib.parse import unquote

import httpx
import pytest

from tests.gateway import Client
from tests.pdfs import pdf
from tests.rest_api.client import Rest, address
from tests.rest_api.test_attachments import connection, push, push_path
from tests.rest_api.world import ACCOUNT, DOCUMENT

CONTENT = pdf(Random(1).randbytes(5000).hex())  # does not compress, and is the same in every process
SIZE = len(CONTENT)


@pytest.fixture
async def file(rest: Rest, graph: Client) -> str:
    """The address of a PDF that was pushed."""
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    await rest.post("documents", "INV-001", body=DOCUMENT)
    response = await push(rest, push_path(await connection(graph)), CONTENT)
    assert response.status_code == 200, response.text
    return address("documents", "INV-001", "attachments", response.json()["id"])


def shown_name(response: httpx.Response) -> str:
    """The file name as a client reads it: the encoded one before the plain one."""
    header = response.headers["content-disposition"]
    kind, _, parameters = header.partition(";")
    assert kind == "attachment"
    if "filename*=UTF-8''" in parameters:
        return unquote(parameters.partition("filename*=UTF-8''")[2], errors="strict")
    message = Message()
    message["content-disposition"] = header
    return str(message.get_filename())


async def test_a_download_tells_type_length_name_and_version(rest: Rest, file: str) -> None:
    response = await rest.send("GET", file)

    assert (response.status_code, response.content) == (200, CONTENT)
    headers = response.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-length"] == str(SIZE)
    assert headers["content-disposition"] == 'attachment; filename="INV-001.pdf"'
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["x-content-type-options"] == "nosniff"
    assert len(headers["etag"]) == 66


@pytest.mark.parametrize(
    ("pdf_name", "seen"),
    [
        ("Invoice May.pdf", "Invoice May.pdf"),
        ('quoted "name".pdf', 'quoted "name".pdf'),
        ("back\\slash/and slash.pdf", "back_slash_and slash.pdf"),
        ("Rechnung für Zoë – 請求書 😀.pdf", "Rechnung für Zoë – 請求書 😀.pdf"),
        ("100%.pdf", "100%.pdf"),
        ("line\r\nX-Injected: yes.pdf", "line\r\nX-Injected: yes.pdf"),
        ("a;b='c'*.pdf", "a;b='c'*.pdf"),
    ],
)
async def test_a_file_may_have_any_name(rest: Rest, file: str, pdf_name: str, seen: str) -> None:
    await rest.patch("documents", "INV-001", body={"pdf_name": pdf_name})

    response = await rest.send("GET", file)

    assert shown_name(response) == seen
    assert response.headers["content-disposition"].isascii()
    assert "x-injected" not in response.headers


async def test_a_head_has_the_headers_of_the_download_and_no_body(rest: Rest, file: str) -> None:
    whole, head = await rest.send("GET", file), await rest.send("HEAD", file)

    assert (head.status_code, head.content) == (200, b"")
    assert unnamed(head) == unnamed(whole)


def unnamed(response: httpx.Response) -> dict[str, str]:
    """The headers without the id of the request."""
    return {name: value for name, value in response.headers.items() if name != "x-request-id"}


async def test_who_has_the_version_is_sent_nothing(rest: Rest, file: str) -> None:
    tag = (await rest.send("GET", file)).headers["etag"]

    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        response = await rest.send("GET", file, if_none_match=known)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == tag
    assert (await rest.send("GET", file, if_none_match='"other"')).status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        (f"bytes=100-{SIZE + 100}", 100, SIZE - 1),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-7", SIZE - 7, SIZE - 1),
        (f"bytes=-{SIZE + 7}", 0, SIZE - 1),
    ],
)
async def test_a_part_is_sent_as_one(rest: Rest, file: str, asked: str, first: int, last: int) -> None:
    response = await rest.send("GET", file, range=asked)

    assert (response.status_code, response.content) == (206, CONTENT[first : last + 1])
    assert response.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert response.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
async def test_a_part_beyond_the_end_is_416(rest: Rest, file: str, asked: str) -> None:
    response = await rest.send("GET", file, range=asked)

    assert (response.status_code, response.content) == (416, b"")
    assert response.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "lines=0-1", "bytes=0-1,5-6", "bytes=a-b", "bytes=" + "9" * 99]
)
async def test_a_range_that_cannot_be_meant_or_names_several_parts_gets_the_whole(
    rest: Rest, file: str, asked: str
) -> None:
    response = await rest.send("GET", file, range=asked)

    assert (response.status_code, response.content) == (200, CONTENT)


async def test_a_part_of_another_version_is_the_whole_of_this_one(rest: Rest, file: str) -> None:
    tag = (await rest.send("GET", file)).headers["etag"]

    same = await rest.send("GET", file, range="bytes=0-4", if_range=tag)
    other = await rest.send("GET", file, range="bytes=0-4", if_range='"other"')
    dated = await rest.send("GET", file, range="bytes=0-4", if_range="Tue, 12 May 2026 14:00:00 GMT")

    assert (same.status_code, same.content) == (206, CONTENT[:5])
    assert [(each.status_code, each.content) for each in (other, dated)] == [(200, CONTENT)] * 2
    assert (await rest.send("HEAD", file, range="bytes=0-4")).status_code == 200


async def test_bytes_that_the_store_has_lost_are_an_error_of_the_server(rest: Rest, file: str) -> None:
    blobs = rest.gateway.app.state.files.blobs
    tag = (await rest.send("GET", file)).headers["etag"].strip('"')
    for blob in [blob async for blob in blobs.list() if blob.sha256 == tag]:
        await blobs.delete(blob)

    response = await rest.send("GET", file)

    assert (response.status_code, response.json()["error"]) == (500, "internal_error")


async def test_a_download_needs_a_key_of_the_tenant(rest: Rest, other: Rest, reader: Rest, file: str) -> None:
    assert (await Rest(rest.gateway, None).send("GET", file)).status_code == 401
    assert (await other.send("GET", file)).json()["error"] == "document_not_found"
    assert (await reader.send("GET", file)).content == CONTENT
