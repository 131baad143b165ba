"""The Mutation type: its fields, what each runs, and how its payload is read."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.extensions.field_extension import AsyncExtensionResolver
from strawberry.types.arguments import StrawberryArgument

from app.commands.attachments import attach_pdf
from app.commands.body import Body
from app.commands.documents import close_document
from app.commands.files import Files
from app.commands.notes import create_note
from app.commands.preconditions import expecting
from app.commands.representatives import link_representative
from app.commands.save import save
from app.commands.transaction import Forbidden, Write, Written
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import Resource, Verb
from app.domain.problems import Problem, WriteRefused
from app.domain.resources import RESOURCES
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, error
from app.graphql_api.schema.bodies import argument_path, ingest_values, input_body, patch_body
from app.graphql_api.schema.catalogue_fields import Fields, with_fields
from app.graphql_api.schema.inputs import (
    AccountInput,
    AccountPatch,
    ClosureInput,
    ContactInput,
    ContactPatch,
    DocumentInput,
    DocumentPatch,
    NoteInput,
    RepresentativeInput,
    RepresentativePatch,
)
from app.graphql_api.schema.names import shown_message, to_camel_case, type_name
from app.graphql_api.schema.planned_fields import Arguments, argument, relation
from app.graphql_api.schema.resolvers import Info
from app.graphql_api.schema.scalars import Upload
from app.graphql_api.schema.types import TYPES
from app.graphql_api.schema.value_types import UserError
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


@dataclass(frozen=True, slots=True)
class Command:
    """What a field of the Mutation type runs. `answers` gives the keys of the resources in the payload, from the
    arguments; `body` names the argument that holds data."""

    run: Run
    answers: dict[Resource, Callable[[Sent], tuple[str, ...]]]
    body: str = ""
    writes: bool = True  # every row of the payload, which can then be shown without being read


class RunsCommand(Arguments):
    """Resolves a field of the Mutation type where graphql-core executes the operation."""

    def __init__(self, command: Command, *arguments: StrawberryArgument) -> None:
        super().__init__(*arguments)
        self.command = command

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **arguments: Any) -> Row:
        sent = {to_camel_case(name): value for name, value in arguments.items()}
        return await run_command(self.command, info.context, info.context.payloads[str(info.path.key)], sent)


VERBS = {
    Verb.CREATE: "Creates {}; refused where the key is taken.",
    Verb.REPLACE: "Creates {}, or replaces the one of that key: fields left out become empty. What is stored already "
    "is left as it is, version and all.",
    Verb.PATCH: "Changes the fields that are given and leaves the others. Where all of them are as they are given, "
    "nothing is written.",
}


def payload(name: str, resources: Iterable[Resource], *, creates: bool) -> Any:
    """The payload type of a mutation."""
    fields: Fields = {}
    for resource in resources:
        text = f"The {resource} as it is now; null when the write was refused."
        fields[str(resource)] = TYPES[resource] | None, relation(text)
    if creates:
        fields["created"] = bool, strawberry.field(description="Whether it was new.")
    text = "All that was wrong, at once; empty when the write was done."
    fields["user_errors"] = list[UserError], strawberry.field(description=text)
    made = with_fields(type(f"{name[0].upper()}{name[1:]}Payload", (), {"__module__": __name__}), fields)
    return strawberry.type(made, description=f"What `{name}` answers.")


def dry_run() -> StrawberryArgument:
    text = "Runs everything and answers as if it were done, but keeps nothing."
    return argument("dry_run", bool, text, default=False)


def expected_version() -> StrawberryArgument:
    return argument("expected_version", int | None, "Refuses the write unless the resource is at this version.")


def key(resource: Resource) -> StrawberryArgument:
    return argument(RESOURCES[resource].key, str, f"Key of the {resource}.")


def runs(command: Command, name: str, description: str, *arguments: StrawberryArgument, creates: bool = False) -> Any:
    """A field of that name that runs a command."""
    return strawberry.field(
        description=description,
        graphql_type=payload(name, command.answers, creates=creates) | None,
        metadata={"command": command},
        extensions=[RunsCommand(command, *arguments, dry_run())],
    )


def saves(verb: Verb, resource: Resource, input_: Any) -> Any:
    """A field that creates, replaces or patches a resource under its key."""
    key_name = to_camel_case(RESOURCES[resource].key)
    body, to_body = ("patch", patch_body) if verb is Verb.PATCH else ("input", input_body)

    async def run(write: Write[Answer], sent: Sent, _: Files) -> Answer:
        expected = expecting(sent.get("expectedVersion"))
        values = await write.compute(to_body, resource, sent[body])
        return await save(write, verb, resource, sent[key_name], values, expected)

    data = argument(body, input_, f"The {resource}'s data.")
    return runs(
        Command(run, {resource: lambda sent: (sent[key_name],)}, body),
        f"{verb.value}{type_name(resource)}",
        VERBS[verb].format(resource.with_article),
        key(resource),
        data,
        *(() if verb is Verb.CREATE else (expected_version(),)),
        creates=True,
    )


def links(resource: Resource) -> Any:
    """A field that links a representative to an account or a document."""
    key_name = to_camel_case(RESOURCES[resource].key)

    async def run(write: Write[Answer], sent: Sent, _: Files) -> Answer:
        return await link_representative(write, sent["reference"], resource, sent[key_name])

    answers: dict[Resource, Callable[[Sent], tuple[str, ...]]] = {
        Resource.REPRESENTATIVE: lambda sent: (sent["reference"],),
        resource: lambda sent: (sent[key_name],),
    }
    return runs(
        Command(run, answers, writes=False),
        f"linkRepresentativeTo{type_name(resource)}",
        f"Links a representative to {resource.with_article}; linking again changes nothing.",
        key(Resource.REPRESENTATIVE),
        key(resource),
    )


async def run_close(write: Write[Answer], sent: Sent, _: Files) -> Answer:
    body = Body(ingest_values(CLOSURE, sent["input"]))
    return await close_document(write, sent["documentNumber"], body, expecting(sent.get("expectedVersion")))


async def run_note(write: Write[Answer], sent: Sent, _: Files) -> Answer:
    return await create_note(write, sent["accountNumber"], input_body(Resource.NOTE, sent["input"]))


async def run_attach(write: Write[Answer], sent: Sent, files: Files) -> Answer:
    return await attach_pdf(write, files, sent["documentNumber"], sent["file"].path, append=sent["append"])


CLOSE = Command(run_close, {Resource.DOCUMENT: lambda sent: (sent["documentNumber"],)}, "input")
ADD_NOTE = Command(run_note, {Resource.NOTE: lambda sent: (sent["accountNumber"], sent["input"]["reference"])}, "input")
ATTACH = Command(run_attach, {Resource.DOCUMENT: lambda sent: (sent["documentNumber"],)}, writes=False)


@strawberry.type(
    description="Everything that can be written. Several in one operation run in order, each in a transaction of its "
    "own."
)
class Mutation:
    create_account = saves(Verb.CREATE, Resource.ACCOUNT, AccountInput)
    replace_account = saves(Verb.REPLACE, Resource.ACCOUNT, AccountInput)
    patch_account = saves(Verb.PATCH, Resource.ACCOUNT, AccountPatch)
    create_document = saves(Verb.CREATE, Resource.DOCUMENT, DocumentInput)
    replace_document = saves(Verb.REPLACE, Resource.DOCUMENT, DocumentInput)
    patch_document = saves(Verb.PATCH, Resource.DOCUMENT, DocumentPatch)
    create_representative = saves(Verb.CREATE, Resource.REPRESENTATIVE, RepresentativeInput)
    replace_representative = saves(Verb.REPLACE, Resource.REPRESENTATIVE, RepresentativeInput)
    patch_representative = saves(Verb.PATCH, Resource.REPRESENTATIVE, RepresentativePatch)
    create_contact = saves(Verb.CREATE, Resource.CONTACT, ContactInput)
    replace_contact = saves(Verb.REPLACE, Resource.CONTACT, ContactInput)
    patch_contact = saves(Verb.PATCH, Resource.CONTACT, ContactPatch)
    close_document = runs(
        CLOSE,
        "closeDocument",
        "Closes an open document for a stated reason.",
        key(Resource.DOCUMENT),
        argument("input", ClosureInput, "Why and when."),
        expected_version(),
    )
    create_note = runs(
        ADD_NOTE,
        "createNote",
        "Adds a note to an account. It can never be changed or removed.",
        key(Resource.ACCOUNT),
        argument("input", NoteInput, "The note."),
        creates=True,
    )
    attach_pdf = runs(
        ATTACH,
        "attachPdf",
        "Makes a PDF the document's; it takes the place of a generated one, and the same one again changes nothing. "
        "Send it as a multipart request.",
        key(Resource.DOCUMENT),
        argument("file", Upload, "The PDF: one that a reader opens without a password."),
        argument(
            "append",
            bool,
            "Adds its pages to the PDF that was pushed before, if any; refused where one of them is signed or "
            "encrypted.",
            default=False,
        ),
    )
    link_representative_to_account = links(Resource.ACCOUNT)
    link_representative_to_document = links(Resource.DOCUMENT)


async def run_command(command: Command, context: Context, traversals: list[Traversal], sent: Sent) -> Row:
    """Runs the command and reads the rows that its payload shows. What the data got wrong is in the payload, what the
    key may not do is raised."""

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


async def run_reading(command: Command, context: Context, sent: Sent, keys: Iterable[str], read_json: ReadJson) -> Row:
    """Runs a command whose payload shows what is read before the commit: the JSON of each resource, by response key."""

    async def answer(connection: AsyncConnection, written: Written) -> Answer:
        return written, await read_json(connection)

    write = Write(
        context.database,
        context.caller,
        answer,
        dry_run=sent["dryRun"],
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
    if record := CURRENT_REQUEST.get():
        record.ran_dry, record.wrote = record.ran_dry or write.dry_run, record.wrote or not write.dry_run
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


def user_errors(command: Command, refusal: WriteRefused, sent: Sent) -> list[dict[str, Any]]:
    """The problems under paths of arguments, each once."""
    resource = next(iter(command.answers))
    errors = [user_error(problem, argument_path(resource, problem, command.body, sent)) for problem in refusal.problems]
    unique = {(found["code"], *found["field"]): found for found in reversed(errors)}
    return list(reversed(unique.values()))


def user_error(problem: Problem, path: list[str]) -> dict[str, Any]:
    return {"code": problem.code, "message": shown_message(problem.field, problem.message), "field": path}
