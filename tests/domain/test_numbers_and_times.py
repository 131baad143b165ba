"""Amounts, days, times, booleans and whole numbers: what is read of a value, and why it is none."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fields import Kind
from app.domain.problems import Code
from app.domain.values import (
    Fault,
    check_digits,
    exact_number,
    parse_amount,
    parse_date,
    parse_moment,
    read_value,
    shortest_notation,
)
from tests.domain.test_values import fault, of

AMOUNTS = {
    "0": "0", "-0": "0", "-0.00": "0", "1": "1", "-1": "-1", "1.10": "1.1", "100": "100", "007.50": "7.5",
    "999999999999999.9999": "999999999999999.9999", "-999999999999999.9999000": "-999999999999999.9999",
    "0.0001": "0.0001", "0.00010000": "0.0001", "123456789012345": "123456789012345",
}  # fmt: skip


@pytest.mark.parametrize(("raw", "shown"), AMOUNTS.items())
def test_amounts_are_exact_from_strings_and_from_numbers(raw: str, shown: str) -> None:
    for given_ in (raw, Decimal(raw), exact_number(raw)):
        read = read_value(of(Kind.DECIMAL), given_)
        assert (type(read), str(read)) == (Decimal, shown)


@pytest.mark.parametrize(
    ("raw", "shown"), [(5, "5"), (-(10**15) + 1, "-999999999999999"), (0, "0"), (10**14, "1" + "0" * 14)]
)
def test_whole_numbers_are_amounts(raw: int, shown: str) -> None:
    assert str(read_value(of(Kind.DECIMAL), raw)) == shown


@pytest.mark.parametrize(
    ("raw", "shown"), [("1E+3", "1000"), ("15E-4", "0.0015"), ("0E+999999", "0"), ("1E+14", "1" + "0" * 14)]
)
def test_a_number_may_have_an_exponent(raw: str, shown: str) -> None:
    assert str(read_value(of(Kind.DECIMAL), Decimal(raw))) == shown
    assert fault(Kind.DECIMAL, raw) is Code.INVALID


@pytest.mark.parametrize(
    "raw",
    ["1000000000000000", "-1000000000000000", "0.00001", "-0.00001", "1.00001", "999999999999999.99999", "9" * 9000,
     "0." + "0" * 9000 + "1", "1." + "3" * 9000],
)  # fmt: skip
def test_an_amount_has_at_most_15_digits_before_the_point_and_4_after(raw: str) -> None:
    assert fault(Kind.DECIMAL, raw) is Code.INVALID
    assert fault(Kind.DECIMAL, Decimal(raw)) is Code.INVALID


@pytest.mark.parametrize(
    "raw", ["1E+15", "1E+999999999", "1E-5", "1E-999999999", "NaN", "sNaN", "Infinity", "-Infinity"]
)
def test_no_number_beyond_bounds_is_an_amount(raw: str) -> None:
    assert fault(Kind.DECIMAL, Decimal(raw)) is Code.INVALID


@pytest.mark.parametrize(
    "raw",
    [
        " 1",
        "1 ",
        "1\n",
        "+1",
        "1.",
        ".5",
        "-",
        "--1",
        "1e3",
        "1,5",
        "1_0",
        "0x1",
        "NaN",
        "inf",
        "１",
        "١",
        "1.5.5",
        " ",
    ],
)
def test_these_are_no_decimal_strings(raw: str) -> None:
    assert fault(Kind.DECIMAL, raw) is Code.INVALID


@pytest.mark.parametrize("raw", [True, False, 1.5, float("nan")])
def test_neither_a_boolean_nor_a_float_is_an_amount(raw: Any) -> None:
    assert fault(Kind.DECIMAL, raw) is Code.INVALID


def test_places_are_the_fields_own() -> None:
    assert read_value(of(Kind.DECIMAL, places=2), "1.0500") == Decimal("1.05")
    assert fault(Kind.DECIMAL, "1.005", places=2) is Code.INVALID
    assert read_value(of(Kind.DECIMAL, places=0), "1.000") == Decimal(1)


within = st.decimals(min_value="-999999999999999.9999", max_value="999999999999999.9999", places=4)


precise = st.decimals(min_value="-999999999999999.9999999999", max_value="999999999999999.9999999999", places=10)


@given(precise, st.integers(0, 12))
def test_every_price_within_bounds_goes_round_exactly(value: Decimal, zeros: int) -> None:
    read = check_digits(parse_amount(format(value, "f") + "0" * zeros), 10)
    assert read == value
    assert parse_amount(shortest_notation(read)) == value
    assert "E" not in shortest_notation(read)


@pytest.mark.parametrize("raw", ["0.00000000001", "1000000000000000", "-0.12345678901", Decimal("1E-11")])
def test_an_eleventh_decimal_and_a_sixteenth_digit_are_refused_of_a_price(raw: Any) -> None:
    assert fault(Kind.DECIMAL, raw, places=10) is Code.INVALID
    assert read_value(of(Kind.DECIMAL, places=10), "0.0000000001") == Decimal("0.0000000001")


@given(within, st.integers(0, 12))
def test_every_amount_within_bounds_goes_round_exactly_whatever_zeros_trail(value: Decimal, zeros: int) -> None:
    written = format(value, "f") + "0" * zeros
    read = check_digits(parse_amount(written), 4)
    assert read == value
    assert parse_amount(shortest_notation(read)) == value
    assert shortest_notation(read) == str(read)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_an_amount_is_read_exactly_or_not_at_all(value: Decimal) -> None:
    try:
        read = check_digits(value, 4)
    except Fault:
        assert abs(value) >= 10**15 or value.as_tuple().exponent < -4  # type: ignore[operator]  # a finite one
    else:
        assert read == value


@pytest.mark.parametrize("raw", ["1E+9999999999999999999", "-1E-9999999999999999999"])
def test_an_exponent_beyond_all_use_is_no_number(raw: str) -> None:
    with pytest.raises(Fault):
        exact_number(raw)


@given(st.dates())
def test_every_day_goes_round(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(day) == day


@pytest.mark.parametrize(
    "raw",
    ["2026-02-30", "2023-02-29", "2026-13-01", "2026-00-01", "0000-01-01", "26-01-01", "2026-1-1", "20260101",
     "2026-W01-1", "2026-01-01T00:00:00", " 2026-01-01", "2026-01-01\n", "２026-01-01", "01.01.2026", 20260101,
     datetime(2026, 1, 1)],
)  # fmt: skip
def test_these_are_no_days(raw: Any) -> None:
    with pytest.raises(Fault):
        parse_date(raw)


MOMENTS = {
    "2026-05-12": datetime(2026, 5, 12, tzinfo=UTC),
    "2026-05-12T14:00": datetime(2026, 5, 12, 14, tzinfo=UTC),
    "2026-05-12 14:00:05": datetime(2026, 5, 12, 14, 0, 5, tzinfo=UTC),
    "2026-05-12t14:00:05z": datetime(2026, 5, 12, 14, 0, 5, tzinfo=UTC),
    "2026-05-12T14:00:05+02:00": datetime(2026, 5, 12, 12, 0, 5, tzinfo=UTC),
    "2026-05-12T14:00:05-0930": datetime(2026, 5, 12, 23, 30, 5, tzinfo=UTC),
    "2026-05-12T14:00:05.9999999+00:00": datetime(2026, 5, 12, 14, 0, 5, 999000, tzinfo=UTC),
    "2026-05-12T14:00:05,5Z": datetime(2026, 5, 12, 14, 0, 5, 500000, tzinfo=UTC),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "9999-12-31T23:59:59.999Z": datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
}


@pytest.mark.parametrize(("raw", "moment"), MOMENTS.items())
def test_times_are_read_in_utc_and_whole_milliseconds(raw: str, moment: datetime) -> None:
    assert parse_moment(raw) == moment
    assert parse_moment(raw).tzinfo is UTC


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-9))])
    )
)
def test_every_moment_goes_round_but_for_what_is_below_a_millisecond(moment: datetime) -> None:
    try:
        read = parse_moment(moment.isoformat())
    except Fault:
        assert moment.year in (1, 9999)  # UTC lies beyond the calendar
    else:
        assert timedelta(0) <= moment - read < timedelta(milliseconds=1)
        assert parse_moment(read.isoformat()) == read == parse_moment(moment)


@pytest.mark.parametrize(
    "raw",
    ["2026-02-30T00:00:00Z", "2026-05-12T24:00:00Z", "2026-05-12T14:60Z", "2026-05-12T14:00:60Z", "2026-05-12T14",
     "14:00", "2026-05-12T14:00:05+25:00", "2026-05-12T14:00:05.Z", "0001-01-01T00:00:00+01:00",
     "9999-12-31T23:59:59-01:00", "20260512T140000Z", "2026-05-12T14:00:05Z\n", 1778594400, True, date(2026, 5, 12)],
)  # fmt: skip
def test_these_are_no_times(raw: Any) -> None:
    with pytest.raises(Fault):
        parse_moment(raw)


@pytest.mark.parametrize(("raw", "read"), [(True, True), (False, False), (1, True), (0, False)])
def test_booleans_take_0_and_1(raw: Any, read: bool) -> None:
    assert read_value(of(Kind.BOOLEAN), raw) is read


@pytest.mark.parametrize("raw", [2, -1, "true", "1", "0", Decimal("0.5")])
def test_nothing_else_is_a_boolean(raw: Any) -> None:
    assert fault(Kind.BOOLEAN, raw) is Code.INVALID


@pytest.mark.parametrize("raw", [0, -(2**31), 2**31 - 1])
def test_whole_numbers_have_32_bits(raw: int) -> None:
    assert read_value(of(Kind.INTEGER), raw) == raw
    for wrong in (2**31, -(2**31) - 1, True, "1", Decimal("1.5")):
        assert fault(Kind.INTEGER, wrong) is Code.INVALID


@pytest.mark.parametrize(("raw", "read"), [("0049301", "0049301"), (49301, "49301")])
def test_digits_come_as_text_or_as_a_number(raw: Any, read: str) -> None:
    assert read_value(of(Kind.DIGITS), raw) == read
    for wrong in ("+49", "12 34", "１", -5, True, Decimal("1.5")):
        assert fault(Kind.DIGITS, wrong) is Code.INVALID
