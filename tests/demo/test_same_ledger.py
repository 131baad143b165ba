"""The ledger depends on its size, its seed and its day alone, and each of them does what it says."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo.plan import Plan
from tests.demo.ledgers import AS_OF, Rows, made

# These hold days inside a text, which follow the ledger's day as well.
WORDED = {"body", "custom_fields", "description"}


@pytest.fixture
def another_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "another.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'another.db'}"


async def test_the_same_seed_makes_the_same_ledger_on_both_databases(database_url: str, rows: Rows) -> None:
    assert await made(database_url) == rows


async def test_another_seed_makes_another_ledger(another_url: str, rows: Rows) -> None:
    other = await made(another_url, Plan(AS_OF, seed=2))

    assert other.keys() == rows.keys()
    assert other["tenants"] == rows["tenants"]
    assert other["documents"] != rows["documents"]
    assert other["contacts"] != rows["contacts"]


async def test_another_day_moves_every_date_by_as_many_days(another_url: str, rows: Rows) -> None:
    later = await made(another_url, Plan(AS_OF + timedelta(days=500)))

    assert later == rows_later(rows, timedelta(days=500), later)


def rows_later(rows: Rows, by: timedelta, other: Rows) -> Rows:
    """The rows with all their days moved; texts that hold days are taken over from the other ledger."""
    return {
        name: [
            moved(row, by) | {key: twin[key] for key in WORDED & row.keys()}
            for row, twin in zip(found, other[name], strict=True)
        ]
        for name, found in rows.items()
    }


def moved(row: dict[str, Any], by: timedelta) -> dict[str, Any]:
    return {key: value + by if isinstance(value, date | datetime) else value for key, value in row.items()}


async def test_more_accounts_change_none_that_were_there(another_url: str, rows: Rows) -> None:
    fewer = await made(another_url, Plan(AS_OF, accounts=20))

    for name in ("accounts", "documents", "contacts", "notes", "status_transitions"):
        assert len(fewer[name]) < len(rows[name])
        assert without_csr_ids(fewer)[name] <= without_csr_ids(rows)[name]


def without_csr_ids(rows: Rows) -> dict[str, set[str]]:
    return {
        name: {str({key: value for key, value in row.items() if key != "csr_id"}) for row in found}
        for name, found in rows.items()
    }


@pytest.mark.parametrize(("accounts", "documents"), [(2, 1), (7, 3), (20, 10)])
async def test_it_has_as_many_accounts_and_documents_as_were_asked_for(
    another_url: str, accounts: int, documents: int
) -> None:
    plan = Plan(AS_OF, accounts, documents)
    rows = await made(another_url, plan)

    assert len(rows["accounts"]) == accounts
    assert len(rows["documents"]) == plan.documents
    assert abs(plan.documents - accounts * documents) <= documents


def test_the_default_has_forty_accounts_and_six_hundred_documents() -> None:
    assert (Plan(AS_OF).shares(), Plan(AS_OF).documents) == ((30, 10), 600)
    assert Plan(AS_OF, 2000, 50).documents == 100_000
