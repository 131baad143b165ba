"""Creating a note. It is never changed or removed."""

from app.commands.body import Body, check_requirements, key_problems, new_draft, not_found
from app.commands.preconditions import ANY_VERSION, Precondition
from app.commands.transaction import Answer, PreparedWrite, Write, Written
from app.domain.changes import ChangeVerb, change_of
from app.domain.enums import Resource, Verb
from app.domain.keys import key_fault, new_key_fault
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, Where, WriteRefused
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import ACCOUNTS, NOTES
from app.storage.writes.unit_of_work import Lookup, UnitOfWork

VERSION = 1  # of every note: none is ever changed


async def create_note(
    write: Write[Answer], account_number: str, body: Body, precondition: Precondition = ANY_VERSION
) -> Answer:
    """Adds a note to an account; its reference is new within the tenant. Raises WriteRefused."""
    return await write.run_prepared(prepare_note(account_number, body, precondition))


def prepare_note(account_number: str, body: Body, precondition: Precondition = ANY_VERSION) -> PreparedWrite:
    """The adding of a note to an account."""

    async def command(unit: UnitOfWork) -> Written:
        has_account = is_storable(account_number) and await unit.exists(ACCOUNTS, account_number=account_number)
        problems = [] if has_account else [not_found(Resource.ACCOUNT, account_number)]
        reference = body.values.get("reference")
        problems += key_problems("reference", key_fault(reference), reference, Where.BODY)
        if not problems:
            await check_reference(unit, str(reference), precondition)
            problems = key_problems("reference", new_key_fault(str(reference)), reference, Where.BODY)
        if has_account:
            precondition.check_unversioned("A note that is new")
        draft = new_draft(Resource.NOTE, Verb.CREATE, str(reference), body, None)
        draft.problems[:0] = problems
        check_requirements(draft, unit.caller)
        draft.refuse_if_wrong()
        moment = now()
        draft.values["effective_date"] = draft.values["effective_date"] or moment
        row = {**draft.values, "account_number": account_number, "products": draft.products, "version": VERSION}
        row |= {"created_at": moment, "updated_at": moment}
        await unit.insert(NOTES, row)
        unit.log(change_of(Resource.NOTE, draft.key, ChangeVerb.CREATE, None, row))
        keys = {Resource.NOTE: draft.key, Resource.ACCOUNT: account_number}
        return Written(keys, created=True, rows={Resource.NOTE: row})

    reference = str(body.values.get("reference"))
    return PreparedWrite(Resource.NOTE, reference, command, tuple(lookups(account_number, body)))


def lookups(account_number: str, body: Body) -> list[Lookup]:
    """The rows that a note is validated by."""
    keys = {ACCOUNTS: ("account_number", account_number), NOTES: ("reference", body.values.get("reference"))}
    return [
        Lookup(table, ((name, key),), whole=False, expected=table is ACCOUNTS)
        for table, (name, key) in keys.items()
        if isinstance(key, str) and is_storable(key)
    ]


async def check_reference(unit: UnitOfWork, reference: str, precondition: Precondition) -> None:
    """Refuses the reference of a note that exists, on whichever account of the tenant."""
    if await unit.exists(NOTES, reference=reference):
        precondition.check_excluded(Resource.NOTE, reference, VERSION)
        message = f"Note {quoted_key(reference)} already exists; a note can never be changed."
        raise WriteRefused([Problem(Code.ALREADY_EXISTS, ("reference",), message)])
