"""Whose turn it is to use a connection."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from app.storage.database.connection_shares import ConnectionShares, ConnectionTurn

ATTACKER, OTHER, THIRD = 1, 2, 3


async def most_turns(shares: ConnectionShares, stack: AsyncExitStack, tenant: int, *, long: bool = False) -> int:
    """How many turns the tenant gets at once."""
    number = 0
    while True:
        turn = asyncio.ensure_future(stack.enter_async_context(ConnectionTurn(shares, tenant, long=long)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if not turn.done():
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)
            return number
        number += 1


async def test_a_tenant_alone_may_use_all_connections_but_one() -> None:
    shares = ConnectionShares(10, wait=10)
    async with AsyncExitStack() as stack:
        assert await most_turns(shares, stack, ATTACKER) == 9
        assert await most_turns(shares, stack, OTHER) == 1


async def test_statements_that_may_run_long_leave_connections_to_short_ones_and_to_other_tenants() -> None:
    shares = ConnectionShares(10, wait=10)
    async with AsyncExitStack() as stack:
        assert await most_turns(shares, stack, ATTACKER, long=True) == 7
        assert await most_turns(shares, stack, OTHER, long=True) == 1
        assert await most_turns(shares, stack, THIRD, long=True) == 0
        assert await most_turns(shares, stack, THIRD) == 2
        assert (shares.waiting, shares.waiting_long) == (0, 0)


async def test_no_more_of_them_run_than_there_is_use_for() -> None:
    shares = ConnectionShares(10, wait=10, most_long=3)
    async with AsyncExitStack() as stack:
        assert await most_turns(shares, stack, ATTACKER, long=True) == 2
        assert await most_turns(shares, stack, OTHER, long=True) == 1
        assert await most_turns(shares, stack, ATTACKER) == 7


async def test_where_a_tenant_waits_another_is_served_before_all_of_its_queue() -> None:
    shares, served = ConnectionShares(3, wait=10), list[int]()

    async def work(tenant: int) -> None:
        async with ConnectionTurn(shares, tenant, long=True):
            served.append(tenant)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(work(tenant) for tenant in (ATTACKER,) * 8 + (OTHER, THIRD)))
    assert max(served.index(OTHER), served.index(THIRD)) <= 3


@pytest.mark.parametrize("connections", [1, 2, 3, 4, 5, 20])
async def test_everybody_is_served_however_few_connections_there_are(connections: int) -> None:
    shares, at_once, most = ConnectionShares(connections, wait=10), 0, 0

    async def work(tenant: int, *, long: bool) -> None:
        nonlocal at_once, most
        async with ConnectionTurn(shares, tenant, long=long):
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0)
            at_once -= 1

    await asyncio.gather(*(work(number % 3, long=number % 2 == 0) for number in range(60)))
    assert most == connections
    assert (shares.waiting, shares.turns.free, shares.long_turns.free) == (0, connections, shares.long_turns.slots)


@pytest.mark.parametrize("long", [False, True])
async def test_who_waits_too_long_is_told_so_and_leaves_nothing_behind(*, long: bool) -> None:
    shares = ConnectionShares(1, wait=0.05)
    async with ConnectionTurn(shares, OTHER):
        with pytest.raises(TimeoutError, match=r"no database connection became free within 0\.05 s"):
            await ConnectionTurn(shares, ATTACKER, long=long).begin()
    async with ConnectionTurn(shares, ATTACKER, long=long):
        assert (shares.waiting, shares.turns.free) == (0, 0)
