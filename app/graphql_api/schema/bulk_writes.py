"""Many writes in one field: `bulkWrite`. Its input has a member for each mutation that writes one thing, with that
mutation's arguments, and runs the same commands."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, TypeVar, get_args

import strawberry
from strawberry.types.field import StrawberryField

from app.commands.bulk import ErrorPolicy, Outcome, write_chunk
from app.commands.transaction import Forbidden, PreparedWrite
from app.domain.changes import ChangedResource
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, error, internal_error
from app.graphql_api.schema.commands import PAYLOAD, Command, RunsCommand, Sent, note_write, user_errors
from app.graphql_api.schema.enums import UserErrorCode, to_enum
from app.graphql_api.schema.inputs import made_input, optional, required
from app.graphql_api.schema.names import to_camel_case
from app.graphql_api.schema.planned_fields import argument, list_of
from app.graphql_api.schema.value_types import UserError
from app.reads.selection import Row
from app.storage.writes.dry_run import DryRun
from app.storage.writes.unit_of_work import CallerChanged, Guard

MAX_WRITES = 1_000
DRY_RUN = "dry_run"  # the argument that holds for all writes together
FEW_WRITES = 20  # whose bodies are read by the event loop itself
LEFT_OUT = "Not done, because another write failed."
Work = TypeVar("Work")

to_enum(ErrorPolicy, "BulkErrorPolicy")


@strawberry.type(description="What became of one of many writes.")
class WriteResult:
    index: int = strawberry.field(description="The place of the write among `writes`, from 0.")
    resource: ChangedResource = strawberry.field(description="What it is to; of a link, the representative.")
    key: str = strawberry.field(description="The key of what it is to.")
    created: bool = strawberry.field(description="Whether that was new.")
    version: int | None = strawberry.field(
        description="Its version as it is now; null where it has none, or was not written."
    )
    user_errors: list[UserError] = strawberry.field(
        description="All that was wrong, at once; empty when the write was done."
    )


@strawberry.type(description="What `bulkWrite` answers.")
class BulkWritePayload:
    results: list[WriteResult] = strawberry.field(description="A result for each write, in the order of the writes.")
    written: int = strawberry.field(description="How many were done, those that changed nothing among them.")
    failed: int = strawberry.field(description="How many were refused.")
    skipped: int = strawberry.field(description="How many were left out or undone, because another failed.")


def writes_many(*fields: Any) -> Any:
    """A field that runs many writes, each as one of these fields of the Mutation type would."""
    members = {to_camel_case(name_of(field)): field.metadata["command"] for field in fields}
    inputs = {name_of(field): optional(write_input(field), str(field.description)) for field in fields}
    text = "One of many writes: the mutation that it would be alone, with its arguments."
    input_ = made_input("WriteInput", text, inputs, one_of=True)

    async def run(context: Context, guard: Guard | None, sent: Sent) -> Row:
        return await run_writes(members, context, guard, sent)

    command = Command(no_single_run, {}, run_many=run)
    return strawberry.field(
        description="Does many writes in their order, each after those before it, as their own mutations would do "
        "them, and in far less time.",
        graphql_type=BulkWritePayload | None,
        metadata={"command": command},
        extensions=[
            RunsCommand(
                command,
                argument("writes", list_of(input_), f"The writes, {MAX_WRITES:,} at most."),
                argument("on_error", ErrorPolicy, "What becomes of the others if one fails.", ErrorPolicy.CONTINUE),
                argument(
                    DRY_RUN, bool, "Runs everything and answers as if it were done, but keeps nothing.", default=False
                ),
            )
        ],
    )


async def no_single_run(*_: Any) -> Any:
    raise TypeError("many writes are not run as one")


def name_of(field: StrawberryField) -> str:
    """The name of a mutation, which its command knows."""
    name: str = field.metadata["name"]
    return name


def write_input(field: StrawberryField) -> Any:
    """The arguments of a mutation as an input."""
    members: dict[str, Any] = {}
    for one in next(each for each in field.extensions if isinstance(each, RunsCommand)).arguments:
        if one.python_name == DRY_RUN:
            continue
        type_: Any = one.type_annotation.annotation if one.type_annotation else None
        text = str(one.description)
        if NoneType in get_args(type_):
            members[one.python_name] = type_, strawberry.field(default=strawberry.UNSET, description=text)
        else:
            members[one.python_name] = required(type_, text)
    name = to_camel_case(name_of(field))
    return made_input(f"{name[0].upper()}{name[1:]}Write", f"The arguments of `{name}`.", members)


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """One of the writes: its place among them, the mutation that it would be alone, and that one's arguments."""

    index: int
    name: str
    command: Command
    sent: Sent

    @property
    def place(self) -> list[str]:
        """Its path from the arguments."""
        return ["writes", str(self.index)]

    def prepared(self) -> PreparedWrite:
        if self.command.prepare is None:
            raise TypeError("a mutation that is no single write is none of many either")
        return self.command.prepare(self.sent)

    def result(self, write: PreparedWrite, outcome: Outcome, request_id: str) -> dict[str, Any]:
        return {
            "index": self.index,
            "resource": ChangedResource(write.resource),
            "key": write.key,
            "created": outcome.written is not None and outcome.written.created,
            "version": outcome.version,
            "user_errors": self.errors(outcome, request_id),
        }

    def errors(self, outcome: Outcome, request_id: str) -> list[dict[str, Any]]:
        """Why it was not done."""
        if outcome.refusal:
            found = user_errors(self.command, outcome.refusal, self.sent)
            return [each | {"field": [*self.place, self.name, *each["field"]]} for each in found]
        if outcome.failure:
            message = internal_error(outcome.failure, request_id).message
            return [{"code": UserErrorCode.INTERNAL_ERROR, "message": message, "field": self.place}]
        skipped = {"code": UserErrorCode.SKIPPED, "message": LEFT_OUT, "field": self.place}
        return [skipped] if outcome.skipped else []


