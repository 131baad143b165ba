"""Large answers are compressed for clients that take it; small ones and others' are sent as they are."""

import gzip

import httpx
import orjson

from app.graphql_api.router import WORTH_PACKING
from tests.gateway import Client

LARGE = "{ productFields(product: INVOICING) { name description } }"
SMALL = "{ __typename }"


async def sent(client: Client, text: str, encoding: str) -> tuple[httpx.Headers, bytes]:
    """The headers and the bytes of an answer as they came over the wire."""
    headers = {**client.headers, "Accept-Encoding": encoding}
    async with client.gateway.http.stream("POST", "/graphql", json={"query": text}, headers=headers) as response:
        assert response.status_code == 200
        return response.headers, b"".join([chunk async for chunk in response.aiter_raw()])


async def test_a_large_answer_is_compressed_for_a_client_that_takes_it(acme: Client) -> None:
    headers, body = await sent(acme, LARGE, "gzip, deflate, br")
    plain = await acme.query(LARGE)

    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    assert int(headers["content-length"]) == len(body) < WORTH_PACKING
    assert orjson.loads(gzip.decompress(body)) == {"data": plain}


async def test_other_answers_are_sent_as_they_are(acme: Client) -> None:
    for text, encoding in ((LARGE, "identity"), (SMALL, "gzip")):
        headers, body = await sent(acme, text, encoding)
        assert "content-encoding" not in headers
        assert "errors" not in orjson.loads(body)
