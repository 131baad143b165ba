"""JSON Schemas of one field's value: as a request may write it, and as an answer holds it."""

from typing import Any

from app.domain.codes import COUNTRIES, CURRENCIES, LANGUAGES
from app.domain.described_enum import DescribedEnum
from app.domain.enums import ClosureReason, DocumentType, InvoiceTitle, RoutingCode
from app.domain.fields import EMAIL_LENGTH, KEY_LENGTH, MONEY_PLACES, PRECISE_PLACES, TEXT_LENGTH, Field, Kind
from app.domain.values import DAY, DOCUMENT_TYPE_NUMBERS, INT_LIMIT, MOMENT, WHOLE_DIGITS
from app.rest_api.answers import WRITTEN_AS_STRINGS

Schema = dict[str, Any]

STRINGS = {Kind.KEY, Kind.TEXT, Kind.FREE_TEXT}
SENT = {  # the component that a request's value of the kind is
    Kind.EMAIL: "EmailAddress",
    Kind.CURRENCY: "CurrencyCode",
    Kind.LANGUAGE: "LanguageCode",
    Kind.COUNTRY: "CountryCode",
    Kind.DATE: "Date",
    Kind.DATETIME: "Moment",
    Kind.DIGITS: "Digits",
    Kind.DOCUMENT_TYPE: "DocumentTypeOrNumber",
    Kind.ROUTING: "RoutingCode",
    Kind.CLOSURE_REASON: "ClosureReason",
    Kind.INVOICE_TITLE: "InvoiceTitle",
}
SHOWN = SENT | {Kind.DATETIME: "MomentInUtc", Kind.DIGITS: "DigitsAsText", Kind.DOCUMENT_TYPE: "DocumentType"}
PRINTED_PLACES = 2  # decimals of an amount on a generated invoice
DECIMALS = {MONEY_PLACES: "Amount", PRECISE_PLACES: "PreciseDecimal", PRINTED_PLACES: "PrintedAmount"}  # by places


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def full_object(properties: Schema) -> Schema:
    """An object that always has all of its properties."""
    return {"type": "object", "required": list(properties), "properties": properties}


def whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def amount(places: int, what: str = "An exact amount") -> Schema:
    """A decimal as requests write it: leading zeros of a string, and trailing ones after the point, do not count."""
    bound = 10**WHOLE_DIGITS
    return {
        "type": ["number", "string"],
        "description": f"{what}, as a number or a plain decimal string: at most {WHOLE_DIGITS} digits before "
        f"the point and {places} after it.",
        "exclusiveMinimum": -bound,
        "exclusiveMaximum": bound,
        "pattern": whole(rf"-?0*[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{places}}}0*)?"),
    }


def codes(known: frozenset[str], description: str) -> Schema:
    return {"type": "string", "enum": sorted(known), "description": description}


def words(vocabulary: type[DescribedEnum]) -> Schema:
    meanings = [f"- `{word}`: {word.meaning}" for word in vocabulary]
    return {"type": "string", "enum": list(vocabulary), "description": "\n".join([str(vocabulary.__doc__), *meanings])}


def document_type_or_number() -> Schema:
    numbers = ", ".join(f"{number} is {word}" for number, word in DOCUMENT_TYPE_NUMBERS.items())
    return {
        "type": ["string", "integer"],
        "enum": [*DocumentType, *DOCUMENT_TYPE_NUMBERS],
        "description": f"A document type as a word or as its number: {numbers}. Answers hold the word.",
    }