async def run_writes(members: dict[str, Command], context: Context, guard: Guard | None, sent: Sent) -> Row:
    """The payload. Raises CallerChanged where the guard does not hold, and GraphQLError."""
    dry_run = DryRun() if sent["dryRun"] else None
    note_write(dry_run=dry_run is not None)
    named = (next(iter(write.items())) for write in sent["writes"])
    writes = [OneOfMany(index, name, members[name], own) for index, (name, own) in enumerate(named)]
    prepared = await away(len(writes), lambda: [one.prepared() for one in writes])
    try:
        outcomes = await write_chunk(
            context.database,
            context.caller,
            prepared,
            on_error=sent["onError"],
            dry_run=dry_run,
            guard=guard,
            request_id=context.request_id,
        )
    except Forbidden:
        raise error(ErrorCode.FORBIDDEN, "This key may only read.") from None
    except CallerChanged as reason:
        if guard:  # whoever gave it looks the caller up again
            raise
        raise error(ErrorCode.UNAUTHENTICATED, str(reason)) from None
    finally:
        if dry_run:
            dry_run.close()
    ended = list(zip(writes, prepared, outcomes, strict=True))
    results = await away(
        len(ended), lambda: [one.result(write, outcome, context.request_id) for one, write, outcome in ended]
    )
    return Row(PAYLOAD, {"results": results, **counts(outcomes)})


async def away(count: int, work: Callable[[], Work]) -> Work:
    """The result of some work, which is done in a thread where it is about many writes."""
    return work() if count <= FEW_WRITES else await asyncio.to_thread(work)


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    failed, skipped = sum(each.failed for each in outcomes), sum(each.skipped for each in outcomes)
    return {"written": len(outcomes) - failed - skipped, "failed": failed, "skipped": skipped}
