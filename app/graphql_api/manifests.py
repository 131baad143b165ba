"""Manifests of operations, as the builds of front ends write them: which files there are, and what is in one.

It knows their forms and not the language; whether a document fits the schema is looked at where it is trusted.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.graphql_api.operation_documents import BrokenDocumentError

APOLLO = "apollo-persisted-query-manifest"
PATTERN = "*.json"  # of the manifests in a folder
Signature = tuple[tuple[str, int, int, int], ...]


def manifest_files(paths: Sequence[Path]) -> list[Path]:
    """The files that are named, and those in the folders that are named. Raises BrokenDocumentError."""
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob(PATTERN)) if path.is_dir() else [path]
        if not found:
            raise BrokenDocumentError(path, f"holds no manifest: no file {PATTERN}")
        files += found
    return files


def signature(paths: Sequence[Path]) -> Signature:
    """What changes when a file does, or when one comes or goes."""
    found = []
    with suppress(BrokenDocumentError):
        for path in manifest_files(paths):
            with suppress(OSError):
                state = path.stat()
                found.append((str(path), state.st_mtime_ns, state.st_size, state.st_ino))
    return tuple(found)


def manifest_entries(path: Path) -> Iterator[tuple[str, str]]:
    """The ids and texts of a manifest: an object of texts by id, as graphql-codegen and Relay write it, or what Apollo
    writes. Raises BrokenDocumentError."""
    content = read(path)
    pairs = list(content.items() if isinstance(content, dict) else ())
    with suppress(AttributeError, KeyError, TypeError):
        if content["format"] == APOLLO:
            pairs = [(operation["id"], operation["body"]) for operation in content["operations"]]
    if not pairs or not all(isinstance(part, str) for pair in pairs for part in pair):
        raise BrokenDocumentError(path, 'must be a manifest of operations: {"id": "query …", …}, or Apollo\'s')
    yield from pairs


def read(path: Path) -> Any:
    """The JSON of a file. Raises BrokenDocumentError."""
    try:
        return json.loads(path.read_text("utf-8-sig"))
    except OSError as reason:
        raise BrokenDocumentError(path, f"cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError:
        raise BrokenDocumentError(path, "is not UTF-8") from None
    except ValueError as reason:
        raise BrokenDocumentError(path, f"is no JSON: {reason}") from None
    except RecursionError:
        raise BrokenDocumentError(path, "is nested too deeply") from None
