"""What is used of aiosqlite 0.22 and SQLAlchemy 2.1 beyond their documentation works as it is used."""

import asyncio
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiosqlite
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg

from app.storage.database.compat_aiosqlite import run_in_thread, wait_for_thread
from app.storage.database.compat_sqlalchemy import parameters_of, result_process
from app.storage.tables import DOCUMENTS
from app.storage.types import OrderedAmount, Timestamp

SQLITE: sa.Dialect = sqlite.dialect()
POSTGRES: sa.Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
MOMENT = datetime(2026, 5, 12, 8, 30, tzinfo=UTC)


async def test_work_runs_on_the_connection_in_its_own_thread_and_gives_its_answer() -> None:
    async with aiosqlite.connect(":memory:") as driver:

        def work(connection: Any, number: int) -> tuple[Any, bool]:
            return connection.execute("SELECT ?", (number,)).fetchone(), threading.current_thread().ident == here

        here = threading.current_thread().ident
        assert await run_in_thread(driver, work, 7) == ((7,), False)


async def test_whoever_waits_for_the_thread_goes_on_when_the_work_before_is_done() -> None:
    done = []

    def work(_: Any) -> None:
        time.sleep(0.05)
        done.append("work")

    async with aiosqlite.connect(":memory:") as driver:
        working = asyncio.ensure_future(run_in_thread(driver, work))
        await asyncio.sleep(0)
        await wait_for_thread(driver)
        assert done == ["work"]
        await working


async def test_an_error_of_the_work_is_raised() -> None:
    async with aiosqlite.connect(":memory:") as driver:
        with pytest.raises(aiosqlite.OperationalError, match="no such table"):
            await run_in_thread(driver, lambda connection: connection.execute("SELECT x FROM absent"))


@pytest.mark.parametrize(
    ("dialect", "moment", "amount"),
    [(SQLITE, 1778574600000, "10000000000000075000"), (POSTGRES, MOMENT, Decimal("7.5"))],
    ids=["sqlite", "postgresql"],
)
def test_parameters_are_told_in_order_with_what_their_types_make_of_values(
    dialect: sa.Dialect, moment: Any, amount: Any
) -> None:
    statement = sa.update(DOCUMENTS).where(
        DOCUMENTS.c.closed_at == sa.bindparam("at"), DOCUMENTS.c.status == sa.bindparam("status")
    )
    compiled = statement.values(open_amount=sa.bindparam("amount")).compile(dialect=dialect)
    values = {"at": MOMENT, "status": "open", "amount": Decimal("7.5")}
    given = [process(values[name]) if process else values[name] for name, process in parameters_of(compiled)]
    assert given == [amount, moment, "open"]


def test_a_columns_type_makes_our_values_of_the_drivers() -> None:
    for kind, dialect, value, expected in (
        (Timestamp(), SQLITE, 1778574600000, MOMENT),
        (Timestamp(), POSTGRES, MOMENT, MOMENT),
        (OrderedAmount(), SQLITE, "10000000000000075000", Decimal("7.5")),
        (OrderedAmount(), POSTGRES, Decimal("7.5"), Decimal("7.5")),
    ):
        process = result_process(kind, dialect)
        assert process is not None
        assert process(value) == expected
    assert result_process(sa.Integer(), SQLITE) is None
