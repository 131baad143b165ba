"""Places in the change log that are found by their time."""

from datetime import datetime

import sqlalchemy as sa

from app.domain.caller import Caller
from app.reads.relations import aliased
from app.storage.tables import CHANGES, CHANGES_END
from app.storage.types import Timestamp
from app.storage.writes.tenant_rows import owned


def hash_begins_with(log: sa.FromClause, digits: str) -> sa.ColumnElement[bool]:
    """The condition that the hash of an entry begins with these digits, which are an even number."""
    first = sa.literal_column("1", sa.Integer())
    of_digest = sa.func.substr(log.c.digest, first, sa.literal_column(str(len(digits) // 2), sa.Integer()))
    of_hash = sa.func.substr(log.c.hash, first, sa.literal_column(str(len(digits)), sa.Integer()))
    return sa.or_(
        of_digest == sa.literal(bytes.fromhex(digits), sa.LargeBinary()), of_hash == sa.literal(digits, sa.Text())
    )


def first_entry_since(moment: datetime, caller: Caller) -> sa.ScalarSelect[int]:
    """The sequence of the first entry whose `at` is not earlier; one more than the last where there is none. Halves the
    log, which counts without a gap, until one place is left: entries are not in the order of their moments, but the
    latest moment up to each of them only grows."""
    end, entry = aliased(CHANGES_END, "log_end"), aliased(CHANGES, "middle")
    one = sa.literal_column("1", sa.Integer())
    start = sa.select(one.label("low"), (end.c.sequence + one).label("high")).where(owned(end, caller))
    search = start.cte("search", recursive=True, nesting=True)
    middle = sa.cast((search.c.low + search.c.high - one) / sa.literal_column("2", sa.Integer()), sa.Integer())
    reached = sa.func.coalesce(entry.c.latest_at, entry.c.at) >= sa.literal(moment, Timestamp())
    halved = (
        sa.select(
            sa.case((reached, search.c.low), else_=entry.c.sequence + one),
            sa.case((reached, entry.c.sequence), else_=search.c.high),
        )
        .select_from(search.join(entry, entry.c.sequence == middle))
        .where(search.c.low < search.c.high, owned(entry, caller))
    )
    found = search.union_all(halved)
    return sa.select(sa.func.max(found.c.low)).scalar_subquery()
