"""What a document adds to create, replace and patch: its account, the tenant's currency model, its status and status
history. And closing a document by request."""

from dataclasses import replace
from datetime import datetime

from app.commands import references
from app.commands.body import Body, Draft, Values, check_requirements, not_found
from app.commands.preconditions import ANY_VERSION, Precondition
from app.commands.transaction import Answer, PreparedWrite, Write, Written
from app.domain import amounts, lifecycle
from app.domain.bodies import read_body
from app.domain.catalogue.closure import CLOSURE
from app.domain.changes import ChangeVerb, change_of, currency_model_change
from app.domain.enums import CurrencyModel, DocumentStatus, DocumentType, Resource
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, Where, WriteRefused
from app.domain.requirements import is_empty
from app.domain.values import Fault, is_storable
from app.storage.database.clock import now
from app.storage.tables import DOCUMENTS, STATUS_TRANSITIONS, TENANTS
from app.storage.writes.unit_of_work import Lookup, UnitOfWork


async def validate(unit: UnitOfWork, draft: Draft) -> None:
    draft.values["document_type"] = draft.values["document_type"] or str(DocumentType.INVOICE)
    await references.check_references(unit, draft)
    draft.locked_model = await locked_model(unit, amounts.model_of(draft.sent))
    draft.report(amounts.currency_model_problems(draft.locked_model, draft.sent))
    check_requirements(draft, unit.caller)
    if draft.body.closure is not None:
        draft.closure = sent_closure(draft)


def sent_closure(draft: Draft) -> Values:
    """The closure that comes with the document; its problems are reported under its name."""
    path, sent = ("closure",), draft.body.closure
    if not isinstance(sent, dict):
        draft.report([Problem(Code.INVALID, path, Fault("must be an object").about("closure", sent))])
        return {}
    values, problems = read_closure(Body(sent))
    draft.report([replace(problem, field=path + problem.field) for problem in problems])
    return values


def lookups(resource: Resource, body: Body) -> list[Lookup]:
    """The rows that a document is validated by, apart from its own."""
    return [Lookup(TENANTS, expected=True), *references.lookups(resource, body)]


async def locked_model(unit: UnitOfWork, sent_model: CurrencyModel | None) -> CurrencyModel | None:
    """The currency model that all documents of the tenant must use; None while it has none. Where this write would
    choose it, the tenant is locked until the commit, so that of two first writes one chooses."""
    tenant = await unit.find(TENANTS)
    if tenant and tenant["currency_model"] is None and sent_model is not None:
        tenant = await unit.lock_tenant()
    return CurrencyModel(tenant["currency_model"]) if tenant and tenant["currency_model"] else None


async def lock_currency_model(unit: UnitOfWork, draft: Draft, row: Values) -> None:
    """The first amounts that a tenant writes choose the currency model of all its documents."""
    if row["currency_model"] and draft.locked_model is None:
        await unit.update(TENANTS, {"currency_model": None}, {"currency_model": row["currency_model"]})
        tenant = await unit.lock_tenant()  # locked already: this is for its name
        unit.log(currency_model_change(tenant["name"], row["currency_model"], row["updated_at"]))


def derive(draft: Draft, row: Values) -> None:
    """Adds to the row the columns that follow from the document's fields, and its status where the write changes it."""
    row |= derived_columns(draft.values)
    draft.transition = closing_transition(draft, row) if draft.closure else status_transition(draft, row)
    if draft.transition:
        row |= {
            "status": str(draft.transition.status),
            "closed_at": draft.transition.at if draft.transition.status is DocumentStatus.CLOSED else None,
            "closure_reason": draft.transition.reason,
            "closure_notes": draft.transition.notes,
        }
    current = row if draft.transition or not draft.stored else draft.stored
    row["open_amount"] = amounts.effective_open_amount(row["open_amount"], current["status"])


def derived_columns(values: Values) -> Values:
    """The columns that follow from a document's fields."""
    model = amounts.model_of(values)
    return {
        "currency_model": None if model is None else str(model),
        "open_amount": amounts.open_amount(values),
        "open_currency": amounts.open_currency(values),
        "invoice_key": values["invoice_num"] or values["document_number"],
    }


def status_transition(draft: Draft, row: Values) -> lifecycle.Transition | None:
    """The status transition that the write makes, if any."""
    model = amounts.model_of(draft.values)
    sets_open_amount = model is not None and draft.sent.get(amounts.OPEN_AMOUNT[model]) is not None
    before = DocumentStatus(draft.stored["status"]) if draft.stored else None
    return lifecycle.transition(before, lifecycle.amount_sent(sets_open_amount, row["open_amount"]), row["updated_at"])


