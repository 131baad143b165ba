"""The status of a document: a table of transitions, and an entry of the status history."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from app.domain.enums import DocumentStatus

OPEN, CLOSED = DocumentStatus.OPEN, DocumentStatus.CLOSED


class AmountSent(Enum):
    """What a write sends as the open amount."""

    NOTHING = "nothing"
    ZERO = "zero"
    NON_ZERO = "non-zero"


# From the status before (None for a new document) and what was sent to the status after. Anything else changes nothing.
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
    """What was sent; `touched`: whether the write names the open amount, which afterwards is `open_amount`."""
    if not touched or open_amount is None:
        return AmountSent.NOTHING
    return AmountSent.NON_ZERO if open_amount else AmountSent.ZERO


def transition(before: DocumentStatus | None, sent_amount: AmountSent, now: datetime) -> Transition | None:
    """The transition that a create, replace or patch makes; None where the status stays."""
    after = TRANSITIONS.get((before, sent_amount))
    return None if after is None else Transition(after, now)
