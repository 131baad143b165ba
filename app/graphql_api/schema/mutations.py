"""The Mutation type: one field for each verb and resource, made from a table, and what each runs."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import FieldNode
from sqlalchemy.ext.asyncio import AsyncConnection

from app.auth.costs import WRITE
from app.commands.attachments import attach_pdf
from app.commands.body import Body, Verb
from app.commands.documents import close_document
from app.commands.files import Files
from app.commands.notes import create_note
from app.commands.preconditions import expecting
from app.commands.representatives import link_representative
from app.commands.save import save
from app.commands.transaction import Forbidden, Write, Written
from app.domain.catalogue import KEY_FIELD
from app.domain.catalogue.closure import CLOSURE
from app.domain.problems import Code, Problem, Refused
from app.domain.resources import Resource
from app.graphql_api.errors import ErrorCode, error
from app.graphql_api.execution.planning import Place, Planner
from app.graphql_api.schema.bodies import argument_path, ingest_values, input_body, patch_body, shown_message
from app.graphql_api.schema.connections import type_name, with_article
from app.graphql_api.schema.type_registry import SLOTS, Slot, enum, output
from app.reads.by_level.read import read
from app.reads.pagination import CursorExpired
from app.reads.selection import Compute, Row, Traversal
from app.storage.writes.optimistic import Guard

Arguments = dict[str, Any]
Answer = tuple[Written, Callable[[Resource, str], Row]]  # what was written, and the rows of the payload
Run = Callable[[Write[Answer], Arguments, Files], Awaitable[Answer]]

CODES = {
    "ALREADY_EXISTS": "A create found the key taken.",
    "NOT_FOUND": "Something that is named does not exist.",
    "ALREADY_CLOSED": "A closure found the document closed.",
    "REQUIRED": "A value is missing or blank.",
    "INVALID": "A value is not one of its field.",
    "TOO_LONG": "A text has too many characters, or a file too many bytes or pages.",
    "CURRENCY_LOCKED": "The account's currency was fixed by an earlier write.",
    "CURRENCY_MODEL_LOCKED": "The tenant's documents use the other currency model.",
    "VERSION_CONFLICT": "The resource is at another version than expected.",
}
enum(Code, "UserErrorCode", "Why a write was refused.", CODES)
output(
    "UserError",
    "Something that the caller's data got wrong.",
    [
        Slot("code", "UserErrorCode", "Why, for programs.", resolve=lambda value, args: value["code"]),
        Slot("message", "str", "Why, in words.", resolve=lambda value, args: value["message"]),
        Slot(
            "field",
            "list[str]",
            "Where: the path from the mutation's arguments, list positions as strings.",
            resolve=lambda value, args: value["field"],
        ),
    ],
)
DRY_RUN = Slot("dry_run", "bool", "Runs everything and answers as if it were done, but keeps nothing.", default=False)
EXPECTED = Slot("expected_version", "int | None", "Refuses the write unless the resource is at this version.")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A field of the Mutation type. `body` names the argument that holds data; `answers` gives the keys of the
    resources in the payload, from the arguments."""

    slot: Slot
    run: Run
    answers: dict[Resource, Callable[[Arguments], tuple[str, ...]]]
    body: str = ""
    writes: bool = True  # every row of the payload, which can then be shown without being read


def find(resource: Resource, value: dict[str, Any], args: Arguments) -> Row | None:
    """The row of a payload that is of this resource."""
    found: Row | None = value["find"](resource, args.get("key"))
    return found


def payload(name: str, resources: tuple[Resource, ...], *, creates: bool) -> str:
    """The payload type of a mutation."""
    slots = [
        Slot(
            resource,
            f"{type_name(resource)} | None",
            f"The {resource} as it is now; null when the write was refused.",
            resolve=partial(find, resource),
        )
        for resource in resources
    ]
    if creates:
        made = "Whether it was new."
        slots.append(Slot("created", "bool", made, resolve=lambda value, args: value["created"]))
    text = "All that was wrong, at once; empty when the write was done."
    slots.append(Slot("user_errors", "list[UserError]", text, resolve=lambda value, args: value["user_errors"]))
    output(f"{name}Payload", f"What `{name[0].lower()}{name[1:]}` answers.", slots)
    return f"{name}Payload"


def key_argument(resource: Resource) -> Slot:
    return Slot(KEY_FIELD[resource], "str", f"Key of the {resource}.")


VERBS = {
    Verb.CREATE: "Creates {}; refused where the key is taken.",
    Verb.REPLACE: "Creates {}, or replaces the one of that key: fields left out become empty. What is stored already "
    "is left as it is, version and all.",
    Verb.PATCH: "Changes the fields that are given and leaves the others. Where all of them are as they are given, "
    "nothing is written.",
}


