"""What every answer must be, whatever was asked: no failure of ours, and errors that say something."""

import json
import re
from typing import Any

import httpx

from tests.gateway import Client
from tests.wording import check_words

REFUSALS = {
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "QUERY_TOO_COMPLEX",
    "UNAUTHENTICATED",
}
USER_ERRORS = {
    "ALREADY_EXISTS",
    "NOT_FOUND",
    "ALREADY_CLOSED",
    "REQUIRED",
    "INVALID",
    "TOO_LONG",
    "CURRENCY_LOCKED",
    "CURRENCY_MODEL_LOCKED",
    "VERSION_CONFLICT",
}  # not INTERNAL_ERROR


def number(digits: str) -> str:
    """Stands in a request for a number that Python's own JSON could not write; see `post_numbers`."""
    return f"number {digits}"


async def post_numbers(acme: Client, query: str, **variables: Any) -> httpx.Response:
    """Sends an operation, every `number` in its variables digit by digit."""
    body = json.dumps({"query": query, "variables": variables})
    exact = re.sub(r'"number ([^"]*)"', r"\1", body)
    headers = {**acme.headers, "content-type": "application/json"}
    return await acme.gateway.http.post("/graphql", content=exact, headers=headers)


def sound(response: httpx.Response) -> dict[str, Any]:
    """The answer, checked: its status, the codes of its errors, and that each has words."""
    assert response.status_code < 500, (response.status_code, response.text[:2_000])
    answer: dict[str, Any] = response.json()
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] in REFUSALS, error
        check_words(error["message"])
    for payload in (answer.get("data") or {}).values():
        for error in user_errors(payload) if isinstance(payload, dict) else ():
            assert error.get("code", "INVALID") in USER_ERRORS, error  # some texts do not ask for all of it
            check_words(error.get("message", "It was not asked for."))
    return answer


def user_errors(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """What a mutation refuses; of one of many writes, what each of them does."""
    parts = [payload, *payload.get("results", ())]
    return [error for part in parts for error in part.get("userErrors", ())]
