"""Answers of writes that were sent under an Idempotency-Key, each kept in the transaction of the write itself: whoever
sends the request again gets the same answer, and a write that was rolled back has none."""

from dataclasses import asdict, dataclass
from datetime import timedelta
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


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered, with those of its headers that are kept."""

    status: int
    content_type: str
    body: str
    headers: dict[str, str] | None = None


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


async def find(database: Database, caller: Caller, key: str) -> StoredAnswer | None:
    """What was answered under the key."""
    async with database.reading(caller.tenant_id) as connection:
        row = await TenantRows(connection, caller).find(ANSWERS, key=key)
    earliest, _ = possible_moments()
    return None if row is None or row["created_at"] < earliest - RETENTION else stored_answer(row)


def stored_answer(row: dict[str, Any]) -> StoredAnswer:
    return StoredAnswer(row["fingerprint"], KeptAnswer(row["status"], row["content_type"], row["body"], row["headers"]))


async def claim(connection: AsyncConnection, caller: Caller, key: str, fingerprint: str) -> None:
    """Takes the key for this request inside its transaction. Of two at once the second waits for the first to end.
    Raises KeyTaken."""
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
        return
    taken = await rows.find(ANSWERS, key=key)
    if taken is None:
        raise LookupError("a key is taken and has no answer")
    raise KeyTaken(stored_answer(taken))


async def keep(connection: AsyncConnection, caller: Caller, key: str, answer: KeptAnswer) -> None:
    """Keeps the answer to the request that has claimed the key."""
    await LockingWrite(connection, caller).update(ANSWERS, {"key": key}, asdict(answer))
