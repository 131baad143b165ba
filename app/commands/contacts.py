"""What a contact adds to the common path: its account exists, and an account has at most one primary contact."""

from app.commands.body import Draft, Values, hold
from app.commands.references import check_account
from app.domain.changes import ChangeVerb, change_of
from app.domain.resources import Resource
from app.storage.tables import CONTACTS
from app.storage.writes.unit_of_work import UnitOfWork


async def judge(unit: UnitOfWork, made: Draft) -> None:
    await check_account(unit, made)
    hold(made, unit.caller)


async def keep(unit: UnitOfWork, made: Draft, row: Values) -> None:
    """Makes the account's former primary contact an ordinary one before this one becomes primary."""
    account = made.values["account_number"]
    if not made.values["is_primary"] or account is None or was_primary_of(account, made.stored):
        return
    await unit.lock_tenant()  # two contacts becoming primary at once take turns
    former = await unit.find(CONTACTS, lock=True, account_number=account, is_primary=True)
    if former and former["reference"] != made.key:
        changed = {"is_primary": False, "version": former["version"] + 1, "updated_at": row["updated_at"]}
        await unit.update(CONTACTS, {"reference": former["reference"]}, changed)
        unit.log(change_of(Resource.CONTACT, former["reference"], ChangeVerb.PATCH, former, changed))


def was_primary_of(account: str, stored: Values | None) -> bool:
    return stored is not None and stored["is_primary"] is True and stored["account_number"] == account
