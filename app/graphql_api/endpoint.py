"""GraphQL over HTTP: requests to operations, answers to bytes, and the page for people."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.auth.authentication import Authenticator, Unauthenticated, key_of
from app.commands.files import workspace
from app.domain.caller import Caller
from app.graphql_api.errors import ErrorCode, RequestError, error, internal, raise_outage, refused, shown
from app.graphql_api.execution.executor import Executor, Operation, digits
from app.graphql_api.graphiql import example_routes, graphiql_page, no_graphiql_page
from app.graphql_api.persisted_operations import PersistedOperations
from app.graphql_api.uploads import BadForm, UploadLimits, is_multipart, read_form
from app.middleware.compression import MIN_COMPRESSED_BYTES, accepts_gzip, compress, refuses_identity
from app.middleware.cors import AllowedOrigins, is_cross_origin
from app.middleware.requests import (
    CLIENT_CLOSED_REQUEST,
    BodyTooLarge,
    EncodedBody,
    InvalidJson,
    check_encoding,
    header,
    if_none_match_holds,
    read_body,
    read_json,
)
from app.observability.request_record import CURRENT_REQUEST, InvalidOperation, request_id_of
from app.storage.database.availability import outage
from app.storage.database.engine import Database

ADDRESS = "/graphql"
MODERN = "application/graphql-response+json"
PLAIN = "application/json"
ASKS_COST = b"x-gateway-cost"  # the header, "true", of who wants to see extensions.cost
NO_WEBSOCKETS = "There are no WebSockets at this address: send queries and mutations by POST."
MOST_KNOWN = 10_000  # keys
ACCEPT_ENCODING = "Accept-Encoding"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The /graphql endpoint."""

    database: Database
    executor: Executor
    limits: UploadLimits
    public_url: str
    origins: AllowedOrigins  # whose pages may call
    trusted: PersistedOperations
    known: dict[str, Caller] = field(default_factory=dict)  # by key, the longest unused first

    async def __call__(self, request: Request) -> Response:
        reads = not posted(request)
        if reads and header(request, b"upgrade").lower() == "websocket":
            return refusal(400, NO_WEBSOCKETS)
        if reads and wants_page(request):
            return no_graphiql_page() if self.trusted.only else graphiql_page()
        request_id, modern = request_id_of(request.scope), wants_modern(request)
        answer: dict[str, Any] | bytes
        headers: Mapping[str, str] = {}
        try:
            answer, status = answer_of(await self.answer(request, request_id), request_id), 200
        except RequestError as reason:
            answer = {"errors": [shown(found, request_id) for found in reason.errors]}
            status, headers = 200 if is_answer(reason) and not modern else reason.status, reason.headers
        except ClientDisconnect:
            return Response(status_code=CLIENT_CLOSED_REQUEST)  # to nobody
        except Exception as cause:
            answer, status = failure(cause, request_id)
        response = reply(answer, status, modern, headers)
        if work := CURRENT_REQUEST.get():
            work.answer_bytes = len(response.body)
            if not isinstance(answer, bytes):
                note_errors(answer)
        if reads and isinstance(answer, bytes) and "query" not in request.query_params:
            response = versioned(request, response)
        await encode(request, response)
        return response

    async def answer(self, request: Request, request_id: str) -> ExecutionResult | bytes:
        try:
            key = key_of(request)
            access = Authenticator(self.database, key, self.known.get(key), request_id)
            try:
                return await self.run(request, access)
            finally:
                self.remember(access)
        except Unauthenticated as reason:
            raise refused(ErrorCode.UNAUTHENTICATED, str(reason), 401) from None

    def remember(self, access: Authenticator) -> None:
        """Keeps who was behind the key: what is read for them then asks the database whether that still holds, in the
        same statement."""
        self.known.pop(access.key, None)
        if access.last_caller:
            self.known[access.key] = access.last_caller
            if len(self.known) > MOST_KNOWN:
                del self.known[next(iter(self.known))]

    async def run(self, request: Request, access: Authenticator) -> ExecutionResult | bytes:
        execute = partial(
            self.executor.run,
            access=access,
            writes=posted(request),
            base_url=partial(self.base_url, request),
            tells_cost=header(request, ASKS_COST) == "true",
        )
        if access.last_caller is None:
            await access.caller()  # strangers are heard no further: what they send is neither kept nor read
        if posted(request) and is_multipart(request):
            await access.caller()
            if is_cross_origin(request, self.origins):
                raise refused(ErrorCode.FORBIDDEN, "Pages of this origin may not send files.", 403)
            async with workspace() as folder:
                return await execute(await self.operation_with_files(request, folder))
        try:
            operation = await self.operation(request)
        except RequestError:
            await access.caller()  # whoever is not known is told so before anything else
            raise
        return await execute(operation)

    def locate(self, scope: Scope) -> None:
        """Tells that this is where the request is answered, as a router does."""
        scope.update(endpoint=self, path_params={})

    def base_url(self, request: Request) -> str:
        """What addresses of this server begin with."""
        return self.public_url or str(request.base_url).rstrip("/")

    async def operation(self, request: Request) -> Operation:
        if posted(request):
            check_media_type(request)
            body = await self.body(request)
            return self.to_operation(await parsed(body), len(body))
        query = request.query_params
        sent: dict[str, Any] = {name: query[name] for name in ("query", "documentId", "operationName") if name in query}
        for name in ("variables", "extensions"):
            if query.get(name):
                sent[name] = await parsed(query[name], f"'{name}'")
        return self.to_operation(sent)

    async def operation_with_files(self, request: Request, folder: Path) -> Operation:
        refuse_encoded(request)
        try:
            return self.to_operation(await read_form(request, self.limits, folder), self.limits.text)
        except BodyTooLarge as reason:
            raise refused(ErrorCode.BAD_REQUEST, str(reason), 413) from None
        except (BadForm, InvalidJson) as reason:
            raise refused(ErrorCode.BAD_REQUEST, str(reason)) from None

    def to_operation(self, sent: Any, size: int = 0) -> Operation:
        """The operation that the parameters of a request name. Raises RequestError."""
        if not isinstance(sent, dict):
            raise refused(ErrorCode.BAD_REQUEST, "The request must be one JSON object; batches are not taken.")
        text, variables, name = self.trusted.text(sent), sent.get("variables"), sent.get("operationName")
        if not isinstance(text, str) or not text.strip():
            raise refused(ErrorCode.BAD_REQUEST, "The request needs a 'query': the text of an operation.")
        if variables is not None and not isinstance(variables, dict):
            raise refused(ErrorCode.BAD_REQUEST, "'variables' must be an object.")
        if name is not None and not isinstance(name, str):
            raise refused(ErrorCode.BAD_REQUEST, "'operationName' must be a string.")
        if not isinstance(sent.get("extensions"), dict | None):
            raise refused(ErrorCode.BAD_REQUEST, "'extensions' must be an object.")
        return Operation(text, variables or {}, name or None, size)

    async def body(self, request: Request) -> bytearray:
        try:
            return await read_body(request, self.limits.text)
        except BodyTooLarge as reason:
            raise refused(ErrorCode.BAD_REQUEST, str(reason), 413) from None


