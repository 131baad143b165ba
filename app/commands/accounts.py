"""What an account adds to create, replace and patch: its currency is fixed by the first write that sets it, and it is
not its own parent."""

from app.commands.body import Draft, check_requirements
from app.domain.notation import in_json
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.storage.writes.unit_of_work import UnitOfWork

PARENT = "parent_account_number"


async def validate(unit: UnitOfWork, draft: Draft) -> None:
    lock_currency(draft)
    check_parent(draft)
    check_requirements(draft, unit.caller)


def lock_currency(draft: Draft) -> None:
    fixed = draft.stored and draft.stored["currency"]
    if not fixed:
        return
    if draft.sent.get("currency", fixed) != fixed:
        message = f"currency of the account is {fixed} and cannot change to {in_json(draft.sent['currency'])}."
        draft.report([Problem(Code.CURRENCY_LOCKED, ("currency",), message)])
    draft.values["currency"] = fixed


def check_parent(draft: Draft) -> None:
    parent = draft.sent.get(PARENT)
    if parent == draft.key and not is_empty(parent):
        draft.report([Problem(Code.INVALID, (PARENT,), "An account cannot be its own parent.")])
