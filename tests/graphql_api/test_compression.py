"""Large answers are compressed for clients that take it; small ones and others' are sent as they are."""

import gzip

import httpx
import orjson
import pytest

from app.middleware.compression import MIN_COMPRESSED_BYTES
from tests.gateway import Client

LARGE = "{ productFields(product: INVOICING) { name description } }"
SMALL = "{ __typename }"
# What Accept-Encoding says, and whether the answer is then compressed.
WISHES = {
    "gzip": True,
    "gzip, deflate, br": True,
    "GZip": True,
    "x-gzip": True,
    "gzip;q=1.0, identity;q=0.5": True,
    "gzip;q=0.001": True,
    "gzip ; q=0.5 , br": True,
    "*": True,
    "*;q=0.1": True,
    "identity;q=0, *": True,
    "": False,
    "identity": False,
    "br, deflate": False,
    "gzip;q=0": False,
    "gzip; Q=0.000": False,
    "gzip;q=0, *": False,
    "br, gzip;q=0": False,
    "*;q=0": False,
    "gzip;q=0.5, identity": False,
    "gzip;q=0.2, identity;q=0.4": False,
    "not-gzip": False,
}


async def sent(client: Client, text: str, encoding: str) -> tuple[httpx.Headers, bytes]:
    """The headers and the bytes of an answer as they came over the wire."""
    headers = {**client.headers, "Accept-Encoding": encoding}
    async with client.gateway.http.stream("POST", "/graphql", json={"query": text}, headers=headers) as response:
        assert response.status_code == 200
        return response.headers, b"".join([chunk async for chunk in response.aiter_raw()])


@pytest.fixture(params=["sqlite"])
def database_url(sqlite_url: str) -> str:
    """Answers are compressed in the same way whatever database they are of."""
    return sqlite_url


@pytest.mark.parametrize("encoding", WISHES)
@pytest.mark.slow
async def test_a_large_answer_is_compressed_for_a_client_that_takes_it(acme: Client, encoding: str) -> None:
    headers, body = await sent(acme, LARGE, encoding)
    plain = {"data": await acme.query(LARGE)}

    assert headers.get("content-encoding") == ("gzip" if WISHES[encoding] else None)
    assert headers["vary"] == "Accept-Encoding"  # whatever came of it: a cache must not give it to everybody
    assert int(headers["content-length"]) == len(body)
    assert (len(body) < MIN_COMPRESSED_BYTES) == WISHES[encoding]
    assert orjson.loads(gzip.decompress(body) if WISHES[encoding] else body) == plain


@pytest.mark.parametrize("encoding", WISHES)
@pytest.mark.slow
async def test_descriptions_and_pages_go_by_the_same_wishes(acme: Client, encoding: str) -> None:
    for path in ("/openapi.json", "/graphql/examples.json"):
        headers = {"Accept-Encoding": encoding}
        async with acme.gateway.http.stream("GET", path, headers=headers) as response:
            body = b"".join([chunk async for chunk in response.aiter_raw()])
        assert (response.headers.get("content-encoding") == "gzip") == WISHES[encoding], path
        assert response.headers["vary"] == "Accept-Encoding"
        assert orjson.loads(gzip.decompress(body) if WISHES[encoding] else body)


async def test_a_small_answer_is_sent_as_it_is_but_to_a_client_that_takes_no_such(acme: Client) -> None:
    for encoding in ("gzip", "*", "identity;q=0", "*;q=0"):  # the last two name nothing that is to be had
        headers, body = await sent(acme, SMALL, encoding)
        assert ("content-encoding" in headers, orjson.loads(body)) == (False, {"data": {"__typename": "Query"}})
    for encoding in ("gzip, identity;q=0", "gzip;q=1, *;q=0", "identity;q=0, *;q=0.5"):
        headers, body = await sent(acme, SMALL, encoding)
        assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
        assert orjson.loads(gzip.decompress(body)) == {"data": {"__typename": "Query"}}
