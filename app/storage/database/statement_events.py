"""Calls a listener for every SQL statement: those that go straight to the driver, and those of SQLAlchemy."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event

from app.storage.database.engine import Database
from app.storage.database.row_level_security import ENTER_STATEMENT

# How the statements of a transaction itself begin, for which listeners are not called.
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", ENTER_STATEMENT)
ENDED = "ended"  # where a connection keeps what to call at the end of its statement

Listener = Callable[[str, Sequence[Any]], Callable[[], None] | None]


def on_statement(database: Database, listener: Listener) -> None:
    """Calls the listener when a statement begins, and what it returns when the statement has ended."""

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
