"""A manifest of trusted documents, for the tests of what runs by them and of how they are read."""

import hashlib
import json
from pathlib import Path
from typing import Any

NAME = "query Name { tenant { name } }"
NAMED = {"data": {"tenant": {"name": "acme"}}}
FIND = """query Find($filter: AccountFilter, $first: Int) { accounts(first: $first, filter: $filter) {
  nodes { accountNumber } } }"""
CREATE = """mutation Create($number: String!) {
  createAccount(accountNumber: $number, input: {openBalance: {name: "A"}}) { created } }"""
MANIFEST = {"3f2a": NAME, "find": FIND, "create": CREATE}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def written(folder: Path, content: Any) -> str:
    """A manifest in a file; its path."""
    path = folder / "persisted-documents.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)
