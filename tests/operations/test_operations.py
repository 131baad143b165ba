"""Every operation document fits the schema and gives its golden answer on the demonstration ledger, the same on both
databases, at its golden cost in SQL."""

from typing import Any

import pytest
from graphql import DocumentNode, OperationDefinitionNode, parse, validate

from app.graphql_api.operation_documents import OperationDocument, load_documents
from app.graphql_api.schema.schema import CORE
from tests.conftest import KINDS
from tests.gateway import Client
from tests.operations.conftest import AS_OF
from tests.operations.golden import FOLDER, REWRITE, answer_text, check, is_mutation, sql_text

DOCUMENTS = load_documents()


@pytest.fixture(params=DOCUMENTS, ids=[document.name for document in DOCUMENTS])
def document(request: pytest.FixtureRequest) -> OperationDocument:
    found: OperationDocument = request.param
    return found


def variables_of(document: OperationDocument) -> dict[str, Any]:
    """The example's variables, as of the ledger's day where the operation counts from one."""
    day = {"asOf": AS_OF.isoformat()} if "asOf" in declared(parse(document.text)) else {}
    return (document.variables or {}) | day


def declared(parsed: DocumentNode) -> set[str]:
    operation = next(node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
    return {definition.variable.name.value for definition in operation.variable_definitions or ()}


def test_a_document_fits_the_schema(document: OperationDocument) -> None:
    assert validate(CORE, parse(document.text)) == []


def test_a_document_says_what_it_is_for_in_one_sentence_or_two(document: OperationDocument) -> None:
    assert 20 < len(document.description) <= 120
    assert document.description.endswith(".")


def test_the_examples_variables_are_the_documents_own_and_leave_today_to_the_server(
    document: OperationDocument,
) -> None:
    known = declared(parse(document.text))

    assert set(document.variables or {}) <= known - {"asOf"}


async def test_a_document_gives_its_golden_answer_at_its_golden_cost(
    document: OperationDocument, kind: str, client: Client
) -> None:
    answer = await client.run(document.text, **variables_of(document))

    check(f"{document.name}.json", answer_text(answer))
    check(f"{document.name}.{kind}.sql", sql_text(client.gateway.statements.texts))
    assert "errors" not in answer
    (value,) = answer["data"].values()
    assert value
    if is_mutation(document):
        results = value.get("results", [value])  # of a field that does many writes, each has its own
        assert [result["userErrors"] for result in results] == [[]] * len(results)


def test_there_are_queries_and_mutations_for_every_resource() -> None:
    assert {(document.folder, is_mutation(document)) for document in DOCUMENTS} == {
        ("accounts", False),
        ("accounts", True),
        ("contacts", True),
        ("documents", False),
        ("documents", True),
        ("notes", False),
        ("notes", True),
        ("representatives", False),
        ("representatives", True),
        ("tenant", False),
    }


def test_no_golden_file_is_left_over() -> None:
    wanted = {f"{document.name}.json" for document in DOCUMENTS}
    wanted |= {f"{document.name}.{kind}.sql" for document in DOCUMENTS for kind in KINDS}
    found = {path.name for path in FOLDER.iterdir()}
    if REWRITE:
        for name in found - wanted:
            (FOLDER / name).unlink()
        found &= wanted

    assert found == wanted
