"""What the README shows of the demonstration is what a reader gets who makes one on the day that it names."""

import json
import re
from datetime import date
from pathlib import Path

from app.demo.plan import Plan
from app.demo.tenants_and_keys import make_demonstration, open_demonstration
from tests.gateway import Client, Gateway

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first example in that language."""
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_first_query_gives_the_answer_that_stands_below_it(gateway: Gateway) -> None:
    day = re.search(r"as it was made on (\d{4}-\d\d-\d\d)", README)
    assert day is not None
    await make_demonstration(gateway.database, Plan(date.fromisoformat(day[1])))
    northwind, _ = await open_demonstration(gateway.database)

    answer = await Client(gateway, northwind.key).run(block("graphql"))
    assert answer == json.loads(block("json"))
