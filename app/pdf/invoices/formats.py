"""Values as people read them on a page: amounts, quantities, days, places."""

import re
from datetime import date
from decimal import Decimal
from typing import Any


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ISO 4217: the currencies whose minor unit is not a hundredth. Metals and units of account have none at all.
MINOR_UNITS = {
    **dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
    **dict.fromkeys(_codes("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XUA"), 0),
    **dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3),
    **dict.fromkeys(_codes("CLF UYW"), 4),
}
MAX_LINE_BREAKS = 200
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")  # but the line break
MINUS = "\N{MINUS SIGN}"

LETTER_COUNTRIES = {"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA", "CA", "CAN", "CANADA"}
LETTER_CURRENCIES = {"USD", "CAD"}
# Where the postal code is written before the city; elsewhere it ends the line.
CODE_BEFORE_CITY = _codes(
    """
    AD AT BA BE BG CH CY CZ DE DK DZ EE ES FI FO FR GL GR HR IL IS IT LI LT LU MA MC MD ME MK MX NL NO PL PT RO RS SE SI
    SK SM SN TN TR VA
    """
)


def printable(value: Any) -> str:
    """The text without what no page can show: control characters. A tab is a space, a line break stays one unless
    there are so many that a short text would fill pages."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    *broken, rest = text.strip().split("\n", MAX_LINE_BREAKS)
    shown = "\n".join([*broken, rest.replace("\n", " ")])
    return CONTROLS.sub("", shown)


def quantity(value: Any) -> str:
    """Every digit of the number, thousands apart."""
    return grouped(Decimal(str(value)), 0)


def amount(value: Any, currency: str) -> str:
    """Every digit of the amount, and at least as many decimals as its currency has."""
    return grouped(Decimal(str(value)), MINOR_UNITS.get(currency, 2))


def grouped(value: Decimal, places: int) -> str:
    whole, _, fraction = format(abs(value), ",f").partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return (MINUS if value < 0 else "") + whole + (f".{fraction}" if fraction else "")


def day(value: Any, *, month_first: bool) -> str:
    """A day with the month in letters, so that nobody takes one for the other."""
    try:
        moment = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return printable(value)
    return f"{moment:%B} {moment.day}, {moment.year}" if month_first else f"{moment.day} {moment:%B} {moment.year}"


def uses_letter(country: str, currency: str) -> bool:
    """Whether pages for this country are of US Letter size. Where no country is told the currency may tell it."""
    return country.upper().replace(".", "") in LETTER_COUNTRIES if country else currency in LETTER_CURRENCIES


def place(city: str, regions: list[str], code: str, country: str) -> str:
    """The line of an address that names the city."""
    if country.upper() in CODE_BEFORE_CITY:
        return ", ".join(filter(None, [" ".join(filter(None, [code, city])), *regions]))
    return " ".join(filter(None, [", ".join(filter(None, [city, *regions])), code]))
