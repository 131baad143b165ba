"""GraphQL over HTTP: requests to operations, answers to bytes, and the page for people."""

import logging
import secrets
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.access.keys import authenticate
from app.domain.caller import Caller
from app.graphql_api.errors import ErrorCode, RequestError, refused, shown
from app.graphql_api.execution import Executor, Operation
from app.graphql_api.ide.page import ide_page, ide_routes
from app.storage.engine import Database, load_json
from graphql import ExecutionResult

MODERN = "application/graphql-response+json"
PLAIN = "application/json"
DEEPEST_JSON = 100
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The /graphql endpoint."""

    database: Database
    executor: Executor
    max_body_bytes: int

    async def __call__(self, request: Request) -> Response:
        if request.method == "GET" and wants_page(request):
            return ide_page()
        request_id = secrets.token_hex(8)
        modern = MODERN in request.headers.get("accept", "")
        try:
            result = await self.answer(request)
        except RequestError as refusal:
            errors = [shown(found, request_id) for found in refusal.errors]
            kept = refusal.status if modern or refusal.status not in (400,) or not refusal_is_graphql(errors) else 200
            return reply({"errors": errors}, kept, modern, request_id)
        except ClientDisconnect:
            raise
        except Exception:
            logger.exception("request %s failed", request_id)
            code = {"code": ErrorCode.INTERNAL_SERVER_ERROR.value, "requestId": request_id}
            message = f"The server failed. Quote request {request_id} when you report it."
            return reply({"errors": [{"message": message, "extensions": code}]}, 500, modern, request_id)
        return reply(answer_of(result, request_id), 200, modern, request_id)

    async def answer(self, request: Request) -> ExecutionResult:
        caller = await self.caller(request)
        operation = await self.operation(request)
        return await self.executor.run(operation, caller, writes=request.method == "POST")

    async def caller(self, request: Request) -> Caller:
        key = request.headers.get("x-api-key")
        if key:
            async with self.database.reading() as connection:
                caller = await authenticate(connection, key)
            if caller:
                return caller
        message = "The X-API-Key header holds no key of this server." if key else "Send an API key as X-API-Key."
        raise refused(ErrorCode.UNAUTHENTICATED, message, 401)

    async def operation(self, request: Request) -> Operation:
        if request.method == "GET":
            query = request.query_params
            sent: dict[str, Any] = {name: query[name] for name in ("query", "operationName") if name in query}
            for name in ("variables", "extensions"):
                if query.get(name):
                    sent[name] = parsed(query[name])
            return to_operation(sent)
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != PLAIN:
            message = f"Send the request as {PLAIN}, not as '{content_type}'."
            raise refused(ErrorCode.BAD_REQUEST, message, 415)
        return to_operation(parsed(await self.body(request)))

    async def body(self, request: Request) -> str:
        received = bytearray()
        async for chunk in request.stream():
            received += chunk
            if len(received) > self.max_body_bytes:
                message = f"The body is larger than {self.max_body_bytes} bytes."
                raise refused(ErrorCode.BAD_REQUEST, message, 413)
        try:
            return received.decode()
        except UnicodeDecodeError:
            raise refused(ErrorCode.BAD_REQUEST, "The body is not UTF-8.") from None


def parsed(text: str) -> Any:
    """JSON with exact numbers. Raises RequestError for anything else, and for nesting that no request needs."""
    try:
        value = load_json(text)
    except (ValueError, RecursionError):
        raise refused(ErrorCode.BAD_REQUEST, "The request is no JSON.") from None
    if deeper_than(value, DEEPEST_JSON):
        raise refused(ErrorCode.BAD_REQUEST, f"The request is nested deeper than {DEEPEST_JSON} levels.")
    return value


def deeper_than(value: Any, levels: int) -> bool:
    level: list[Any] = [value]
    for _ in range(levels):
        level = (
            [
                item
                for parent in level
                for item in (parent.values() if isinstance(parent, dict) else parent)
                if isinstance(item, dict | list)
            ]
            if isinstance(level[0], dict | list)
            else []
        )
        if not level:
            return False
    return True


def to_operation(sent: Any) -> Operation:
    """The operation that the parameters of a request name. Raises RequestError."""
    if not isinstance(sent, dict):
        raise refused(ErrorCode.BAD_REQUEST, "The request must be one JSON object; batches are not taken.")
    text, variables, name = sent.get("query"), sent.get("variables"), sent.get("operationName")
    if not isinstance(text, str) or not text.strip():
        raise refused(ErrorCode.BAD_REQUEST, "The request needs a 'query': the text of an operation.")
    if variables is not None and not isinstance(variables, dict):
        raise refused(ErrorCode.BAD_REQUEST, "'variables' must be an object.")
    if name is not None and not isinstance(name, str):
        raise refused(ErrorCode.BAD_REQUEST, "'operationName' must be a string.")
    if not isinstance(sent.get("extensions") or {}, dict):
        raise refused(ErrorCode.BAD_REQUEST, "'extensions' must be an object.")
    return Operation(text, variables or {}, name or None)


def refusal_is_graphql(errors: list[dict[str, Any]]) -> bool:
    """Whether the request was well formed and its GraphQL was refused, which plain JSON answers with 200."""
    return all(error["extensions"]["code"] != ErrorCode.BAD_REQUEST.value for error in errors)


def wants_page(request: Request) -> bool:
    return "query" not in request.query_params and "text/html" in request.headers.get("accept", "")


def answer_of(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [shown(error, request_id) for error in result.errors]
    return answer


def reply(answer: dict[str, Any], status: int, modern: bool, request_id: str) -> Response:
    headers = {"X-Request-Id": request_id, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status == 405:
        headers["Allow"] = "POST"
    media_type = f"{MODERN if modern else PLAIN}; charset=utf-8"
    return Response(orjson.dumps(answer, default=exact), status, headers, media_type)


def exact(value: Any) -> orjson.Fragment:
    """A number of a JSON scalar, digit by digit."""
    return orjson.Fragment(str(value))


def graphql_routes(database: Database, executor: Executor, max_body_bytes: int) -> list[BaseRoute]:
    endpoint = Endpoint(database, executor, max_body_bytes)

    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    return [Route("/graphql", graphql, methods=["GET", "POST"]), *ide_routes()]
