"""Creating a note: the only thing that can be done to one."""

from app.commands.body import Body, Verb, absent, draft, hold, wrong_key
from app.commands.preconditions import ANY_VERSION, Precondition
from app.commands.transaction import Answer, Write, Written
from app.domain.changes import ChangeVerb, change_of
from app.domain.keys import key_fault, new_key_fault
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, Refused, Where
from app.domain.resources import Resource
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import ACCOUNTS, NOTES
from app.storage.writes.scoped import Lookup, Scoped

NEVER_CHANGED = 1  # the version of every note


async def create_note(
    write: Write[Answer], account_number: str, body: Body, precondition: Precondition = ANY_VERSION
) -> Answer:
    """Adds a note to an account; its reference is new within the tenant. Raises Refused."""

    async def command(scope: Scoped) -> Written:
        known = is_storable(account_number) and await scope.exists(ACCOUNTS, account_number=account_number)
        wrong = [] if known else [absent(Resource.ACCOUNT, account_number)]
        reference = body.values.get("reference")
        wrong += wrong_key("reference", key_fault(reference), reference, Where.BODY)
        if not wrong:
            await check_reference(scope, str(reference), precondition)
            wrong = wrong_key("reference", new_key_fault(str(reference)), reference, Where.BODY)
        if known:
            precondition.check_unversioned("A note that is new")
        made = draft(Resource.NOTE, Verb.CREATE, str(reference), body, None)
        made.problems[:0] = wrong
        hold(made, scope.caller)
        made.refuse_if_wrong()
        moment = now()
        made.values["effective_date"] = made.values["effective_date"] or moment
        row = {**made.values, "account_number": account_number, "products": made.products, "version": NEVER_CHANGED}
        row |= {"created_at": moment, "updated_at": moment}
        await scope.insert(NOTES, row)
        scope.log(change_of(Resource.NOTE, made.key, ChangeVerb.CREATE, None, row))
        keys = {Resource.NOTE: made.key, Resource.ACCOUNT: account_number}
        return Written(keys, created=True, rows={Resource.NOTE: row})

    return await write.run(command, looks(account_number, body))


def looks(account_number: str, body: Body) -> list[Lookup]:
    """What a note is judged by."""
    keys = {ACCOUNTS: ("account_number", account_number), NOTES: ("reference", body.values.get("reference"))}
    return [
        Lookup(table, ((name, key),), whole=False, expected=table is ACCOUNTS)
        for table, (name, key) in keys.items()
        if isinstance(key, str) and is_storable(key)
    ]


async def check_reference(scope: Scoped, reference: str, precondition: Precondition) -> None:
    """Refuses the reference of a note that exists, on whichever account of the tenant."""
    if await scope.exists(NOTES, reference=reference):
        precondition.check_excluded(Resource.NOTE, reference, NEVER_CHANGED)
        message = f"Note {quoted_key(reference)} already exists; a note can never be changed."
        raise Refused([Problem(Code.ALREADY_EXISTS, ("reference",), message)])
