"""What happens to make-believe documents, as a table: how late each is on the ledger's day, and what came before."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache


class Kind(Enum):
    """What a story is told of; the value begins the document's number."""

    INVOICE = "INV"
    CREDIT = "CN"  # for the invoice of the story before
    CHARGE = "CHG"
    PRO_FORMA = "PF"  # without amounts
    ARCHIVED = "ARC"  # known to Invoicing alone, by its gross amount
    REPLACEMENT = "FOC"  # free of charge: nothing is open from the start


@dataclass(frozen=True, slots=True)
class Leaves:
    """A write that leaves a share of the gross amount open; `at` lies between issue, 0, and yesterday, 1."""

    at: float
    share: Decimal
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Closes:
    """A closure by request."""

    at: float
    reason: str
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Remarks:
    """A write that changes a comment and no amount."""

    at: float
    comment: str


@dataclass(frozen=True, slots=True)
class Story:
    late: tuple[int, int]  # days past due, from and to; below zero: not due yet
    acts: tuple[Leaves | Closes | Remarks, ...] = ()
    kind: Kind = Kind.INVOICE
    share: Decimal = Decimal(1)  # of its invoice, for a credit note


NOTHING, ALL = Decimal(0), Decimal(1)
PAID = (Closes(0.8, "paid", "Bank transfer."), Leaves(0.85, NOTHING))

STORIES = (
    Story((-25, -8)),
    Story((3, 28), (Remarks(0.9, "First reminder sent."),)),
    Story((5, 120), PAID),
    Story((33, 58), (Leaves(0.7, Decimal("0.4"), "Part payment; the rest was promised."),)),
    Story((5, 25), (Remarks(0.6, "Two units arrived damaged: see credit note."),)),
    Story((5, 25), kind=Kind.CREDIT, share=Decimal("0.2")),
    Story((63, 88), (Remarks(0.5, "First reminder sent."), Remarks(0.9, "Second reminder sent."))),
    Story((10, 150), (Leaves(0.9, NOTHING),)),
    Story((20, 50), (Closes(0.5, "paid", "Cheque received."), Leaves(0.7, ALL, "The cheque was returned unpaid."))),
    Story((95, 260), (Leaves(0.3, Decimal("0.65")), Remarks(0.8, "Disputed: price does not match the order."))),
    Story((5, 90), PAID),
    Story((0, 0)),
    Story((200, 420), (Closes(0.9, "write_off", "Insolvency; the claim was registered too late."),)),
    Story((5, 60), (Remarks(0.4, "Returned in full."), Leaves(0.6, NOTHING))),
    Story((5, 60), (Leaves(0.5, NOTHING),), Kind.CREDIT),
    Story((2, 80), (Leaves(0.5, Decimal("0.5"), "Paid in two parts."), Leaves(0.8, NOTHING))),
    Story((-10, 20), kind=Kind.CHARGE),
    Story((30, 120), (Closes(0.7, "contra", "Set off against their invoice for repairs."),)),
    Story((-15, -2), kind=Kind.PRO_FORMA),
    Story((10, 200), kind=Kind.ARCHIVED),
    Story((5, 60), kind=Kind.REPLACEMENT),
    Story((40, 150), (Leaves(0.4, Decimal("0.02")), Closes(0.8, "adjustment", "Small difference."))),
    Story((2, 29), (Remarks(0.95, "Promised for the next payment run."),)),
    Story((60, 200), (Closes(0.6, "other", "Invoiced anew in the right name."),)),
    Story((-6, -1)),
)
STARTS = tuple(place for place, story in enumerate(STORIES) if story.kind is not Kind.CREDIT)


@cache
def first_story(account: int) -> int:
    """Where an account's documents begin to go round the table: the first account at its beginning."""
    return STARTS[account * 7 % len(STARTS)]


def story_of(account: int, document: int) -> Story:
    return STORIES[(first_story(account) + document) % len(STORIES)]
