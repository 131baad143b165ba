"""References from one resource to another: what a body names must exist."""

from app.commands.body import Draft
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.storage.scoped import Scoped
from app.storage.tables import ACCOUNTS


async def check_account(scope: Scoped, made: Draft) -> None:
    """Reports an account number that was sent and names no account."""
    number = made.sent.get("account_number")
    if is_empty(number) or await scope.exists(ACCOUNTS, account_number=number):
        return
    made.report([Problem(Code.NOT_FOUND, ("account_number",), f"There is no account '{number}'.")])
