"""What the fields of the Mutation type run, and how payloads are made of what the commands have written."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.extensions.field_extension import AsyncExtensionResolver
from strawberry.types.arguments import StrawberryArgument

from app.commands.files import Files
from app.commands.transaction import Forbidden, PreparedWrite, Write, Written
from app.domain.enums import Resource
from app.domain.problems import Problem, WriteRefused
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, error
from app.graphql_api.schema.bodies import argument_path
from app.graphql_api.schema.enums import UserErrorCode
from app.graphql_api.schema.names import shown_message, to_camel_case
from app.graphql_api.schema.planned_fields import Arguments
from app.graphql_api.schema.resolvers import Info
from app.observability.request_record import CURRENT_REQUEST
from app.reads.by_level.read import read
from app.reads.pagination import CursorExpired
from app.reads.selection import Row, Traversal
from app.storage.writes.unit_of_work import CallerChanged, Guard

PAYLOAD = "payload"  # what its Row is of

Sent = dict[str, Any]  # the arguments of a mutation, by GraphQL name
Answer = tuple[Written, dict[str, Any]]  # what was written, and the payload's resources by response key: rows, or JSON
ReadJson = Callable[[AsyncConnection], Awaitable[dict[str, Any]]]
Run = Callable[[Write[Answer], Sent, Files], Awaitable[Answer]]
Prepare = Callable[[Sent], PreparedWrite]
RunMany = Callable[[Context, Guard | None, Sent], Awaitable[Row]]


@dataclass(frozen=True, slots=True)
class Command:
    """What a field of the Mutation type runs: `prepare` makes the one write of its arguments, and `run` runs it.
    `answers` gives the keys of the resources in the payload, from the arguments; `body` names the argument that holds
    data. With `run_many` a field does many writes, and the payload is its own."""

    run: Run
    answers: dict[Resource, Callable[[Sent], tuple[str, ...]]]
    body: str = ""
    writes: bool = True  # every row of the payload, which can then be shown without being read
    prepare: Prepare | None = None
    run_many: RunMany | None = None

    def count(self, sent: Sent) -> int:
        """How many writes it does."""
        return len(sent["writes"]) if self.run_many else 1


def running(prepare: Prepare) -> Run:
    """Runs the write that is made of the arguments."""

    async def run(write: Write[Answer], sent: Sent, _: Files) -> Answer:
        return await write.run_prepared(await write.compute(prepare, sent))

    return run


def one_write(prepare: Prepare, answers: dict[Resource, Callable[[Sent], tuple[str, ...]]], body: str = "") -> Command:
    """What a field runs that does a single write."""
    return Command(running(prepare), answers, body, prepare=prepare)


class RunsCommand(Arguments):
    """Resolves a field of the Mutation type where graphql-core executes the operation."""

    def __init__(self, command: Command, *arguments: StrawberryArgument) -> None:
        super().__init__(*arguments)
        self.command = command

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **arguments: Any) -> Row:
        sent = {to_camel_case(name): value for name, value in arguments.items()}
        return await run_command(self.command, info.context, info.context.payloads[str(info.path.key)], sent)


async def run_command(command: Command, context: Context, traversals: list[Traversal], sent: Sent) -> Row:
    """Runs the command and reads the rows that its payload shows. What the data got wrong is in the payload, what the
    key may not do is raised."""
    if command.run_many:
        return await command.run_many(context, None, sent)

    async def answer(connection: AsyncConnection, written: Written) -> Answer:
        row = await read(connection, context.caller, traversals)
        return written, {each.key: row.related[each.key][0] for each in traversals}

    write = Write(
        context.database,
        context.caller,
        answer,
        dry_run=sent["dryRun"],
        request_id=context.request_id,
        offloader=context.offloader,
    )
    return await outcome(command, write, context, sent, [each.key for each in traversals])


async def run_reading(
    command: Command, context: Context, guard: Guard | None, sent: Sent, keys: Iterable[str], read_json: ReadJson
) -> Row:
    """Runs a command whose payload shows what is read before the commit: the JSON of each resource, by response key.
    Raises CallerChanged where the guard does not hold."""

    async def answer(connection: AsyncConnection, written: Written) -> Answer:
        return written, await read_json(connection)

    write = Write(
        context.database,
        context.caller,
        answer,
        dry_run=sent["dryRun"],
        guard=guard,
        request_id=context.request_id,
        offloader=context.offloader,
    )
    return await outcome(command, write, context, sent, keys)


async def run_shown(command: Command, context: Context, guard: Guard | None, sent: Sent) -> Row:
    """Runs a command whose payload shows nothing but what the row that it writes has. Raises CallerChanged where the
    guard does not hold."""

    def show(written: Written) -> Answer:
        return written, {str(resource): Row(resource, written.row(resource)) for resource in command.answers}

    write = Write(
        context.database,
        context.caller,
        show=show,
        dry_run=sent["dryRun"],
        guard=guard,
        request_id=context.request_id,
        offloader=context.offloader,
    )
    return await outcome(command, write, context, sent, command.answers)


async def outcome(
    command: Command, write: Write[Answer], context: Context, sent: Sent, resources: Iterable[str]
) -> Row:
    """The payload; `resources` are the keys that its rows are found under."""
    note_write(dry_run=write.dry_run)
    try:
        written, rows = await command.run(write, sent, context.files)
    except WriteRefused as refusal:
        made = Row(PAYLOAD, {"created": False, "user_errors": user_errors(command, refusal, sent)})
        made.related = dict.fromkeys(resources)
        return made
    except Forbidden:
        raise error(ErrorCode.FORBIDDEN, "This key may only read.") from None
    except CallerChanged as reason:
        if write.guard:  # whoever gave it looks the caller up again
            raise
        raise error(ErrorCode.UNAUTHENTICATED, str(reason)) from None
    except CursorExpired as reason:  # told by what the payload asks for; nothing was written
        raise error(ErrorCode.CURSOR_EXPIRED, str(reason)) from None
    made = Row(PAYLOAD, {"created": written.created, "user_errors": []})
    made.related = rows
    return made


def note_write(*, dry_run: bool) -> None:
    """Notes that the request writes, for metrics."""
    if record := CURRENT_REQUEST.get():
        record.ran_dry, record.wrote = record.ran_dry or dry_run, record.wrote or not dry_run


def user_errors(command: Command, refusal: WriteRefused, sent: Sent) -> list[dict[str, Any]]:
    """The problems under paths of arguments, each once."""
    resource = next(iter(command.answers))
    errors = [user_error(problem, argument_path(resource, problem, command.body, sent)) for problem in refusal.problems]
    unique = {(found["code"], *found["field"]): found for found in reversed(errors)}
    return list(reversed(unique.values()))


def user_error(problem: Problem, path: list[str]) -> dict[str, Any]:
    return {
        "code": UserErrorCode(problem.code),
        "message": shown_message(problem.field, problem.message),
        "field": path,
    }
