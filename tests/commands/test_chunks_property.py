"""Whatever is written in chunks is what single writes in that order make of it: the same outcomes, rows, history and
change log, to the last byte, but for the moments at which it was done and what follows from them."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.auth.api_keys import authenticate, write_guard
from app.commands.bulk import write_chunk
from app.commands.transaction import PreparedWrite, Write, Written
from app.domain.caller import Caller
from app.domain.problems import WriteRefused
from app.storage.tables import CHANGES, metadata
from app.storage.writes.change_log import audit, recorded_change
from app.storage.writes.dry_run import DryRun
from tests.commands import chunks
from tests.gateway import Client, Gateway

EXAMPLES = 15  # on each of the two kinds of database
numbers = count(1)
MOMENT = re.compile(r"20[2-9][0-9]-[01][0-9]-[0-3][0-9]T")

KEYS = st.sampled_from(["1", "2", "é 3"])
VERBS = st.sampled_from(["replace", "replace", "patch", "create"])
VERSIONS = st.sampled_from([None, None, None, 1, 2])


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the fields, none of which has to be there."""
    return st.fixed_dictionaries({}, optional=known)


def mostly(good: st.SearchStrategy[Any], *bad: Any) -> st.SearchStrategy[Any]:
    """Good values, and now and then one that is refused."""
    return st.integers(0, 11).flatmap(lambda number: good if number else st.sampled_from(bad))


CUSTOM = st.dictionaries(
    st.sampled_from(["a", "b"]), st.sampled_from([None, "", "x", 1, 1.50, True, "2026-01-01"]), max_size=2
).map(lambda values: {"collections": values})
ADDRESSES = st.sampled_from([None, {}, {"city": "Zürich", "zip": "8001"}, {"city": "Bern", "country": "CH"}])
ITEMS = st.sampled_from([None, [], [{"description": "Bolt", "unit_price": "1.10", "quantity": 2}]])
ACCOUNT_FIELDS = fields(
    name=mostly(st.sampled_from(["Acme", "Globex"]), "", 7, None),
    currency=mostly(st.just("EUR"), "USD", "X"),
    parent_account_number=KEYS | st.none(),
    credit_limit=mostly(st.sampled_from([None, 0, 10, "10.50"]), "a lot"),
    billing_address=mostly(ADDRESSES, {"zip": 7}, "Bern"),
    custom_fields=CUSTOM,
)
DOCUMENT_FIELDS = fields(
    account_number=mostly(st.sampled_from(["1", "2"]), "é 3", "4", ""),
    due_date=mostly(st.sampled_from(["2026-02-04", "2026-02-05"]), "never", None),
    denomination=mostly(st.sampled_from([0, 0, 40, "40.0", -3]), None, "much"),
    base_currency=mostly(st.none(), "EUR"),
    document_type=mostly(st.just("invoice"), "credit_note", "rubbish"),
    comment=st.sampled_from(["", "x", "y"]),
    tax_rate=st.sampled_from(["0.19", 0.19, 1]),
    line_items=mostly(ITEMS, [{"quantity": "x"}], 7),
    custom_fields=CUSTOM,
)
CLOSURES = st.none() | st.fixed_dictionaries(
    {"closure_reason": mostly(st.sampled_from(["paid", "write_off"]), "lost", None)},
    optional={
        "closure_date": st.sampled_from(["2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00", None]),
        "notes": st.sampled_from(["Said so.", None]),
    },
)
CONTACT_FIELDS = fields(
    account_number=mostly(st.sampled_from(["1", "2"]), "4", None),
    is_primary=mostly(st.sampled_from([True, True, False, None]), "yes"),
    name=st.sampled_from(["Ann", None]),
    first_name=mostly(st.none(), "Bo"),
)
REPRESENTATIVE_FIELDS = fields(
    name=st.sampled_from(["Ann", "Ben"]), supervisor_representative_reference=mostly(KEYS | st.none(), "")
)
NAMED = {"name": "Acme"}
INVOICE = {"account_number": "1", **chunks.DATED, "currency": "EUR", "original_denomination": 100, "denomination": 40}

