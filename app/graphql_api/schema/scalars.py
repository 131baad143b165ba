"""Scalars: they check JSON type and shape; what a value means is the domain's to judge."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, Undefined, ValueNode, print_ast, value_from_ast_untyped
from graphql.language import FloatValueNode, IntValueNode, ListValueNode, ObjectValueNode, StringValueNode
from strawberry.types.scalar import ScalarDefinition

from app.domain.notation import MAX_SHOWN_LENGTH
from app.domain.values import (
    Fault,
    exact_number,
    moment_text,
    parse_amount,
    parse_date,
    parse_moment,
    shortest_notation,
)

Date = NewType("Date", date)
DateTime = NewType("DateTime", datetime)
CurrencyCode = NewType("CurrencyCode", str)
LanguageCode = NewType("LanguageCode", str)
CountryCode = NewType("CountryCode", str)
Json = NewType("Json", object)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a multipart request, on disk while the request lasts."""

    path: Path


Upload = NewType("Upload", UploadedFile)


def date_text(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def decimal_text(value: Decimal | str) -> str:
    return value if isinstance(value, str) else shortest_notation(value)


def parse_code(value: Any) -> str:
    if not isinstance(value, str):
        raise Fault("must be a string")
    return value


def scalar(
    name: str, description: str, parse: Callable[[Any], Any], serialize: Callable[[Any], Any], url: str | None = None
) -> ScalarDefinition:
    def parse_value(value: Any) -> Any:
        try:
            return parse(value)
        except Fault as fault:
            raise GraphQLError(fault.about(name, value)) from None

    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        if not isinstance(node, IntValueNode | FloatValueNode | StringValueNode):
            raise wrong_literal(name, f"must be a string{' or a number' if name == 'Decimal' else ''}", node)
        value = node.value if isinstance(node, StringValueNode) else literal_number(name, node)
        try:
            return parse(value)
        except Fault as fault:
            raise wrong_literal(name, fault.message, node) from None

    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=url,
        parse_value=parse_value,
        parse_literal=parse_literal,
        serialize=serialize,
    )


def wrong_literal(name: str, message: str, node: ValueNode) -> GraphQLError:
    """The refusal of a value in the operation text, which it quotes and points at."""
    found = print_ast(node)
    quoted = found if len(found) <= MAX_SHOWN_LENGTH else f"{found[:MAX_SHOWN_LENGTH]}…"
    return GraphQLError(f"{name} {message}, found: {quoted}.", node)


def literal_number(name: str, node: IntValueNode | FloatValueNode) -> Decimal:
    """A number from the text itself, never through a float."""
    try:
        return exact_number(node.value)
    except Fault as fault:
        raise wrong_literal(name, fault.message, node) from None


def untyped(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
    """JSON written in the operation text, its numbers exact. As in any input, a variable that was not sent leaves its
    key out of an object, and is null in a list."""
    if isinstance(node, IntValueNode | FloatValueNode):
        return literal_number("JSON", node)
    if isinstance(node, ObjectValueNode):
        members = {f.name.value: untyped(f.value, variables) for f in node.fields}
        return {name: value for name, value in members.items() if value is not Undefined}
    if isinstance(node, ListValueNode):
        values = [untyped(v, variables) for v in node.values]
        return [None if value is Undefined else value for value in values]
    return value_from_ast_untyped(node, variables)


def parse_upload(value: Any) -> UploadedFile:
    return value if isinstance(value, UploadedFile) else no_upload()


def no_upload(found: Any = None, *_: Any) -> Any:
    node = found if isinstance(found, ValueNode) else None
    raise GraphQLError("Upload must be a variable that a file of a multipart request stands for.", node)


SCALARS: dict[object, ScalarDefinition] = {
    Date: scalar(
        "Date",
        "A day, written YYYY-MM-DD.",
        parse_date,
        date_text,
        "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    DateTime: scalar(
        "DateTime",
        "A moment. Answered in UTC with milliseconds, as in 2026-05-12T14:00:00.000Z; taken with any offset, without "
        "one as UTC, and as a day alone for its midnight.",
        parse_moment,
        moment_text,
        "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    ),
    Decimal: scalar(
        "Decimal",
        'An exact decimal number, such as an amount. Answered as a string in its shortest form, as in "1499.5"; taken '
        "as a plain decimal string or a number. Never rounded.",
        parse_amount,
        decimal_text,
    ),
    CurrencyCode: scalar(
        "CurrencyCode",
        "A currency code of ISO 4217 in upper case, such as USD.",
        parse_code,
        str,
        "https://www.iso.org/iso-4217-currency-codes.html",
    ),
    LanguageCode: scalar(
        "LanguageCode",
        "A language code of ISO 639-1 in lower case, such as en.",
        parse_code,
        str,
        "https://www.iso.org/iso-639-language-code",
    ),
    CountryCode: scalar(
        "CountryCode",
        "A country code of ISO 3166-1 alpha-2 in upper case, such as US.",
        parse_code,
        str,
        "https://www.iso.org/iso-3166-country-codes.html",
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value, kept as it is.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        parse_value=lambda value: value,
        parse_literal=untyped,
        serialize=lambda value: value,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file: a variable that is null in `operations`, and that the `map` of a multipart request gives "
        "one of its files.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        parse_value=parse_upload,
        parse_literal=no_upload,
        serialize=no_upload,
    ),
}