def posted(request: Request) -> bool:
    """Whether the request may write; any other (GET, HEAD) only reads."""
    return request.method == "POST"


def check_media_type(request: Request) -> None:
    """Refuses what is not JSON in UTF-8, uncompressed. The refusal also keeps pages of other sites out: a browser sends
    this type for them only after a preflight."""
    media_type, _, parameters = header(request, b"content-type").lower().partition(";")
    if media_type.strip() != PLAIN:
        raise refused(ErrorCode.BAD_REQUEST, f"Send the request as {PLAIN}, not as '{media_type.strip()}'.", 415)
    charset = re.search(r'charset="?([^";\s]*)', parameters)
    if charset and charset[1] not in ("utf-8", "utf8"):
        raise refused(ErrorCode.BAD_REQUEST, f"Send the request in UTF-8, not in '{charset[1]}'.", 415)
    refuse_encoded(request)


def refuse_encoded(request: Request) -> None:
    try:
        check_encoding(request)
    except EncodedBody as reason:
        raise RequestError([error(ErrorCode.BAD_REQUEST, str(reason))], 415, reason.headers) from None


async def parsed(text: str | bytes | bytearray, part: str = "") -> Any:
    """JSON of a request, or of a part of it that has a name. Raises RequestError."""
    try:
        return await read_json(text)
    except InvalidJson as reason:
        message = f"{part}: {reason}" if part else str(reason)
        raise refused(ErrorCode.BAD_REQUEST, message) from None


def is_answer(refusal: RequestError) -> bool:
    """Whether the request was a GraphQL request and its GraphQL was refused: plain JSON answers that with 200."""
    return refusal.status == 400 and not any(refused_as_request(found) for found in refusal.errors)


def refused_as_request(found: GraphQLError) -> bool:
    return (found.extensions or {}).get("code") == ErrorCode.BAD_REQUEST.value


