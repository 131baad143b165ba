"""Attacks by the parts of a form: each is refused in few words, for little processor time."""

import json
from typing import Any

import pytest

from tests.attacks.judge import Target

BOUNDARY = "b"
EMPTY = {"query": "query A($f: [Upload]) { __typename }", "variables": {"f": [None]}}
NULLS = {"query": "query A($f: [Upload]) { __typename }", "variables": {"f": [None] * 2_000}}
FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "a path of two million steps": (
        {"operations": EMPTY, "map": {"file": ["variables." * 200_000]}},
        "A path in 'map' may have at most 1000 characters.",
    ),
    "a file in two thousand places": (
        {"operations": NULLS, "map": {"file": [f"variables.f.{n}" for n in range(2_000)]}},
        "'map' may name at most 10 files and 1000 places for them.",
    ),
    "a map of ten thousand files": (
        {"operations": EMPTY, "map": {f"file{n}": ["variables.f.0"] for n in range(10_000)}},
        "'map' may name at most 10 files and 1000 places for them.",
    ),
    "a path that is no text": (
        {"operations": EMPTY, "map": {"file": [[["variables.f.0"]]]}},
        "'map' must give 'file' a list of paths such as variables.file.",
    ),
}


def form(parts: dict[str, Any]) -> bytes:
    texts = [(f'name="{name}"', json.dumps(value)) for name, value in parts.items()]
    lines = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\n\r\n{text}\r\n" for name, text in texts]
    file = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n%PDF\r\n--{BOUNDARY}--\r\n'
    )
    return ("".join(lines) + file).encode()


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_attacks_is_refused_in_few_words(target: Target, name: str) -> None:
    parts, message = FORMS[name]
    headers = {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}

    found = target.bounded(lambda: target.post(form(parts), **headers))

    assert found.refusal == (400, "BAD_REQUEST", message)