def closing_transition(draft: Draft, row: Values) -> lifecycle.Transition | None:
    """The closure that comes with the document; None where it holds already, so that the document stays as it is."""
    if draft.closure is None or (draft.stored and holds(draft.closure, draft.stored)):
        return None
    return closure_transition(draft.closure, row["updated_at"])


def holds(closure: Values, stored: Values) -> bool:
    """Whether a document is closed for that reason, with these notes, and on that date if one is given."""
    return (
        stored["status"] == DocumentStatus.CLOSED
        and stored["closure_reason"] == closure["closure_reason"]
        and stored["closure_notes"] == closure.get("notes")
        and closure.get("closure_date") in (None, stored["closed_at"])
    )


async def add_transition(unit: UnitOfWork, number: str, version: int, transition: lifecycle.Transition) -> None:
    """Adds an entry to the document's status history."""
    await unit.insert(STATUS_TRANSITIONS, history_entry(number, version, transition))


def history_entry(number: str, version: int, transition: lifecycle.Transition) -> Values:
    return {
        "document_number": number,
        "version": version,
        "status": str(transition.status),
        "at": transition.at,
        "reason": transition.reason,
        "notes": transition.notes,
    }


async def close_document(
    write: Write[Answer], number: str, body: Body, precondition: Precondition = ANY_VERSION
) -> Answer:
    """Closes an open document for a stated reason. Raises WriteRefused."""
    return await write.run_prepared(prepare_closure(number, body, precondition))


def prepare_closure(number: str, body: Body, precondition: Precondition = ANY_VERSION) -> PreparedWrite:
    """The closure of an open document."""

    async def command(unit: UnitOfWork) -> Written:
        stored = await unit.find(DOCUMENTS, lock=True, document_number=number) if is_storable(number) else None
        if stored:
            precondition.check_excluded(Resource.DOCUMENT, number, stored["version"])
        refuse_closed(number, stored)
        values, problems = read_closure(body)
        if stored is None:
            raise WriteRefused([not_found(Resource.DOCUMENT, number), *problems])
        if problems := precondition.unmet(Resource.DOCUMENT, number, stored["version"]) + problems:
            raise WriteRefused(problems)
        moment = now()
        closure = closure_transition(values, moment)
        row = closure_columns(closure, stored, moment)
        await unit.update(DOCUMENTS, {"document_number": number}, row)
        await add_transition(unit, number, row["version"], closure)
        unit.log(change_of(Resource.DOCUMENT, number, ChangeVerb.CLOSE, stored, row))
        return Written({Resource.DOCUMENT: number}, rows={Resource.DOCUMENT: {**stored, **row}})

    own = [Lookup(DOCUMENTS, (("document_number", number),))] if is_storable(number) else []
    return PreparedWrite(Resource.DOCUMENT, number, command, tuple(own))


def refuse_closed(number: str, stored: Values | None) -> None:
    """Refuses to close a closed document, with no other problem: there is nothing to close."""
    if stored and stored["status"] == DocumentStatus.CLOSED:
        message = f"Document {quoted_key(number)} is already closed."
        raise WriteRefused([Problem(Code.ALREADY_CLOSED, ("document_number",), message, Where.KEY)])


def read_closure(body: Body) -> tuple[Values, list[Problem]]:
    """What a body says of a closure, and all that is wrong with it."""
    values, problems = read_body(CLOSURE, body.values)
    problems = [*body.problems, *problems]
    if "closure_reason" not in {p.field[0] for p in problems} and is_empty(values.get("closure_reason")):
        problems.append(Problem(Code.REQUIRED, ("closure_reason",), "closure_reason is required."))
    return values, problems


def closure_transition(values: Values, moment: datetime) -> lifecycle.Transition:
    """The closure, at the date that was sent or else at this moment."""
    at = values.get("closure_date") or moment
    return lifecycle.Transition(DocumentStatus.CLOSED, at, values["closure_reason"], values.get("notes"))


def closure_columns(closure: lifecycle.Transition, stored: Values, moment: datetime) -> Values:
    """The columns that a closure sets in the stored row."""
    return {
        "status": str(closure.status),
        "closed_at": closure.at,
        "closure_reason": closure.reason,
        "closure_notes": closure.notes,
        "open_amount": amounts.effective_open_amount(stored["open_amount"], str(closure.status)),
        "version": stored["version"] + 1,
        "updated_at": moment,
    }
