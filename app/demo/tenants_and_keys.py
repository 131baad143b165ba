"""The demonstration: its two tenants made and filled in one transaction, and the keys that open them."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.auth.api_keys import Tenant, TenantExists, UnknownTenant, find_tenant, insert_key, insert_tenant, replace_key
from app.demo.ledger import write_ledger
from app.demo.plan import Plan
from app.demo.tenants import TENANTS, DemoTenant
from app.domain.caller import Caller
from app.storage.database.engine import Database
from app.storage.database.statistics import analyze_tables
from app.storage.writes.locking import LockingWrite

# What each start of a demonstration server makes its keys under, so that the next one replaces them.
LABEL = "serve --demo"


@dataclass(frozen=True, slots=True)
class Opened:
    """A demonstration tenant with a writing key of its own."""

    tenant: Tenant
    key: str


async def make_demonstration(
    database: Database, plan: Plan, tell: Callable[[int], None] = lambda documents: None
) -> None:
    """Both tenants with their ledgers, without keys: all or nothing. Raises TenantExists."""
    async with database.writing() as connection:
        for tenant in TENANTS:
            if await find_tenant(connection, tenant.name) is not None:
                raise TenantExists(tenant.name)
        for tenant, accounts in zip(TENANTS, plan.shares(), strict=True):
            tenant_id = await insert_tenant(connection, as_tenant(tenant))
            caller = Caller(tenant_id, tenant.products, read_only=False)
            await write_ledger(LockingWrite(connection, caller), plan, tenant, accounts, tell)
        await analyze_tables(connection)


def as_tenant(tenant: DemoTenant) -> Tenant:
    return Tenant(tenant.name, tenant.connection_id, tenant.products)


async def open_demonstration(database: Database) -> list[Opened]:
    """A new key for each tenant, to be kept by whoever asked. Raises UnknownTenant."""
    async with database.writing() as connection:
        return [
            Opened(as_tenant(tenant), await insert_key(connection, await known(connection, tenant), read_only=False))
            for tenant in TENANTS
        ]


async def reopen_demonstration(database: Database) -> list[Opened]:
    """New keys in the place of those that the former call made: keys are stored hashed, so that a server that shows
    one at each start must make it anew, and none is left alive that nobody uses. Raises UnknownTenant."""
    async with database.writing() as connection:
        return [
            Opened(as_tenant(tenant), await replace_key(connection, await known(connection, tenant), LABEL))
            for tenant in TENANTS
        ]


async def known(connection: AsyncConnection, tenant: DemoTenant) -> int:
    tenant_id = await find_tenant(connection, tenant.name)
    if tenant_id is None:
        raise UnknownTenant(tenant.name)
    return tenant_id
