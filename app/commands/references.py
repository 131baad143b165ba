"""References from one resource to another: what a body names must exist."""

from app.commands.body import Body, Draft
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.domain.values import is_storable
from app.storage.tables import ACCOUNTS
from app.storage.writes.unit_of_work import Lookup, UnitOfWork


async def check_account(unit: UnitOfWork, draft: Draft) -> None:
    """Reports an account number that was sent and is no account's; a blank one is missing where it is required."""
    number = draft.sent.get("account_number")
    if number is None or is_empty(number) or await unit.exists(ACCOUNTS, account_number=number):
        return
    draft.report([unknown_account(number)])


def check_blank_account(draft: Draft) -> None:
    """Reports a blank account number where none is required: it is no account's either."""
    number = draft.sent.get("account_number")
    if number is not None and is_empty(number):
        draft.report([unknown_account(number)])


def unknown_account(number: str) -> Problem:
    return Problem(Code.NOT_FOUND, ("account_number",), f"There is no account {quoted_key(number)}.")


def account_lookups(body: Body) -> list[Lookup]:
    """The row that `check_account` looks up."""
    number = body.values.get("account_number")
    named = isinstance(number, str) and is_storable(number)
    return [Lookup(ACCOUNTS, (("account_number", number),), whole=False, expected=True)] if named else []
