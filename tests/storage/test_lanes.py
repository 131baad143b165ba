"""Few writers of a tenant are at Postgres at once: the others wait without a connection, and nobody else does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from app.storage.lanes import WRITERS, Lanes
from app.storage.load import load_of
from app.storage.tables import CHANGES_END
from tests.gateway import Gateway

ACCOUNT = """mutation($number: String!) { createAccount(accountNumber: $number,
  input: { combined: { name: "A", email: "a@example.com", accountGroup: "G" } }) { account { name } } }"""


@pytest.fixture
async def gateway(postgres_url: str) -> AsyncIterator[Gateway]:
    async with Gateway(postgres_url) as running:
        yield running


async def test_a_tenant_that_cannot_write_leaves_the_connections_to_others(gateway: Gateway) -> None:
    held_up, other = await gateway.tenant("held-up"), await gateway.tenant("other")
    await held_up.only(ACCOUNT, number="first")
    await other.only(ACCOUNT, number="first")
    async with gateway.database.writing() as connection:  # whoever writes for any tenant waits at the end of its log
        end = sa.select(CHANGES_END.c.tenant_id).order_by(CHANGES_END.c.tenant_id).limit(1).with_for_update()
        await connection.execute(end)
        writes = [asyncio.create_task(held_up.only(ACCOUNT, number=str(n))) for n in range(30)]
        await asyncio.sleep(1)  # by then they have come as far as they get
        await asyncio.wait_for(other.only(ACCOUNT, number="meanwhile"), 5)
        assert load_of(gateway.serving).in_use == WRITERS
        assert not any(write.done() for write in writes)
    await asyncio.gather(*writes)
    assert (await held_up.only("{ accounts { totalCount } }"))["totalCount"] == 31


async def test_whoever_waits_too_long_for_a_lane_is_told_so_and_leaves_it_as_it_was() -> None:
    lanes = Lanes(0.05)
    held = [await lanes.entered(1) for _ in range(WRITERS)]
    with pytest.raises(TimeoutError):
        await lanes.entered(1)
    await lanes.entered(2)  # another tenant's
    held[0].release()
    await asyncio.wait_for(lanes.entered(1), 1)
    assert held[0].locked()
