"""Reads what the payload of a mutation shows beyond what was written: a statement for each resource, within the write's
transaction, so that a dry run shows it, too.

All payloads of an operation together are read within the time limit of a query. A write whose payload takes longer is
not committed, and its error says so: whoever sent it knows what is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from app.concurrency.offloading import Offloader
from app.domain.enums import Resource
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, error
from app.graphql_api.execution.finishing import JsonText, dump_in_steps, finish
from app.graphql_api.execution.payload_planning import key_names
from app.graphql_api.schema.commands import Command, Sent
from app.reads.selection import Compute, Row
from app.reads.single_statement.compiled import TENANT, QueryStatement
from app.reads.single_statement.postprocess import Postprocess
from app.storage.database.availability import QUERY_CANCELED
from app.storage.database.driver_errors import MAX_ANSWER_BYTES, AnswerTooLarge, StatementTooLarge, sqlstate
from app.storage.database.time_limits import TimeLimit
from app.storage.database.transaction_reads import fetch_json_within

UNDONE = "and nothing was written by this field. Ask for less at once."


@dataclass(frozen=True, slots=True)
class PayloadRead:
    """How a resource of a payload is read, once it is written."""

    resource: Resource
    statement: QueryStatement
    postprocess: Postprocess | None
    # Whether what was read is finished before the commit, for which others may wait: only where a cursor may turn out
    # to have expired, so that nothing is to be kept.
    finishes_inside: bool


@dataclass(slots=True)
class PayloadReader:
    """Reads the payloads of one operation."""

    context: Context
    offloader: Offloader
    seconds: float
    spent: float = 0.0

    async def read(
        self, reads: Mapping[str, PayloadRead], command: Command, sent: Sent, connection: AsyncConnection
    ) -> dict[str, Any]:
        """The JSON of each resource, by response key, as the database has it. Raises GraphQLError where that takes too
        long."""
        began = monotonic()
        limit = TimeLimit(max(self.seconds - self.spent, 0))
        try:
            async with limit:
                return {key: await self.fetch(read, command, sent, connection) for key, read in reads.items()}
        except StatementTooLarge:
            message = f"The payload asks for more than the database takes in one statement, {UNDONE}"
        except AnswerTooLarge:
            message = f"The payload is larger than {MAX_ANSWER_BYTES // 2**20} MiB, {UNDONE}"
        except Exception as failure:
            if not (isinstance(failure, TimeoutError) and limit.expired) and sqlstate(failure) != QUERY_CANCELED:
                raise
            message = f"To read the payload took longer than {self.seconds:g} s, {UNDONE}"
        finally:
            self.spent += monotonic() - began
        raise error(ErrorCode.QUERY_TOO_COMPLEX, message)

    async def fetch(self, read: PayloadRead, command: Command, sent: Sent, connection: AsyncConnection) -> Any:
        keys = zip(key_names(read.resource), command.answers[read.resource](sent), strict=True)
        arguments = read.statement.arguments({TENANT: self.context.caller.tenant_id, **dict(keys)})
        found = await fetch_json_within(self.context.database, connection, read.statement.text, arguments)
        if found is not None and read.postprocess and read.finishes_inside:
            return await finish(self.offloader, read.postprocess, found, self.context)
        return found

    async def show(self, row: Row, make: Compute | None) -> Any:
        """A payload that holds much by itself, as an answer shows it."""
        if make is None:
            return None
        return await self.offloader.finish(self.context.caller.key_hash, as_shown, make, row, self.context)

    async def finish(self, reads: Mapping[str, PayloadRead], found: Mapping[str, Any]) -> dict[str, Any]:
        """The same as an answer shows it."""
        shown: dict[str, Any] = {}
        for key, read in reads.items():
            body = found[key]
            if body is not None and read.postprocess and not read.finishes_inside:
                body = await finish(self.offloader, read.postprocess, body, self.context)
            shown[key] = None if body is None else JsonText(body)
        return shown


def as_shown(make: Compute, row: Row, context: Context) -> Any:
    """A payload as JSON, so that nothing has to be done for it on the event loop; as it is where it quotes half of a
    surrogate pair, which whoever writes the answer replaces."""
    made = make(row, context)
    try:
        return JsonText(dump_in_steps(made))
    except orjson.JSONEncodeError:
        return made
