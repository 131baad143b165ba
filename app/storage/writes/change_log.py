"""The change log: one row for every write, in the write's own transaction, each with a hash of itself and of the row
before, so that the rows are a chain.

A tenant's rows count from 1 without a gap. The end of the chain is kept in a table of its own, so that rows that are
missing at the end are noticed, too. Whoever appends locks it until the commit: rows are in the order of the commits.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change
from app.domain.values import moment_text
from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json
from app.storage.tables import CHANGES, CHANGES_END, TENANTS

GENESIS = "0" * 64  # the hash before the first row
KEY_ID_LENGTH = 12  # hex digits of an API key's hash that stand for the key, here and in listings
FINGERPRINT = "fingerprint"
PAGE = 1_000  # rows read at a time

Values = dict[str, Any]


def log_entry(caller: Caller, request_id: str, change: Change) -> Values:
    """The row of a change, without its place in the chain."""
    return {
        "at": change.at,
        "key_id": caller.key_hash[:KEY_ID_LENGTH] or None,
        "request_id": request_id or None,
        "resource": str(change.resource),
        "key": change.key,
        "verb": str(change.verb),
        "version": change.version,
        "before": change.before,
        "after": change.after,
    }


HASHED_AS_VALUES = ("key_id", "request_id", "resource", "key", "verb", "version")
LOGGED = ("at", *HASHED_AS_VALUES, "before", "after")  # the columns of an entry


def fingerprint(tenant_id: int, row: Values) -> str:
    """The hash of a row's own columns, of which the JSON ones are values or, as the database keeps them, text."""
    values = dump_json([tenant_id, moment_text(row["at"]), *(row[name] for name in HASHED_AS_VALUES)])
    lines = (values, text_of(row["before"]), text_of(row["after"]))  # JSON without a line break in it
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else dump_json(value)


def chain_hash(former: str, fingerprint: str) -> str:
    """The hash of a row, from the one before and its fingerprint."""
    return hashlib.sha256((former + fingerprint).encode()).hexdigest()


async def append(connection: AsyncConnection, tenant_id: int, entries: Sequence[Values]) -> None:
    """Appends rows inside a transaction; the chain's end is locked until it ends."""
    if not entries:
        return
    sequence, former = await lock_end(connection, tenant_id)
    rows = []
    for entry in entries:
        sequence, former = sequence + 1, chain_hash(former, fingerprint(tenant_id, entry))
        rows.append({"tenant_id": tenant_id, **entry, "sequence": sequence, "hash": former})
    await connection.execute(sa.insert(CHANGES), rows)
    await move_end(connection, tenant_id, sequence, former)


async def lock_end(connection: AsyncConnection, tenant_id: int) -> tuple[int, str]:
    """The number and the hash of the last row, which is the last until the transaction ends."""
    end = sa.select(CHANGES_END.c.sequence, CHANGES_END.c.hash).where(CHANGES_END.c.tenant_id == tenant_id)
    sequence, former = (await connection.execute(end.with_for_update())).one()
    return sequence, former


async def move_end(connection: AsyncConnection, tenant_id: int, sequence: int, last: str) -> None:
    """Notes the number and the hash of the row that is the last now."""
    moved = sa.update(CHANGES_END).where(CHANGES_END.c.tenant_id == tenant_id)
    await connection.execute(moved.values(sequence=sequence, hash=last))


async def begin_chain(connection: AsyncConnection, tenant_id: int) -> None:
    """The empty log of a new tenant."""
    await connection.execute(sa.insert(CHANGES_END).values(tenant_id=tenant_id, sequence=0, hash=GENESIS))


@dataclass(frozen=True, slots=True)
class AuditResult:
    """The outcome of reading one tenant's log: how many rows are sound, and what is wrong with the next, in words."""

    tenant: str
    rows: int
    fault: str | None


async def audit(database: Database) -> AsyncIterator[AuditResult]:
    """Reads the log of every tenant from its start. After a fault the rest of that log proves nothing."""
    async with database.reading() as connection:
        ends = sa.select(TENANTS.c.tenant_id, TENANTS.c.name, CHANGES_END.c.sequence, CHANGES_END.c.hash)
        joined = TENANTS.outerjoin(CHANGES_END, CHANGES_END.c.tenant_id == TENANTS.c.tenant_id)
        for tenant_id, name, last, end in (await connection.execute(ends.select_from(joined).order_by("name"))).all():
            yield await audit_one(connection, tenant_id, name, last, end)


async def audit_one(connection: AsyncConnection, tenant_id: int, name: str, last: int | None, end: str) -> AuditResult:
    if last is None:
        return AuditResult(name, 0, "the end of its chain is gone")
    sound, former = 0, GENESIS
    while rows := await next_rows(connection, tenant_id, sound):
        for row in rows:
            if row["sequence"] != sound + 1:
                return AuditResult(name, sound, f"row {sound + 1} is missing")
            former = chain_hash(former, fingerprint(tenant_id, row))
            if former != row["hash"]:
                return AuditResult(name, sound, f"row {sound + 1} was altered, or is not the one that was written")
            sound += 1
    if sound != last:
        more = f"row {sound + 1} is missing at the end" if sound < last else f"row {last + 1} was added by hand"
        return AuditResult(name, min(sound, last), more)
    return AuditResult(name, sound, None if former == end else "the end of its chain was altered")


async def next_rows(connection: AsyncConnection, tenant_id: int, after: int) -> list[Values]:
    """The next rows of a log, JSON as it is kept."""
    columns = [sa.cast(c, sa.Text).label(c.name) if isinstance(c.type, sa.JSON) else c for c in CHANGES.c]
    wanted = sa.select(*columns).where(CHANGES.c.tenant_id == tenant_id, CHANGES.c.sequence > after)
    rows = await connection.execute(wanted.order_by(CHANGES.c.sequence).limit(PAGE))
    return [dict(row) for row in rows.mappings()]