Sent = tuple[Any, ...]
WRITES: st.SearchStrategy[Sent] = st.one_of(
    st.tuples(st.just("save"), VERBS, st.just("account"), KEYS, VERSIONS, ACCOUNT_FIELDS.map(lambda own: NAMED | own)),
    st.tuples(st.just("save"), VERBS, st.just("account"), KEYS, st.none(), ACCOUNT_FIELDS),
    st.tuples(st.just("document"), VERBS, KEYS, CLOSURES, DOCUMENT_FIELDS.map(lambda own: INVOICE | own)),
    st.tuples(st.just("document"), VERBS, KEYS, st.none(), DOCUMENT_FIELDS.map(lambda own: INVOICE | own)),
    st.tuples(st.just("document"), st.just("patch"), KEYS, CLOSURES, DOCUMENT_FIELDS),
    st.tuples(st.just("save"), VERBS, st.just("contact"), KEYS, VERSIONS, CONTACT_FIELDS),
    st.tuples(
        st.just("save"),
        st.just("replace"),
        st.just("contact"),
        KEYS,
        st.none(),
        CONTACT_FIELDS.map(lambda own: {"account_number": "1", "is_primary": True} | own),
    ),
    st.tuples(st.just("save"), VERBS, st.just("representative"), KEYS, VERSIONS, REPRESENTATIVE_FIELDS),
    st.tuples(st.just("note"), KEYS, st.sampled_from("123456789"), mostly(st.just("Called."), "")),
    st.tuples(st.just("close"), KEYS, st.sampled_from(["paid", "contra"]), VERSIONS),
    st.tuples(st.just("link"), KEYS, st.sampled_from(["account", "document"]), KEYS),
)
# What most of the others need.
FIRST: list[Sent] = [
    ("save", "replace", "account", "1", None, NAMED),
    ("save", "replace", "account", "2", None, NAMED),
    ("save", "replace", "representative", "1", None, {}),
]
SEQUENCES = st.permutations(FIRST).flatmap(
    lambda first: st.lists(WRITES, min_size=5, max_size=25).map(lambda rest: [*first, *rest])
)


def prepared(sent: Sent) -> PreparedWrite:
    match sent:
        case "save", verb, resource, key, version, values:
            return chunks.save(verb, resource, key, version, **values)
        case "document", verb, key, closure, values:
            return chunks.document_of(verb, key, closure, values)
        case "note", account, reference, body:
            return chunks.note(account, reference, body=body)
        case "close", key, reason, version:
            return chunks.close(key, reason, version)
        case _:
            return chunks.link(*sent[1:])


def told(written: Written | None, refusal: WriteRefused | None) -> Any:
    """What became of a write: its version and whether it is new, or every problem with its message."""
    if refusal:
        return [(each.code, each.field, each.message, each.where) for each in refusal.problems]
    assert written
    return [row["version"] for row in written.rows.values()], written.created


async def caller_of(client: Client) -> Caller:
    """The caller as it is now: the first amounts that a tenant writes change what is known of it."""
    caller = await authenticate(client.gateway.serving, client.api_key or "")
    assert caller
    return caller


async def write_alone(client: Client, write: PreparedWrite) -> Any:
    """A write as REST does it."""
    database, caller = client.gateway.serving, await caller_of(client)

    def show(written: Written) -> Any:
        return told(written, None)

    try:
        return await Write(database, caller, show=show, guard=write_guard(database, caller)).run_prepared(write)
    except WriteRefused as refusal:
        return told(None, refusal)


async def write_together(client: Client, writes: list[PreparedWrite], dry_run: DryRun | None = None) -> list[Any]:
    database, caller = client.gateway.serving, await caller_of(client)
    outcomes = await write_chunk(database, caller, writes, guard=write_guard(database, caller), dry_run=dry_run)
    assert not any(outcome.failure for outcome in outcomes), outcomes
    return [told(outcome.written, outcome.refusal) for outcome in outcomes]


