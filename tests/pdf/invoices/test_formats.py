"""How amounts, days and places are written for people."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.codes import CURRENCIES
from app.pdf.invoices.formats import MINOR_UNITS, amount, day, place, printable, quantity


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("1500", "USD", "1,500.00"),
        ("1500.1", "USD", "1,500.10"),
        ("1500.1234", "USD", "1,500.1234"),
        ("1500.1230", "USD", "1,500.123"),
        ("-0.5", "USD", "−0.50"),
        ("0", "USD", "0.00"),
        ("0.164812", "USD", "0.164812"),
        ("-1E-10", "USD", "−0.0000000001"),
        ("123456789012345.0123456789", "JPY", "123,456,789,012,345.0123456789"),
        ("1500", "JPY", "1,500"),
        ("1500.5", "JPY", "1,500.5"),
        ("1500", "KWD", "1,500.000"),
        ("1500", "CLF", "1,500.0000"),
        ("1500", "XAU", "1,500"),
        ("1500", "", "1,500.00"),
        ("1500", "dollars", "1,500.00"),
        ("123456789012345.6789", "USD", "123,456,789,012,345.6789"),
        (Decimal("1E+3"), "USD", "1,000.00"),
        (12, "USD", "12.00"),
    ],
)
def test_an_amount_has_its_currencys_decimals_and_never_fewer_digits_than_it_was_given(
    value: Any, currency: str, shown: str
) -> None:
    assert amount(value, currency) == shown


def test_currencies_with_other_decimals_are_currencies() -> None:
    assert MINOR_UNITS.keys() <= CURRENCIES


@pytest.mark.parametrize(
    ("value", "shown"), [("4", "4"), ("12.50", "12.5"), ("-1200", "−1,200"), ("0.0000000001", "0.0000000001")]
)
def test_a_quantity_has_the_decimals_that_it_needs(value: str, shown: str) -> None:
    assert quantity(value) == shown


def test_a_day_is_written_with_its_month_in_letters() -> None:
    assert day(date(2026, 5, 4), month_first=True) == "May 4, 2026"
    assert day("2026-05-04", month_first=False) == "4 May 2026"
    assert day("0001-01-01", month_first=False) == "1 January 1"


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("Atlanta", ["GA"], "30301", "US"), "Atlanta, GA 30301"),
        (("Berlin", [], "10115", "DE"), "10115 Berlin"),
        (("Milano", ["MI"], "20121", "IT"), "20121 Milano, MI"),
        (("London", [], "SW1A 1AA", "GB"), "London SW1A 1AA"),
        (("", ["GA"], "", ""), "GA"),
        (("", [], "30301", "US"), "30301"),
        (("", [], "", "US"), ""),
    ],
)
def test_a_city_is_written_as_its_country_does(parts: tuple[str, list[str], str, str], line: str) -> None:
    assert place(*parts) == line


def test_text_keeps_its_lines_and_loses_what_cannot_be_seen() -> None:
    assert printable(" a\r\nb\rc\td\x07e\x85f ") == "a\nb\nc def"


def test_only_so_many_line_breaks_stay() -> None:
    shown = printable("\n".join(map(str, range(1000))))
    assert shown.count("\n") == 200
    assert shown.replace("\n", " ") == " ".join(map(str, range(1000)))
