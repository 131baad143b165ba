"""One value of one field: from what a request carried to what is stored, or the reason why not.

Accepts JSON's own types (numbers as int or Decimal, never float) and values that a facade has already typed.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.codes import COUNTRIES, CURRENCIES, LANGUAGES
from app.domain.described_enum import DescribedEnum
from app.domain.enums import ClosureReason, DocumentType, InvoiceTitle, RoutingCode
from app.domain.fields import MONEY_PLACES, PRECISE_PLACES, TEXT_LENGTH, Field, Kind
from app.domain.notation import in_json
from app.domain.problems import Code

WHOLE_DIGITS = 15
MAX_JSON_DEPTH = 100  # levels of a JSON value, far from where encoders give up
AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
# The form that HTML gives for input type=email, with letters of any script allowed.
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
BETWEEN_ADDRESSES = re.compile(r"[\s,;|/<>]+")
ONE_ADDRESS = "must be one e-mail address such as jane@example.com"
DOCUMENT_TYPE_NUMBERS = {1: DocumentType.OTHER, 2: DocumentType.INVOICE, 3: DocumentType.CREDIT_NOTE}
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
INT_LIMIT = 2**31
MAX_EXPONENT_ZEROS = 400  # that an exponent may stand for: more than the largest float has


class Fault(Exception):
    """Why a value is no value of its field. `quotes`: the refusal shows the value, which the message does not."""

    def __init__(self, message: str, code: Code = Code.INVALID, *, quotes: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.quotes = quotes

    def about(self, name: str, raw: Any) -> str:
        """The refusal of a value under a name, as a sentence."""
        return f"{name} {self.message}, found: {in_json(raw)}." if self.quotes else f"{name} {self.message}."


class Number(Decimal):
    """A number as a request wrote it, exactly."""


def exact_number(digits: str) -> Number:
    """The number of a JSON or GraphQL text. Raises Fault where its exponent is beyond all use."""
    try:
        return Number(digits)
    except InvalidOperation:
        raise Fault("has an exponent of too many digits", quotes=False) from None


def is_whole(value: Decimal) -> bool:
    """Whether a number has no fraction, however it is written: 1.0 and 10e-1 have none."""
    return value == value.to_integral_value()


def integer_digits(value: Decimal) -> str | None:
    """The digits of a whole number; None where it has a fraction, or an exponent that stands for too many of them."""
    if not is_whole(value) or value.adjusted() - len(value.as_tuple().digits) > MAX_EXPONENT_ZEROS:
        return None
    return format(value.to_integral_value() or Decimal(0), "f")


def shortest_notation(value: Decimal) -> str:
    """The shortest exact notation: no exponent, no trailing zeros, no minus before zero."""
    return format(value.normalize(), "f") if value else "0"


def is_storable(text: str) -> bool:
    """Whether the databases can store the text: without NUL, without half a surrogate pair."""
    return UNSTORABLE.search(text) is None


AMOUNT_TYPES = (str, Decimal, int)


def parse_amount(raw: Any) -> Decimal:
    """A number, or a plain decimal string, exactly. Raises Fault for any other type or notation."""
    if isinstance(raw, bool) or not isinstance(raw, AMOUNT_TYPES):
        raise Fault("must be a number or a decimal string")
    if isinstance(raw, str) and not AMOUNT.fullmatch(raw):
        raise Fault("must be a plain decimal such as -1234.50, without exponent, sign + or separators")
    value = Decimal(raw)
    if not value.is_finite():
        raise Fault("must be a finite number")
    return value


UNITS = [Decimal(1).scaleb(-places) for places in range(PRECISE_PLACES + 1)]  # of so many decimals


def check_digits(value: Decimal, places: int) -> Decimal:
    """The value without trailing zeros, which do not count, when its digits fit before and after the point."""
    if value and value.adjusted() >= WHOLE_DIGITS:
        raise Fault(f"may have at most {WHOLE_DIGITS} digits before the point")
    exact = value.quantize(UNITS[places])
    if exact != value:
        raise Fault(f"may have at most {places} digits after the point")
    return Decimal(shortest_notation(exact))


def parse_date(raw: Any) -> date:
    """A day written YYYY-MM-DD. Raises Fault."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if not isinstance(raw, str) or not DAY.fullmatch(raw):
        raise Fault("must be a date written YYYY-MM-DD")
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise Fault("is no day of the calendar") from None


def parse_moment(raw: Any) -> datetime:
    """A time in UTC and whole milliseconds; without an offset it is UTC, a date alone is its midnight. Raises Fault."""
    if isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, str) and MOMENT.fullmatch(raw):
        try:
            moment = datetime.fromisoformat(raw.upper().replace(",", "."))
        except ValueError:
            raise Fault("is no moment of the calendar") from None
    else:
        raise Fault("must be a time such as 2026-05-12T14:00:00Z")
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise Fault("is no moment of the calendar") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def moment_text(value: datetime) -> str:
    """A moment as every answer writes it: UTC with milliseconds and Z."""
    return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def read_text(field: Field, raw: Any) -> str:
    if not isinstance(raw, str):
        raise Fault("must be a string")
    if not is_storable(raw):
        raise Fault("must not contain NUL or unpaired surrogates")
    longest = field.length
    if longest and len(raw) > longest:
        raise too_long(raw, longest)
    return raw


