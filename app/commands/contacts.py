"""What a contact adds to create, replace and patch: its account has one primary contact at most."""

from app.commands.body import Body, Draft, Values
from app.domain.changes import ChangeVerb, change_of
from app.domain.enums import Resource
from app.storage.tables import CONTACTS
from app.storage.writes.unit_of_work import UnitOfWork


async def demote_former_primary(unit: UnitOfWork, draft: Draft, row: Values) -> None:
    """Before this contact becomes its account's primary one: the former one is it no longer."""
    account = draft.values["account_number"]
    if not draft.values["is_primary"] or account is None or was_primary_of(account, draft.stored):
        return
    await unit.lock_tenant()  # two contacts that become primary at once wait for each other
    former = await unit.find(CONTACTS, lock=True, account_number=account, is_primary=True)
    if former and former["reference"] != draft.key:
        changed = {"is_primary": False, "version": former["version"] + 1, "updated_at": row["updated_at"]}
        await unit.update(CONTACTS, {"reference": former["reference"]}, changed)
        unit.log(change_of(Resource.CONTACT, former["reference"], ChangeVerb.PATCH, former, changed))


def may_become_primary(body: Body) -> bool:
    return body.values.get("is_primary") is True


def was_primary_of(account: str, stored: Values | None) -> bool:
    return stored is not None and stored["is_primary"] is True and stored["account_number"] == account