def saving(resource: Resource, verb: Verb) -> Mutation:
    """Creating, replacing or patching a resource under its key."""
    name, key = f"{verb.value.capitalize()}{type_name(resource)}", key_argument(resource)
    body = "patch" if verb is Verb.PATCH else "input"
    to_body = patch_body if verb is Verb.PATCH else input_body
    data = Slot(body, f"{type_name(resource)}{body.capitalize()}", f"The {resource}'s data.")
    arguments = (key, data, *(() if verb is Verb.CREATE else (EXPECTED,)), DRY_RUN)
    text = VERBS[verb].format(with_article(resource))

    async def run(write: Write[Answer], args: Arguments, _: Files) -> Answer:
        expected = expecting(args.get("expectedVersion"))
        return await save(write, verb, resource, args[key.shown], to_body(resource, args[body]), expected)

    slot = Slot(f"{verb.value}_{resource}", f"{payload(name, (resource,), creates=True)} | None", text, arguments)
    return Mutation(slot, run, {resource: lambda args: (args[key.shown],)}, body)


def linking(resource: Resource) -> Mutation:
    """Linking a representative to an account or a document."""
    reference, key = key_argument(Resource.REPRESENTATIVE), key_argument(resource)
    name = f"LinkRepresentativeTo{type_name(resource)}"
    type_ = payload(name, (Resource.REPRESENTATIVE, resource), creates=False)
    text = f"Links a representative to {with_article(resource)}; linking again changes nothing."

    async def run(write: Write[Answer], args: Arguments, _: Files) -> Answer:
        return await link_representative(write, args["reference"], resource, args[key.shown])

    slot = Slot(f"link_representative_to_{resource}", f"{type_} | None", text, (reference, key, DRY_RUN))
    return Mutation(
        slot,
        run,
        {Resource.REPRESENTATIVE: lambda args: (args["reference"],), resource: lambda args: (args[key.shown],)},
        writes=False,
    )


async def run_close(write: Write[Answer], args: Arguments, _: Files) -> Answer:
    body = Body(ingest_values(CLOSURE, args["input"]))
    return await close_document(write, args["documentNumber"], body, expecting(args.get("expectedVersion")))


async def run_note(write: Write[Answer], args: Arguments, _: Files) -> Answer:
    return await create_note(write, args["accountNumber"], input_body(Resource.NOTE, args["input"]))


async def run_attach(write: Write[Answer], args: Arguments, files: Files) -> Answer:
    return await attach_pdf(write, files, args["documentNumber"], args["file"].path, append=args["append"])


CLOSE = Mutation(
    Slot(
        "close_document",
        f"{payload('CloseDocument', (Resource.DOCUMENT,), creates=False)} | None",
        "Closes an open document for a stated reason.",
        (
            key_argument(Resource.DOCUMENT),
            Slot("input", "ClosureInput", "Why and when."),
            EXPECTED,
            DRY_RUN,
        ),
    ),
    run_close,
    {Resource.DOCUMENT: lambda args: (args["documentNumber"],)},
    "input",
)
CREATE_NOTE = Mutation(
    Slot(
        "create_note",
        f"{payload('CreateNote', (Resource.NOTE,), creates=True)} | None",
        "Adds a note to an account. It can never be changed or removed.",
        (key_argument(Resource.ACCOUNT), Slot("input", "NoteInput", "The note."), DRY_RUN),
    ),
    run_note,
    {Resource.NOTE: lambda args: (args["accountNumber"], args["input"]["reference"])},
    "input",
)
ATTACH = Mutation(
    Slot(
        "attach_pdf",
        f"{payload('AttachPdf', (Resource.DOCUMENT,), creates=False)} | None",
        "Makes a PDF the document's; it takes the place of a generated one, and the same one again changes nothing. "
        "Send it as a multipart request.",
        (
            key_argument(Resource.DOCUMENT),
            Slot("file", "Upload", "The PDF: one that a reader opens without a password."),
            Slot(
                "append",
                "bool",
                "Adds its pages to the PDF that was pushed before, if any; refused where one of them is signed or "
                "encrypted.",
                default=False,
            ),
            DRY_RUN,
        ),
    ),
    run_attach,
    {Resource.DOCUMENT: lambda args: (args["documentNumber"],)},
    writes=False,
)
SAVED = (Resource.ACCOUNT, Resource.DOCUMENT, Resource.REPRESENTATIVE, Resource.CONTACT)
MUTATIONS: dict[str, Mutation] = {
    mutation.slot.shown: mutation
    for mutation in (
        *(saving(resource, verb) for resource in SAVED for verb in Verb),
        CLOSE,
        CREATE_NOTE,
        ATTACH,
        linking(Resource.ACCOUNT),
        linking(Resource.DOCUMENT),
    )
}
output(
    "Mutation",
    "Everything that can be written. Several in one operation run in order, each in a transaction of its own.",
    [mutation.slot for mutation in MUTATIONS.values()],
)


