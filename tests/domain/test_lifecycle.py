"""Which write moves a document's status where."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.lifecycle import Sent, Transition, move, sent
from app.domain.resources import DocumentStatus

OPEN, CLOSED = DocumentStatus.OPEN, DocumentStatus.CLOSED
NOW = datetime(2026, 5, 12, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (None, Sent.NOTHING, OPEN),
        (None, Sent.NON_ZERO, OPEN),
        (None, Sent.ZERO, CLOSED),
        (OPEN, Sent.NOTHING, None),
        (OPEN, Sent.NON_ZERO, None),
        (OPEN, Sent.ZERO, CLOSED),
        (CLOSED, Sent.NOTHING, None),
        (CLOSED, Sent.NON_ZERO, OPEN),
        (CLOSED, Sent.ZERO, None),
    ],
)
def test_every_row_of_the_life_cycle(before: DocumentStatus | None, said: Sent, after: DocumentStatus | None) -> None:
    assert move(before, said, NOW) == (None if after is None else Transition(after, NOW, None, None))


@pytest.mark.parametrize(
    ("touched", "amount", "said"),
    [
        (False, None, Sent.NOTHING),
        (False, "40", Sent.NOTHING),
        (False, "0", Sent.NOTHING),
        (True, None, Sent.NOTHING),
        (True, "0", Sent.ZERO),
        (True, "-0.0000", Sent.ZERO),
        (True, "0.0001", Sent.NON_ZERO),
        (True, "-40", Sent.NON_ZERO),
    ],
)
def test_what_a_write_says_of_the_open_amount(touched: bool, amount: str | None, said: Sent) -> None:
    assert sent(touched, None if amount is None else Decimal(amount)) is said
