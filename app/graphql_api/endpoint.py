"""GraphQL over HTTP: requests to operations, answers to bytes, and the page for people."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from cachetools import LRUCache
from graphql import ExecutionResult, GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.auth.authentication import Authenticator, Unauthenticated, key_of
from app.caching import CacheBudget
from app.commands.files import workspace
from app.domain.caller import Caller
from app.graphql_api.errors import ErrorCode, RequestError, error, formatted, internal_error, raise_outage, refused
from app.graphql_api.execution.executor import Executor
from app.graphql_api.execution.finishing import json_value
from app.graphql_api.execution.parsing import MAX_NAME_LENGTH, GraphQLRequest
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
from app.storage.database.availability import RETRY_AFTER, outage
from app.storage.database.engine import Database

ADDRESS = "/graphql"
GRAPHQL_RESPONSE_JSON = "application/graphql-response+json"
JSON = "application/json"
COST_HEADER = b"x-gateway-cost"  # the header, "true", of who wants to see extensions.cost
NO_WEBSOCKETS = "There are no WebSockets at this address: send queries and mutations by POST."
CLIENT_CLOSED = "CLIENT_CLOSED_REQUEST"  # in the metrics, as if it was the code of an error
CALLER_BYTES = 1_500  # of one in the cache, with its key
MAX_HASHED_BYTES = 2**20  # of an answer, by the event loop: some 2 ms
ACCEPT_ENCODING = "Accept-Encoding"
# By the status of what is refused before it reaches the endpoint.
REFUSAL_CODES = {
    401: ErrorCode.UNAUTHENTICATED,
    409: ErrorCode.ANSWER_NOT_KEPT,
    429: ErrorCode.RATE_LIMITED,
    500: ErrorCode.INTERNAL_SERVER_ERROR,
    503: ErrorCode.UNAVAILABLE,
}
OPERATION_PARAMETER = re.compile(rb"(?:^|&)(?:query|documentId)(?:[=&]|$)")
MAX_PARAMETERS = 20  # of a GET, which may have five


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The /graphql endpoint, a plain ASGI application: a route that calls a function would take longer."""

    database: Database
    executor: Executor
    limits: UploadLimits
    public_url: str
    origins: AllowedOrigins  # whose pages may call
    persisted_operations: PersistedOperations
    caches: InitVar[CacheBudget]
    callers: LRUCache[str, Caller] = field(init=False)  # by key

    def __post_init__(self, caches: CacheBudget) -> None:
        object.__setattr__(self, "callers", LRUCache(caches.share("callers") // CALLER_BYTES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        reads = not is_post(request)
        if reads and header(request, b"upgrade").lower() == "websocket":
            return refusal(400, NO_WEBSOCKETS)
        if reads and wants_page(request):
            return no_graphiql_page() if self.persisted_operations.only else graphiql_page()
        request_id, is_graphql_response = request_id_of(request.scope), prefers_graphql_response(request)
        answer: dict[str, Any] | bytes
        headers: Mapping[str, str] = {}
        try:
            answer, status = to_answer(await self.answer(request, request_id), request_id), 200
        except RequestError as refusal_:
            answer = {"errors": [formatted(error, request_id) for error in refusal_.errors]}
            status = 200 if is_answer(refusal_) and not is_graphql_response else refusal_.status
            headers = refusal_.headers
        except ClientDisconnect:
            if record := CURRENT_REQUEST.get():
                record.error_codes = [CLIENT_CLOSED]
            return Response(status_code=CLIENT_CLOSED_REQUEST)  # which nobody receives
        except Exception as cause:
            answer, status = failure(cause, request_id)
            headers = RETRY_AFTER if status == 503 else {}
        response = reply(answer, status, is_graphql_response, headers)
        if record := CURRENT_REQUEST.get():
            record.answer_bytes = len(response.body)
            if not isinstance(answer, bytes):
                note_errors(answer)
        if reads and isinstance(answer, bytes) and "query" not in request.query_params:
            response = await with_etag(request, response)
        await encode(request, response)
        return response

    async def answer(self, request: Request, request_id: str) -> ExecutionResult | bytes:
        try:
            key = key_of(request)
            caller = self.cached_caller(key)
            authenticator = Authenticator(self.database, key, caller, request_id)
            try:
                return await self.run(request, authenticator)
            finally:
                if authenticator.last_caller is not caller:
                    self.cache_caller(authenticator)
        except Unauthenticated as refusal_:
            raise refused(ErrorCode.UNAUTHENTICATED, str(refusal_), 401) from None

    def cached_caller(self, key: str) -> Caller | None:
        try:
            return self.callers[key]  # `get` takes twice as long
        except KeyError:
            return None

    def cache_caller(self, authenticator: Authenticator) -> None:
        """Caches who is behind the key. The statement that reads for a cached caller also checks that the key still
        belongs to them."""
        if authenticator.last_caller:
            self.callers[authenticator.key] = authenticator.last_caller
        else:
            self.callers.pop(authenticator.key, None)

    async def run(self, request: Request, authenticator: Authenticator) -> ExecutionResult | bytes:
        execute = partial(
            self.executor.run,
            authenticator=authenticator,
            may_write=is_post(request),
            base_url=partial(self.base_url, request),
            shows_cost=header(request, COST_HEADER) == "true",
        )
        if authenticator.last_caller is None:
            await authenticator.caller()  # nothing that a stranger sends is read or kept
        if is_post(request) and is_multipart(request):
            if (await authenticator.caller()).read_only:
                raise refused(ErrorCode.FORBIDDEN, "This key may only read, and so may not send files.", 403)
            if is_cross_origin(request, self.origins):
                raise refused(ErrorCode.FORBIDDEN, "Pages of this origin may not send files.", 403)
            async with workspace() as folder:
                return await execute(await self.request_with_files(request, folder))
        try:
            graphql_request = await self.graphql_request(request)
        except RequestError:
            await authenticator.caller()  # to an unknown caller nothing else is said
            raise
        return await execute(graphql_request)

    def locate(self, scope: Scope) -> None:
        """Notes in the scope, as a router does, that the request is answered here."""
        scope.update(endpoint=self, path_params={})

    def base_url(self, request: Request) -> str:
        """What addresses of this server begin with."""
        return self.public_url or str(request.base_url).rstrip("/")

    async def graphql_request(self, request: Request) -> GraphQLRequest:
        if is_post(request):
            check_media_type(request)
            body = await self.body(request)
            return self.to_graphql_request(await parse_json_part(body), len(body))
        if request.scope["query_string"].count(b"&") >= MAX_PARAMETERS:
            raise refused(ErrorCode.BAD_REQUEST, f"A GET has at most {MAX_PARAMETERS} parameters.")
        query = request.query_params
        sent: dict[str, Any] = {name: query[name] for name in ("query", "documentId", "operationName") if name in query}
        for name in ("variables", "extensions"):
            if query.get(name):
                sent[name] = await parse_json_part(query[name], f"'{name}'")
        return self.to_graphql_request(sent, len(request.scope["query_string"]))

    async def request_with_files(self, request: Request, folder: Path) -> GraphQLRequest:
        refuse_encoded(request)
        try:
            return self.to_graphql_request(await read_form(request, self.limits, folder), self.limits.text)
        except BodyTooLarge as reason:
            raise refused(ErrorCode.BAD_REQUEST, str(reason), 413) from None
        except (BadForm, InvalidJson) as reason:
            raise refused(ErrorCode.BAD_REQUEST, str(reason)) from None

    def to_graphql_request(self, sent: Any, size: int = 0) -> GraphQLRequest:
        """What the parameters of a request ask to run. Raises RequestError."""
        if not isinstance(sent, dict):
            raise refused(ErrorCode.BAD_REQUEST, "The request must be one JSON object; batches are not taken.")
        text, variables, name = self.persisted_operations.text(sent), sent.get("variables"), sent.get("operationName")
        if not isinstance(text, str) or not text.strip():
            raise refused(ErrorCode.BAD_REQUEST, "The request needs a 'query': the text of an operation.")
        if variables is not None and not isinstance(variables, dict):
            raise refused(ErrorCode.BAD_REQUEST, "'variables' must be an object.")
        if name is not None and not isinstance(name, str):
            raise refused(ErrorCode.BAD_REQUEST, "'operationName' must be a string.")
        if name and len(name) > MAX_NAME_LENGTH:
            message = f"'operationName' may have at most {MAX_NAME_LENGTH} characters, and has {len(name)}."
            raise refused(ErrorCode.BAD_USER_INPUT, message)
        if not isinstance(sent.get("extensions"), dict | None):
            raise refused(ErrorCode.BAD_REQUEST, "'extensions' must be an object.")
        return GraphQLRequest(text, variables or {}, name or None, size)

    async def body(self, request: Request) -> bytearray:
        try:
            return await read_body(request, self.limits.text)
        except BodyTooLarge as reason:
            raise refused(ErrorCode.BAD_REQUEST, str(reason), 413) from None


def is_post(request: Request) -> bool:
    """Whether the request may write; any other (GET, HEAD) only reads."""
    return request.method == "POST"


def check_media_type(request: Request) -> None:
    """Refuses what is not JSON in UTF-8, uncompressed. The refusal also keeps pages of other sites out: a browser sends
    this type for them only after a preflight."""
    media_type, _, parameters = header(request, b"content-type").lower().partition(";")
    if media_type.strip() != JSON:
        raise refused(ErrorCode.BAD_REQUEST, f"Send the request as {JSON}, not as '{media_type.strip()}'.", 415)
    charset = re.search(r'charset="?([^";\s]*)', parameters)
    if charset and charset[1] not in ("utf-8", "utf8"):
        raise refused(ErrorCode.BAD_REQUEST, f"Send the request in UTF-8, not in '{charset[1]}'.", 415)
    refuse_encoded(request)


def refuse_encoded(request: Request) -> None:
    try:
        check_encoding(request)
    except EncodedBody as reason:
        raise RequestError([error(ErrorCode.BAD_REQUEST, str(reason))], 415, reason.headers) from None


async def parse_json_part(text: str | bytes | bytearray, part: str = "") -> Any:
    """JSON of a request, or of a part of it that has a name. Raises RequestError."""
    try:
        return await read_json(text)
    except InvalidJson as reason:
        message = f"{part}: {reason}" if part else str(reason)
        raise refused(ErrorCode.BAD_REQUEST, message) from None


def is_answer(refusal: RequestError) -> bool:
    """Whether the request was a GraphQL request and its GraphQL was refused: plain JSON answers that with 200."""
    return refusal.status == 400 and not any(refused_as_request(error) for error in refusal.errors)


def refused_as_request(error: GraphQLError) -> bool:
    return (error.extensions or {}).get("code") == ErrorCode.BAD_REQUEST.value


def wants_page(request: Request) -> bool:
    """Whether a person asks. The query is searched as it was sent: to take it apart is work, which needs a key."""
    return quality(request, "text/html") > 0 and not OPERATION_PARAMETER.search(request.scope["query_string"])


def prefers_graphql_response(request: Request) -> bool:
    """Whether the answer is to be of the newer media type, in which the status tells of refused GraphQL, too."""
    return quality(request, GRAPHQL_RESPONSE_JSON) > 0 and quality(request, GRAPHQL_RESPONSE_JSON) >= quality(
        request, JSON
    )


def quality(request: Request, media_type: str) -> float:
    """How much the client wants the media type by its own name; 0 where it does not name it."""
    for part in header(request, b"accept").lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() == media_type:
            quality = re.search(r"\bq=([01](\.[0-9]*)?)", parameters)
            return float(quality[1]) if quality else 1
    return 0


def to_answer(result: ExecutionResult | bytes, request_id: str) -> dict[str, Any] | bytes:
    if isinstance(result, bytes):
        return result
    raise_outage(result)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [formatted(error, request_id) for error in result.errors]
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def reply(
    answer: dict[str, Any] | bytes, status: int, is_graphql_response: bool, headers: Mapping[str, str]
) -> Response:
    media_type = f"{GRAPHQL_RESPONSE_JSON if is_graphql_response else JSON}; charset=utf-8"
    return Response(answer if isinstance(answer, bytes) else to_json(answer), status, headers, media_type)


def failure(cause: Exception, request_id: str) -> tuple[dict[str, Any], int]:
    """The answer to a request that failed as a whole, and its status."""
    return {"errors": [dict(internal_error(cause, request_id).formatted)]}, 503 if outage(cause) else 500


def failed(request: Request, cause: Exception) -> Response:
    """What a request is answered that failed outside the endpoint."""
    answer, status = failure(cause, request_id_of(request.scope))
    note_errors(answer)
    return reply(answer, status, prefers_graphql_response(request), RETRY_AFTER if status == 503 else {})


def refusal(status: int, message: str) -> Response:
    """What a request is answered that is refused before it reaches the endpoint."""
    code = REFUSAL_CODES.get(status, ErrorCode.BAD_REQUEST)
    answer = {"errors": [dict(error(code, message).formatted)]}
    note_errors(answer)
    return reply(answer, status, False, {})


def note_errors(answer: dict[str, Any]) -> None:
    """Notes the errors of an answer, and that it is of no valid operation where none is known by now."""
    if record := CURRENT_REQUEST.get():
        record.valid_operation = record.valid_operation or InvalidOperation()
        record.error_codes = [error["extensions"]["code"] for error in answer.get("errors", ())]


async def with_etag(request: Request, response: Response) -> Response:
    """An answer to a GET by a document's id: its reader may keep it, and asks each time whether it still holds."""
    large = len(response.body) > MAX_HASHED_BYTES
    digest = await asyncio.to_thread(hashlib.sha256, response.body) if large else hashlib.sha256(response.body)
    tag = f'"{digest.hexdigest()}"'
    vary = f"X-API-Key, X-Gateway-Cost, Accept, {ACCEPT_ENCODING}"
    headers = {"ETag": f"W/{tag}", "Cache-Control": "private, no-cache", "Vary": vary}  # weak: it may come compressed
    if if_none_match_holds(request, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


async def encode(request: Request, response: Response) -> None:
    """Compresses an answer that is worth it, for a client that takes that; and says to caches that others differ."""
    quality = header(request, b"accept-encoding")
    large = len(response.body) >= MIN_COMPRESSED_BYTES
    if not large and not (quality and response.body and refuses_identity(quality)):
        return
    if ACCEPT_ENCODING not in response.headers.get("Vary", ""):
        response.headers.add_vary_header(ACCEPT_ENCODING)
    if accepts_gzip(quality):
        await compress(response)


def to_json(answer: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(answer, default=json_value)
    except orjson.JSONEncodeError:  # a message quotes half of a surrogate pair, which UTF-8 cannot write
        return orjson.dumps(without_lone_surrogates(answer), default=json_value)


def without_lone_surrogates(value: Any) -> Any:
    """The value with every half of a surrogate pair replaced."""
    if isinstance(value, dict):
        return {without_lone_surrogates(key): without_lone_surrogates(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_lone_surrogates(inner) for inner in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def graphql_routes(endpoint: Endpoint) -> list[BaseRoute]:
    examples = [] if endpoint.persisted_operations.only else example_routes()
    return [Route(ADDRESS, endpoint, methods=["GET", "POST"]), *examples]
