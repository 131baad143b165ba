"""The change log: one row for every write, in the write's own transaction, each with a hash of itself and of the row
before, so that the rows are a chain.

A tenant's rows count from 1 without a gap. The end of the chain is kept in a table of its own, so that rows that are
missing at the end are noticed, too. Whoever appends locks it until the commit: rows are in the order of the commits.
"""

import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change, ChangeVerb
from app.domain.values import moment_text
from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json
from app.storage.tables import CHANGES, CHANGES_END, TENANTS
from app.storage.writes.packed_changes import PLAIN, pack, unpack

GENESIS = "0" * 64  # the hash before the first row
KEY_ID_LENGTH = 12  # hex digits of an API key's hash that stand for the key, here and in listings
FINGERPRINT, LATEST = "fingerprint", "latest_at"
END = ("sequence", "hash", LATEST)  # what is known of the end of a chain
PAGE = 1_000  # rows read at a time

Values = dict[str, Any]
Insert = Callable[[AsyncConnection, Sequence[Values]], Awaitable[None]]


HASHED_AS_VALUES = ("key_id", "request_id", "resource", "key", "verb", "version")
ACCOUNTS = ("account_number", "former_account_number")  # hashed, too, unless an earlier release has made the entry
LOGGED = ("at", *HASHED_AS_VALUES, *ACCOUNTS, "before", "after", "packed")  # all columns but the place in the chain
UNPACKED = ChangeVerb.ATTACH  # since a trigger looks at what is attached: see migration 0011


def log_entry(caller: Caller, request_id: str, change: Change) -> Values:
    """The row of a change, without its place in the chain, and its fingerprint."""
    before, after = text_of(change.before), text_of(change.after)
    entry: Values = {
        "at": change.at,
        "key_id": caller.key_hash[:KEY_ID_LENGTH] or None,
        "request_id": request_id or None,
        "resource": str(change.resource),
        "key": change.key,
        "verb": str(change.verb),
        "version": change.version,
        "account_number": change.account_number,
        "former_account_number": change.former_account_number,
        "before": None,
        "after": None,
        "packed": PLAIN if change.verb is UNPACKED else pack(before, after),
    }
    if entry["packed"] == PLAIN:
        entry |= {"before": change.before, "after": change.after}
    entry[FINGERPRINT] = fingerprint(caller.tenant_id, entry, before, after)
    return entry


def fingerprint(tenant_id: int, row: Values, before: str, after: str) -> str:
    """The hash of an entry's own values, of which the last two are JSON without a line break in it."""
    names = HASHED_AS_VALUES if row["packed"] is None else (*HASHED_AS_VALUES, *ACCOUNTS)
    values = dump_json([tenant_id, moment_text(row["at"]), *(row[name] for name in names)])
    return hashlib.sha256(f"{values}\n{before}\n{after}".encode()).hexdigest()


def fingerprint_of_row(tenant_id: int, row: Values) -> str:
    """The fingerprint of a row as it is; no one's where what it has packed is unreadable or stands beside it, too."""
    if not is_plain(row) and (row["before"] or row["after"]):
        return ""
    try:
        return fingerprint(tenant_id, row, *recorded_change(row))
    except (zlib.error, UnicodeDecodeError, TypeError):  # the last: SQLite takes a text for bytes
        return ""


def recorded_change(row: Mapping[str, Any]) -> tuple[str, str]:
    """The JSON of what a row says was before, and is after: of its columns, which are values or, as the database keeps
    them, text. Empty for null."""
    return (text_of(row["before"]), text_of(row["after"])) if is_plain(row) else unpack(row["packed"])


def is_plain(row: Mapping[str, Any]) -> bool:
    """Whether the change stands in columns of its own."""
    return row["packed"] is None or row["packed"] == PLAIN


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else dump_json(value)


def chain_hash(former: str, fingerprint: str) -> str:
    """The hash of a row, from the one before and its fingerprint."""
    return hashlib.sha256((former + fingerprint).encode()).hexdigest()


async def insert_entries(connection: AsyncConnection, rows: Sequence[Values]) -> None:
    await connection.execute(sa.insert(CHANGES), rows)


async def append(
    connection: AsyncConnection, tenant_id: int, entries: Sequence[Values], insert: Insert = insert_entries
) -> None:
    """Appends rows inside a transaction; the chain's end is locked until it ends. Whoever appends many says how they
    are to be inserted."""
    if not entries:
        return
    place = await lock_end(connection, tenant_id)
    rows = []
    for entry in entries:
        place = next_place(place, entry)
        logged = {name: entry[name] for name in LOGGED}
        rows.append({"tenant_id": tenant_id, **logged, **row_place(place, entry)})
    await insert(connection, rows)
    await move_end(connection, tenant_id, place)


async def lock_end(connection: AsyncConnection, tenant_id: int) -> Values:
    """The end of the chain, which is the end until the transaction ends."""
    end = sa.select(*(CHANGES_END.c[name] for name in END)).where(CHANGES_END.c.tenant_id == tenant_id)
    return dict((await connection.execute(end.with_for_update())).mappings().one())


async def move_end(connection: AsyncConnection, tenant_id: int, place: Values) -> None:
    """Notes where the end of the chain is now."""
    await connection.execute(sa.update(CHANGES_END).where(CHANGES_END.c.tenant_id == tenant_id).values(place))


def next_place(place: Values, entry: Values) -> Values:
    """The end of the chain with one more entry: its number, its hash, and the latest moment of all."""
    former = place[LATEST]
    return {
        "sequence": place["sequence"] + 1,
        "hash": chain_hash(place["hash"], entry[FINGERPRINT]),
        LATEST: entry["at"] if former is None else max(former, entry["at"]),
    }


def row_place(place: Values, entry: Values) -> Values:
    """The place as the entry's own row has it, with the latest moment only where that is not its own, which is rare. By
    this the first entry since a moment is found, although moments are not in the order of the commits."""
    latest = None if place[LATEST] == entry["at"] else place[LATEST]
    return {"sequence": place["sequence"], "digest": bytes.fromhex(place["hash"]), LATEST: latest}


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash of a row, in hex digits: entries of earlier releases keep these themselves."""
    digest: bytes | None = row["digest"]
    return str(row["hash"]) if digest is None else digest.hex()


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
            former = chain_hash(former, fingerprint_of_row(tenant_id, row))
            if former != hash_of(row) or (row["hash"] and row["digest"]):
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
