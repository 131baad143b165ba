"""What a representative adds to the common path: its supervisor; and its links to accounts and documents."""

from typing import Any

import sqlalchemy as sa

from app.commands.body import Draft, absent, hold
from app.commands.preconditions import ANY_VERSION, Precondition
from app.commands.transaction import Answer, Write, Written
from app.domain.catalogue import KEY_FIELD
from app.domain.changes import Change, ChangedResource, ChangeVerb
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, Refused
from app.domain.requirements import is_empty
from app.domain.resources import Resource
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import ACCOUNT_REPRESENTATIVES, DOCUMENT_REPRESENTATIVES, REPRESENTATIVES, TABLES
from app.storage.writes.scoped import Scoped, owned

SUPERVISOR = "supervisor_representative_reference"
LINKS = {Resource.ACCOUNT: ACCOUNT_REPRESENTATIVES, Resource.DOCUMENT: DOCUMENT_REPRESENTATIVES}


async def judge(scope: Scoped, made: Draft) -> None:
    supervisor: Any = made.sent.get(SUPERVISOR)
    if not is_empty(supervisor):
        await scope.lock_tenant()  # two halves of a cycle written at once take turns
        await check_supervisor(scope, made, supervisor)
    hold(made, scope.caller)


async def check_supervisor(scope: Scoped, made: Draft, supervisor: str) -> None:
    if supervisor == made.key:
        made.report([Problem(Code.INVALID, (SUPERVISOR,), "A representative cannot be their own supervisor.")])
        return
    line = await line_of_command(scope, supervisor)
    if not line:
        message = f"There is no representative {quoted_key(supervisor)}."
        made.report([Problem(Code.NOT_FOUND, (SUPERVISOR,), message)])
    elif made.key in line:
        circle = f"{quoted_key(supervisor)} reports to {quoted_key(made.key)} already"
        message = f"{circle}: supervisors must not form a circle."
        made.report([Problem(Code.INVALID, (SUPERVISOR,), message)])


async def line_of_command(scope: Scoped, reference: str) -> set[str]:
    """The representative and everyone above; empty where there is no such representative."""
    person = REPRESENTATIVES
    columns = (person.c.reference, person.c[SUPERVISOR])
    line = sa.select(*columns).where(owned(person, scope.caller), person.c.reference == reference).cte(recursive=True)
    above = sa.select(*columns).where(owned(person, scope.caller), person.c.reference == line.c[SUPERVISOR])
    return {row["reference"] for row in await scope.fetch(sa.select(line.union(above).c.reference))}


async def link_representative(
    write: Write[Answer], reference: str, resource: Resource, key: str, precondition: Precondition = ANY_VERSION
) -> Answer:
    """Links a representative to an account or a document; linking again changes nothing. Raises Refused."""

    async def command(scope: Scoped) -> Written:
        keys = {Resource.REPRESENTATIVE: reference, resource: key}
        missing = [
            absent(kind, name)
            for kind, name in keys.items()
            if not is_storable(name) or not await scope.exists(TABLES[kind], **{KEY_FIELD[kind]: name})
        ]
        if missing:
            raise Refused(missing)
        precondition.check_unversioned("A link")
        if await scope.insert_once(LINKS[resource], {"reference": reference, KEY_FIELD[resource]: key}):
            linked = {"representative": reference}
            scope.log(Change(ChangedResource(resource), key, ChangeVerb.LINK, now(), None, {}, linked))
        return Written(keys)

    return await write.run(command)
