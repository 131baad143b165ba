"""What a representative adds to create, replace and patch: its supervisor. And its links to accounts and documents."""

from typing import Any

from app.commands.body import Body, Draft, check_requirements, not_found
from app.commands.preconditions import ANY_VERSION, Precondition
from app.commands.references import unknown
from app.commands.transaction import Answer, PreparedWrite, Write, Written
from app.domain.changes import Change, ChangedResource, ChangeVerb, accounts_of
from app.domain.enums import Resource
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, WriteRefused
from app.domain.resources import RESOURCES
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import ACCOUNT_REPRESENTATIVES, DOCUMENT_REPRESENTATIVES, REPRESENTATIVES, TABLES
from app.storage.writes.unit_of_work import Lookup, UnitOfWork

(SUPERVISOR,) = RESOURCES[Resource.REPRESENTATIVE].references
LINKS = {Resource.ACCOUNT: ACCOUNT_REPRESENTATIVES, Resource.DOCUMENT: DOCUMENT_REPRESENTATIVES}


async def validate(unit: UnitOfWork, draft: Draft) -> None:
    supervisor: Any = draft.sent.get(SUPERVISOR.field)
    if supervisor is not None:  # a blank one is no representative's either
        await unit.lock_tenant()  # two writes that would close a circle together wait for each other
        await check_supervisor(unit, draft, supervisor)
    check_requirements(draft, unit.caller)


def has_supervisor(body: Body) -> bool:
    return body.values.get(SUPERVISOR.field) is not None


async def check_supervisor(unit: UnitOfWork, draft: Draft, supervisor: str) -> None:
    if supervisor == draft.key:
        draft.report([Problem(Code.INVALID, (SUPERVISOR.field,), "A representative cannot be their own supervisor.")])
        return
    line = await unit.ancestors(REPRESENTATIVES, SUPERVISOR.field, supervisor)
    if not line:
        draft.report([unknown(SUPERVISOR, supervisor)])
    elif draft.key in line:
        circle = f"{quoted_key(supervisor)} reports to {quoted_key(draft.key)} already"
        message = f"{circle}: supervisors must not form a circle."
        draft.report([Problem(Code.INVALID, (SUPERVISOR.field,), message)])


async def link_representative(
    write: Write[Answer], reference: str, resource: Resource, key: str, precondition: Precondition = ANY_VERSION
) -> Answer:
    """Links a representative to an account or a document; linking again changes nothing. Raises WriteRefused."""
    return await write.run_prepared(prepare_link(reference, resource, key, precondition))


def prepare_link(
    reference: str, resource: Resource, key: str, precondition: Precondition = ANY_VERSION
) -> PreparedWrite:
    """The link of a representative to an account or a document."""

    async def command(unit: UnitOfWork) -> Written:
        keys = {Resource.REPRESENTATIVE: reference, resource: key}
        found: dict[Resource, Any] = {
            kind: await unit.find(TABLES[kind], lock=False, **{RESOURCES[kind].key: name})
            if is_storable(name)
            else None
            for kind, name in keys.items()
        }
        if missing := [not_found(kind, keys[kind]) for kind, row in found.items() if row is None]:
            raise WriteRefused(missing)
        precondition.check_unversioned("A link")
        if await unit.insert_once(LINKS[resource], {"reference": reference, RESOURCES[resource].key: key}):
            linked = {"representative": reference}
            account, _ = accounts_of(resource, key, found[resource], {})
            unit.log(Change(ChangedResource(resource), key, ChangeVerb.LINK, now(), None, {}, linked, account))
        return Written(keys)

    lookups = link_lookups(reference, resource, key)
    return PreparedWrite(Resource.REPRESENTATIVE, reference, command, lookups, needs_locks=True)


def link_lookups(reference: str, resource: Resource, key: str) -> tuple[Lookup, ...]:
    """The rows that a link is decided by."""
    if not (is_storable(reference) and is_storable(key)):
        return ()
    name = RESOURCES[resource].key
    return (
        Lookup(REPRESENTATIVES, (("reference", reference),), whole=False),
        Lookup(TABLES[resource], ((name, key),), whole=False),
        Lookup(LINKS[resource], ((name, key), ("reference", reference)), whole=False),
    )
