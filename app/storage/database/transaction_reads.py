"""A single statement that reads within a transaction, on the transaction's own connection and within a time limit."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.driver_errors import AnswerTooLarge, StatementTooLarge, is_answer_too_large, is_too_large
from app.storage.database.engine import MAX_PARAMETERS, Database, json_bytes
from app.storage.database.pool import end_statement
from app.storage.database.time_limits import clear_deadline, set_deadline, until_ended


async def fetch_json_within(
    database: Database, connection: AsyncConnection, text: str, arguments: Sequence[Any]
) -> bytes | None:
    """The one value of a statement, JSON or null. Raises the driver's error, StatementTooLarge and AnswerTooLarge."""
    if len(arguments) > MAX_PARAMETERS:
        raise StatementTooLarge(f"{len(arguments)} parameters")
    raw: Any = await connection.get_raw_connection()
    set_deadline(raw.info)
    try:
        with database.observe_statement(text, arguments):
            return await fetch(database, raw.driver_connection, text, arguments)
    except asyncio.CancelledError:
        await asyncio.shield(end_statement(raw) if database.is_sqlite else until_ended(raw.driver_connection))
        raise
    except Exception as reason:
        if is_answer_too_large(reason):
            raise AnswerTooLarge from reason
        if is_too_large(reason):
            raise StatementTooLarge(str(reason)) from reason
        raise
    finally:
        clear_deadline(raw.info)


async def fetch(database: Database, driver: Any, text: str, arguments: Sequence[Any]) -> bytes | None:
    if not database.is_sqlite:
        return json_bytes(await driver.fetchval(text, *arguments))
    ((value,),) = await driver.execute_fetchall(text, arguments)
    return json_bytes(value)
