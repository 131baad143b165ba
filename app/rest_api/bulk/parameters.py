"""The parameters of an import: read from the query of its first request, and remembered for those that resume it."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from app.domain.enums import Product, Resource, Verb
from app.domain.resources import RESOURCES
from app.domain.values import Fault
from app.rest_api.bulk.corrections import Corrections, date_pattern
from app.rest_api.errors import RestError, writable

LINKS = "links"
CLOSE, LINK = "close", "link"
NDJSON, CSV = "ndjson", "csv"
MEDIA_TYPES = {"application/x-ndjson": NDJSON, "text/csv": CSV}
DELIMITERS = {",": ",", ";": ";", "|": "|", "\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "tab": "\t"}

Read = Callable[[str], Any]  # the value of a parameter, as JSON can hold it. Raises Fault


def verbs_of(resource: Resource) -> tuple[str, ...]:
    """What an import can do with a resource, links aside."""
    closing = (CLOSE,) if resource is Resource.DOCUMENT else ()
    return (*(verb.value for verb in RESOURCES[resource].verbs), *closing)


VERBS: dict[str, tuple[str, ...]] = {
    **{resource.plural: verbs_of(resource) for resource in Resource},
    LINKS: (LINK,),
}
RESOURCE_OF = {**{resource.plural: resource for resource in Resource}, LINKS: Resource.REPRESENTATIVE}


def one_of(*words: str) -> Read:
    def read(text: str) -> str:
        if text not in words:
            raise Fault(f"must be one of: {', '.join(words)}")
        return text

    return read


def read_truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise Fault("must be true or false")
    return text == "true"


def read_products(text: str) -> list[str]:
    return products_of([part.strip() for part in text.split(",") if part.strip()])


def products_of(names: Sequence[Any]) -> list[str]:
    """The products of these names, in the order of all listings. Raises Fault."""
    known = {str(product) for product in Product}
    if not all(isinstance(name, str) and name in known for name in names):
        raise Fault(f"must be some of: {', '.join(known_products())}")
    return [name for name in known_products() if name in names]


def known_products() -> list[str]:
    return [str(product) for product in Product]


def read_id(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise Fault("must be a UUID such as 6f1c2b8e-4a57-4a0e-9c1d-2f8b7d3e5a90")
    return str(uuid.UUID(text))


def read_delimiter(text: str) -> str:
    if text not in DELIMITERS:
        raise Fault("must be a comma, a semicolon, a pipe or a tab: as the character itself or by that word")
    return DELIMITERS[text]


def read_date_format(text: str) -> str:
    date_pattern(text)
    return text


PARAMETERS: dict[str, Read] = {
    "resource": one_of(*VERBS),
    "verb": one_of(*dict.fromkeys(verb for verbs in VERBS.values() for verb in verbs)),
    "products": read_products,
    "on_error": one_of("continue", "stop"),
    "dry_run": read_truth,
    "answer": one_of("all", "failed", "end"),
    "id": read_id,
}
CSV_PARAMETERS: dict[str, Read] = {
    "delimiter": read_delimiter,
    "date_format": read_date_format,
    "decimal": one_of("point", "comma"),
    "thousands": one_of("comma", "point", "space", "apostrophe"),
    "trim": read_truth,
}
DEFAULTS: dict[str, Any] = {
    "resource": None,
    "verb": None,
    "products": None,
    "on_error": "continue",
    "dry_run": False,
    "answer": "all",
    "delimiter": ",",
    "date_format": "",
    "decimal": "point",
    "thousands": "",
    "trim": False,
}


@dataclass(frozen=True, slots=True)
class ImportParameters:
    """What the lines of an import are and what is done with them. `resource` is one of the addresses' words, or
    `links`; None where each line says its own."""

    format: str
    resource: str | None
    verb: str | None
    products: tuple[Product, ...] | None
    stops: bool
    dry_run: bool
    answer: str
    delimiter: str
    corrections: Corrections

    @classmethod
    def of(cls, remembered: Mapping[str, Any]) -> "ImportParameters":
        """From what `read_parameters` gave."""
        values = {**DEFAULTS, **remembered}
        products = values["products"]
        return cls(
            values["format"],
            values["resource"],
            values["verb"],
            None if products is None else tuple(Product(name) for name in products),
            values["on_error"] == "stop",
            values["dry_run"],
            values["answer"],
            values["delimiter"],
            Corrections(values["decimal"], values["thousands"], values["date_format"], values["trim"]),
        )


def read_parameters(query: Sequence[tuple[str, str]], format: str, *, resumes: bool = False) -> dict[str, Any]:
    """The values of the parameters that a query has, by name, as JSON can hold them; one that resumes may leave out
    what is remembered. Raises RestError with all that is wrong with them."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, text in query:
        try:
            if name in values:
                raise Fault("is given more than once", quotes=False)
            values[name] = reader_of(name, format)(text)
        except Fault as fault:
            faults[name] = fault.about(name, text)
    if not resumes:
        found = conflicts(values, format)
        faults |= {name: f"{name} {message}." for name, message in found if name not in faults}
    if faults:
        details = [{"field": writable(name), "code": code_of(text), "message": writable(text)}
                   for name, text in faults.items()]  # fmt: skip
        raise RestError(422, "validation_failed", "The import has faults; nothing was written.", details=details)
    return {"format": format, **values}


def code_of(message: str) -> str:
    return "required" if " is required" in message else "invalid"


def reader_of(name: str, format: str) -> Read:
    known = {**PARAMETERS, **CSV_PARAMETERS} if format == CSV else PARAMETERS
    if name in known:
        return known[name]
    if name in CSV_PARAMETERS:
        raise Fault("is for CSV alone: JSON has its own dates and numbers", quotes=False)
    close = get_close_matches(name, known, 1)
    raise Fault(f"is no parameter of imports{f'; {close[0]} may be meant' if close else ''}", quotes=False)


def conflicts(values: Mapping[str, Any], format: str) -> Sequence[tuple[str, str]]:
    """What is wrong with parameters beside each other."""
    found = []
    resource, verb = values.get("resource"), values.get("verb")
    if format == CSV and not resource:
        found.append(("resource", f"is required for CSV: one of {', '.join(VERBS)}"))
    if resource and verb and verb not in VERBS[resource]:
        found.append(("verb", f"must be {' or '.join(VERBS[resource])} for {resource}"))
    if "thousands" in values and values["thousands"] == values.get("decimal", DEFAULTS["decimal"]):
        found.append(("thousands", f"must be another mark than decimal, which is {values['thousands']}"))
    return found


def other_parameters(given: Mapping[str, Any], remembered: Mapping[str, Any]) -> list[str]:
    """The names of the parameters that have another value than the one that is remembered."""
    known = {**DEFAULTS, **remembered}
    return [name for name, value in given.items() if value != known.get(name)]


def new_import_id() -> str:
    return str(uuid.uuid4())


def default_verb(resource: str) -> str:
    """What is done with the resource where nothing is said."""
    return Verb.REPLACE.value if Verb.REPLACE.value in VERBS[resource] else VERBS[resource][0]
