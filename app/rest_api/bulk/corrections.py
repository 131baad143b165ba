"""Corrections of the cells of a spreadsheet, as the import declares them: how it writes dates and amounts. Nothing is
guessed; a cell that is not as declared is refused, and the refusal says which declaration would fit it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product

from app.domain.values import DAY, MOMENT, Fault

MARKS = {"point": r"\.", "comma": ",", "space": "[ \u00a0\u202f]", "apostrophe": "['\u2019]"}  # as patterns
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
ABBREVIATED = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
NAMED = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
DIRECTIVES = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "b": f"(?P<b>{'|'.join(ABBREVIATED)})",
    "B": f"(?P<B>{'|'.join(NAMED)})",
    "%": "%",
}
PIVOT = 69  # of two digits of a year, as POSIX has it: 69 is 1969, 68 is 2068
# What refusals try on a date that is not written as declared.
USUAL_FORMATS = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y.%m.%d", "%Y%m%d", "%d-%b-%Y",
                 "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y")  # fmt: skip
MOST_ADVICE = 2  # declarations that a refusal names


@dataclass(frozen=True, slots=True)
class Corrections:
    """How the cells are written: amounts with this decimal mark and thousands separator, dates in this form (empty: as
    in JSON), and whether white space around cells is cut off."""

    decimal: str = "point"
    thousands: str = ""
    date_format: str = ""
    trim: bool = False

    def amount(self, cell: str) -> str:
        """An amount as JSON has it. Raises Fault."""
        if self.decimal == "point" and not self.thousands:
            if amount_pattern("point", "").fullmatch(cell):
                return cell
        elif (plain := plain_amount(cell, self.decimal, self.thousands)) is not None:
            return plain
        advice = " or ".join(list(amount_advice(cell, self))[:MOST_ADVICE])
        written = f"written as in {amount_example(self.decimal, self.thousands)}"
        raise Fault(f"must be an amount {written}{f' ({advice})' if advice else ''}")

    def date(self, cell: str) -> str:
        """A day as JSON has it. Raises Fault."""
        day, rest = self.day_and_rest(cell)
        if day is None or rest:
            raise Fault(f"must be a date written {self.date_form}{date_advice(cell, self.date_format)}")
        return day

    def moment(self, cell: str) -> str:
        """A time as JSON has it. Raises Fault."""
        day, rest = self.day_and_rest(cell)
        if day is None or not MOMENT.fullmatch(day + rest):
            form = f"{self.date_form}, with a time behind it such as T14:00:00Z if there is one"
            raise Fault(f"must be written {form}{date_advice(cell, self.date_format)}")
        return day + rest

    def day_and_rest(self, cell: str) -> tuple[str | None, str]:
        """The day that a cell begins with, as JSON has it, and what follows; no day where it begins with none."""
        if not self.date_format:
            return (cell[:10], cell[10:]) if DAY.fullmatch(cell[:10]) else (None, "")
        return day_and_rest(cell, self.date_format)

    @property
    def date_form(self) -> str:
        return self.date_format or "YYYY-MM-DD"


@cache
def amount_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = rf"[0-9]{{1,3}}(?:{MARKS[thousands]}[0-9]{{3}})+|[0-9]+" if thousands else "[0-9]+"
    return re.compile(rf"(-?)({whole})(?:{MARKS[decimal]}([0-9]+))?")


def plain_amount(cell: str, decimal: str, thousands: str) -> str | None:
    """The amount with a point and without separators; None where the cell is not written so."""
    found = amount_pattern(decimal, thousands).fullmatch(cell)
    if not found:
        return None
    sign, whole, fraction = found.groups()
    digits = re.sub("[^0-9]", "", whole)
    return f"{sign}{digits}.{fraction}" if fraction else f"{sign}{digits}"


def amount_advice(cell: str, declared: Corrections) -> Iterator[str]:
    """The declarations under which the cell would be an amount, and which."""
    if not declared.trim and cell != cell.strip():
        yield "trim=true cuts the white space around it off"
        return
    for decimal, thousands in product(("point", "comma"), ("", *MARKS)):
        is_used = not thousands or re.search(MARKS[thousands], cell)
        is_other = (decimal, thousands) != (declared.decimal, declared.thousands)
        if not is_used or not is_other or thousands == decimal:
            continue
        if (plain := plain_amount(cell, decimal, thousands)) is not None:
            yield f"decimal={decimal}{f' with thousands={thousands}' if thousands else ''} would read it as {plain}"


def amount_example(decimal: str, thousands: str) -> str:
    marks = {"point": ".", "comma": ",", "space": " ", "apostrophe": "'", "": ""}
    return f"1{marks[thousands]}234{marks[decimal]}50"


@cache
def date_pattern(date_format: str) -> re.Pattern[str]:
    """What a date of the form looks like. Raises Fault where the form says no day of a year."""
    pieces, used = [], ""
    for number, piece in enumerate(re.split("%(.)", date_format, flags=re.DOTALL)):
        if number % 2 and piece not in DIRECTIVES:
            raise Fault(f"knows %Y %y %m %d %b %B and %%, not %{piece}")
        pieces.append(DIRECTIVES[piece] if number % 2 else re.escape(piece))
        used += piece if number % 2 else ""
    counts = [sum(map(used.count, group)) for group in ("Yy", "mbB", "d")]
    if counts != [1, 1, 1] or "%" in re.sub("%.", "", date_format):
        raise Fault("must name the year (%Y or %y), the month (%m, %b or %B) and the day (%d), each once")
    return re.compile("".join(pieces), re.IGNORECASE | re.ASCII)


def day_and_rest(cell: str, date_format: str) -> tuple[str | None, str]:
    found = date_pattern(date_format).match(cell)
    if not found:
        return None, ""
    parts = found.groupdict()
    year = int(parts["Y"]) if "Y" in parts else int(parts["y"]) + (1900 if int(parts["y"]) >= PIVOT else 2000)
    month = parts.get("m") or ABBREVIATED.get((parts.get("b") or "").lower()) or NAMED[(parts.get("B") or "").lower()]
    try:
        return date(year, int(month), int(parts["d"])).isoformat(), cell[found.end() :]
    except ValueError:
        return None, ""


def date_advice(cell: str, declared: str) -> str:
    """In brackets, the forms under which the cell would be a date, and which."""
    found = []
    for form in ("", *USUAL_FORMATS):
        day, rest = Corrections(date_format=form).day_and_rest(cell.strip())
        if form != declared and day and (not rest or rest[0] in "T "):
            found.append(f"date_format={form} would read it as {day}" if form else "without date_format it is one")
    if cell != cell.strip():
        found[:0] = ["trim=true cuts the white space around it off"]
    return f" ({' or '.join(found[:MOST_ADVICE])})" if found else ""
