"""Slots that keys share."""

import asyncio

import pytest

from app.concurrency.fair_semaphore import FairSemaphore


async def waiting(semaphore: FairSemaphore, key: str, served: list[str]) -> "asyncio.Task[None]":
    """A task that waits for a slot and notes when it has it."""

    async def acquire() -> None:
        await semaphore.acquire(key)
        served.append(key)

    task = asyncio.create_task(acquire())
    await asyncio.sleep(0)
    return task


async def test_a_slot_is_taken_at_once_while_there_are_some() -> None:
    semaphore = FairSemaphore(2)
    assert [semaphore.try_acquire(key) for key in "aab"] == [True, True, False]


async def test_a_key_holds_no_more_than_its_most_and_leaves_the_rest_to_others() -> None:
    semaphore = FairSemaphore(3, max_per_key=2)
    assert [semaphore.try_acquire(key) for key in "aaab"] == [True, True, False, True]


async def test_a_newcomer_goes_before_the_queue_of_a_key_that_has_been_served() -> None:
    semaphore, served = FairSemaphore(1), list[str]()
    await semaphore.acquire("crowd")
    tasks = [await waiting(semaphore, "crowd", served) for _ in range(3)]
    tasks.append(await waiting(semaphore, "newcomer", served))
    for key in ("crowd", "newcomer", "crowd", "crowd"):
        semaphore.release(key, 1)
        await asyncio.sleep(0)
    assert served == ["newcomer", "crowd", "crowd", "crowd"]
    await asyncio.gather(*tasks)


async def test_two_keys_get_the_same_time_however_long_their_pieces_are() -> None:
    semaphore, served = FairSemaphore(1), list[str]()
    await semaphore.acquire("long")
    tasks = [await waiting(semaphore, "long", served) for _ in range(3)]
    tasks += [await waiting(semaphore, "short", served) for _ in range(12)]
    holder = "long"
    for _ in range(15):
        semaphore.release(holder, {"long": 4, "short": 1}[holder])
        await asyncio.sleep(0)
        holder = served[-1]
    assert served.count("short") == 12
    assert "".join(key[0] for key in served[:10]) == "sssslssssl"
    await asyncio.gather(*tasks)


async def test_with_several_slots_a_free_one_goes_to_the_key_that_holds_the_fewest() -> None:
    semaphore, served = FairSemaphore(3), list[str]()
    for key in "aab":
        assert semaphore.try_acquire(key)
    tasks = [await waiting(semaphore, key, served) for key in "abc"]
    semaphore.release("a", 1)
    await asyncio.sleep(0)
    assert served == ["c"]
    semaphore.release("a", 1)
    semaphore.release("c", 1)
    await asyncio.gather(*tasks)
    assert sorted(served) == ["a", "b", "c"]


@pytest.mark.parametrize("turn_has_come", [False, True], ids=["while waiting", "in the moment of its turn"])
async def test_who_gives_up_leaves_the_slot_to_the_others(*, turn_has_come: bool) -> None:
    semaphore, served = FairSemaphore(1), list[str]()
    await semaphore.acquire("a")
    impatient = await waiting(semaphore, "b", served)
    patient = await waiting(semaphore, "c", served)
    if turn_has_come:
        semaphore.release("a", 1)
        impatient.cancel()
    else:
        impatient.cancel()
        await asyncio.sleep(0)
        semaphore.release("a", 1)
    await patient
    assert (served, semaphore.waiting) == (["c"], 0)


async def test_who_is_cancelled_in_the_moment_before_its_turn_is_passed_over() -> None:
    semaphore, served = FairSemaphore(1), list[str]()
    await semaphore.acquire("a")
    tasks = [await waiting(semaphore, key, served) for key in "bc"]
    tasks[0].cancel()
    semaphore.release("a", 1)  # before the cancelled task runs again
    await asyncio.wait_for(tasks[1], 5)
    semaphore.release("c", 1)
    assert (served, semaphore.waiting, semaphore.free, semaphore.flows) == (["c"], 0, 1, {})


async def test_once_all_slots_are_free_nothing_is_remembered() -> None:
    semaphore = FairSemaphore(2)
    for key in "ab":
        await semaphore.acquire(key)
    for key in "ab":
        semaphore.release(key, 5)
    assert (semaphore.flows, semaphore.free) == ({}, 2)
