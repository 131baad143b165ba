"""Answers of writes that were sent under an Idempotency-Key, each kept in the transaction of the write itself: whoever
sends the request again gets the answer, and what was undone has none."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.clock import now
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
    own = ANSWERS.c.tenant_id == caller.tenant_id
    await connection.execute(sa.delete(ANSWERS).where(own, ANSWERS.c.created_at < now() - KEPT))
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {
        "tenant_id": caller.tenant_id,
        "key": key,
        "fingerprint": fingerprint,
        "status": UNDER_WAY,
        "content_type": "",
        "body": "",
        "created_at": now(),
    }
    made = await connection.execute(dialect.insert(ANSWERS).values(row).on_conflict_do_nothing())
    if made.rowcount:
        return None
    found = (await connection.execute(sa.select(ANSWERS).where(own, ANSWERS.c.key == key))).one()
    return StoredAnswer(found.fingerprint, found.status, found.content_type, found.body)


async def keep(connection: AsyncConnection, caller: Caller, key: str, status: int, kind: str, body: str) -> None:
    """Keeps the answer to the request that has claimed the key."""
    kept = sa.update(ANSWERS).where(ANSWERS.c.tenant_id == caller.tenant_id, ANSWERS.c.key == key)
    await connection.execute(kept.values(status=status, content_type=kind, body=body))
