"""Tenants and their API keys. A key is shown once, when it is created, and stored hashed. Every request looks its key
up, so that a change counts at once."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change, ChangedResource, ChangeVerb, as_json_object
from app.domain.enums import CurrencyModel, Product
from app.domain.time_zones import UTC
from app.domain.values import is_storable
from app.reads.single_statement.compiled import TENANT, QueryStatement, compile_query
from app.reads.single_statement.json_sql import json_array
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.row_level_security import KEY_SETTING, TENANT_SETTING, after_setting
from app.storage.tables import API_KEYS, TENANTS
from app.storage.types import bit, products_of
from app.storage.writes.change_log import KEY_ID_LENGTH, begin_chain
from app.storage.writes.locking import LockingWrite
from app.storage.writes.unit_of_work import Guard

PREFIX = "igk_"
KEY_HASH = "key_hash"


class UnknownTenant(LookupError):
    """There is no tenant of that name."""


class TenantExists(ValueError):
    """There is a tenant of that name already."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as the operator sees it."""

    name: str
    connection_id: str
    products: tuple[Product, ...]
    time_zone: str = UTC


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the operator sees it; `id` is not secret."""

    id: str
    tenant: str
    read_only: bool
    label: str | None = None


def hash_key(key: str) -> str:
    """The hash that is stored in place of the key. Keys are 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def authenticate(database: Database, key: str) -> Caller | None:
    """The caller of a valid key, read with one SQL statement; None for an unknown or revoked key."""
    if not is_storable(key):
        return None
    lookup, key_hash = lookup_statement(database.reader.dialect), hash_key(key)
    row_text = await database.fetch_json(lookup.text, lookup.arguments({KEY_HASH: key_hash}), key_hash)
    if row_text is None:
        return None
    tenant_id, products, read_only, model, zone = orjson.loads(row_text)
    return Caller(tenant_id, products_of(products), bool(read_only), key_hash, model and CurrencyModel(model), zone)


@cache
def lookup_statement(dialect: Dialect) -> QueryStatement:
    columns = (TENANTS.c.tenant_id, PRODUCTS, API_KEYS.c.read_only, TENANTS.c.currency_model, TENANTS.c.time_zone)
    row: Any = (
        sa.select(json_array(columns, dialect.name)).select_from(KEYS_WITH_TENANTS).where(*IS_VALID).scalar_subquery()
    )
    if dialect.name == "postgresql":
        tenant = sa.select(sa.cast(API_KEYS.c.tenant_id, sa.Text())).where(IS_VALID[0]).limit(sa.literal_column("1"))
        row = after_setting(
            KEY_SETTING, KEY_HASH_PARAMETER, after_setting(TENANT_SETTING, tenant.scalar_subquery(), row)
        )
    return compile_query(row, dialect)


@cache
def caller_is_current(dialect: Dialect, *, writes: bool = False) -> sa.ColumnElement[bool]:
    """The SQL condition that a key still belongs to the caller of the last look-up, unchanged, and for a write that it
    is none that may only read. It also enters the tenant's row level security. Its parameters are those of
    `caller_parameters`."""
    model = sa.func.coalesce(TENANTS.c.currency_model, sa.literal_column("''"))
    same = (
        API_KEYS.c.tenant_id == sa.bindparam(TENANT, type_=sa.Integer()),
        sa.bindparam("products", type_=sa.Integer()) == PRODUCTS,
        model == sa.bindparam("currency_model", type_=sa.Text()),
        TENANTS.c.time_zone == sa.bindparam("time_zone", type_=sa.Text()),
        *((API_KEYS.c.read_only.is_(sa.false()),) if writes else ()),
    )
    condition = sa.exists(sa.select(sa.literal_column("1")).select_from(KEYS_WITH_TENANTS).where(*IS_VALID, *same))
    if dialect.name != "postgresql":
        return condition
    return after_setting(TENANT_SETTING, sa.cast(sa.bindparam(TENANT, type_=sa.Integer()), sa.Text()), condition)


