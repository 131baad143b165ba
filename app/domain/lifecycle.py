"""A document's status: which write moves it where, as a table, and what a closure leaves behind."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from app.domain.resources import DocumentStatus

OPEN, CLOSED = DocumentStatus.OPEN, DocumentStatus.CLOSED


class Sent(Enum):
    """What a write says about the open amount."""

    NOTHING = "nothing"
    ZERO = "zero"
    NON_ZERO = "non-zero"


# (status before, None for a new document; what was sent) -> status after. A move that is not here leaves the status.
MOVES: dict[tuple[DocumentStatus | None, Sent], DocumentStatus] = {
    (None, Sent.NOTHING): OPEN,
    (None, Sent.NON_ZERO): OPEN,
    (None, Sent.ZERO): CLOSED,
    (OPEN, Sent.ZERO): CLOSED,
    (CLOSED, Sent.NON_ZERO): OPEN,
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of a document's status history."""

    status: DocumentStatus
    at: datetime
    reason: str | None = None
    notes: str | None = None


def sent(touched: bool, open_amount: Decimal | None) -> Sent:
    """What a write says, from whether it names the open amount and what that is afterwards."""
    if not touched or open_amount is None:
        return Sent.NOTHING
    return Sent.NON_ZERO if open_amount else Sent.ZERO


def move(before: DocumentStatus | None, said: Sent, now: datetime) -> Transition | None:
    """The transition that a create, replace or patch makes, if any."""
    after = MOVES.get((before, said))
    return None if after is None else Transition(after, now)
