"""What an account adds to the common path: its currency is fixed by the first write that sets it, and it is not its own
parent."""

from app.commands.body import Draft, hold
from app.domain.notation import in_json
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.storage.writes.scoped import Scoped

PARENT = "parent_account_number"


async def judge(scope: Scoped, made: Draft) -> None:
    lock_currency(made)
    check_parent(made)
    hold(made, scope.caller)


def lock_currency(made: Draft) -> None:
    fixed = made.stored and made.stored["currency"]
    if not fixed:
        return
    if made.sent.get("currency", fixed) != fixed:
        message = f"currency of the account is {fixed} and cannot change to {in_json(made.sent['currency'])}."
        made.report([Problem(Code.CURRENCY_LOCKED, ("currency",), message)])
    made.values["currency"] = fixed


def check_parent(made: Draft) -> None:
    parent = made.sent.get(PARENT)
    if parent == made.key and not is_empty(parent):
        made.report([Problem(Code.INVALID, (PARENT,), "An account cannot be its own parent.")])
