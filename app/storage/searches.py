"""What `contains` is served by: indexes of the trigrams in the texts that people search by.

They find rows that may contain a part; whether one does is asked of its row. On Postgres that is an index that the
planner takes. On SQLite it is a table of FTS5 without content, kept by triggers, whose rowids are made of a tenant and
a csrId. `migrate` makes both, where it may.
"""

import sqlite3
from contextlib import closing
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.storage.tables import ACCOUNTS, DOCUMENTS

# In small letters as `sqlite_functions.fold` makes them.
SEARCHED: dict[str, tuple[str, ...]] = {
    ACCOUNTS.name: ("account_number", "name"),
    DOCUMENTS.name: ("document_number", "invoice_num", "po_number"),
}
TRIGRAM = 3  # characters
CSR_ID_BITS = 32
FOLDING = "folding"  # the Postgres collation whose lower() knows all scripts; the first migration makes it


def search_name(table: str) -> str:
    """The table's index of trigrams: on Postgres without its prefix, on SQLite that of the FTS5 table."""
    return f"{table}_search"


def folded_text(column: Any) -> sa.ColumnElement[str]:
    """A text of Postgres in small letters, the two Greek small sigmas as one."""
    small = sa.func.lower(sa.collate(column, FOLDING))
    return sa.func.replace(small, sa.literal_column("'ς'"), sa.literal_column("'σ'"))


def searched_texts(rows: sa.FromClause, table: str) -> sa.ColumnElement[str]:
    """All texts of a row that the table's index on Postgres knows it by, one behind the other: the words that the index
    is made of, or Postgres would not know it again. Most trigrams are in several of them, and so are kept once."""
    nothing, gap = sa.literal_column("''", sa.Text()), sa.literal_column("' '", sa.Text())
    # Postgres does not know of coalesce() that it tells nothing of hidden rows.
    texts = [sa.case((rows.c[name].is_(None), nothing), else_=rows.c[name]) for name in SEARCHED[table]]
    joined: Any = texts[0]
    for text in texts[1:]:
        joined = joined.op("||")(gap).op("||")(text)
    return folded_text(joined)


@cache
def sqlite_has_trigrams() -> bool:
    """Whether the SQLite of this Python has FTS5 with its tokenizer of trigrams, which is younger."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE tried USING fts5(part, tokenize='trigram')")
        except sqlite3.OperationalError:
            return False
    return True


def sqlite_is_current(connection: sa.Connection) -> bool:
    """Whether an SQLite database has triggers that keep its FTS5 tables, just if the SQLite of this Python can."""
    known = sa.text("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name IN :names")
    names: list[str] = [f"{search_name(table)}_insert" for table in SEARCHED]
    made = connection.execute(known.bindparams(sa.bindparam("names", names, expanding=True))).scalar_one()
    return int(made) == (len(SEARCHED) if sqlite_has_trigrams() else 0)
