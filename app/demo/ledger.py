"""The demonstration ledger of one tenant, written in batches inside the caller's transaction."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import sqlalchemy as sa

from app.commands.body import Values
from app.demo.accounts import account, customer
from app.demo.contacts import contacts
from app.demo.documents import documents, links
from app.demo.history import History
from app.demo.notes import notes
from app.demo.plan import Plan
from app.demo.representatives import account_links, representatives
from app.demo.tenants import DemoTenant
from app.domain.caller import Caller
from app.domain.changes import Change, currency_model_change
from app.storage.database.clock import now
from app.storage.database.statistics import analyze_tables
from app.storage.tables import (
    ACCOUNT_REPRESENTATIVES,
    ACCOUNTS,
    CONTACTS,
    DOCUMENT_REPRESENTATIVES,
    DOCUMENTS,
    NOTES,
    REPRESENTATIVES,
    STATUS_TRANSITIONS,
    TENANTS,
)
from app.storage.writes.locking import LockingWrite

BATCH = 1_000  # rows of documents: enough to spend little on each statement, few enough for little memory
PARALLEL_FROM = 10_000  # documents from which on other processes make one batch while another is written
PROCESSES = max(1, min(4, (os.cpu_count() or 2) - 1))
Progress = Callable[[int], None]

# Rows are written table by table in this order, so that what they refer to is there.
ORDER = (
    ACCOUNTS, CONTACTS, ACCOUNT_REPRESENTATIVES, DOCUMENTS, STATUS_TRANSITIONS, DOCUMENT_REPRESENTATIVES, NOTES,
)  # fmt: skip


class Batch:
    """Rows that are to be written, by table, and their entries in the change log."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Values]] = {table.name: [] for table in ORDER}
        self.changes: list[Change] = []

    @property
    def documents(self) -> int:
        return len(self.rows[DOCUMENTS.name])

    def add(self, table: sa.Table, rows: Iterable[Values]) -> None:
        self.rows[table.name] += rows

    def add_histories(self, table: sa.Table, histories: Iterable[History]) -> None:
        for history in histories:
            self.rows[table.name].append(history.row)
            self.changes += history.changes

    async def write(self, write: LockingWrite) -> None:
        for table in ORDER:
            await write.insert_all(table, self.rows[table.name])
        await write_log(write, self.changes)


async def write_ledger(write: LockingWrite, plan: Plan, tenant: DemoTenant, accounts: int, progress: Progress) -> None:
    """Fills an empty tenant with so many accounts and all that belongs to them; `progress` is called after each batch
    with its number of documents."""
    await write.update(TENANTS, {}, {"currency_model": str(tenant.model)})
    write.log(currency_model_change(tenant.name, str(tenant.model), now()))
    people = list(representatives(plan, write.caller, tenant))
    await write.insert_all(REPRESENTATIVES, [history.row for history in people])
    await write_log(write, [change for history in people for change in history.changes])
    written = 0
    async for batch in batches(plan, write.caller, tenant, accounts):
        await batch.write(write)
        if written == 0:
            await analyze_tables(write.connection)
        written += batch.documents
        progress(batch.documents)


async def write_log(write: LockingWrite, changes: Iterable[Change]) -> None:
    for change in changes:
        write.log(change)
    await write.write_log()


async def batches(plan: Plan, caller: Caller, tenant: DemoTenant, accounts: int) -> AsyncIterator[Batch]:
    """All accounts of the tenant with what belongs to them, in their order."""
    spans = list(account_ranges(plan, accounts))
    if accounts * plan.documents_per_account < PARALLEL_FROM:
        for span in spans:
            yield make_batch(plan, caller, tenant, span)
        return
    loop, waiting = asyncio.get_running_loop(), deque[asyncio.Future[Batch]]()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        for span in spans:
            waiting.append(loop.run_in_executor(pool, make_batch, plan, caller, tenant, span))
            if len(waiting) > PROCESSES + 1:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()


def account_ranges(plan: Plan, accounts: int) -> Iterator[range]:
    """The accounts of each batch."""
    size = max(1, BATCH // plan.documents_per_account)
    return (range(first, min(first + size, accounts)) for first in range(0, accounts, size))


def make_batch(plan: Plan, caller: Caller, tenant: DemoTenant, span: range) -> Batch:
    """The accounts of a batch, with their documents, people and notes."""
    batch = Batch()
    for index in span:
        of = customer(plan, tenant, index)
        written = list(documents(plan, caller, of))
        batch.add_histories(ACCOUNTS, [account(plan, caller, of)])
        batch.add_histories(CONTACTS, contacts(plan, caller, of))
        batch.add(ACCOUNT_REPRESENTATIVES, account_links(of))
        batch.add_histories(DOCUMENTS, (document.history for document in written))
        batch.add(STATUS_TRANSITIONS, (entry for document in written for entry in document.history.status_history))
        batch.add(DOCUMENT_REPRESENTATIVES, (link for document in written for link in links(of, document)))
        batch.add_histories(NOTES, notes(plan, caller, of, written))
    return batch
