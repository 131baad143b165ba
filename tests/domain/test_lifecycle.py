"""Which write moves a document's status where."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.enums import DocumentStatus
from app.domain.lifecycle import AmountSent, Transition, amount_sent, transition

OPEN, CLOSED = DocumentStatus.OPEN, DocumentStatus.CLOSED
NOW = datetime(2026, 5, 12, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (None, AmountSent.NOTHING, OPEN),
        (None, AmountSent.NON_ZERO, OPEN),
        (None, AmountSent.ZERO, CLOSED),
        (OPEN, AmountSent.NOTHING, None),
        (OPEN, AmountSent.NON_ZERO, None),
        (OPEN, AmountSent.ZERO, CLOSED),
        (CLOSED, AmountSent.NOTHING, None),
        (CLOSED, AmountSent.NON_ZERO, OPEN),
        (CLOSED, AmountSent.ZERO, None),
    ],
)
def test_every_row_of_the_life_cycle(
    before: DocumentStatus | None, said: AmountSent, after: DocumentStatus | None
) -> None:
    assert transition(before, said, NOW) == (None if after is None else Transition(after, NOW, None, None))


@pytest.mark.parametrize(
    ("touched", "amount", "said"),
    [
        (False, None, AmountSent.NOTHING),
        (False, "40", AmountSent.NOTHING),
        (False, "0", AmountSent.NOTHING),
        (True, None, AmountSent.NOTHING),
        (True, "0", AmountSent.ZERO),
        (True, "-0.0000", AmountSent.ZERO),
        (True, "0.0001", AmountSent.NON_ZERO),
        (True, "-40", AmountSent.NON_ZERO),
    ],
)
def test_what_a_write_says_of_the_open_amount(touched: bool, amount: str | None, said: AmountSent) -> None:
    assert amount_sent(touched, None if amount is None else Decimal(amount)) is said
