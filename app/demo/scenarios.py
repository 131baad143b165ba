"""What happens to demonstration documents, as a table: how many days past due each is on the ledger's day, and the
writes before that day."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache


class Kind(Enum):
    """What kind of document a scenario makes; the value is the prefix of its number."""

    INVOICE = "INV"
    CREDIT = "CN"  # for the invoice that the scenario before this one makes
    CHARGE = "CHG"
    PRO_FORMA = "PF"  # without amounts
    ARCHIVED = "ARC"  # known to Invoicing alone, by its gross amount
    REPLACEMENT = "FOC"  # free of charge: nothing is open from the start


@dataclass(frozen=True, slots=True)
class OpenShare:
    """A write that leaves a share of the gross amount open; `at` lies between issue, 0, and yesterday, 1."""

    at: float
    share: Decimal
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure by request."""

    at: float
    reason: str
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A write that changes a comment and no amount."""

    at: float
    comment: str


@dataclass(frozen=True, slots=True)
class Scenario:
    late: tuple[int, int]  # days past due, from and to; below zero: not due yet
    events: tuple[OpenShare | Closure | Comment, ...] = ()
    kind: Kind = Kind.INVOICE
    share: Decimal = Decimal(1)  # of its invoice, for a credit note


NOTHING, ALL = Decimal(0), Decimal(1)
PAID = (Closure(0.8, "paid", "Bank transfer."), OpenShare(0.85, NOTHING))

SCENARIOS = (
    Scenario((-25, -8)),
    Scenario((3, 28), (Comment(0.9, "First reminder sent."),)),
    Scenario((5, 120), PAID),
    Scenario((33, 58), (OpenShare(0.7, Decimal("0.4"), "Part payment; the rest was promised."),)),
    Scenario((5, 25), (Comment(0.6, "Two units arrived damaged: see credit note."),)),
    Scenario((5, 25), kind=Kind.CREDIT, share=Decimal("0.2")),
    Scenario((63, 88), (Comment(0.5, "First reminder sent."), Comment(0.9, "Second reminder sent."))),
    Scenario((10, 150), (OpenShare(0.9, NOTHING),)),
    Scenario(
        (20, 50), (Closure(0.5, "paid", "Cheque received."), OpenShare(0.7, ALL, "The cheque was returned unpaid."))
    ),
    Scenario((95, 260), (OpenShare(0.3, Decimal("0.65")), Comment(0.8, "Disputed: price does not match the order."))),
    Scenario((5, 90), PAID),
    Scenario((0, 0)),
    Scenario((200, 420), (Closure(0.9, "write_off", "Insolvency; the claim was registered too late."),)),
    Scenario((5, 60), (Comment(0.4, "Returned in full."), OpenShare(0.6, NOTHING))),
    Scenario((5, 60), (OpenShare(0.5, NOTHING),), Kind.CREDIT),
    Scenario((2, 80), (OpenShare(0.5, Decimal("0.5"), "Paid in two parts."), OpenShare(0.8, NOTHING))),
    Scenario((-10, 20), kind=Kind.CHARGE),
    Scenario((30, 120), (Closure(0.7, "contra", "Set off against their invoice for repairs."),)),
    Scenario((-15, -2), kind=Kind.PRO_FORMA),
    Scenario((10, 200), kind=Kind.ARCHIVED),
    Scenario((5, 60), kind=Kind.REPLACEMENT),
    Scenario((40, 150), (OpenShare(0.4, Decimal("0.02")), Closure(0.8, "adjustment", "Small difference."))),
    Scenario((2, 29), (Comment(0.95, "Promised for the next payment run."),)),
    Scenario((60, 200), (Closure(0.6, "other", "Invoiced anew in the right name."),)),
    Scenario((-6, -1)),
)
STARTS = tuple(place for place, scenario in enumerate(SCENARIOS) if scenario.kind is not Kind.CREDIT)


@cache
def first_scenario(account: int) -> int:
    """Where in the table an account's documents begin: the first account's at its beginning."""
    return STARTS[account * 7 % len(STARTS)]


def scenario_of(account: int, document: int) -> Scenario:
    return SCENARIOS[(first_scenario(account) + document) % len(SCENARIOS)]
