"""Health checks, which need no key and so must cost little, however many come at once."""

import asyncio

from tests.gateway import Gateway


async def test_checks_that_come_at_once_share_one_look_at_the_database(gateway: Gateway) -> None:
    texts = gateway.statements.texts

    async def ask(times: int) -> int:
        """The number of statements that so many checks take."""
        texts.clear()
        answers = await asyncio.gather(*(gateway.http.get("/readyz") for _ in range(times)))
        assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "ok"})] * times
        return len(texts)

    await ask(1)  # which may open the connection
    one = await ask(1)
    assert one > 0
    assert await ask(50) == one
    assert await ask(1) == one


async def test_a_check_whose_client_goes_away_answers_the_others(gateway: Gateway) -> None:
    first = asyncio.create_task(gateway.http.get("/readyz"))
    await asyncio.sleep(0)
    others = [asyncio.create_task(gateway.http.get("/readyz")) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()

    assert [(await other).status_code for other in others] == [200] * 3
