"""Manifests of trusted documents as they are read at the start: their forms, and what is told of a broken one."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.graphql_api.operation_documents import BrokenDocumentError, load_documents
from app.graphql_api.persisted_operations import load_persisted_operations
from tests.graphql_api.manifest import CREATE, FIND, MANIFEST, NAME, sha256, written
from tests.servers import RunningServer, ServerError

APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": sha256(NAME), "name": "Name", "type": "query", "body": NAME}],
}


def test_apollos_manifest_is_read(tmp_path: Path) -> None:
    assert load_persisted_operations([Path(written(tmp_path, APOLLO))], only=True).texts[sha256(NAME)] == NAME


def test_without_a_manifest_the_operation_documents_are_trusted() -> None:
    documents = load_documents()
    texts = load_persisted_operations([], only=False).texts
    assert {document.name for document in documents} | {sha256(d.text) for d in documents} == texts.keys()


MUST = 'must be a manifest of operations: {"id": "query …", …}, or Apollo\'s'
BROKEN: dict[str, tuple[Any, str]] = {
    "nested without end": ("[" * 100_000, "is nested too deeply"),
    "a text that is nested without end": (
        {"a": "{ a " * 20_000},
        "'a': Syntax Error: Document is nested too deeply. Parsing aborted.",
    ),
    "no JSON": ("{", "is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    "a list": ([NAME], MUST),
    "nothing": ({}, MUST),
    "texts that are none": ({"a": 7}, MUST),
    "Apollo's without operations": ({"format": "apollo-persisted-query-manifest", "version": 1}, MUST),
    "Apollo's without a body": ({**APOLLO, "operations": [{"id": "a"}]}, MUST),
    "a text that is no GraphQL": ({"a": "query {"}, "'a': Syntax Error: Expected Name, found <EOF>."),
    "a field that does not exist": (
        {"a": "{ tenat { name } }"},
        "'a': Cannot query field 'tenat' on type 'Query'. Did you mean 'tenant'?",
    ),
    "an id that is taken": ({"AccountNotes": NAME}, "another document has the id 'AccountNotes'"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_manifest_is_named_with_what_is_wrong(tmp_path: Path, fault: str) -> None:
    content, problem = BROKEN[fault]
    path = written(tmp_path, content)
    with pytest.raises(BrokenDocumentError) as refused:
        load_persisted_operations([Path(path)], only=False)
    assert str(refused.value) == f"{path}: {problem}"


def test_a_manifest_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "persisted-documents.json"
    path.write_bytes(json.dumps(MANIFEST).encode("utf-16"))
    with pytest.raises(BrokenDocumentError, match=r"persisted-documents\.json: is not UTF-8"):
        load_persisted_operations([path], only=False)


def test_a_manifest_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "persisted-documents.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(MANIFEST).encode())
    assert load_persisted_operations([path], only=False).texts["3f2a"] == NAME


def test_manifests_are_files_and_folders_of_some(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    one = Path(written(tmp_path, {"one": NAME}))
    for name, content in (("b.json", {"two": FIND}), ("a.json", {"three": CREATE, "one": NAME}), ("c.txt", "?")):
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    texts = load_persisted_operations([one, folder], only=False).texts
    assert [texts[document_id] for document_id in ("one", "two", "three")] == [NAME, FIND, CREATE]


def test_one_id_for_two_documents_of_different_manifests_is_broken(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"one": FIND}))
    with pytest.raises(BrokenDocumentError) as refused:
        load_persisted_operations([Path(written(tmp_path, {"one": NAME})), other], only=False)
    assert str(refused.value) == f"{other}: another document has the id 'one'"


def test_a_folder_without_a_manifest_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenDocumentError) as refused:
        load_persisted_operations([tmp_path], only=False)
    assert str(refused.value) == f"{tmp_path}: holds no manifest: no file *.json"


def test_a_manifest_that_is_not_there_stops_the_start_with_a_sentence(sqlite_url: str, tmp_path: Path) -> None:
    there = written(tmp_path, MANIFEST)
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_OPERATIONS_MANIFEST": f"{there}, /nowhere/documents.json"}
    with pytest.raises(ServerError) as refused, RunningServer(env, tmp_path):
        pass
    printed = str(refused.value).partition(".log\n")[2]
    assert (
        printed == "A trusted document is broken. /nowhere/documents.json: cannot be read: No such file or directory\n"
    )


def test_a_broken_manifest_stops_the_start_with_a_sentence(sqlite_url: str, tmp_path: Path) -> None:
    manifest = written(tmp_path, {"page": "{ tenat { name } }"})
    env = {"GATEWAY_DATABASE_URL": sqlite_url, "GATEWAY_OPERATIONS_MANIFEST": manifest}
    with pytest.raises(ServerError) as refused, RunningServer(env, tmp_path):
        pass
    printed = str(refused.value).partition(".log\n")[2]
    problem = "'page': Cannot query field 'tenat' on type 'Query'. Did you mean 'tenant'?"
    assert printed == f"A trusted document is broken. {manifest}: {problem}\n"
