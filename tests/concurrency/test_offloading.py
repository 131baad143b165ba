"""Turns of work in threads: shared between keys, bounded in time, and ended where nobody waits."""

import asyncio
from threading import Event, Thread, current_thread

import pytest

from app.concurrency.abandonment import end_if_abandoned
from app.concurrency.offloading import NoTurn, Offloader
from app.storage.database.availability import Outage, outage


def until(event: Event) -> Thread:
    """Works until the event comes, or nobody waits any more; the thread that it worked in."""
    while not event.wait(0.001):
        end_if_abandoned()
    return current_thread()


async def test_what_one_key_asks_for_makes_no_other_wait() -> None:
    offloader, event = Offloader(), Event()
    first, second = (asyncio.create_task(offloader.think("crowd", until, event)) for _ in range(2))
    await asyncio.sleep(0)
    assert await offloader.think("other", lambda: "served") == "served"
    assert not first.done()
    event.set()
    assert current_thread() not in await asyncio.gather(first, second)


async def test_who_waits_too_long_is_told_so() -> None:
    offloader, event = Offloader(max_wait_seconds=0.05), Event()
    first = asyncio.create_task(offloader.think("key", until, event))
    await asyncio.sleep(0)
    with pytest.raises(NoTurn, match=r"^no turn came within 0\.05 s$") as refused:
        await offloader.think("key", until, event)
    assert outage(refused.value) is Outage.OVERLOADED
    event.set()
    await first


async def test_what_is_finished_waits_as_long_as_it_takes() -> None:
    offloader, event = Offloader(max_wait_seconds=0.001), Event()
    first = asyncio.create_task(offloader.finish("key", until, event))
    second = asyncio.create_task(offloader.finish("key", lambda: "finished"))
    await asyncio.sleep(0.05)
    event.set()
    await first
    assert await second == "finished"


async def test_what_nobody_waits_for_is_ended_and_gives_its_turn_back() -> None:
    offloader, event = Offloader(), Event()
    given_up = asyncio.create_task(offloader.think("key", until, event))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await offloader.think("key", lambda: "served") == "served"
    assert not event.is_set()


async def test_what_fails_gives_its_turn_back_too() -> None:
    offloader = Offloader()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await offloader.think("key", lambda: 1 / 0)
