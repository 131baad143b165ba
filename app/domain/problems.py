"""Problems: what the caller's data got wrong, in words that know neither HTTP nor GraphQL."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `field` is the path in Ingest names, list positions as numbers: ("line_items", 3, "unit_price")."""

    code: Code
    field: Path
    message: str


class Refused(Exception):  # noqa: N818 -- a refusal is an expected answer, not an error
    """A write that was refused, with every problem found. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, p.field))}: {p.message}" for p in problems))
        self.problems = tuple(problems)
