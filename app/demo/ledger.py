"""The make-believe ledger of one tenant, written in batches inside a transaction that someone else opened."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import sqlalchemy as sa

from app.commands.body import Values
from app.demo.accounts import account, customer
from app.demo.documents import documents, links
from app.demo.lives import Life
from app.demo.notes import notes
from app.demo.people import account_links, contacts, representatives
from app.demo.plan import Plan
from app.demo.tenants import DemoTenant
from app.domain.caller import Caller
from app.domain.changes import Change, currency_model_change
from app.storage.database.clock import now
from app.storage.database.statistics_postgres import learn_sizes
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
from app.storage.writes.scoped import Scoped

BATCH = 1_000  # rows of documents: enough to spend little on each statement, few enough for little memory
WORTH_HELP = 10_000  # documents, of which processes of their own make up one batch while another is written
HELPERS = max(1, min(4, (os.cpu_count() or 2) - 1))
Tell = Callable[[int], None]

# Rows are written table by table in this order, so that what they refer to is there.
ORDER = (
    ACCOUNTS, CONTACTS, ACCOUNT_REPRESENTATIVES, DOCUMENTS, STATUS_TRANSITIONS, DOCUMENT_REPRESENTATIVES, NOTES,
)  # fmt: skip


class Batch:
    """Rows on their way into the database, by table, and what the change log is to tell of them."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Values]] = {table.name: [] for table in ORDER}
        self.changes: list[Change] = []

    @property
    def documents(self) -> int:
        return len(self.rows[DOCUMENTS.name])

    def add(self, table: sa.Table, rows: Iterable[Values]) -> None:
        self.rows[table.name] += rows

    def add_lives(self, table: sa.Table, lives: Iterable[Life]) -> None:
        for life in lives:
            self.rows[table.name].append(life.row)
            self.changes += life.changes

    async def write(self, scope: Scoped) -> None:
        for table in ORDER:
            await scope.insert_all(table, self.rows[table.name])
        await write_log(scope, self.changes)


async def write_ledger(scope: Scoped, plan: Plan, tenant: DemoTenant, accounts: int, tell: Tell) -> None:
    """Fills an empty tenant with so many accounts and all that belongs to them; `tell` hears of documents written."""
    await scope.update(TENANTS, {}, {"currency_model": str(tenant.model)})
    scope.log(currency_model_change(tenant.name, str(tenant.model), now()))
    people = list(representatives(plan, scope.caller, tenant))
    await scope.insert_all(REPRESENTATIVES, [life.row for life in people])
    await write_log(scope, [change for life in people for change in life.changes])
    written = 0
    async for batch in batches(plan, scope.caller, tenant, accounts):
        await batch.write(scope)
        if written == 0:
            await learn_sizes(scope.connection)
        written += batch.documents
        tell(batch.documents)


async def write_log(scope: Scoped, changes: Iterable[Change]) -> None:
    for change in changes:
        scope.log(change)
    await scope.write_log()


async def batches(plan: Plan, caller: Caller, tenant: DemoTenant, accounts: int) -> AsyncIterator[Batch]:
    """All accounts of the tenant with what belongs to them, in their order."""
    spans = list(spans_of(plan, accounts))
    if accounts * plan.documents_per_account < WORTH_HELP:
        for span in spans:
            yield made_up(plan, caller, tenant, span)
        return
    loop, waiting = asyncio.get_running_loop(), deque[asyncio.Future[Batch]]()
    with ProcessPoolExecutor(HELPERS, get_context("spawn")) as pool:
        for span in spans:
            waiting.append(loop.run_in_executor(pool, made_up, plan, caller, tenant, span))
            if len(waiting) > HELPERS + 1:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()


def spans_of(plan: Plan, accounts: int) -> Iterator[range]:
    """The accounts of each batch."""
    size = max(1, BATCH // plan.documents_per_account)
    return (range(first, min(first + size, accounts)) for first in range(0, accounts, size))


def made_up(plan: Plan, caller: Caller, tenant: DemoTenant, span: range) -> Batch:
    """The accounts of a batch, with their documents, people and notes."""
    batch = Batch()
    for index in span:
        of = customer(plan, tenant, index)
        told = list(documents(plan, caller, of))
        batch.add_lives(ACCOUNTS, [account(plan, caller, of)])
        batch.add_lives(CONTACTS, contacts(plan, caller, of))
        batch.add(ACCOUNT_REPRESENTATIVES, account_links(of))
        batch.add_lives(DOCUMENTS, (document.life for document in told))
        batch.add(STATUS_TRANSITIONS, (entry for document in told for entry in document.life.entries))
        batch.add(DOCUMENT_REPRESENTATIVES, (link for document in told for link in links(of, document)))
        batch.add_lives(NOTES, notes(plan, caller, of, told))
    return batch
