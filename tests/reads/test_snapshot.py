"""All levels of a read see one state of the database, whatever is written meanwhile."""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.auth.api_keys import authenticate
from app.domain.caller import Caller
from app.reads.by_level.read import read
from app.reads.selection import Selection, Traversal
from tests.gateway import Client
from tests.ledger import Ledger

DOCUMENTS = Traversal("documents", "documents", Selection(frozenset({"document_number", "comment"})))
ACCOUNTS = Traversal("accounts", "accounts", Selection(frozenset({"name"}), (DOCUMENTS,)))


async def seen(connection: AsyncConnection, caller: Caller) -> list[tuple[str, list[str]]]:
    """The names of the accounts, with the comments of their documents."""
    found = (await read(connection, caller, [ACCOUNTS])).related["accounts"]
    return [(row["name"], [d["comment"] for d in row.related["documents"].rows]) for row in found.rows]


async def test_what_is_written_between_two_levels_of_a_read_is_not_seen_by_it(acme: Client) -> None:
    ledger = Ledger(acme)
    await ledger.account("A", name="Before")
    await ledger.document("D", "A", comment="Before")
    database = acme.gateway.serving
    caller = await authenticate(database, acme.api_key or "")
    assert caller
    async with database.reading(caller.tenant_id) as connection:
        assert await seen(connection, caller) == [("Before", ["Before"])]
        await ledger.patch("Account", "accountNumber", "A", name="After")
        await ledger.patch("Document", "documentNumber", "D", comment="After")
        await ledger.account("B", name="New")
        assert await seen(connection, caller) == [("Before", ["Before"])]
    async with database.reading(caller.tenant_id) as connection:
        assert await seen(connection, caller) == [("After", ["After"]), ("New", [])]
