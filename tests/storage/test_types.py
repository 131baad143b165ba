"""Column types mean the same on both databases: what is stored comes back exactly, and orders and sums as numbers."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json, load_json
from app.storage.types import Amount, OrderedAmount, PreciseDecimal, ProductSet, Text, Timestamp

LARGEST = Decimal("999999999999999.9999")
AMOUNTS = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=4)
MOST_PRECISE = Decimal("999999999999999.9999999999")
PRECISE = st.decimals(min_value=-MOST_PRECISE, max_value=MOST_PRECISE, places=10)
MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
PRECISE_EDGES = [MOST_PRECISE, -MOST_PRECISE, Decimal("0.0000000001"), Decimal("0.164812"), Decimal("-0.08875")]
EDGES = [LARGEST, -LARGEST, Decimal(0), Decimal("0.0001"), Decimal("-0.0001"), Decimal("123456789012345.6789")]
MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

sample = sa.Table(
    "sample",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("amount", Amount()),
    sa.Column("open_amount", OrderedAmount()),
    sa.Column("rate", PreciseDecimal()),
    sa.Column("moment", Timestamp()),
    sa.Column("word", Text(20)),
    sa.Column("products", ProductSet()),
    sa.Column("json", sa.JSON(none_as_null=True)),
)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to a database with the sample table."""
    database = Database(database_url, administers=True)
    async with database.writing() as opened:
        await opened.run_sync(sample.metadata.create_all)
        yield opened
    await database.dispose()


async def kept(connection: AsyncConnection, column: str, values: Sequence[Any], *, ordered: bool = False) -> list[Any]:
    """The values as they come back, in the order they went or in the column's own."""
    await connection.execute(sa.delete(sample))
    await connection.execute(sa.insert(sample), [{"id": n, column: value} for n, value in enumerate(values)])
    by = sample.c[column] if ordered else sample.c.id
    return list((await connection.execute(sa.select(sample.c[column]).order_by(by))).scalars())


@MANY
@given(st.lists(AMOUNTS, min_size=1, max_size=20))
async def test_amounts_come_back_exactly(connection: AsyncConnection, amounts: list[Decimal]) -> None:
    assert await kept(connection, "amount", [*amounts, *EDGES, None]) == [*amounts, *EDGES, None]


@MANY
@given(st.lists(PRECISE, min_size=1, max_size=20))
async def test_rates_come_back_exactly_with_ten_decimals(connection: AsyncConnection, rates: list[Decimal]) -> None:
    assert await kept(connection, "rate", [*rates, *PRECISE_EDGES, *EDGES, None]) == [
        *rates,
        *PRECISE_EDGES,
        *EDGES,
        None,
    ]


@MANY
@given(st.lists(AMOUNTS, min_size=1, max_size=20))
async def test_open_amounts_order_as_numbers_do(connection: AsyncConnection, amounts: list[Decimal]) -> None:
    assert await kept(connection, "open_amount", [*amounts, *EDGES], ordered=True) == sorted([*amounts, *EDGES])


@MANY
@given(st.lists(MOMENTS, min_size=1, max_size=20))
async def test_moments_come_back_to_the_millisecond_in_utc_and_in_order(
    connection: AsyncConnection, moments: list[datetime]
) -> None:
    found = await kept(connection, "moment", moments, ordered=True)
    assert found == sorted(moments)
    assert {moment.utcoffset() for moment in found} == {timedelta(0)}


@MANY
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1))
async def test_texts_order_by_code_point(connection: AsyncConnection, words: list[str]) -> None:
    assert await kept(connection, "word", words, ordered=True) == sorted(words)


async def test_json_keeps_every_digit_and_the_order_of_keys(connection: AsyncConnection) -> None:
    text = '{"z":1.10,"a":[123456789012345678901234567890,true,null,"é"],"m":{"small":0.0000001}}'
    (found,) = await kept(connection, "json", [load_json(text)])
    assert list(found) == ["z", "a", "m"]
    assert found["a"][0] == Decimal("123456789012345678901234567890")
    assert str(found["z"]) == "1.10"
    assert load_json(dump_json(found)) == load_json(text)
