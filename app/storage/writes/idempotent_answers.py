"""Answers of writes that were sent under an Idempotency-Key, each kept in the transaction of the write itself: whoever
sends the request again gets the same answer, and a write that was rolled back has none.

A key is known for its whole day. What fills the disk is bounded otherwise: large answers are not kept, and a tenant has
so many keys a day."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.database.clock import possible_moments
from app.storage.database.engine import Database
from app.storage.tables import IDEMPOTENT_ANSWERS as ANSWERS
from app.storage.writes.locking import LockingWrite
from app.storage.writes.tenant_rows import TenantRows

RETENTION = timedelta(days=1)
IN_PROGRESS = 0  # the status before there is an answer: it is never committed
MAX_KEYS = 100_000  # of a tenant, in a day
MAX_KEPT_BYTES = 2**20  # of an answer
MAX_PROCESSES = 64  # that may take keys of one tenant at once: see `GATEWAY_WORKERS`


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered, with those of its headers that are kept, and what it cost. Of a large answer the
    body is not kept."""

    status: int
    content_type: str
    body: str
    headers: dict[str, str] | None = None
    is_kept: bool = True
    cost: int = 0


ANSWER_COLUMNS = tuple(column.name for column in fields(KeptAnswer))


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer, and the request that it was given to."""

    fingerprint: str
    answer: KeptAnswer


class KeyTaken(BaseException):
    """The key was used meanwhile, so that what was answered then is the answer. It is no Exception, for the same reason
    as RetryRequest."""

    def __init__(self, stored: StoredAnswer) -> None:
        super().__init__()
        self.stored = stored


class TooManyKeys(BaseException):
    """The tenant has used all keys of a day. No Exception either."""


@dataclass(slots=True)
class KeyAllowance:
    """How many more keys of a tenant this process may take until it has to count those that there are. However many
    processes take some meanwhile, all together take no more than there may be."""

    left: dict[int, int] = field(default_factory=dict)  # by tenant

    async def take(self, rows: TenantRows, tenant_id: int, earliest: datetime) -> None:
        """Raises TooManyKeys."""
        left = self.left.get(tenant_id, 0)
        if left <= 0:
            taken = await rows.count(ANSWERS, ANSWERS.c.created_at >= earliest)
            if taken > MAX_KEYS:  # this one is among them
                raise TooManyKeys
            left = (MAX_KEYS - taken) // MAX_PROCESSES
        self.left[tenant_id] = left - 1


async def find(database: Database, caller: Caller, key: str) -> StoredAnswer | None:
    """What was answered under the key."""
    async with database.reading(caller.tenant_id) as connection:
        row = await TenantRows(connection, caller).find(ANSWERS, key=key)
    earliest, _ = possible_moments()
    return None if row is None or row["created_at"] < earliest - RETENTION else stored_answer(row)


def stored_answer(row: dict[str, Any]) -> StoredAnswer:
    return StoredAnswer(row["fingerprint"], KeptAnswer(**{name: row[name] for name in ANSWER_COLUMNS}))


async def claim(
    connection: AsyncConnection, caller: Caller, key: str, fingerprint: str, allowance: KeyAllowance
) -> None:
    """Takes the key for this request inside its transaction. Of two at once the second waits for the first to end.
    Raises KeyTaken, and TooManyKeys."""
    rows = LockingWrite(connection, caller)
    earliest, latest = possible_moments()
    await rows.delete(ANSWERS, ANSWERS.c.created_at < earliest - RETENTION)
    row = {
        "key": key,
        "fingerprint": fingerprint,
        "status": IN_PROGRESS,
        "content_type": "",
        "body": "",
        "created_at": latest,
    }
    if await rows.insert_once(ANSWERS, row):
        await allowance.take(rows, caller.tenant_id, earliest - RETENTION)
        return
    taken = await rows.find(ANSWERS, key=key)
    if taken is None:
        raise LookupError("a key is taken and has no answer")
    raise KeyTaken(stored_answer(taken))


async def keep(connection: AsyncConnection, caller: Caller, key: str, answer: KeptAnswer) -> None:
    """Keeps the answer to the request that has claimed the key; of one that is too large, that it was given."""
    if len(answer.body.encode()) > MAX_KEPT_BYTES:
        answer = replace(answer, body="", is_kept=False)
    await LockingWrite(connection, caller).update(ANSWERS, {"key": key}, asdict(answer))
