"""Problems: what the caller's data got wrong, in words that know neither HTTP nor GraphQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from app.domain.described_enum import DescribedEnum

Path = tuple[str | int, ...]


class Code(DescribedEnum):
    """Why a write was refused."""

    ALREADY_EXISTS = "already_exists", "A create found the key taken."
    NOT_FOUND = "not_found", "Something that is named does not exist."
    ALREADY_CLOSED = "already_closed", "A closure found the document closed."
    REQUIRED = "required", "A value is missing or blank."
    INVALID = "invalid", "A value is not one of its field."
    TOO_LONG = "too_long", "A text has too many characters, or a file too many bytes or pages."
    CURRENCY_LOCKED = "currency_locked", "The account's currency was fixed by an earlier write."
    CURRENCY_MODEL_LOCKED = "currency_model_locked", "The tenant's documents use the other currency model."
    VERSION_CONFLICT = "version_conflict", "The resource is at another version than expected."


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
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "; ".join(f"{'.'.join(map(str, p.field))}: {p.message}" for p in self.problems)
