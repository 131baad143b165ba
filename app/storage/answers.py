"""Answers of writes that were sent under an Idempotency-Key, each kept in the transaction of the write itself: whoever
sends the request again gets the answer, and what was undone has none."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.clock import span
from app.storage.scoped import Scoped
from app.storage.tables import IDEMPOTENT_ANSWERS as ANSWERS

KEPT = timedelta(days=1)
UNDER_WAY = 0  # the status before there is an answer: nobody else ever sees it


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a request was answered, and what that request was."""

    fingerprint: str
    status: int
    content_type: str
    body: str


async def claim(connection: AsyncConnection, caller: Caller, key: str, fingerprint: str) -> StoredAnswer | None:
    """Takes the key for this request inside its transaction; the answer where the key was used before. Of two at once
    the second waits for the first to end."""
    scope = Scoped(connection, caller)
    earliest, latest = span()
    await scope.delete(ANSWERS, ANSWERS.c.created_at < earliest - KEPT)
    row = {
        "key": key,
        "fingerprint": fingerprint,
        "status": UNDER_WAY,
        "content_type": "",
        "body": "",
        "created_at": latest,
    }
    if await scope.insert_once(ANSWERS, row):
        return None
    found = await scope.find(ANSWERS, key=key)
    if found is None:
        raise LookupError("a key is taken and has no answer")
    return StoredAnswer(found["fingerprint"], found["status"], found["content_type"], found["body"])


async def keep(connection: AsyncConnection, caller: Caller, key: str, status: int, kind: str, body: str) -> None:
    """Keeps the answer to the request that has claimed the key."""
    answer = {"status": status, "content_type": kind, "body": body}
    await Scoped(connection, caller).update(ANSWERS, {"key": key}, answer)
