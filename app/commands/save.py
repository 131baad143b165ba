"""Create, replace and patch: the one way that every body is written. What a resource adds to it is a table, RULES: one
that is not listed there is held to its requirements, and to naming nothing that does not exist."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.commands import accounts, contacts, documents, references, representatives
from app.commands.body import Body, Draft, new_draft, refuse_existing, target_problems
from app.commands.preconditions import ANY_VERSION, Precondition, version_of
from app.commands.transaction import Answer, PreparedWrite, Write, Written
from app.domain.changes import ChangeVerb, change_of
from app.domain.enums import Resource, Verb
from app.domain.resources import RESOURCES
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import TABLES
from app.storage.writes.unit_of_work import Lookup, UnitOfWork


@dataclass(frozen=True, slots=True)
class Rules:
    """What a resource adds: `validate` reports problems and completes the values, `derive` adds to the row what follows
    from them, `write_related` writes the other rows that change with it, and `lookups` says beforehand what all of
    these are going to look up."""

    validate: Callable[[UnitOfWork, Draft], Awaitable[None]] = references.validate
    derive: Callable[[Draft, dict[str, Any]], None] | None = None
    write_related: Callable[[UnitOfWork, Draft, dict[str, Any]], Awaitable[None]] | None = None
    lookups: Callable[[Resource, Body], list[Lookup]] = references.lookups
    needs_locks: Callable[[Body], bool] = lambda body: False  # whether these are likely to lock rows


RULES = dict.fromkeys(Resource, Rules()) | {
    Resource.ACCOUNT: Rules(accounts.validate),
    Resource.DOCUMENT: Rules(documents.validate, documents.derive, documents.lock_currency_model, documents.lookups),
    Resource.REPRESENTATIVE: Rules(
        representatives.validate, needs_locks=representatives.has_supervisor, lookups=lambda resource, body: []
    ),
    Resource.CONTACT: Rules(write_related=contacts.demote_former_primary, needs_locks=contacts.may_become_primary),
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
    """Writes a resource under its key. Raises WriteRefused with every problem found; nothing is written then."""
    return await write.run_prepared(await write.compute(prepare_save, verb, resource, key, body, precondition))


def prepare_save(
    verb: Verb, resource: Resource, key: str, body: Body, precondition: Precondition = ANY_VERSION
) -> PreparedWrite:
    """The write of a resource under its key."""

    async def command(unit: UnitOfWork) -> Written:
        stored = await unit.find(TABLES[resource], lock=True, **{RESOURCES[resource].key: key}) if own else None
        precondition.check_excluded(resource, key, version_of(stored))
        if verb is Verb.CREATE:
            refuse_existing(resource, key, stored)
        draft = new_draft(resource, verb, key, body, stored)
        draft.problems[:0] = target_problems(resource, verb, key, stored, precondition)
        await RULES[resource].validate(unit, draft)
        draft.refuse_if_wrong()
        row = await write_row(unit, draft)
        return Written({resource: key}, created=stored is None, rows={resource: row})

    body = body.read(resource)
    expected = False if verb is Verb.CREATE else None
    own = [Lookup(TABLES[resource], ((RESOURCES[resource].key, key),), expected=expected)] if is_storable(key) else []
    rules = RULES[resource]
    lookups = (*own, *rules.lookups(resource, body))
    return PreparedWrite(resource, key, command, lookups, needs_locks=rules.needs_locks(body))


async def write_row(unit: UnitOfWork, draft: Draft) -> dict[str, Any]:
    """Writes the row, new or changed, and its entry in the change log; the row. Where it would be what is stored
    already, nothing is written and no version is counted: a source that sends everything every night has not changed
    everything."""
    table, rules = TABLES[draft.resource], RULES[draft.resource]
    moment = now()
    row = written_columns(draft, moment)
    if rules.derive:
        rules.derive(draft, row)
    verb = ChangeVerb(draft.verb.value) if draft.stored else ChangeVerb.CREATE
    change = change_of(draft.resource, draft.key, verb, draft.stored, row)
    if draft.stored and change.is_empty:
        return draft.stored
    if rules.write_related:
        await rules.write_related(unit, draft, row)
    if draft.stored:
        await unit.update(table, {RESOURCES[draft.resource].key: draft.key}, row)
        row = {**draft.stored, **row}
    else:
        row["created_at"] = moment
        await unit.insert(table, row)
    if draft.transition:
        await documents.add_transition(unit, draft.key, row["version"], draft.transition)
    unit.log(change)
    return row


def written_columns(draft: Draft, moment: datetime) -> dict[str, Any]:
    """The columns that a write sets in the row of any resource."""
    columns = COLUMNS[draft.resource]
    return {name: value for name, value in draft.values.items() if name in columns} | {
        "products": draft.products,
        "version": draft.stored["version"] + 1 if draft.stored else 1,
        "updated_at": moment,
    }