VALUES: dict[str, Schema] = {
    "Empty": {"type": ["string", "null"], "enum": ["", None], "description": "Empties the field, or leaves it empty."},
    "Amount": amount(MONEY_PLACES),
    "PreciseDecimal": amount(PRECISE_PLACES, "An exact unit price, quantity or rate"),
    "PrintedAmount": amount(PRINTED_PLACES),
    "EmailAddress": {
        "type": "string",
        "maxLength": EMAIL_LENGTH,
        "pattern": whole(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
        "description": "One e-mail address such as jane@example.com. Further people are contacts, with an address of "
        "their own.",
    },
    "CurrencyCode": codes(CURRENCIES, "A currency of ISO 4217."),
    "LanguageCode": codes(LANGUAGES, "A language of ISO 639-1."),
    "CountryCode": codes(COUNTRIES, "A country of ISO 3166-1 alpha-2."),
    "Date": {
        "type": "string",
        "format": "date",
        "pattern": whole(DAY.pattern),
        "description": "A day, YYYY-MM-DD; it comes back as it was sent.",
    },
    "Moment": {
        "type": "string",
        "pattern": whole(MOMENT.pattern),
        "description": "A moment of ISO 8601. Without an offset it is UTC, a day alone is its midnight in UTC.",
    },
    "MomentInUtc": {
        "type": "string",
        "format": "date-time",
        "pattern": whole(rf"{DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}\.[0-9]{{3}}Z"),
        "description": "A moment in UTC, with milliseconds.",
    },
    "Digits": {
        "type": ["string", "integer"],
        "maxLength": TEXT_LENGTH,
        "pattern": whole("[0-9]+"),
        "minimum": 0,
        "description": "Digits alone, as a string or a whole number.",
    },
    "DigitsAsText": {"type": "string", "maxLength": TEXT_LENGTH, "pattern": whole("[0-9]+")},
    "DocumentTypeOrNumber": document_type_or_number(),
    "DocumentType": words(DocumentType),
    "RoutingCode": words(RoutingCode),
    "ClosureReason": words(ClosureReason),
    "InvoiceTitle": words(InvoiceTitle),
    "CustomFieldsBody": {
        "type": ["object", "null"],
        "description": "Custom fields by key; each value's JSON type is its type, and a string of the form YYYY-MM-DD "
        "is a date. Keys that are left out stay as they are, in a replace too; an empty string or null clears one. "
        "null for the whole changes nothing.",
        "properties": {
            "collections": {
                "type": ["object", "null"],
                "propertyNames": {"minLength": 1, "maxLength": KEY_LENGTH, "pattern": r"\S"},
                "additionalProperties": {
                    "type": ["string", "number", "boolean", "null"],
                    "maxLength": TEXT_LENGTH,
                    "exclusiveMinimum": -(10**WHOLE_DIGITS),
                    "exclusiveMaximum": 10**WHOLE_DIGITS,
                },
            }
        },
    },
    "CustomFields": {
        "type": "object",
        "required": ["collections"],
        "properties": {
            "collections": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
        },
    },
}


def sent(field: Field, *, required: bool) -> Schema:
    """What a request may write; where it is not required, that it is empty too."""
    if field.kind in STRINGS:
        limits: Schema = {"minLength": 1, "pattern": r"\S"} if required else {}
        return {"type": nullable("string", required), "maxLength": field.length, **limits}
    if field.kind is Kind.BOOLEAN:
        either = ["boolean", "integer"]
        return (
            {"type": either, "enum": [True, False, 0, 1]}
            if required
            else {"type": [*either, "null"], "enum": [True, False, 0, 1, None]}
        )
    if field.kind is Kind.INTEGER:
        bounds = {"minimum": -INT_LIMIT, "maximum": INT_LIMIT - 1}
        return {"type": nullable("integer", required), "format": "int32", **bounds}
    if field.kind is Kind.JSON:
        return {"type": nullable("object", required)}
    return ref(sent_name(field)) if required else {"anyOf": [ref(sent_name(field)), ref("Empty")]}


def sent_name(field: Field) -> str:
    if field.kind is Kind.DECIMAL:
        return DECIMALS[field.places]
    return SENT[field.kind]


def nullable(kind: str, required: bool) -> str | list[str]:
    return kind if required else [kind, "null"]


def shown(field: Field, *, inside: bool = False) -> Schema:
    """What an answer holds where the field is not empty; `inside` a line or another object amounts are numbers."""
    if field.kind in STRINGS:
        return {"type": "string", "minLength": 1, "maxLength": field.length}
    if field.kind is Kind.DECIMAL and field.name in WRITTEN_AS_STRINGS and not inside:
        return {"type": "string", "pattern": whole(r"-?[0-9]+(\.[0-9]+)?")}
    plain = {Kind.DECIMAL: "number", Kind.BOOLEAN: "boolean", Kind.INTEGER: "integer", Kind.JSON: "object"}
    return {"type": plain[field.kind]} if field.kind in plain else ref(SHOWN[field.kind])
