"""Errors of an operation as a whole, and internal ones: their codes, and what an answer shows of them."""

import logging
from collections.abc import Mapping
from enum import Enum
from typing import Any

from graphql import ExecutionResult, GraphQLError

from app.graphql_api.messages import in_graphql
from app.storage.database.availability import first_line, outage

logger = logging.getLogger("app.graphql_api")
MAX_MESSAGE_LENGTH = 1_000  # characters: what a client has sent is not to come back twenty times as long


class ErrorCode(Enum):
    """What `extensions.code` says."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"  # of a change log that is not this one, or not any more
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    ANSWER_NOT_KEPT = "ANSWER_NOT_KEPT"  # of a write that was done under its Idempotency-Key before
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class RequestError(Exception):
    """The operation is refused as a whole, before anything ran."""

    def __init__(self, errors: list[GraphQLError], status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors
        self.status = status
        self.headers = headers or {}


def error(code: ErrorCode, message: str, **where: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code.value}, **where)


def refused(code: ErrorCode, message: str, status: int = 400) -> RequestError:
    return RequestError([error(code, message)], status)


def with_code(code: ErrorCode, errors: list[GraphQLError]) -> list[GraphQLError]:
    """The errors, each once and with the code where it has none of its own."""
    distinct: dict[tuple[Any, ...], GraphQLError] = {}
    for found in errors:
        found.extensions = {"code": code.value, **(found.extensions or {})}
        distinct.setdefault((found.message, str(found.locations), str(found.path)), found)
    return list(distinct.values())


def formatted(found: GraphQLError, request_id: str) -> dict[str, Any]:
    """An error as the answer holds it; one without a code is a failure of the server."""
    if not (found.extensions and "code" in found.extensions):
        found = internal_error(found.original_error or found, request_id, nodes=found.nodes, path=found.path)
    formatted = dict(found.formatted)
    formatted["message"] = truncated(found.message)
    return formatted


def truncated(message: str) -> str:
    """A message as it is shown: one that is too long is not even searched, which would take as long as it is."""
    return in_graphql(message) if len(message) <= MAX_MESSAGE_LENGTH else f"{message[:MAX_MESSAGE_LENGTH]}…"


def internal_error(cause: Exception, request_id: str, **where: Any) -> GraphQLError:
    """A failure of the server: logged, and shown without internals; of an outage the answer says what is away."""
    if found := outage(cause):
        logger.error("request %s: %s: %s", request_id, found.fact, first_line(cause))
        code, sentence = ErrorCode.UNAVAILABLE, found.value
    else:
        logger.error("request %s failed", request_id, exc_info=cause)
        code, sentence = ErrorCode.INTERNAL_SERVER_ERROR, "The server failed."
    extensions = {"code": code.value, "requestId": request_id}
    message = f"{sentence} Quote request {request_id} when you report it."
    return GraphQLError(message, extensions=extensions, **where)


def raise_outage(result: ExecutionResult) -> None:
    """Raises the outage because of which no field has a value, so that the request fails as a whole."""
    if any(value is not None for value in (result.data or {}).values()):
        return
    for found in result.errors or ():
        if found.original_error and outage(found.original_error):
            raise found.original_error