def plan_payload(planner: Planner, key: str, nodes: list[FieldNode]) -> list[Traversal]:
    """What is read to answer a mutation, once it has written."""
    planner.cost += WRITE
    mutation = MUTATIONS[nodes[0].name.value]
    return planner.collect_errors(nodes[0], Place((key,)), payload_follows(planner, mutation, key, nodes))


def plan_shown(planner: Planner, key: str, nodes: list[FieldNode]) -> Compute | None:
    """What makes a payload's JSON, where it shows nothing but columns of the row that is written; else None."""
    planner.cost += WRITE
    mutation = MUTATIONS[nodes[0].name.value]
    type_ = mutation.slot.type.removesuffix(" | None")
    selections = [node.selection_set for node in nodes]
    for name, inner in planner.collect(type_, selections).items():
        if inner[0].name.value in {str(resource) for resource in mutation.answers}:
            resource = type_name(Resource(inner[0].name.value))
            if planner.row(resource, [node.selection_set for node in inner], Place((key, name))).traversals:
                return None
    return planner.shower(planner.definition("Mutation", nodes[0]).type, selections) if mutation.writes else None


def payload_follows(planner: Planner, mutation: Mutation, key: str, nodes: list[FieldNode]) -> Iterator[Traversal]:
    arguments = planner.arguments("Mutation", nodes[0])
    type_ = mutation.slot.type.removesuffix(" | None")
    for name, inner in planner.collect(type_, [node.selection_set for node in nodes]).items():
        if inner[0].name.value in {str(resource) for resource in mutation.answers}:
            resource = Resource(inner[0].name.value)
            selections = [node.selection_set for node in inner]
            selection = planner.row(type_name(resource), selections, Place((key, name)))
            yield Traversal(name, resource, selection, lookup_keys=(mutation.answers[resource](arguments),))
        elif inner[0].name.value in SLOTS[type_]:
            planner.maker(type_, SLOTS[type_][inner[0].name.value], inner)  # for what is wrong beneath it


async def run_mutation(
    mutation: Mutation, context: Any, traversals: list[Traversal], args: Arguments
) -> dict[str, Any]:
    """Runs the command; the payload's value, for which the follows are read. What the data got wrong is in it, what the
    key may not do is raised."""

    async def answer(connection: AsyncConnection, written: Written) -> Answer:
        row = await read(connection, context.caller, traversals)
        return written, lambda resource, key: row.related[key][0]

    write = Write(context.database, context.caller, answer, dry_run=args["dryRun"], request_id=context.request_id)
    return await outcome(mutation, write, context, args)


async def run_shown(mutation: Mutation, context: Any, guard: Guard | None, args: Arguments) -> dict[str, Any]:
    """Runs a command whose payload shows nothing but columns of the row that it writes. Raises CallerChanged."""

    def show(written: Written) -> Answer:
        return written, lambda resource, key: Row(resource, written.row(resource))

    write = Write(
        context.database,
        context.caller,
        show=show,
        dry_run=args["dryRun"],
        guard=guard,
        request_id=context.request_id,
    )
    return await outcome(mutation, write, context, args)


async def outcome(mutation: Mutation, write: Write[Answer], context: Any, args: Arguments) -> dict[str, Any]:
    try:
        written, found = await mutation.run(write, args, context.files)
    except Refused as refusal:
        return {"find": lambda *_: None, "created": False, "user_errors": user_errors(mutation, refusal, args)}
    except Forbidden:
        raise error(ErrorCode.FORBIDDEN, "This key may only read.") from None
    except CursorExpired as reason:  # told by what the payload asks for; nothing was written
        raise error(ErrorCode.CURSOR_EXPIRED, str(reason)) from None
    return {"find": found, "created": written.created, "user_errors": []}


def user_errors(mutation: Mutation, refusal: Refused, args: Arguments) -> list[dict[str, Any]]:
    """The problems under paths of arguments, each once."""
    resource = next(iter(mutation.answers))
    errors = [
        user_error(problem, argument_path(resource, problem, mutation.body, args)) for problem in refusal.problems
    ]
    unique = {(found["code"], *found["field"]): found for found in reversed(errors)}
    return list(reversed(unique.values()))


def user_error(problem: Problem, path: list[str]) -> dict[str, Any]:
    return {"code": problem.code, "message": shown_message(problem.field, problem.message), "field": path}
