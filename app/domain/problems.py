"""Problems: what the caller's data got wrong, in words that know neither HTTP nor GraphQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

Path = tuple[str | int, ...]


class Code(Enum):
    """Why a write was refused; clients branch on it."""

    ALREADY_EXISTS = "already_exists"
    NOT_FOUND = "not_found"
    ALREADY_CLOSED = "already_closed"
    REQUIRED = "required"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    CURRENCY_LOCKED = "currency_locked"
    CURRENCY_MODEL_LOCKED = "currency_model_locked"
    VERSION_CONFLICT = "version_conflict"


class Where(Enum):
    """The part of a request that a problem lies in."""

    BODY = "body"
    KEY = "key"  # what the request is addressed to
    FILE = "file"  # an uploaded file
    ARGUMENT = "argument"  # what says how to do it, such as `append`
    VERSION = "version"  # the version the caller expected


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `field` is its path in Ingest names, list positions as numbers: ("line_items", 3, "unit_price")."""

    code: Code
    field: Path
    message: str
    where: Where = Where.BODY


class WriteRefused(Exception):
    """The write is refused, with all its problems. Nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, p.field))}: {p.message}" for p in self.problems))
