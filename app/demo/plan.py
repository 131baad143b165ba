"""What a demonstration ledger is made from: its size, its day, and the seed of its random numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

# Accounts have different numbers of documents, five of them together five times the mean.
TENTHS = (16, 4, 10, 8, 12)


@dataclass(frozen=True)
class Plan:
    """Everything in the ledger lies before `as_of`, so that documents are as late on that day as they are meant to."""

    as_of: date
    accounts: int = 40
    documents_per_account: int = 15
    seed: int = 1

    @property
    def documents(self) -> int:
        """All documents that the ledger will have."""
        return sum(self.documents_of(index) for share in self.shares() for index in range(share))

    def shares(self) -> tuple[int, int]:
        """The accounts of the first and of the second tenant: three and one of four."""
        second = max(1, self.accounts // 4)
        return self.accounts - second, second

    def documents_of(self, index: int) -> int:
        """The documents of a tenant's account; adding accounts changes none that were there."""
        return self.documents_before(index + 1) - self.documents_before(index)

    def documents_before(self, index: int) -> int:
        rounds, rest = divmod(index, len(TENTHS))
        return self.documents_per_account * (rounds * sum(TENTHS) + sum(TENTHS[:rest])) // 10

    def day(self, days_ago: int) -> date:
        return self.as_of - timedelta(days=days_ago)

    def moment(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(self.day(days_ago), time(hour, minute), UTC)

    def rng(self, *about: object) -> Random:
        """Random numbers for one purpose, so that what one account has never changes another's rows."""
        return Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 - make-believe, nothing secret


def digits(rng: Random, pattern: str) -> str:
    """The pattern with a digit for each `#`."""
    return "".join(str(rng.randint(0, 9)) if sign == "#" else sign for sign in pattern)