def caller_parameters(caller: Caller) -> dict[str, Any]:
    """The parameters of `caller_is_current`."""
    products = sum(bit(product) for product in caller.products)
    return {
        KEY_HASH: caller.key_hash,
        TENANT: caller.tenant_id,
        "products": products,
        "currency_model": str(caller.currency_model or ""),
        "time_zone": caller.time_zone,
    }


def write_guard(database: Database, caller: Caller) -> Guard:
    """The condition under which a write of the caller may be done: all that the caller is known by is still so."""
    return Guard(caller_is_current(database.writer.dialect, writes=True), caller_parameters(caller))


KEYS_WITH_TENANTS = TENANTS.join(API_KEYS, API_KEYS.c.tenant_id == TENANTS.c.tenant_id)
PRODUCTS = sa.type_coerce(TENANTS.c.products, sa.Integer())
KEY_HASH_PARAMETER = sa.bindparam(KEY_HASH, type_=sa.Text())
IS_VALID = (API_KEYS.c.key_hash == KEY_HASH_PARAMETER, API_KEYS.c.revoked_at.is_(None))


async def create_tenant(
    database: Database, name: str, products: Sequence[Product], time_zone: str = UTC
) -> tuple[Tenant, str]:
    """A new tenant and its first key, which may write. Raises TenantExists."""
    tenant = Tenant(name, str(uuid.uuid4()), tuple(products), time_zone)
    async with database.writing() as connection:
        key = await insert_key(connection, await insert_tenant(connection, tenant), read_only=False)
    return tenant, key


async def insert_tenant(connection: AsyncConnection, tenant: Tenant) -> int:
    """Creates a tenant without a key; its id. Raises TenantExists."""
    if await find_tenant(connection, tenant.name) is not None:
        raise TenantExists(tenant.name)
    row: dict[str, Any] = {
        "name": tenant.name,
        "connection_id": tenant.connection_id,
        "products": tenant.products,
        "time_zone": tenant.time_zone,
        "created_at": now(),
    }
    try:
        made = await connection.execute(sa.insert(TENANTS).values(row).returning(TENANTS.c.tenant_id))
    except IntegrityError:  # another process was faster
        raise TenantExists(tenant.name) from None
    tenant_id = int(made.scalar_one())
    await begin_chain(connection, tenant_id)
    logged = {name: row[name] for name in ("name", "connection_id", "products", "time_zone")}
    if tenant.time_zone == UTC:  # as logged for tenants that were created before there were time zones
        del logged["time_zone"]
    creation = Change(
        ChangedResource.TENANT, tenant.name, ChangeVerb.CREATE, row["created_at"], None, None, as_json_object(logged)
    )
    await log_change(connection, tenant_id, creation)
    return tenant_id


async def change_time_zone(database: Database, tenant: str, time_zone: str) -> None:
    """Sets the time zone in which the tenant's days begin, for running servers too. Raises UnknownTenant."""
    async with database.writing() as connection:
        statement = (
            sa.select(TENANTS.c.tenant_id, TENANTS.c.time_zone).where(TENANTS.c.name == tenant).with_for_update()
        )
        row = (await connection.execute(statement)).one_or_none() if is_storable(tenant) else None
        if row is None:
            raise UnknownTenant(tenant)
        if row.time_zone == time_zone:
            return
        changing = sa.update(TENANTS).where(TENANTS.c.tenant_id == row.tenant_id)
        await connection.execute(changing.values(time_zone=time_zone))
        before, after = {"time_zone": row.time_zone}, {"time_zone": time_zone}
        changed = Change(ChangedResource.TENANT, tenant, ChangeVerb.PATCH, now(), None, before, after)
        await log_change(connection, row.tenant_id, changed)


async def list_tenants(database: Database) -> list[Tenant]:
    async with database.reading() as connection:
        rows = (await connection.execute(sa.select(TENANTS).order_by(TENANTS.c.name))).all()
    return [Tenant(row.name, row.connection_id, row.products, row.time_zone) for row in rows]


