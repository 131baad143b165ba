"""Errors as the Ingest API words them, and the one translation of what the layers below raise."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.auth.rate_limits import RateLimited
from app.domain.enums import Resource
from app.domain.notation import quoted_key
from app.domain.problems import Code, Path, Problem, Where, WriteRefused
from app.domain.resources import RESOURCES
from app.middleware.requests import EncodedBody
from app.rest_api.names import shown_path


class RestError(Exception):
    """A request that is refused: status, error word, message, and what else the answer holds."""

    def __init__(
        self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": error, **extra, "message": writable(message)}
        self.headers = dict(headers or {})


def not_found(resource: str) -> RestError:
    return RestError(404, f"{resource}_not_found", f"There is no such {resource}.")


def already_exists(resource: Resource, key: str) -> RestError:
    known = RESOURCES[resource]
    advice = f"A {resource} can never be changed." if known.is_append_only else "PUT replaces it, PATCH changes it."
    message = f"{resource.capitalize()} {quoted_key(key)} already exists. {advice}"
    named: dict[str, Any] = {known.key: key}
    return RestError(409, f"{resource}_already_exists", message, **named)


def already_closed(number: str, message: str) -> RestError:
    return RestError(409, "document_already_closed", message, document_number=number)


def nowhere() -> RestError:
    return RestError(404, "not_found", "There is nothing at this address.")


def not_allowed(methods: str) -> RestError:
    return RestError(405, "method_not_allowed", f"This address takes {methods}.", {"Allow": methods})


def encoded(reason: EncodedBody) -> RestError:
    return RestError(415, "unsupported_media_type", str(reason), reason.headers)


def spent_up(reason: RateLimited) -> RestError:
    return RestError(429, "rate_limited", str(reason), reason.headers)


def translated(refusal: WriteRefused, resource: Resource, key: str) -> RestError:
    """The answer to a refused write of the resource under the key."""
    first = refusal.problems[0]
    if first.code is Code.ALREADY_EXISTS:
        return already_exists(resource, key)
    if first.code is Code.ALREADY_CLOSED:
        return already_closed(key, first.message)
    if first.code is Code.VERSION_CONFLICT:
        return precondition_failed(first.message)
    if first.code is Code.NOT_FOUND and first.where is Where.KEY:
        missing = {RESOURCES[kind].key: kind for kind in (Resource.REPRESENTATIVE, Resource.ACCOUNT, Resource.DOCUMENT)}
        kind = resource if RESOURCES[resource].key == first.field[0] else missing[str(first.field[0])]
        return RestError(404, f"{kind}_not_found", first.message)
    return RestError(422, "validation_failed", "The data has faults; nothing was written.", details=details(refusal))


def precondition_failed(message: str) -> RestError:
    """The answer to a write whose precondition does not hold."""
    advice = 'Nothing was written. Send a version as the ETag of an answer has it, such as "3".'
    return RestError(412, "precondition_failed", f"{message} {advice}")


def details(refusal: WriteRefused) -> list[dict[str, str]]:
    return [detail(problem) for problem in refusal.problems]


def detail(problem: Problem) -> dict[str, str]:
    named, shown = str(problem.field[-1]), str(shown_path(problem.field)[-1])
    rest = problem.message.removeprefix(named)
    if problem.code is Code.REQUIRED:  # the one that states a condition
        rest = in_ingest_names(rest)
    message = shown + rest if problem.message.startswith(named) else problem.message  # named as REST names it
    return {"field": writable(dotted(problem.field)), "code": problem.code.value, "message": writable(message)}


def in_ingest_names(message: str) -> str:
    """A message whose condition, if it states one, names fields and values as REST does."""
    fault, when, condition = message.partition(" required when ")
    return fault + when + HUMP.sub("_", condition).lower()


HUMP = re.compile("(?<=[a-z])(?=[A-Z])")


def writable(text: str) -> str:
    """The text with every half of a surrogate pair replaced: a faulty name may hold one, UTF-8 cannot."""
    return text.encode(errors="replace").decode()


def dotted(path: Path) -> str:
    """A path as Ingest writes it: line_items[3].unit_price."""
    return joined(shown_path(path))


def joined(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
