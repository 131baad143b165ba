"""The operation documents are read whole or refused with the reason."""

from pathlib import Path

import pytest

from app.graphql_api.operation_documents import BrokenDocumentError, OperationDocument, documents_folder, load_documents


def write(folder: Path, **texts: str) -> Path:
    """Files by name, `accounts__Page` being accounts/Page.graphql."""
    for name, text in texts.items():
        path = folder.joinpath(*name.split("__")).with_suffix(".graphql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_document_has_its_folder_name_description_text_and_variables(tmp_path: Path) -> None:
    write(
        tmp_path,
        accounts__Page="# One account,\n# whole.\nquery Page($n: String!) { account(accountNumber: $n) { id } }\n",
    )
    (tmp_path / "accounts" / "Page.variables.json").write_text('{"n": "1001"}')

    assert load_documents(tmp_path) == [
        OperationDocument(
            path=tmp_path / "accounts" / "Page.graphql",
            folder="accounts",
            name="Page",
            description="One account, whole.",
            text="# One account,\n# whole.\nquery Page($n: String!) { account(accountNumber: $n) { id } }\n",
            variables={"n": "1001"},
        )
    ]


def test_documents_come_sorted_by_folder_and_name(tmp_path: Path) -> None:
    write(tmp_path, b__A="query A { a }", a__C="query C { a }", a__B="query B { a }")

    assert [(document.folder, document.name) for document in load_documents(tmp_path)] == [
        ("a", "B"),
        ("a", "C"),
        ("b", "A"),
    ]


def test_a_text_ends_with_the_fragments_it_needs_and_those_that_they_need_each_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__Q="query Q { a { ...One ...Two } }",
        fragments__One="# Not copied.\nfragment One on A { ...Two }",
        fragments__More="fragment Two on A { x }\nfragment Unused on A { y }",
    )

    assert load_documents(tmp_path)[0].text == (
        "query Q { a { ...One ...Two } }\n\nfragment One on A { ...Two }\n\nfragment Two on A { x }\n"
    )


def test_a_document_without_a_comment_or_variables_has_none(tmp_path: Path) -> None:
    document = load_documents(write(tmp_path, a__Q="query Q { a }"))[0]

    assert (document.description, document.variables) == ("", None)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a__Q": "query Q {\n a"}, r"a/Q\.graphql: Syntax Error: .* \(line 2\)"),
        ({"a__Q": "query R { a }"}, r"a/Q\.graphql: it must hold one operation, named Q, and nothing else"),
        ({"a__Q": "{ a }"}, r"a/Q\.graphql: it must hold one operation, named Q"),
        ({"a__Q": "query Q { a } query R { a }"}, r"a/Q\.graphql: it must hold one operation, named Q"),
        ({"a__Q": "query Q { ...F }"}, r"a/Q\.graphql: there is no fragment F"),
        ({"a__Q": "query Q { a }", "b__Q": "query Q { a }"}, r"b/Q\.graphql: the name is taken by .*a/Q\.graphql"),
        ({"fragments__F": "query Q { a }"}, r"fragments/F\.graphql: only fragments belong in this folder"),
        (
            {"fragments__F": "fragment F on A { x }", "fragments__G": "fragment F on A { x }"},
            r"fragments/G\.graphql: there is another fragment F",
        ),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, files: dict[str, str], problem: str) -> None:
    with pytest.raises(BrokenDocumentError, match=problem):
        load_documents(write(tmp_path, **files))


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("Q", "{", "Q.variables.json: Expecting"),
        ("Q", "[]", "Q.variables.json: it must hold one JSON object"),
        ("R", "{}", "R.variables.json: there is no R.graphql beside it"),
    ],
)
def test_broken_variables_are_named_with_what_is_wrong(tmp_path: Path, name: str, text: str, problem: str) -> None:
    write(tmp_path, a__Q="query Q { a }")
    (tmp_path / "a" / f"{name}.variables.json").write_text(text)

    with pytest.raises(BrokenDocumentError, match=problem):
        load_documents(tmp_path)


def test_fragments_that_need_one_another_are_each_added_once(tmp_path: Path) -> None:
    """Such a document is invalid; that is for validation to say, not for the loader to hang on."""
    write(
        tmp_path,
        a__Q="query Q { ...F }",
        fragments__F="fragment F on A { ...G }",
        fragments__G="fragment G on A { ...F }",
    )

    assert load_documents(tmp_path)[0].text.count("fragment ") == 2


def test_the_documents_of_this_project_are_whole() -> None:
    documents = load_documents()

    assert documents_folder().name == "graphql"
    assert "AccountsOverview" in {document.name for document in documents}
    assert all(document.description for document in documents)