async def create_key(database: Database, tenant: str, *, read_only: bool) -> str:
    """Creates another key of a tenant. Raises UnknownTenant."""
    async with database.writing() as connection:
        tenant_id = await find_tenant(connection, tenant)
        if tenant_id is None:
            raise UnknownTenant(tenant)
        return await insert_key(connection, tenant_id, read_only=read_only)


async def replace_key(connection: AsyncConnection, tenant_id: int, label: str) -> str:
    """Revokes the tenant's key with this label, and creates another in its place, which may write."""
    await revoke_keys(connection, API_KEYS.c.tenant_id == tenant_id, API_KEYS.c.label == label)
    return await insert_key(connection, tenant_id, read_only=False, label=label)


async def list_keys(database: Database) -> list[ApiKey]:
    """All keys that are not revoked."""
    statement = (
        sa.select(API_KEYS.c.key_hash, TENANTS.c.name, API_KEYS.c.read_only, API_KEYS.c.label)
        .join(TENANTS, API_KEYS.c.tenant_id == TENANTS.c.tenant_id)
        .where(API_KEYS.c.revoked_at.is_(None))
        .order_by(TENANTS.c.name, API_KEYS.c.created_at)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [ApiKey(row.key_hash[:KEY_ID_LENGTH], row.name, row.read_only, row.label) for row in rows]


async def revoke_key(database: Database, key: str) -> int:
    """Revokes a key, given the key itself or its id. The number of revoked keys: 0 or 1."""
    if not is_storable(key):
        return 0
    condition = API_KEYS.c.key_hash == hash_key(key)
    if len(key) == KEY_ID_LENGTH and not key.startswith(PREFIX):
        condition = sa.func.substr(API_KEYS.c.key_hash, 1, KEY_ID_LENGTH) == key
    async with database.writing() as connection:
        return await revoke_keys(connection, condition)


async def revoke_keys(connection: AsyncConnection, *conditions: sa.ColumnElement[bool]) -> int:
    """Revokes the keys that meet the conditions, and writes that to the change log; their number."""
    ending = sa.update(API_KEYS).where(*conditions, API_KEYS.c.revoked_at.is_(None)).values(revoked_at=now())
    ended = (await connection.execute(ending.returning(*API_KEYS.c))).all()
    for row in ended:
        after = as_json_object({"revoked_at": row.revoked_at})
        await log_change(
            connection, row.tenant_id, key_change(row.key_hash, ChangeVerb.REVOKE, row.revoked_at, {}, after)
        )
    return len(ended)


def key_change(
    key_hash: str, verb: ChangeVerb, at: datetime, before: dict[str, Any] | None, after: dict[str, Any]
) -> Change:
    """A change of a key; it holds neither the key nor its whole hash."""
    return Change(ChangedResource.API_KEY, key_hash[:KEY_ID_LENGTH], verb, at, None, before, after)


async def log_change(connection: AsyncConnection, tenant_id: int, change: Change) -> None:
    """Writes what the operator did to the tenant's change log."""
    write = LockingWrite(connection, Caller(tenant_id, (), read_only=False))
    write.log(change)
    await write.write_log()


async def find_tenant(connection: AsyncConnection, name: str) -> int | None:
    if not is_storable(name):
        return None
    statement = sa.select(TENANTS.c.tenant_id).where(TENANTS.c.name == name)
    return (await connection.execute(statement)).scalar_one_or_none()


async def insert_key(connection: AsyncConnection, tenant_id: int, *, read_only: bool, label: str | None = None) -> str:
    key = PREFIX + secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "tenant_id": tenant_id,
        "key_hash": hash_key(key),
        "read_only": read_only,
        "label": label,
        "created_at": now(),
    }
    await connection.execute(sa.insert(API_KEYS).values(row))
    logged = as_json_object({"read_only": read_only, "label": label})
    await log_change(
        connection, tenant_id, key_change(row["key_hash"], ChangeVerb.CREATE, row["created_at"], None, logged)
    )
    return key
