"""A document's status: which write moves it where, as a table, and what a closure leaves behind."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from app.domain.resources import DocumentStatus

OPEN, CLOSED = DocumentStatus.OPEN, DocumentStatus.CLOSED


class AmountSent(Enum):
    """What a write says about the open amount."""

    NOTHING = "nothing"
    ZERO = "zero"
    NON_ZERO = "non-zero"


# (status before, None for a new document; what was sent) -> status after. A move that is not here leaves the status.
TRANSITIONS: dict[tuple[DocumentStatus | None, AmountSent], DocumentStatus] = {
    (None, AmountSent.NOTHING): OPEN,
    (None, AmountSent.NON_ZERO): OPEN,
    (None, AmountSent.ZERO): CLOSED,
    (OPEN, AmountSent.ZERO): CLOSED,
    (CLOSED, AmountSent.NON_ZERO): OPEN,
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of a document's status history."""

    status: DocumentStatus
    at: datetime
    reason: str | None = None
    notes: str | None = None


def amount_sent(touched: bool, open_amount: Decimal | None) -> AmountSent:
    """What a write says, from whether it names the open amount and what that is afterwards."""
    if not touched or open_amount is None:
        return AmountSent.NOTHING
    return AmountSent.NON_ZERO if open_amount else AmountSent.ZERO


def transition(before: DocumentStatus | None, sent_amount: AmountSent, now: datetime) -> Transition | None:
    """The transition that a create, replace or patch makes, if any."""
    after = TRANSITIONS.get((before, sent_amount))
    return None if after is None else Transition(after, now)
