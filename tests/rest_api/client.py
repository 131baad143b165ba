"""A REST caller inside a test: a key, addresses made of segments, and answers whose numbers are exact."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

from tests.gateway import Client, Gateway
from tests.wording import check_words

ROOT = "/api/v1/ingest"
Body = dict[str, Any]
Faults = list[tuple[str, str]]


def address(*segments: str) -> str:
    """The path of a resource, each segment percent-encoded whole."""
    return "/".join([ROOT, *(quote(segment, safe="") for segment in segments)])


def exact(response: httpx.Response) -> Body:
    """A JSON answer without a float in it."""
    assert response.headers["content-type"] == "application/json"
    answer: Body = json.loads(response.content, parse_float=Decimal)
    return answer


@dataclass(frozen=True, slots=True)
class Rest:
    """A caller of the REST facade. Paths are given as segments: `rest.get("accounts", "A-1")`."""

    gateway: Gateway
    api_key: str | None

    @classmethod
    def of(cls, client: Client) -> "Rest":
        """The same caller on the other facade."""
        return cls(client.gateway, client.api_key)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Any request to a path as it is; bytes are sent as they are, anything else as JSON."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {"content-type": "application/json"} if content is not None else {}
        if self.api_key is not None:
            sent["x-api-key"] = self.api_key
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.gateway.http.request(method, path, content=content, headers=sent)

    async def get(self, *segments: str, **query: Any) -> Body:
        """What is there, which must be."""
        response = await self.send("GET", with_query(address(*segments), query))
        assert response.status_code == 200, response.text
        return exact(response)

    async def is_absent(self, *segments: str) -> bool:
        return (await self.send("GET", address(*segments))).status_code == 404

    async def write(self, method: str, *segments: str, body: Any, status: int) -> Body:
        """The answer to a write that must end with the status."""
        response = await self.send(method, address(*segments), body)
        assert response.status_code == status, response.text
        answer = exact(response)
        if status >= 400:
            check_refusal(answer)
        return answer

    async def post(self, *segments: str, body: Any) -> Body:
        return await self.write("POST", *segments, body=body, status=201)

    async def put(self, *segments: str, body: Any, status: int = 200) -> Body:
        return await self.write("PUT", *segments, body=body, status=status)

    async def patch(self, *segments: str, body: Any) -> Body:
        return await self.write("PATCH", *segments, body=body, status=200)

    async def close(self, number: str, body: Any) -> Body:
        return await self.write("POST", "documents", number, "closure", body=body, status=200)

    async def link(self, reference: str, kind: str, number: str) -> Body:
        return await self.write("PUT", "representatives", reference, kind, number, body=None, status=200)

    async def faults(self, method: str, *segments: str, body: Any) -> Faults:
        """Code and field of every fault of a write that must be refused as invalid."""
        answer = await self.write(method, *segments, body=body, status=422)
        assert list(answer) == ["error", "details", "message"]
        assert answer["error"] == "validation_failed"
        assert all(list(fault) == ["field", "code", "message"] and fault["message"] for fault in answer["details"])
        return [(fault["code"], fault["field"]) for fault in answer["details"]]


def check_refusal(answer: Body) -> None:
    """Whoever reads a refusal must understand its words."""
    for told in (answer, *answer.get("details", ())):
        check_words(told["message"])


def with_query(path: str, query: dict[str, Any]) -> str:
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else path
