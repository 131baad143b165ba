"""The Mutation type: its fields, and what each runs."""

from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgument

from app.commands.attachments import attach_pdf
from app.commands.body import Body
from app.commands.documents import prepare_closure
from app.commands.files import Files
from app.commands.notes import prepare_note
from app.commands.preconditions import expecting
from app.commands.representatives import prepare_link
from app.commands.save import prepare_save
from app.commands.transaction import PreparedWrite, Write
from app.domain.catalogue.closure import CLOSURE
from app.domain.enums import Resource, Verb
from app.domain.resources import RESOURCES
from app.graphql_api.schema.bodies import ingest_values, input_body, patch_body
from app.graphql_api.schema.bulk_writes import writes_many
from app.graphql_api.schema.catalogue_fields import Fields, with_fields
from app.graphql_api.schema.commands import Answer, Command, RunsCommand, Sent, one_write, running
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
from app.graphql_api.schema.names import to_camel_case, type_name
from app.graphql_api.schema.planned_fields import argument, relation
from app.graphql_api.schema.scalars import Upload
from app.graphql_api.schema.types import TYPES
from app.graphql_api.schema.value_types import UserError

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
        metadata={"command": command, "name": name},
        extensions=[RunsCommand(command, *arguments, dry_run())],
    )


def saves(verb: Verb, resource: Resource, input_: Any) -> Any:
    """A field that creates, replaces or patches a resource under its key."""
    key_name = to_camel_case(RESOURCES[resource].key)
    body, to_body = ("patch", patch_body) if verb is Verb.PATCH else ("input", input_body)

    def prepare(sent: Sent) -> PreparedWrite:
        expected = expecting(sent.get("expectedVersion"))
        return prepare_save(verb, resource, sent[key_name], to_body(resource, sent[body]), expected)

    data = argument(body, input_, f"The {resource}'s data.")
    return runs(
        one_write(prepare, {resource: lambda sent: (sent[key_name],)}, body),
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

    def prepare(sent: Sent) -> PreparedWrite:
        return prepare_link(sent["reference"], resource, sent[key_name])

    answers: dict[Resource, Callable[[Sent], tuple[str, ...]]] = {
        Resource.REPRESENTATIVE: lambda sent: (sent["reference"],),
        resource: lambda sent: (sent[key_name],),
    }
    return runs(
        Command(running(prepare), answers, writes=False, prepare=prepare),
        f"linkRepresentativeTo{type_name(resource)}",
        f"Links a representative to {resource.with_article}; linking again changes nothing.",
        key(Resource.REPRESENTATIVE),
        key(resource),
    )


def prepare_close(sent: Sent) -> PreparedWrite:
    body = Body(ingest_values(CLOSURE, sent["input"]))
    return prepare_closure(sent["documentNumber"], body, expecting(sent.get("expectedVersion")))


def prepare_new_note(sent: Sent) -> PreparedWrite:
    return prepare_note(sent["accountNumber"], input_body(Resource.NOTE, sent["input"]))


async def run_attach(write: Write[Answer], sent: Sent, files: Files) -> Answer:
    return await attach_pdf(write, files, sent["documentNumber"], sent["file"].path, append=sent["append"])


CLOSE = one_write(prepare_close, {Resource.DOCUMENT: lambda sent: (sent["documentNumber"],)}, "input")
ADD_NOTE = one_write(
    prepare_new_note, {Resource.NOTE: lambda sent: (sent["accountNumber"], sent["input"]["reference"])}, "input"
)
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
    bulk_write = writes_many(
        create_account,
        replace_account,
        patch_account,
        create_document,
        replace_document,
        patch_document,
        create_representative,
        replace_representative,
        patch_representative,
        create_contact,
        replace_contact,
        patch_contact,
        close_document,
        create_note,
        link_representative_to_account,
        link_representative_to_document,
    )
