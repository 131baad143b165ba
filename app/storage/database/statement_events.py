"""Tells a listener of every SQL statement: of those that go straight to the driver, and of those of SQLAlchemy."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event

from app.storage.database.engine import Database
from app.storage.database.row_level_security import ENTERS

# How statements begin that nobody asked for: those of the transaction itself.
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", ENTERS)
ENDED = "ended"  # where a connection keeps what is to be told at the end of its statement

Listener = Callable[[str, Sequence[Any]], Callable[[], None] | None]


def on_statement(database: Database, listener: Listener) -> None:
    """Has the listener called when a statement begins, and what it returns when the statement has ended."""

    def begins(connection: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if not text.startswith(TRANSACTION_WORDS):
            connection.info[ENDED] = listener(text, parameters)

    def ends(connection: Any, *_: Any) -> None:
        if ended := connection.info.pop(ENDED, None):
            ended()

    def fails(context: Any) -> None:
        if context.connection is not None:
            ends(context.connection)

    database.statement_listeners.append(listener)
    for engine in {database.reader.sync_engine, database.writer.sync_engine}:
        event.listen(engine, "before_cursor_execute", begins)
        event.listen(engine, "after_cursor_execute", ends)
        event.listen(engine, "handle_error", fails)
