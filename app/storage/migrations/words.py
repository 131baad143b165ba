"""The words that a column takes, as a revision changes them. See `one_of` in `app.storage.tables`."""

import re

import sqlalchemy as sa
from alembic import op


def allow_words(table: str, column: str, *words: str) -> None:
    """Has the column take these words and no others. Fails on Postgres where a row has another one."""
    name = f"ck_{table}_{column}"
    condition = f"{column} IN ({', '.join(map(repr, words))})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
    else:
        replace_in_schema(table, rf"{name} CHECK \({column} IN \([^)]*\)\)", f"{name} CHECK ({condition})")


def replace_in_schema(table: str, pattern: str, replacement: str) -> None:
    """SQLite cannot alter a constraint, but keeps it as text alone. Its documentation of ALTER TABLE says how to write
    that text: no row is copied, and triggers stay."""
    connection = op.get_bind()
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    known = connection.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :t"), {"t": table})
    changed, count = re.subn(pattern, replacement, known or "")
    if count != 1:
        raise ValueError(f"the table {table} has no such constraint: {pattern}")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    written = sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :t")
    connection.execute(written, {"sql": changed, "t": table})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
