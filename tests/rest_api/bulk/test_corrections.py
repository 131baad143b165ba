"""Cells of spreadsheets are read as it is declared, and a refusal tells what would have to be declared."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.values import Fault
from app.rest_api.bulk.corrections import Corrections

SEPARATORS = {"comma": ",", "point": ".", "space": " ", "apostrophe": "'"}
MARKS = st.sampled_from([(decimal, thousands) for decimal in ("point", "comma") for thousands in ("", *SEPARATORS)
                         if decimal != thousands])  # fmt: skip


@given(st.decimals(-(10**12), 10**12, places=4), MARKS, st.booleans())
def test_an_amount_is_read_exactly_in_whatever_way_it_is_declared(
    amount: Decimal, marks: tuple[str, str], separated: bool
) -> None:
    decimal, thousands = marks
    plain = f"{amount:,.4f}" if thousands and separated else f"{amount:.4f}"
    written = plain.translate({ord(","): SEPARATORS.get(thousands, ""), ord("."): SEPARATORS[decimal]})
    assert Decimal(Corrections(decimal, thousands).amount(written)) == amount


@pytest.mark.parametrize(
    ("declared", "cell", "advice"),
    [
        (Corrections(), "1234,5", "(decimal=comma would read it as 1234.5)"),
        (Corrections(), "1.234,50", "(decimal=comma with thousands=point would read it as 1234.50)"),
        (Corrections(), "1,234.50", "(decimal=point with thousands=comma would read it as 1234.50)"),
        (
            Corrections(),
            "1,234",
            "(decimal=point with thousands=comma would read it as 1234 or decimal=comma would read it as 1.234)",
        ),
        (Corrections(), "1'234.50", "(decimal=point with thousands=apostrophe would read it as 1234.50)"),
        (Corrections(), "1\u202f234,50", "(decimal=comma with thousands=space would read it as 1234.50)"),
        (Corrections("comma", "point"), "1,234.50", "(decimal=point with thousands=comma would read it as 1234.50)"),
        (Corrections(), " 12", "(trim=true cuts the white space around it off)"),
        (Corrections(), "1.234.5", "1234.50"),
        (Corrections(), "12 EUR", "1234.50"),
        (Corrections(), "(12.00)", "1234.50"),
        (Corrections(), "#REF!", "1234.50"),
        (Corrections(), "=A1+B1", "1234.50"),
        (Corrections(), "1E+05", "1234.50"),
        (Corrections("comma", "point"), "12.34", "(decimal=point would read it as 12.34)"),
        (Corrections("comma", "point"), "1.23.456,00", "1.234,50"),
    ],
)
def test_an_amount_that_is_not_as_declared_is_told_with_what_would_correct_it(
    declared: Corrections, cell: str, advice: str
) -> None:
    with pytest.raises(Fault) as fault:
        declared.amount(cell)
    assert str(fault.value).endswith(advice)


@given(st.dates(), st.sampled_from(["%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%d-%b-%Y"]))
def test_a_date_is_read_in_whatever_form_is_declared(day: date, form: str) -> None:
    written = day.strftime(form.replace("%Y", f"{day.year:04d}"))
    assert Corrections(date_format=form).date(written) == day.isoformat()


@pytest.mark.parametrize(
    ("form", "cell", "expected"),
    [
        ("%m/%d/%Y", "5/3/2026", "2026-05-03"),
        ("%d/%m/%Y", "5/3/2026", "2026-03-05"),
        ("%m/%d/%y", "05/03/26", "2026-05-03"),
        ("%m/%d/%y", "05/03/70", "1970-05-03"),
        ("%d %B %Y", "3 MAY 2026", "2026-05-03"),
        ("%Y%%%m-%d", "2026%05-03", "2026-05-03"),
        ("", "2026-05-03", "2026-05-03"),
    ],
)
def test_dates_are_read_as_declared(form: str, cell: str, expected: str) -> None:
    assert Corrections(date_format=form).date(cell) == expected


@pytest.mark.parametrize(
    ("form", "cell", "expected"),
    [
        ("%m/%d/%Y", "5/3/2026T14:00:00Z", "2026-05-03T14:00:00Z"),
        ("%m/%d/%Y", "5/3/2026 14:00", "2026-05-03 14:00"),
        ("%d %b %Y", "3 May 2026 14:00:00+02:00", "2026-05-03 14:00:00+02:00"),
        ("%m/%d/%Y", "5/3/2026", "2026-05-03"),
        ("", "2026-05-03T14:00:00.5Z", "2026-05-03T14:00:00.5Z"),
    ],
)
def test_times_go_on_behind_the_declared_date(form: str, cell: str, expected: str) -> None:
    assert Corrections(date_format=form).moment(cell) == expected


@pytest.mark.parametrize(
    ("form", "cell", "advice"),
    [
        ("", "05/03/2026", "date_format=%m/%d/%Y would read it as 2026-05-03 or date_format=%d/%m/%Y would read it as"
         " 2026-03-05)"),
        ("", "31.12.2026", "(date_format=%d.%m.%Y would read it as 2026-12-31)"),
        ("%m/%d/%Y", "31/12/2026", "(date_format=%d/%m/%Y would read it as 2026-12-31)"),
        ("%m/%d/%Y", "2026-12-31", "(without date_format it is one)"),
        ("%m/%d/%Y", "02/30/2026", "%m/%d/%Y"),
        ("", " 2026-12-31", "(trim=true cuts the white space around it off)"),
        ("", "46000", "YYYY-MM-DD"),
        ("", "2026-12-31 extra", "YYYY-MM-DD"),
        ("%m/%d/%Y", "12/31/2026 10:00", "%m/%d/%Y"),
    ],
)  # fmt: skip
def test_a_date_that_is_not_as_declared_is_told_with_what_would_correct_it(form: str, cell: str, advice: str) -> None:
    with pytest.raises(Fault) as fault:
        Corrections(date_format=form).date(cell)
    assert str(fault.value).endswith(advice)


@pytest.mark.parametrize("cell", ["5/3/2026 noon", "5/3/2026Z", "5/3/2026T25:00", "x"])
def test_a_time_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(Fault):
        Corrections(date_format="%m/%d/%Y").moment(cell)
