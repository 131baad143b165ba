"""An export within one snapshot: where the change log ends in it, and the rows."""

from app.domain.caller import Caller
from app.reads.exports.statement import Export, custom_fields_statement, export_statement
from app.reads.pagination import CursorExpired, encode_cursor
from app.reads.relations import CHANGE, DEFAULT_ORDERS
from app.reads.selection import LogEntry
from app.storage.database.engine import Database
from app.storage.database.snapshots import Sink, Snapshot
from app.storage.tables import CHANGES, CHANGES_END
from app.storage.writes.change_log import hash_of
from app.storage.writes.tenant_rows import TenantRows


async def change_cursor(snapshot: Snapshot, caller: Caller) -> str | None:
    """The place in the change log from which on `changes` lists all that the snapshot does not hold; None where the log
    is empty."""
    end = await TenantRows(snapshot.connection, caller).find(CHANGES_END)
    return encode_cursor(CHANGE, DEFAULT_ORDERS[CHANGE], {**end, "digest": None}) if end and end["sequence"] else None


async def check_log_entry(snapshot: Snapshot, caller: Caller, entry: LogEntry) -> None:
    """Raises CursorExpired where the tenant's change log has no such entry."""
    found = await TenantRows(snapshot.connection, caller).find(CHANGES, sequence=entry.sequence)
    if found is None or not hash_of(found).startswith(entry.hash_prefix or ""):
        raise CursorExpired


async def copy_rows(database: Database, snapshot: Snapshot, caller: Caller, export: Export, sink: Sink) -> None:
    """Hands all rows of an export to the sink, as lines and many at once."""
    statement = export_statement(export, caller, database.reader.dialect)
    with database.observe_statement(statement.text, statement.arguments):
        await snapshot.copy_lines(statement.text, statement.arguments, sink, is_ordered=statement.is_ordered)


CUSTOM_FIELD_TYPES = {"text": "text", "string": "text", "true": "boolean", "false": "boolean", "boolean": "boolean"}


async def custom_field_types(
    database: Database, snapshot: Snapshot, caller: Caller, export: Export
) -> set[tuple[str, str]]:
    """The custom fields that the rows of an export have, each with its types: `text`, `boolean` or `number`."""
    statement = custom_fields_statement(export, caller, database.reader.dialect)
    rows = await snapshot.connection.execute(statement)
    return {(row.key, CUSTOM_FIELD_TYPES.get(row.kind, "number")) for row in rows}
