"""Trusted documents: operations that the server knows beforehand, and runs by name or hash instead of by text.

They are the operation documents, and those of manifests that front ends' builds have written, which are read anew when
they change. A server may be told to run nothing else: then no answer tells more of the schema than they do.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSyntaxError

from app.graphql_api.errors import ErrorCode, refused
from app.graphql_api.execution.syntax import parse_document
from app.graphql_api.execution.validation import validate_document
from app.graphql_api.manifests import manifest_entries, manifest_files
from app.graphql_api.operation_documents import BrokenDocumentError, load_documents
from app.graphql_api.schema.schema import CORE

HASH = "sha256:"  # what an id that is a hash may begin with
HASH_NAME = "'extensions.persistedQuery.sha256Hash'"
TRUSTED_ONLY = "This server runs trusted documents alone: send the 'documentId' of one that it knows, and no 'query'."
MAX_SHOWN_LENGTH = 100


@dataclass(frozen=True, slots=True)
class PersistedOperations:
    """The trusted documents by each of their ids. `only`: nothing else runs."""

    texts: dict[str, str] = field(default_factory=dict)
    only: bool = False

    def text(self, sent: dict[str, Any]) -> Any:
        """The text that the parameters of a request mean, as they have it or by its id. Raises RequestError."""
        given = sent.get("query")
        if given is not None and self.only:
            raise refused(ErrorCode.FORBIDDEN, TRUSTED_ONLY, 403)
        if given is not None:
            check_text(sent, given)
            return given
        document_id = id_of(sent)
        if document_id is None and self.only:
            raise refused(ErrorCode.FORBIDDEN, TRUSTED_ONLY, 403)
        return None if document_id is None else self.text_by_id(document_id, by_hash=sent.get("documentId") is None)

    def text_by_id(self, document_id: str, *, by_hash: bool) -> str:
        """The document's text. Raises RequestError in words that Apollo's protocol prescribes where it came by that: a
        client that reads them sends the text, which is no use where no text runs."""
        text = self.texts.get(document_id.removeprefix(HASH))
        if text is not None:
            return text
        message = f"This server knows no document '{document_id[:MAX_SHOWN_LENGTH]}'."
        if self.only:
            message = f"{message} It runs trusted documents alone."
        elif by_hash:
            message = "PersistedQueryNotFound"
        raise refused(ErrorCode.PERSISTED_QUERY_NOT_FOUND, message)


def check_text(sent: dict[str, Any], text: Any) -> None:
    """Refuses a text beside the id of a document, and beside a hash that is not its own. Raises RequestError."""
    if sent.get("documentId") is not None:
        raise refused(ErrorCode.BAD_REQUEST, "Send a 'query' or a 'documentId', not both.")
    persisted = hash_of(sent)
    if persisted is not None and isinstance(text, str) and persisted != sha256(text):
        message = f"{HASH_NAME} is not the SHA-256 hash of 'query', in lower-case hexadecimal digits."
        raise refused(ErrorCode.BAD_USER_INPUT, message)


def id_of(sent: dict[str, Any]) -> str | None:
    """The id of a document in a request: its own parameter, or Apollo's hash. Raises RequestError."""
    if sent.get("documentId") is not None:
        return require_string(sent["documentId"], "'documentId'")
    return hash_of(sent)


def hash_of(sent: dict[str, Any]) -> str | None:
    """The hash of a document by Apollo's protocol for persisted queries. Raises RequestError."""
    extensions = sent.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if persisted is None:
        return None
    return require_string(persisted.get("sha256Hash") if isinstance(persisted, dict) else None, HASH_NAME)


def sha256(text: str) -> str:
    """Of a text that may hold half of a surrogate pair, as JSON may."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def require_string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise refused(ErrorCode.BAD_REQUEST, f"{name} must be a string.")
    return value


def load_persisted_operations(manifests: Sequence[Path], *, only: bool) -> PersistedOperations:
    """The operation documents, and those of the manifests: files, and folders of some. Raises BrokenDocumentError."""
    texts: dict[str, str] = {}
    for document in load_documents():
        add(texts, document.path, document.name, document.text)
    for path in manifest_files(manifests):
        for document_id, text in manifest_entries(path):
            add(texts, path, document_id, text)
    return PersistedOperations(texts, only)


def add(texts: dict[str, str], path: Path, document_id: str, text: str) -> None:
    """Adds a document under its id and its hash. Raises BrokenDocumentError."""
    problem = document_error(text)
    if problem:
        raise BrokenDocumentError(path, problem if path.stem == document_id else f"'{document_id}': {problem}")
    if texts.setdefault(document_id.removeprefix(HASH), text) != text:
        raise BrokenDocumentError(path, f"another document has the id '{document_id}'")
    texts[sha256(text)] = text


@cache
def document_error(text: str) -> str:
    """What is wrong with a document; empty where nothing is."""
    try:
        return "; ".join(wrong.message for wrong in validate_document(CORE, parse_document(text)))
    except GraphQLSyntaxError as wrong:
        return wrong.message
