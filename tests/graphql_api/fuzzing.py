"""What schemathesis loads before it runs over the schema: what it takes the scalars for, and a check that answers hold
no codes but those that are documented."""

from datetime import UTC
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from tests.graphql_api.bad_input.soundness import REFUSALS, USER_ERRORS

WORDS = {"CurrencyCode": ["USD", "EUR", "usd", ""], "LanguageCode": ["en", "xx"], "CountryCode": ["US", "ZZ"]}
for name, words in WORDS.items():
    schemathesis.graphql.scalar(name, st.sampled_from(words).map(nodes.String))
schemathesis.graphql.scalar("Date", st.dates().map(str).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes(timezones=st.just(UTC)).map(str).map(nodes.String))
schemathesis.graphql.scalar("Decimal", st.decimals(-(10**9), 10**9, places=4).map(str).map(nodes.String))
schemathesis.graphql.scalar("JSON", st.text(max_size=20).map(nodes.String) | st.integers().map(nodes.Int))
schemathesis.graphql.scalar("Upload", st.just("no file").map(nodes.String))


@schemathesis.check
def documented_answer(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """An answer is 200 with data, or with errors whose codes are documented; a write tells what it refuses."""
    assert response.status_code == 200, response.text
    answer = response.json()
    assert set(answer) <= {"data", "errors"}
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= REFUSALS
    for payload in (answer.get("data") or {}).values():
        refused = payload.get("userErrors", ()) if isinstance(payload, dict) else ()
        assert {error["code"] for error in refused if "code" in error} <= USER_ERRORS
