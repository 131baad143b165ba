"""References from one resource to another: what a body names must exist."""

from app.commands.body import Body, Draft
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.domain.values import is_storable
from app.storage.tables import ACCOUNTS
from app.storage.writes.unit_of_work import Lookup, UnitOfWork


async def check_account(unit: UnitOfWork, draft: Draft) -> None:
    """Reports an account number that was sent and is no account's."""
    number = draft.sent.get("account_number")
    if number is None or is_empty(number) or await unit.exists(ACCOUNTS, account_number=number):
        return
    message = f"There is no account {quoted_key(number)}."
    draft.report([Problem(Code.NOT_FOUND, ("account_number",), message)])


def account_lookups(body: Body) -> list[Lookup]:
    """The row that `check_account` looks up."""
    number = body.values.get("account_number")
    named = isinstance(number, str) and is_storable(number)
    return [Lookup(ACCOUNTS, (("account_number", number),), whole=False, expected=True)] if named else []
