"""Spreadsheets as accountants have them: what is declared is corrected, and what is not is told with its line, its
column and what would correct it. The files were saved by LibreOffice (german-semicolons, american-dates, formulas,
trailing-empty, tabs), and are otherwise as Excel and people write them."""

from pathlib import Path
from typing import Any

import pytest

from tests.gateway import Client
from tests.rest_api.bulk.importing import account, run_csv, run_import, told

FOLDER = Path(__file__).parent / "spreadsheets"
GERMAN = {"delimiter": ";", "date_format": "%d.%m.%Y", "decimal": "comma"}
DOCUMENTS = """{ documents(first: 10) { nodes { documentNumber invoiceDate description
  originalDenomination denomination } } }"""
WRONG_DATES = ("invalid invoice_date", "invalid due_date")
WRONG_AMOUNTS = ("invalid original_denomination", "invalid denomination")

Row = tuple[str, str, str, str, str | None]


async def imported(client: Client, name: str, **declared: str) -> list[Any]:
    """What the lines of a file of documents are answered."""
    await run_import(client, [account("K-100")])
    answer = await run_csv(client, (FOLDER / name).read_bytes(), resource="documents", **declared)
    return told(answer.lines) if answer.status == 200 else [(answer.status, answer.refusal["error"])]


async def documents(client: Client) -> list[Row]:
    nodes = (await client.only(DOCUMENTS))["nodes"]
    return [
        (
            node["documentNumber"],
            node["invoiceDate"],
            node["originalDenomination"],
            node["denomination"],
            node["description"],
        )
        for node in nodes
    ]


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        (
            "german-semicolons.csv",
            GERMAN,
            [
                ("RE-1", "2026-01-31", "1234567.5", "1000.05", 'Schrauben; 5"'),
                ("RE-2", "2026-02-01", "12", "-0.5", "Zeile 1\nZeile 2"),
            ],
        ),
        (
            "excel-german-with-byte-order-mark.csv",
            GERMAN | {"thousands": "point"},
            [
                ("RE-1", "2026-01-31", "1234567.5", "1000.05", "Schrauben für Köln"),
                ("RE-2", "2026-02-01", "12", "-0.5", None),
            ],
        ),
        (
            "american-dates.csv",
            {"date_format": "%m/%d/%Y"},
            [
                ("INV-1", "2026-01-31", "1234567.5", "1000.05", 'Screws, 5"'),
                ("INV-2", "2026-12-01", "12", "12", "Bolts"),
            ],
        ),
        (
            "tabs.txt",
            {"date_format": "%m/%d/%Y", "delimiter": "tab"},
            [
                ("INV-1", "2026-01-31", "1234567.5", "1000.05", 'Screws, 5"'),
                ("INV-2", "2026-12-01", "12", "12", "Bolts"),
            ],
        ),
        (
            "swiss-apostrophes.csv",
            {"thousands": "apostrophe", "delimiter": "pipe"},
            [("R-1", "2026-01-31", "1234567.5", "1000.05", None)],
        ),
        (
            "trailing-empty.csv",
            GERMAN,
            [("T-1", "2026-01-31", "10", "10", None), ("T-2", "2026-01-31", "20", "20", None)],
        ),
    ],
)
async def test_what_is_declared_is_corrected(
    acme: Client, name: str, declared: dict[str, str], expected: list[Row]
) -> None:
    answers = await imported(acme, name, **declared)
    assert [status for _, status, *_ in answers] == [201] * len(expected)
    assert await documents(acme) == expected


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        ("german-semicolons.csv", {}, [(400, "unknown_column")]),
        (
            "german-semicolons.csv",
            {"delimiter": ";"},
            [
                (1, 422, *WRONG_DATES, *WRONG_AMOUNTS),
                (2, 422, *WRONG_DATES, WRONG_AMOUNTS[1]),
            ],
        ),
        (
            "excel-american.csv",
            {"date_format": "%m/%d/%Y", "thousands": "comma"},
            [(1, 201), (2, 422, "invalid denomination"), (3, 201)],
        ),
        ("formulas.csv", {"date_format": "%m/%d/%Y"}, [(1, 201), (2, 422, *WRONG_AMOUNTS), (3, 201)]),
        (
            "french-spaces.csv",
            {"delimiter": ";", "date_format": "%d/%m/%Y", "decimal": "comma", "thousands": "space"},
            [(1, 201), (2, 422, "invalid denomination")],
        ),
        ("windows-1252.csv", {}, [(1, 201), (2, 400, "invalid_encoding")]),
        ("excel-unicode-text.txt", {"delimiter": "tab"}, [(400, "invalid_encoding")]),
        (
            "mixed-line-ends-and-white-space.csv",
            {},
            [
                (1, 422, "invalid document_number", "invalid currency", "not_found account_number"),
                (2, 201),
                (4, 422, "invalid invoice_date", "invalid original_denomination"),
            ],
        ),
        (
            "mixed-line-ends-and-white-space.csv",
            {"trim": "true"},
            [(1, 201), (2, 201), (4, 422, "invalid invoice_date", "invalid original_denomination")],
        ),
    ],
)  # fmt: skip
async def test_what_is_not_declared_is_told_with_its_line_and_column(
    acme: Client, name: str, declared: dict[str, str], expected: list[Any]
) -> None:
    assert await imported(acme, name, **declared) == expected


async def test_a_formula_is_text_where_text_belongs(acme: Client) -> None:
    await imported(acme, "excel-american.csv", date_format="%m/%d/%Y", thousands="comma")
    assert (await documents(acme))[1] == ("INV-3", "2026-12-01", "12", "12", "=1+1")
