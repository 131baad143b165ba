"""What a library does not document stands in one file a library, `compat_<library>.py`, and nowhere else."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"
COMPAT = sorted(APP.rglob("compat_*.py"))
OWN = {"self", "cls"}
DOCUMENTED = {"_value_", "_replace"}  # of an enum's members, and of named tuples


def private_attributes(path: Path) -> Iterator[str]:
    """Where the file uses what another object keeps to itself."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and re.fullmatch(r"_[^_].*", node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in OWN
            if not own and node.attr not in DOCUMENTED:
                yield f"{path.relative_to(APP)}:{node.lineno} {node.attr}"


def test_no_other_file_uses_what_a_library_keeps_to_itself() -> None:
    files = [path for path in APP.rglob("*.py") if path not in COMPAT and "node_modules" not in path.parts]
    assert [found for path in files for found in private_attributes(path)] == []


@pytest.mark.parametrize("path", COMPAT, ids=lambda path: path.stem)
def test_the_library_has_an_upper_bound(path: Path) -> None:
    library = path.stem.removeprefix("compat_").replace("_", "-")
    wanted = tomllib.loads((APP.parent / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert [line for line in wanted if re.match(rf"{library}\b.*<", line)] != []
