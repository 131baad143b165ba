"""What schemathesis loads before it runs: the files that it pushes as PDFs."""

import schemathesis
from hypothesis import strategies as st

from tests.pdfs import pdf

WHOLE = pdf("one", "two")
schemathesis.openapi.media_type(
    "application/pdf",
    st.one_of(st.just(WHOLE), st.binary(max_size=200), st.integers(1, len(WHOLE) - 1).map(lambda end: WHOLE[:end])),
)
