"""What schemathesis loads before it runs: the files that it pushes as PDFs, and those that it imports."""

import json

import schemathesis
from hypothesis import strategies as st

from tests.pdfs import pdf

WHOLE = pdf("one", "two")
schemathesis.openapi.media_type(
    "application/pdf",
    st.one_of(st.just(WHOLE), st.binary(max_size=200), st.integers(1, len(WHOLE) - 1).map(lambda end: WHOLE[:end])),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "verb", "key"]), inner),
    max_leaves=5,
)
LINES = st.fixed_dictionaries(
    {},
    optional={
        "resource": st.sampled_from(["account", "document", "note", "representative", "contact"]) | VALUES,
        "verb": st.sampled_from(["create", "replace", "patch", "close", "link"]) | VALUES,
        "key": st.sampled_from(["A", "B"]) | VALUES,
        "data": st.dictionaries(st.sampled_from(["name", "account_number", "reference", "closure"]), VALUES) | VALUES,
        "products": VALUES,
    },
)
schemathesis.openapi.media_type(
    "application/x-ndjson",
    st.lists(LINES.map(lambda line: json.dumps(line).encode()) | st.binary(max_size=20), max_size=4).map(b"\n".join),
)
CELLS = st.sampled_from(["account_number", "name", "A", "1,5", '"', '"x"', "\\N", "\r", "", "\ufeff", "\0"])
schemathesis.openapi.media_type(
    "text/csv", st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=4).map("\n".join).map(str.encode)
)
