"""What is drawn: values that mostly are what they should be, and often nearly."""

import base64
import json
from typing import Any

from hypothesis import strategies as st

from app.graphql_api.schema.schema import CORE
from tests.graphql_api.bad_input.test_fuzz import JSON as ANY_JSON
from tests.graphql_api.bad_input.test_fuzz import almost

INJECTIONS = (
    "' OR '1'='1",
    '"; DROP TABLE accounts; --',
    "\\'; SELECT pg_sleep(9)--",
    "%",
    "_",
    "\r\nX: y",
    "\x1b[31m",
)
TEXT: st.SearchStrategy[str] = (
    st.text(st.characters(exclude_categories=()), max_size=40)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=260)
    | st.sampled_from(INJECTIONS)
)
JSON = ANY_JSON
DIGITS = st.text("0123456789", min_size=1, max_size=20)
AMOUNTS = st.one_of(
    st.decimals(-(10**15), 10**15, places=4).map(lambda amount: f"{amount:f}"),
    st.decimals(-(10**15), 10**15, places=10).map(lambda amount: f"{amount:f}"),
    st.builds("{}{}.{}".format, st.sampled_from(["", "-"]), DIGITS, st.text("0123456789", min_size=1, max_size=12)),
    DIGITS,
    st.sampled_from(
        ["-", ".", "-0", "-0.0", "1.", ".5", "+1", "1e3", "0x1", " 1", "1 ", "1\n", "٣", "NaN", "Infinity"]
    ),
    st.from_regex(r"-?[0-9]{1,4}([.,e][0-9]{1,3})?", fullmatch=True),
    st.just("9" * 10_000),
    st.just("0." + "0" * 10_000),
)
DAYS = st.one_of(
    st.dates().map(str),
    st.builds("{:04}-{:02}-{:02}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
    st.text("0123456789-T:Z+. ٣", min_size=1, max_size=25),
)
TIMES = st.datetimes().map(lambda moment: moment.isoformat())
OFFSET = r"([Zz]|[+-][0-9]{2}:?[0-9]{2})"
MOMENTS = st.one_of(
    TIMES,
    st.builds("{}{}".format, TIMES, st.from_regex(OFFSET, fullmatch=True)),
    st.dates().map(str),
    st.from_regex(rf"[0-9]{{4}}-[0-1][0-9]-[0-3][0-9]([Tt ][0-9:.,]{{5,15}}{OFFSET}?)?", fullmatch=True),
    TEXT,
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXT, st.booleans(), st.none(), DAYS, JSON, st.integers(), st.integers(-(10**9), 10**9).map(lambda n: n / 10_000)
)
LISTS = ("accounts", "documents", "representatives", "contacts")
SIGNATURES = {
    "accounts": "account +account_number",
    "documents": "document +document_number",
    "representatives": "representative +reference",
    "contacts": "contact +reference",
}


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode(errors="replace")).decode().rstrip("=")


CURSORS = st.sampled_from(LISTS).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.one_of(
            TEXT,
            st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
            st.lists(JSON, max_size=3).map(lambda place: encoded(json.dumps([SIGNATURES[name], *place]))),
            TEXT.map(lambda value: encoded(json.dumps([SIGNATURES[name], value]))),
        ),
    )
)
IDS = st.one_of(
    TEXT,
    st.builds(
        lambda kind, number: encoded(f"{kind}:{number}"),
        st.sampled_from(["account", "document", "contact", "representative", "note", "tenant", ""]),
        st.integers(-5, 12) | st.integers() | TEXT,
    ),
)
FILTERS = st.sampled_from(["account", "document", "representative", "contact"]).flatmap(
    lambda resource: st.tuples(st.just(resource), almost(CORE.type_map[f"{resource.capitalize()}Filter"]))
)
BODIES = st.tuples(
    st.sampled_from(["POST", "PUT", "PATCH"]),
    st.sampled_from(["accounts", "documents", "representatives", "contacts"]),
    st.sampled_from(["B-1", "B-2", "' OR 1=1 --"]),
    st.dictionaries(
        st.sampled_from(
            ["name", "account_number", "email", "currency", "denomination", "original_denomination", "invoice_date",
             "due_date", "custom_fields", "line_items", "billing_address", "invoicing_detail", "data_providers",
             "credit_limit", "document_type", "status", "is_primary", "first_name", "parent_account_number"]
        ) | TEXT,
        VALUES, max_size=8,
    ) | JSON,
)  # fmt: skip
