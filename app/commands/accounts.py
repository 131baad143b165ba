"""What an account adds to create, replace and patch: its currency is fixed by the first write that sets it."""

from app.commands.body import Draft, check_requirements
from app.domain.notation import in_json
from app.domain.problems import Code, Problem
from app.storage.writes.unit_of_work import UnitOfWork


async def validate(unit: UnitOfWork, draft: Draft) -> None:
    lock_currency(draft)
    check_requirements(draft, unit.caller)


def lock_currency(draft: Draft) -> None:
    fixed = draft.stored and draft.stored["currency"]
    if not fixed:
        return
    if draft.sent.get("currency", fixed) != fixed:
        message = f"currency of the account is {fixed} and cannot change to {in_json(draft.sent['currency'])}."
        draft.report([Problem(Code.CURRENCY_LOCKED, ("currency",), message)])
    draft.values["currency"] = fixed