async def stored(client: Client) -> dict[str, list[Any]]:
    """All rows of a tenant; moments of this run, and what follows from them or is the tenant's own, apart."""
    rows: dict[str, list[Any]] = {}
    tenant_id = (await caller_of(client)).tenant_id
    async with client.gateway.database.reading() as connection:
        for table in metadata.sorted_tables:
            if "tenant_id" not in table.c or table.name in UNTOLD:
                continue
            columns = [c for c in table.c if c.name not in {"tenant_id", "hash", "digest", "csr_id"}]
            order = table.c.csr_id if "csr_id" in table.c else None
            texts = [sa.cast(c, sa.Text).label(c.name) if isinstance(c.type, sa.JSON) else c for c in columns]
            found = sa.select(*texts).where(table.c.tenant_id == tenant_id)
            found = found.order_by(*([order] if order is not None else table.primary_key))
            rows[table.name] = [
                {name: without_present(value) for name, value in unpacked(dict(row)).items()}
                for row in (await connection.execute(found)).mappings()
            ]
    for row in rows[CHANGES.name]:
        if row["resource"] in {"tenant", "api_key"}:
            row["key"] = row["key_id"] = ""
            row["after"] = re.sub('"(name|connection_id)":"[^"]*"', "", row["after"])
        row["key_id"] = bool(row["key_id"])
    return rows


def unpacked(row: dict[str, Any]) -> dict[str, Any]:
    """The row; an entry of the change log with what it tells."""
    if "packed" not in row:
        return row
    before, after = recorded_change(row)
    return row | {"before": before, "after": after, "packed": None}


UNTOLD = {"tenants", "api_keys", "budgets"}


def without_present(value: Any) -> Any:
    """The value, or "now" for a moment of this run: those that were sent are of the first months of 2026."""
    if hasattr(value, "hour"):
        return "now" if (value.year, value.month) >= PRESENT else value
    return re.sub(r'"20\d\d-\d\d-\d\dT[^"]*"', moment_in_text, value) if isinstance(value, str) else value


def moment_in_text(found: re.Match[str]) -> str:
    year, month = int(found[0][1:5]), int(found[0][6:8])
    return '"now"' if (year, month) >= PRESENT else found[0]


PRESENT = (2026, 4)


@contextmanager
def opened(url: str) -> Iterator[tuple[asyncio.Runner, Gateway]]:
    with asyncio.Runner() as runner:
        gateway = Gateway(url)
        try:
            yield runner, gateway
        finally:
            runner.run(gateway.__aexit__())


async def check(gateway: Gateway, sent: list[Sent], sizes: list[int]) -> None:
    alone, together, dry = [await gateway.tenant(f"tenant {next(numbers)}") for _ in range(3)]
    single = [await write_alone(alone, prepared(each)) for each in sent]
    at_once: list[Any] = []
    tried: list[Any] = []
    run, left = DryRun(), list(sent)
    for size in [*sizes, len(sent)]:
        part, left = left[:size], left[size:]
        at_once += await write_together(together, [prepared(each) for each in part])
        tried += await write_together(dry, [prepared(each) for each in part], run)
    run.close()
    assert at_once == single
    assert tried == single
    assert await stored(together) == await stored(alone)
    kept = await stored(dry)
    assert {name: kept[name] for name in WRITTEN} == {name: [] for name in WRITTEN}


WRITTEN = {"accounts", "documents", "notes", "contacts", "representatives", "status_transitions"}


def test_chunks_make_what_single_writes_in_their_order_make(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(database_url) as (runner, gateway):

        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(SEQUENCES, st.lists(st.integers(1, 20), max_size=3))
        def asked(sent: list[Sent], sizes: list[int]) -> None:
            runner.run(check(gateway, sent, sizes))

        asked()

        async def audited() -> list[str | None]:
            return [found.fault async for found in audit(gateway.database)]

        assert set(runner.run(audited())) == {None}
        assert "are done anew" not in caplog.text