def too_long(text: str, longest: int) -> Fault:
    return Fault(f"may have at most {longest} characters, and has {len(text)}", Code.TOO_LONG, quotes=False)


def read_email(field: Field, raw: Any) -> str:
    if isinstance(raw, str) and holds_several_addresses(raw):  # however long they are together
        raise Fault(f"{ONE_ADDRESS}: every further person is a contact, with an address of their own")
    text = read_text(field, raw)
    if not MAILBOX.fullmatch(text):
        raise Fault(ONE_ADDRESS)
    return text


def holds_several_addresses(text: str) -> bool:
    several = text.count("@") > 1 and not MAILBOX.fullmatch(text)
    return several and sum("@" in part for part in BETWEEN_ADDRESSES.split(text)) > 1


def read_code(known: frozenset[str], what: str) -> Callable[[Field, Any], str]:
    def read(field: Field, raw: Any) -> str:
        if read_text(field, raw) not in known:
            raise Fault(f"must be {what}")
        return str(raw)

    return read


def read_word(words: type[DescribedEnum]) -> Callable[[Field, Any], str]:
    known = {str(word): str(word) for word in words}

    def read(field: Field, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in known:
            raise Fault(f"must be one of: {', '.join(known)}")
        return known[raw]

    return read


read_document_word = read_word(DocumentType)


def read_document_type(field: Field, raw: Any) -> str:
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        if raw in DOCUMENT_TYPE_NUMBERS:
            return str(DOCUMENT_TYPE_NUMBERS[int(raw)])
        raise Fault("must be 1 (other), 2 (invoice), 3 (credit_note) or one of these words")
    return read_document_word(field, raw)


def read_decimal(field: Field, raw: Any) -> Decimal:
    return check_digits(parse_amount(raw), field.places)


def read_integer(field: Field, raw: Any) -> int:
    is_number = isinstance(raw, int | Decimal) and not isinstance(raw, bool)
    if not is_number or not -INT_LIMIT <= raw < INT_LIMIT or not is_whole(Decimal(raw)):
        raise Fault("must be a whole number of at most 32 bits")
    return int(raw)


def read_boolean(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int | Decimal) and raw in (0, 1):
        return bool(raw)
    raise Fault("must be true or false")


def read_digits(field: Field, raw: Any) -> str:
    text = integer_digits(Decimal(raw)) if isinstance(raw, int | Decimal) and not isinstance(raw, bool) else raw
    if text is None or not re.fullmatch("[0-9]*", read_text(field, text)):
        raise Fault("must consist of digits")
    return str(text)


def levels(value: Any) -> Iterator[list[Any]]:
    """All that lies in a JSON value, level by level, keys too. By hand: nesting is the caller's to choose, the stack
    is ours."""
    level = [value]
    while level:
        yield level
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                inner += item
        level = inner


def read_json_object(field: Field, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Fault("must be a JSON object")
    for depth, items in enumerate(levels(raw)):
        if depth == MAX_JSON_DEPTH:
            raise Fault(f"may be nested at most {MAX_JSON_DEPTH} levels deep", quotes=False)
        if any(isinstance(item, str) and not is_storable(item) for item in items):
            raise Fault("must not contain NUL or unpaired surrogates")
    return raw


def read_custom_value(raw: Any) -> str | Decimal | bool | None:
    """The value of one custom field; None where it is to be cleared. Its JSON type is its type."""
    if raw is None or raw == "" or isinstance(raw, bool):
        return None if raw in (None, "") else raw
    if isinstance(raw, int | Decimal):
        return check_digits(parse_amount(raw), MONEY_PLACES)
    if not isinstance(raw, str):
        raise Fault("must be text, a number, a boolean or a date")
    if DAY.fullmatch(raw):
        parse_date(raw)  # what has the form of a date is to be one
    return read_text(Field("value", Kind.TEXT, "O ----", "", max_length=TEXT_LENGTH), raw)


READERS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.KEY: read_text,
    Kind.TEXT: read_text,
    Kind.FREE_TEXT: read_text,
    Kind.EMAIL: read_email,
    Kind.CURRENCY: read_code(CURRENCIES, "a currency code of ISO 4217 in upper case, such as USD"),
    Kind.LANGUAGE: read_code(LANGUAGES, "a language code of ISO 639-1 in lower case, such as en"),
    Kind.COUNTRY: read_code(COUNTRIES, "a country code of ISO 3166-1 alpha-2 in upper case, such as US"),
    Kind.DECIMAL: read_decimal,
    Kind.INTEGER: read_integer,
    Kind.BOOLEAN: read_boolean,
    Kind.DATE: lambda field, raw: parse_date(raw),
    Kind.DATETIME: lambda field, raw: parse_moment(raw),
    Kind.DIGITS: read_digits,
    Kind.DOCUMENT_TYPE: read_document_type,
    Kind.ROUTING: read_word(RoutingCode),
    Kind.CLOSURE_REASON: read_word(ClosureReason),
    Kind.INVOICE_TITLE: read_word(InvoiceTitle),
    Kind.JSON: read_json_object,
}


NEVER_TEXT = {Kind.BOOLEAN, Kind.INTEGER, Kind.JSON}  # of these "" is no empty value but one of the wrong type


def read_value(field: Field, raw: Any) -> Any:
    """The stored form of a value that has no parts of its own; None for an empty one. Raises Fault."""
    if raw is None or (raw == "" and field.kind not in NEVER_TEXT):
        return None
    return READERS[field.kind](field, raw)
