"""What an account adds to the common path: its currency is fixed by the first write that sets it."""

from app.commands.body import Draft, hold
from app.domain.notation import in_json
from app.domain.problems import Code, Problem
from app.storage.writes.unit_of_work import UnitOfWork


async def judge(unit: UnitOfWork, made: Draft) -> None:
    lock_currency(made)
    hold(made, unit.caller)


def lock_currency(made: Draft) -> None:
    fixed = made.stored and made.stored["currency"]
    if not fixed:
        return
    if made.sent.get("currency", fixed) != fixed:
        message = f"currency of the account is {fixed} and cannot change to {in_json(made.sent['currency'])}."
        made.report([Problem(Code.CURRENCY_LOCKED, ("currency",), message)])
    made.values["currency"] = fixed
