"""What a field of the catalogue is: its type, limits, meaning, and what the endpoint and each product make of it.

The catalogue itself, every field of every resource once, is the literal data in `app.domain.catalogue`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.domain.enums import Product, Requirement

KEY_LENGTH = 255
EMAIL_LENGTH = 254
TEXT_LENGTH = 255
FREE_TEXT_LENGTH = 10_000
MONEY_PLACES = 4  # decimals of an amount of money
PRECISE_PLACES = 10  # of a unit price, a quantity or a rate: screws are sold at 0.164812 each


class Kind(Enum):
    """The type of a field's value; the name is what `productFields` and the guide call it."""

    KEY = "key"  # names a resource; at most KEY_LENGTH characters
    TEXT = "string"
    FREE_TEXT = "text"
    EMAIL = "email"
    CURRENCY = "currency"
    LANGUAGE = "language"
    COUNTRY = "country"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DIGITS = "digits"
    DOCUMENT_TYPE = "document type"
    ROUTING = "routing code"
    CLOSURE_REASON = "closure reason"
    INVOICE_TITLE = "invoice title"
    OBJECT = "object"
    LIST = "list"
    JSON = "json object"
    CUSTOM_FIELDS = "custom fields"

    __hash__ = object.__hash__  # there is one of each, and Enum's own hash is slow where every value is looked up


LENGTHS = {
    Kind.KEY: KEY_LENGTH,
    Kind.TEXT: TEXT_LENGTH,
    Kind.FREE_TEXT: FREE_TEXT_LENGTH,
    Kind.EMAIL: EMAIL_LENGTH,
    Kind.DIGITS: TEXT_LENGTH,
}


USE_POSITIONS = {product: place for place, product in enumerate(Product, start=2)}
REQUIREMENTS = {str(requirement): requirement for requirement in Requirement}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `use_codes` holds five letters: what the endpoint demands, a blank, then the products in enum order
    (R required, C conditional, O optional, - not read), as in "O RO-O"."""

    name: str  # the Ingest name, snake_case
    kind: Kind
    use_codes: str
    meaning: str
    when: str = ""  # the condition behind a C, to be read after "required when"
    max_length: int = 0  # 0: the kind's own
    places: int = MONEY_PLACES  # decimals after the point
    parts: tuple["Field", ...] = ()  # of an OBJECT or of each element of a LIST
    part_type: str = ""  # the name of that object in the schema
    element: str = ""  # the thick billing element's own upper-case name
    falls_back_to: str = ""  # where the invoice takes a left-out thick billing element from

    @property
    def base(self) -> Requirement:
        """What the endpoint itself demands."""
        return REQUIREMENTS[self.use_codes[0]]

    def use(self, product: Product) -> Requirement:
        """What the product makes of the field."""
        return REQUIREMENTS[self.use_codes[USE_POSITIONS[product]]]

    @property
    def length(self) -> int:
        """The most characters a value may have; 0 where length means nothing."""
        return self.max_length or LENGTHS.get(self.kind, 0)

    def part(self, name: str) -> "Field":
        return named(self.parts, name)


def named(fields: Sequence[Field], name: str) -> Field:
    """The field of that name; KeyError where there is none."""
    for field in fields:
        if field.name == name:
            return field
    raise KeyError(name)


def numbered(pattern: str, last: int, field: Field) -> tuple[Field, ...]:
    """Fields that differ by a number alone: `pattern` and the texts of `field` hold `{n}` where it goes."""
    return tuple(
        replace(
            field,
            name=pattern.format(n=n),
            meaning=field.meaning.format(n=n),
            element=field.element.format(n=n),
            falls_back_to=field.falls_back_to.format(n=n),
        )
        for n in range(1, last + 1)
    )
