"""A small ledger, and the two facades through which it is asked."""

import json
from dataclasses import dataclass
from typing import Any

from tests.gateway import Client, Gateway
from tests.graphql_api.bad_input.conftest import FILL
from tests.graphql_api.bad_input.soundness import sound
from tests.rest_api.client import Rest, address, exact

ACCOUNT, DOCUMENT = "A-1", "D-1"
EVERYTHING = """{
  accounts(first: 1000) { nodes { id notes { nodes { id } } } } documents(first: 1000) { nodes { id } }
  representatives(first: 1000) { nodes { id } } contacts(first: 1000) { nodes { id } }
}"""
KINDS = {
    "name": ("String", "patchAccount(accountNumber", ACCOUNT),
    "creditLimit": ("Decimal", "patchAccount(accountNumber", ACCOUNT),
    "dueDate": ("Date", "patchDocument(documentNumber", DOCUMENT),
    "taxRate": ("Decimal", "patchDocument(documentNumber", DOCUMENT),
}


@dataclass(slots=True)
class Ledger:
    """A tenant with one resource of each kind, and another one that may get as many as are made."""

    client: Client
    rest: Rest
    grown: Client

    @classmethod
    async def of(cls, gateway: Gateway) -> "Ledger":
        client, grown = await gateway.tenant(), await gateway.tenant("grown")
        for tenant in (client, grown):
            await tenant.query(FILL)
        return cls(client, Rest.of(client), grown)

    async def run(self, text: str, **variables: Any) -> dict[str, Any]:
        """The answer of an operation, which must be sound."""
        return sound(await self.client.post({"query": text, "variables": variables}))

    async def ids(self) -> set[str]:
        """The identifiers of all that there is."""
        found: set[str] = set()
        for listed in (await self.client.query(EVERYTHING)).values():
            for node in listed["nodes"]:
                found |= {node["id"], *(note["id"] for note in node.get("notes", {}).get("nodes", ()))}
        return found

    async def set_by_graphql(self, field: str, value: str) -> bool:
        """Whether a patch of a field to a value, written in JSON, is accepted."""
        type_, mutation, key = KINDS[field]
        told = "{ userErrors { code message } }"
        text = f'mutation($v: {type_}) {{ {mutation}: "{key}", patch: {{{field}: $v}}) {told} }}'
        body = f'{{"query": {json.dumps(text)}, "variables": {{"v": {value}}}}}'
        headers = {**self.client.headers, "content-type": "application/json"}
        answer = sound(await self.client.gateway.http.post("/graphql", content=body, headers=headers))
        return "errors" not in answer and not next(iter(answer["data"].values()))["userErrors"]

    async def set_by_rest(self, field: str, value: str, kind: str = "accounts") -> bool:
        key = ACCOUNT if kind == "accounts" else DOCUMENT
        response = await self.rest.send("PATCH", address(kind, key), f'{{"{field}": {value}}}'.encode())
        assert response.status_code in (200, 422), response.text
        return response.status_code == 200

    async def account(self) -> dict[str, Any]:
        """The account as GraphQL shows it."""
        text = 'account(accountNumber: "A-1") { name creditLimit customFields { key text number date boolean } }'
        found: dict[str, Any] = await self.client.only(f"{{ {text} }}")
        return found

    async def document(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.client.only('{ document(documentNumber: "D-1") { dueDate taxRate } }')
        return found

    async def shown_by_rest(self, kind: str = "accounts") -> dict[str, Any]:
        key = ACCOUNT if kind == "accounts" else DOCUMENT
        return exact(await self.rest.send("GET", address(kind, key)))
