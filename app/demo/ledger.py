"""The make-believe ledger of one tenant, written in batches inside a transaction that someone else opened."""

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from app.commands.body import Values
from app.demo.accounts import account, customer
from app.demo.documents import documents, links
from app.demo.lives import Life
from app.demo.notes import notes
from app.demo.people import account_links, contacts, representatives
from app.demo.plan import Plan
from app.demo.tenants import DemoTenant
from app.storage.scoped import Scoped
from app.storage.sizes import learn_sizes
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

BATCH = 1_000  # rows of documents: enough to spend little on each statement, few enough for little memory
Tell = Callable[[int], None]

# Rows are written table by table in this order, so that what they refer to is there.
ORDER = (
    ACCOUNTS, CONTACTS, ACCOUNT_REPRESENTATIVES, DOCUMENTS, STATUS_TRANSITIONS, DOCUMENT_REPRESENTATIVES, NOTES,
)  # fmt: skip


class Batch:
    """Rows on their way into the database."""

    def __init__(self, scope: Scoped) -> None:
        self.scope = scope
        self.rows: dict[sa.Table, list[Values]] = {table: [] for table in ORDER}

    def add(self, table: sa.Table, rows: Iterable[Values]) -> None:
        self.rows[table] += rows

    def log(self, lives: Iterable[Life]) -> list[Values]:
        """Puts what the lives consist of into the change log; their rows."""
        rows = []
        for life in lives:
            rows.append(life.row)
            for change in life.changes:
                self.scope.log(change)
        return rows

    async def write(self) -> None:
        for table, rows in self.rows.items():
            await self.scope.insert_all(table, rows)
            rows.clear()
        await self.scope.write_log()


async def write_ledger(scope: Scoped, plan: Plan, tenant: DemoTenant, accounts: int, tell: Tell) -> None:
    """Fills an empty tenant with so many accounts and all that belongs to them; `tell` hears of documents written."""
    await scope.update(TENANTS, {}, {"currency_model": str(tenant.model)})
    people = list(representatives(plan, scope.caller, tenant))
    await scope.insert_all(REPRESENTATIVES, [life.row for life in people])
    batch, written = Batch(scope), 0
    batch.log(people)
    for index in range(accounts):
        add_account(batch, plan, tenant, index)
        pending = len(batch.rows[DOCUMENTS])
        if pending >= BATCH or index == accounts - 1:
            await batch.write()
            if written == 0:
                await learn_sizes(scope.connection)
            written += pending
            tell(pending)


def add_account(batch: Batch, plan: Plan, tenant: DemoTenant, index: int) -> None:
    """An account with its documents, people and notes."""
    caller = batch.scope.caller
    of = customer(plan, tenant, index)
    told = list(documents(plan, caller, of))
    batch.add(ACCOUNTS, batch.log([account(plan, caller, of)]))
    batch.add(CONTACTS, batch.log(contacts(plan, caller, of)))
    batch.add(ACCOUNT_REPRESENTATIVES, account_links(of))
    batch.add(DOCUMENTS, batch.log(document.life for document in told))
    batch.add(STATUS_TRANSITIONS, (entry for document in told for entry in document.life.entries))
    batch.add(DOCUMENT_REPRESENTATIVES, (link for document in told for link in links(of, document)))
    batch.add(NOTES, batch.log(notes(plan, caller, of, told)))