def wants_page(request: Request) -> bool:
    return request.query_params.keys().isdisjoint({"query", "documentId"}) and wanted(request, "text/html") > 0


def wants_modern(request: Request) -> bool:
    """Whether the answer is to be of the newer media type, in which the status tells of refused GraphQL, too."""
    return wanted(request, MODERN) > 0 and wanted(request, MODERN) >= wanted(request, PLAIN)


def wanted(request: Request, media_type: str) -> float:
    """How much the client wants the media type by its own name; 0 where it does not name it."""
    for part in header(request, b"accept").lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() == media_type:
            quality = re.search(r"\bq=([01](\.[0-9]*)?)", parameters)
            return float(quality[1]) if quality else 1
    return 0


def answer_of(result: ExecutionResult | bytes, request_id: str) -> dict[str, Any] | bytes:
    if isinstance(result, bytes):
        return result
    raise_outage(result)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [shown(error, request_id) for error in result.errors]
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def reply(answer: dict[str, Any] | bytes, status: int, modern: bool, headers: Mapping[str, str]) -> Response:
    media_type = f"{MODERN if modern else PLAIN}; charset=utf-8"
    return Response(answer if isinstance(answer, bytes) else to_json(answer), status, headers, media_type)


def failure(cause: Exception, request_id: str) -> tuple[dict[str, Any], int]:
    """The answer to a request that failed as a whole, and its status."""
    return {"errors": [dict(internal(cause, request_id).formatted)]}, 503 if outage(cause) else 500


def failed(request: Request, cause: Exception) -> Response:
    """What a request is answered that failed outside the endpoint."""
    answer, status = failure(cause, request_id_of(request.scope))
    note_errors(answer)
    return reply(answer, status, wants_modern(request), {})


def refusal(status: int, message: str) -> Response:
    """What a request is answered that is refused before it reaches the endpoint."""
    code = {500: ErrorCode.INTERNAL_SERVER_ERROR, 503: ErrorCode.UNAVAILABLE}.get(status, ErrorCode.BAD_REQUEST)
    answer = {"errors": [dict(error(code, message).formatted)]}
    note_errors(answer)
    return reply(answer, status, False, {})


def note_errors(answer: dict[str, Any]) -> None:
    """Notes the errors of an answer, and that it is of no valid operation where none is known by now."""
    if work := CURRENT_REQUEST.get():
        work.valid_operation = work.valid_operation or InvalidOperation()
        work.error_codes = [found["extensions"]["code"] for found in answer.get("errors", ())]


def versioned(request: Request, response: Response) -> Response:
    """An answer to a GET by a document's id: its reader may keep it, and asks each time whether it still holds."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()}"'
    vary = f"X-API-Key, X-Gateway-Cost, Accept, {ACCEPT_ENCODING}"
    headers = {"ETag": f"W/{tag}", "Cache-Control": "private, no-cache", "Vary": vary}  # weak: it may come compressed
    if if_none_match_holds(request, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


async def encode(request: Request, response: Response) -> None:
    """Compresses an answer that is worth it, for a client that takes that; and says to caches that others differ."""
    wanted = header(request, b"accept-encoding")
    large = len(response.body) >= MIN_COMPRESSED_BYTES
    if not large and not (wanted and response.body and refuses_identity(wanted)):
        return
    if ACCEPT_ENCODING not in response.headers.get("Vary", ""):
        response.headers.add_vary_header(ACCEPT_ENCODING)
    if accepts_gzip(wanted):
        await compress(response)


def to_json(answer: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(answer, default=digits)
    except orjson.JSONEncodeError:  # a message quotes half of a surrogate pair, which UTF-8 cannot write
        return orjson.dumps(paired(answer), default=digits)


def paired(value: Any) -> Any:
    """The value with every half of a surrogate pair replaced."""
    if isinstance(value, dict):
        return {paired(key): paired(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [paired(inner) for inner in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


class Lane:
    """Hands what is posted to the endpoint straight to it, past the routes and what stands before them: a fifth of the
    time that a small query takes."""

    def __init__(self, app: ASGIApp, endpoint: Endpoint) -> None:
        self.app = app
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == ADDRESS and scope["method"] == "POST":
            self.endpoint.locate(scope)
            response = await self.endpoint(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def graphql_routes(endpoint: Endpoint) -> list[BaseRoute]:
    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    examples = [] if endpoint.trusted.only else example_routes()
    return [Route(ADDRESS, graphql, methods=["GET", "POST"]), *examples]
