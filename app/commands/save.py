"""Create, replace and patch: the one path that every body takes, with the rules of its resource as a table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.commands import accounts, contacts, documents, references, representatives
from app.commands.body import Body, Draft, Verb, check_absence, draft, wrong_address
from app.commands.preconditions import ANY_VERSION, Precondition, version_of
from app.commands.transaction import Answer, Write, Written
from app.domain.catalogue import KEY_FIELD
from app.domain.changes import ChangeVerb, change_of
from app.domain.resources import Resource
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import TABLES
from app.storage.writes.scoped import Lookup, Scoped


@dataclass(frozen=True, slots=True)
class Rules:
    """What a resource adds to the common path: `judge` reports problems and settles values, `derive` adds to the row
    what follows from them, `keep` writes what goes with a row that changes, and `looks` says beforehand what all of
    them are going to look up."""

    judge: Callable[[Scoped, Draft], Awaitable[None]]
    derive: Callable[[Draft, dict[str, Any]], None] | None = None
    keep: Callable[[Scoped, Draft, dict[str, Any]], Awaitable[None]] | None = None
    looks: Callable[[Body], list[Lookup]] = lambda body: []


RULES = {
    Resource.ACCOUNT: Rules(accounts.judge),
    Resource.DOCUMENT: Rules(documents.judge, documents.derive, documents.keep, documents.looks),
    Resource.REPRESENTATIVE: Rules(representatives.judge),
    Resource.CONTACT: Rules(contacts.judge, keep=contacts.keep, looks=references.account_looks),
}
COLUMNS = {resource: frozenset(table.c.keys()) for resource, table in TABLES.items()}


async def save(
    write: Write[Answer],
    verb: Verb,
    resource: Resource,
    key: str,
    body: Body,
    precondition: Precondition = ANY_VERSION,
) -> Answer:
    """Writes a resource under its key. Raises Refused with every problem found; nothing is written then."""

    async def command(scope: Scoped) -> Written:
        stored = await scope.find(TABLES[resource], lock=True, **{KEY_FIELD[resource]: key}) if own else None
        precondition.check_excluded(resource, key, version_of(stored))
        if verb is Verb.CREATE:
            check_absence(resource, key, stored)
        made = draft(resource, verb, key, body, stored)
        made.problems[:0] = wrong_address(resource, verb, key, stored, precondition)
        await RULES[resource].judge(scope, made)
        made.refuse_if_wrong()
        row = await store(scope, made)
        return Written({resource: key}, created=stored is None, rows={resource: row})

    expected = False if verb is Verb.CREATE else None
    own = [Lookup(TABLES[resource], ((KEY_FIELD[resource], key),), expected=expected)] if is_storable(key) else []
    return await write.run(command, own + RULES[resource].looks(body))


async def store(scope: Scoped, made: Draft) -> dict[str, Any]:
    """Writes the row, new or changed, one version further; the row. Where it would be what is stored already, nothing
    is written, nor logged: a source that sends everything every night has not changed everything."""
    table, rules = TABLES[made.resource], RULES[made.resource]
    moment = now()
    row = row_of(made, moment)
    if rules.derive:
        rules.derive(made, row)
    change = change_of(made.resource, made.key, ChangeVerb(made.verb.value), made.stored, row)
    if made.stored and change.is_empty:
        return made.stored
    if rules.keep:
        await rules.keep(scope, made, row)
    if made.stored:
        await scope.update(table, {KEY_FIELD[made.resource]: made.key}, row)
        row = {**made.stored, **row}
    else:
        row["created_at"] = moment
        await scope.insert(table, row)
    if made.transition:
        await documents.add_transition(scope, made.key, row["version"], made.transition)
    scope.log(change)
    return row


def row_of(made: Draft, moment: datetime) -> dict[str, Any]:
    """The columns that a write sets in every resource's row."""
    columns = COLUMNS[made.resource]
    return {name: value for name, value in made.values.items() if name in columns} | {
        "products": made.products,
        "version": made.stored["version"] + 1 if made.stored else 1,
        "updated_at": moment,
    }
