"""Golden files: what each operation document answers on the demonstration ledger, and the SQL that it costs.

They are written anew by `REWRITE_GOLDEN=1 .venv/bin/pytest tests/operations`, the SQL alone by `make generate`, after
which git shows what changed.
"""

import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.graphql_api.operation_documents import OperationDocument

FOLDER = Path(__file__).parent / "golden"
REWRITE = os.environ.get("REWRITE_GOLDEN", "")  # the ending of the files that are written anew, "1" for all
STARTED = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def is_mutation(document: OperationDocument) -> bool:
    return re.search(r"^mutation\b", document.text, re.MULTILINE) is not None


def answer_text(answer: Any) -> str:
    return json.dumps(without_now(answer), indent=2, ensure_ascii=False) + "\n"


def without_now(value: Any) -> Any:
    """The answer with `<now>` for moments since these tests began; all that the ledger holds lies before."""
    if isinstance(value, dict):
        return {key: without_now(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_now(item) for item in value]
    return "<now>" if isinstance(value, str) and MOMENT.fullmatch(value) and value >= STARTED else value


def sql_text(statements: Sequence[str]) -> str:
    """The statements as they were sent, one after another."""
    return "\n\n".join("\n".join(line.rstrip() for line in text.splitlines()) + ";" for text in statements) + "\n"


def check(name: str, found: str) -> None:
    """Compares with the golden file of that name, or writes it."""
    path = FOLDER / name
    if REWRITE == "1" or path.suffix == REWRITE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert path.is_file(), f"There is no {path.name}: REWRITE_GOLDEN=1 .venv/bin/pytest tests/operations"
    assert found == path.read_text(encoding="utf-8"), f"{path.name} differs: see tests/operations/golden.py"
