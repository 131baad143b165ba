"""References from one resource to another: what a body names must exist. And how a resource is validated that has no
rules of its own."""

from typing import Any

from app.commands.body import Body, Draft, check_requirements
from app.domain.enums import Resource
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.domain.resources import RESOURCES, Reference
from app.domain.values import is_storable
from app.storage.tables import TABLES
from app.storage.writes.unit_of_work import Lookup, UnitOfWork


async def validate(unit: UnitOfWork, draft: Draft) -> None:
    await check_references(unit, draft)
    check_requirements(draft, unit.caller)
    check_blank_references(draft)


async def check_references(unit: UnitOfWork, draft: Draft) -> None:
    """Reports every key that was sent and is no resource's; a blank one is missing where it is required."""
    for reference in RESOURCES[draft.resource].needed_references:
        key: Any = draft.sent.get(reference.field)
        known = {RESOURCES[reference.target].key: key}
        if not is_empty(key) and not await unit.exists(TABLES[reference.target], **known):
            draft.report([unknown(reference, key)])


def check_blank_references(draft: Draft) -> None:
    """Reports a blank key where none is required: it is no resource's either."""
    for reference in RESOURCES[draft.resource].needed_references:
        key = draft.sent.get(reference.field)
        if key is not None and is_empty(key):
            draft.report([unknown(reference, key)])


def unknown(reference: Reference, key: str) -> Problem:
    return Problem(Code.NOT_FOUND, (reference.field,), f"There is no {reference.target} {quoted_key(key)}.")


def lookups(resource: Resource, body: Body) -> list[Lookup]:
    """The rows that `check_references` looks up."""
    named = [(each.target, body.values.get(each.field)) for each in RESOURCES[resource].needed_references]
    return [
        Lookup(TABLES[target], ((RESOURCES[target].key, key),), whole=False, expected=True)
        for target, key in named
        if isinstance(key, str) and is_storable(key)
    ]
