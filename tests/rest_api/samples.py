"""Values for every field of the catalogue, two by kind, as they are sent, as REST answers them and as GraphQL does."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from app.domain.enums import Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES

AS_STRINGS = ("discount_amount", "freight_amount", "duty_amt")  # a document's own, not a line's or an element's
NAMES = {"thick_billing": "invoicing_detail"}
PATHS = {resource: f"{resource}s" for resource in Resource}


@dataclass(frozen=True, slots=True)
class Sample:
    """A value of a field: sent, answered by REST, answered by GraphQL."""

    sent: Any
    shown: Any
    graph: Any


def same(value: Any) -> Sample:
    return Sample(value, value, value)


TEXTS = ("ü £", '"x"\\')
SIMPLE: dict[Kind, tuple[Sample, Sample]] = {
    Kind.FREE_TEXT: (same("Line 1\n  line 2\t😀"), same("<script>" + "x" * 9_000)),
    Kind.EMAIL: (same("a.b+c@example.com"), same("jürgen@bücher.example")),
    Kind.CURRENCY: (same("USD"), same("CHF")),
    Kind.LANGUAGE: (same("en"), same("de")),
    Kind.COUNTRY: (same("US"), same("AT")),
    Kind.INTEGER: (same(3), same(-2_147_483_648)),
    Kind.BOOLEAN: (Sample(0, False, False), Sample(1, True, True)),
    Kind.DATE: (same("2026-02-28"), same("0999-12-31")),
    Kind.DATETIME: (
        Sample("2026-05-12", "2026-05-12T00:00:00.000Z", "2026-05-12T00:00:00.000Z"),
        Sample("2026-05-12T01:02:03.4567+02:00", "2026-05-11T23:02:03.456Z", "2026-05-11T23:02:03.456Z"),
    ),
    Kind.DIGITS: (same("0049123"), Sample(491234567890123456789, "491234567890123456789", "491234567890123456789")),
    Kind.DOCUMENT_TYPE: (Sample(1, "other", "OTHER"), Sample("invoice", "invoice", "INVOICE")),
    Kind.ROUTING: (same("E"), same("T")),
    Kind.INVOICE_TITLE: (Sample("Invoice", "Invoice", "INVOICE"), Sample("Credit Memo", "Credit Memo", "CREDIT_MEMO")),
    Kind.JSON: (same({"a": {"ids": ["1", None, True, {}]}, "b": []}), same({"ü": ""})),
    Kind.CUSTOM_FIELDS: (
        Sample(
            {"collections": {"region": "EMEA", "score": 7.25, "vip": False, "review_on": "2026-05-12"}},
            {"collections": {"region": "EMEA", "score": Decimal("7.25"), "vip": False, "review_on": "2026-05-12"}},
            {
                "region": ("EMEA", None, None, None),
                "score": (None, "7.25", None, None),
                "vip": (None, None, None, False),
                "review_on": (None, None, "2026-05-12", None),
            },
        ),
        Sample({"collections": {"region": ""}}, None, None),
    ),
}
# Fields whose value must name something, or go with another.
GIVEN: dict[str, tuple[Sample, Sample]] = {
    "account_number": (same("ACCT-001"), same("ACCT-002")),
    "supervisor_representative_reference": (same("BOSS-1"), same("BOSS-2")),
}


def sample(field: Field, n: int, *, top: bool = True) -> Sample:
    """The first or the second value of a field."""
    if field.parts:
        return sample_of_parts(field, n)
    if top and field.name in GIVEN:
        return GIVEN[field.name][n]
    if field.kind is Kind.DECIMAL:
        return amount(field, n, top=top)
    if field.kind in (Kind.TEXT, Kind.KEY):
        return same(f"{field.name} {TEXTS[n]}"[: field.length].ljust(field.length * n, "x"))
    return SIMPLE[field.kind][n]


def amount(field: Field, n: int, *, top: bool) -> Sample:
    text = ("12.5", {2: "-99999999999999.75", 4: "-0.0001", 10: "-0.0000000001"}[field.places])[n]
    as_string = top and field.name in AS_STRINGS
    return Sample(text if n else 12.50, text if as_string else Decimal(text), text)


def sample_of_parts(field: Field, n: int) -> Sample:
    """An object, or a list of two, the second one with its first part alone."""
    samples = {part: sample(part, n, top=False) for part in field.parts}
    whole = Sample(
        {rest_name(part): value.sent for part, value in samples.items()},
        {rest_name(part): value.shown for part, value in samples.items()},
        {to_camel_case(part.name): value.graph for part, value in samples.items()},
    )
    if field.kind is Kind.OBJECT:
        return whole
    first = rest_name(field.parts[0])
    nothing: dict[str, Any] = dict.fromkeys(whole.graph)
    graph_first = to_camel_case(field.parts[0].name)
    return Sample(
        [whole.sent, {first: whole.sent[first]}],
        [whole.shown, {first: whole.shown[first]}],
        [whole.graph, nothing | {graph_first: whole.graph[graph_first]}],
    )


def rest_name(field: Field) -> str:
    return field.element or NAMES.get(field.name, field.name)


def fields(resource: Resource, without: tuple[str, ...] = ()) -> dict[str, Field]:
    """The resource's fields that a body may hold, by the name REST gives them."""
    known = (f for f in RESOURCES[resource].fields if f.name != RESOURCES[resource].key and f.name not in without)
    return {rest_name(f): f for f in known}


def selection(field: Field) -> str:
    """What GraphQL is asked to read the field."""
    name = to_camel_case(field.name)
    if field.kind is Kind.CUSTOM_FIELDS:
        return "customFields { key text number date boolean }"
    return f"{name} {{ {' '.join(selection(part) for part in field.parts)} }}" if field.parts else name


def graph_value(field: Field, value: Any) -> Any:
    """What GraphQL answers, in the form of the samples."""
    if field.kind is not Kind.CUSTOM_FIELDS:
        return value
    return {entry["key"]: tuple(entry[kind] for kind in ("text", "number", "date", "boolean")) for entry in value}
