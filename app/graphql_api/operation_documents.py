"""Reads the operation documents: the named operations in `graphql/` that front ends and scripts start from.

It knows the language and not the schema; whether a document fits the schema is looked at where it is trusted.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    Source,
    Visitor,
    visit,
)

from app.graphql_api.execution.syntax import parse_document

_APP = Path(__file__).parents[1]
_FRAGMENTS = "fragments"
_VARIABLES = ".variables.json"


class BrokenDocumentError(Exception):
    """A file in the folder of operation documents is not what such a file must be."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class OperationDocument:
    """One named operation, complete: its text holds every fragment that it needs."""

    path: Path
    folder: str
    name: str
    description: str
    text: str
    variables: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Fragment:
    text: str
    needs: list[str]


def documents_folder() -> Path:
    """Inside an installed package the documents are `app/operations`, in a checkout the folder beside `app`."""
    packed = _APP / "operations"
    return packed if packed.is_dir() else _APP.parent / "graphql"


def load_documents(folder: Path | None = None) -> Sequence[OperationDocument]:
    """Every operation document of a folder, sorted by folder and name; by default those that come with the gateway."""
    return _read_documents(folder) if folder else _own_documents()


@cache
def _own_documents() -> Sequence[OperationDocument]:
    """Read once a process, since they change only with the code, and to parse them takes a good part of a start."""
    return _read_documents(documents_folder())


def _read_documents(root: Path) -> Sequence[OperationDocument]:
    paths = sorted(root.rglob("*.graphql"))
    fragments = _load_fragments([path for path in paths if _folder_of(path, root) == _FRAGMENTS])
    operations = [path for path in paths if _folder_of(path, root) != _FRAGMENTS]
    _refuse_two_of_a_name(operations)
    _refuse_strays(root)
    documents = [_load_operation(path, _folder_of(path, root), fragments) for path in operations]
    return sorted(documents, key=lambda document: (document.folder, document.name))


def _folder_of(path: Path, root: Path) -> str:
    return path.parent.relative_to(root).as_posix()


def _refuse_two_of_a_name(paths: list[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        if path.stem in seen:
            raise BrokenDocumentError(path, f"the name is taken by {seen[path.stem]}")
        seen[path.stem] = path


def _refuse_strays(root: Path) -> None:
    for path in root.rglob(f"*{_VARIABLES}"):
        operation = path.name.removesuffix(_VARIABLES) + ".graphql"
        if not path.with_name(operation).is_file():
            raise BrokenDocumentError(path, f"there is no {operation} beside it")


def _load_operation(path: Path, folder: str, fragments: dict[str, _Fragment]) -> OperationDocument:
    text = path.read_text(encoding="utf-8")
    operation = _only_operation(path, _parsed(path, text))
    needed = _all_needed(path, _spreads(operation), fragments)
    return OperationDocument(
        path=path,
        folder=folder,
        name=path.stem,
        description=_description(text),
        text="\n\n".join([text.strip(), *(fragments[name].text for name in needed)]) + "\n",
        variables=_variables(path),
    )


def _only_operation(path: Path, document: DocumentNode) -> OperationDefinitionNode:
    match document.definitions:
        case (OperationDefinitionNode() as operation,) if operation.name and operation.name.value == path.stem:
            return operation
    raise BrokenDocumentError(path, f"it must hold one operation, named {path.stem}, and nothing else")


def _load_fragments(paths: list[Path]) -> dict[str, _Fragment]:
    fragments: dict[str, _Fragment] = {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for definition in _parsed(path, text).definitions:
            if not isinstance(definition, FragmentDefinitionNode) or definition.loc is None:
                raise BrokenDocumentError(path, "only fragments belong in this folder")
            name = definition.name.value
            if name in fragments:
                raise BrokenDocumentError(path, f"there is another fragment {name}")
            fragments[name] = _Fragment(text[definition.loc.start : definition.loc.end], _spreads(definition))
    return fragments


def _parsed(path: Path, text: str) -> DocumentNode:
    try:
        return parse_document(Source(text, path.name))
    except GraphQLSyntaxError as error:
        where = f" (line {error.locations[0].line})" if error.locations else ""
        raise BrokenDocumentError(path, f"{error.message}{where}") from error


def _spreads(node: Node) -> list[str]:
    names: list[str] = []

    class Collector(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: Any) -> None:
            names.append(spread.name.value)

    visit(node, Collector())
    return names


def _all_needed(path: Path, names: list[str], fragments: dict[str, _Fragment]) -> list[str]:
    """The fragments needed by these names and by one another, in the order in which they are first met."""
    needed: list[str] = []
    open_names = list(names)
    while open_names:
        name = open_names.pop(0)
        if name in needed:
            continue
        if name not in fragments:
            raise BrokenDocumentError(path, f"there is no fragment {name}")
        needed.append(name)
        open_names += fragments[name].needs
    return needed


def _description(text: str) -> str:
    """The comment that the file opens with."""
    lines: list[str] = []
    for line in text.lstrip("\ufeff \n").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    return " ".join(filter(None, lines))


def _variables(path: Path) -> dict[str, Any] | None:
    beside = path.with_name(path.stem + _VARIABLES)
    if not beside.is_file():
        return None
    try:
        variables = json.loads(beside.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise BrokenDocumentError(beside, str(error)) from error
    if not isinstance(variables, dict):
        raise BrokenDocumentError(beside, "it must hold one JSON object")
    return variables
