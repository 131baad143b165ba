"""What a document adds to the common path: its account, the tenant's currency model, its status and history; and
closing it by request."""

from datetime import datetime

from app.commands.body import Body, Draft, Values, absent, hold
from app.commands.preconditions import ANY_VERSION, Precondition
from app.commands.references import account_looks, check_account
from app.commands.transaction import Answer, Write, Written
from app.domain import amounts, lifecycle
from app.domain.bodies import read_body
from app.domain.catalogue.closure import CLOSURE
from app.domain.changes import ChangeVerb, change_of, currency_model_change
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, Refused, Where
from app.domain.requirements import is_empty
from app.domain.resources import CurrencyModel, DocumentStatus, DocumentType, Resource
from app.domain.values import is_storable
from app.storage.database.clock import now
from app.storage.tables import DOCUMENTS, STATUS_TRANSITIONS, TENANTS
from app.storage.writes.scoped import Lookup, Scoped


async def judge(scope: Scoped, made: Draft) -> None:
    made.values["document_type"] = made.values["document_type"] or str(DocumentType.INVOICE)
    await check_account(scope, made)
    made.locked = await locked_model(scope, amounts.model_of(made.sent))
    made.report(amounts.currency_model_problems(made.locked, made.sent))
    hold(made, scope.caller)


def looks(body: Body) -> list[Lookup]:
    """What a document is judged by beside itself."""
    return [Lookup(TENANTS, expected=True), *account_looks(body)]


async def locked_model(scope: Scoped, speaks: CurrencyModel | None) -> CurrencyModel | None:
    """The model that the tenant's documents are held to. Where it is still free and this write speaks one, the tenant
    stays locked until the end, so that of two first writes one decides."""
    tenant = await scope.find(TENANTS)
    if tenant and tenant["currency_model"] is None and speaks is not None:
        tenant = await scope.lock_tenant()
    return CurrencyModel(tenant["currency_model"]) if tenant and tenant["currency_model"] else None


async def keep(scope: Scoped, made: Draft, row: Values) -> None:
    """Locks the tenant's currency model with its first amounts."""
    if row["currency_model"] and made.locked is None:
        await scope.update(TENANTS, {"currency_model": None}, {"currency_model": row["currency_model"]})
        tenant = await scope.lock_tenant()  # which it is already
        scope.log(currency_model_change(tenant["name"], row["currency_model"], row["updated_at"]))


def derive(made: Draft, row: Values) -> None:
    """Adds to the row what follows from the document's fields, and the status that the write moves it to."""
    row |= derived_columns(made.values)
    made.transition = moved(made, row)
    if made.transition:
        row |= {
            "status": str(made.transition.status),
            "closed_at": made.transition.at if made.transition.status is DocumentStatus.CLOSED else None,
            "closure_reason": None,
            "closure_notes": None,
        }
    now_or_before = row if made.transition or not made.stored else made.stored
    row["open_amount"] = amounts.effective_open_amount(row["open_amount"], now_or_before["status"])


def derived_columns(values: Values) -> Values:
    """The columns that follow from a document's fields."""
    model = amounts.model_of(values)
    return {
        "currency_model": None if model is None else str(model),
        "open_amount": amounts.open_amount(values),
        "open_currency": amounts.open_currency(values),
        "invoice_key": values["invoice_num"] or values["document_number"],
    }


def moved(made: Draft, row: Values) -> lifecycle.Transition | None:
    """The status transition that the write makes, if any."""
    model = amounts.model_of(made.values)
    touched = model is not None and made.sent.get(amounts.OPEN_AMOUNT[model]) is not None
    before = DocumentStatus(made.stored["status"]) if made.stored else None
    return lifecycle.transition(before, lifecycle.amount_sent(touched, row["open_amount"]), row["updated_at"])


async def add_transition(scope: Scoped, number: str, version: int, transition: lifecycle.Transition) -> None:
    """Adds an entry to the document's status history."""
    await scope.insert(STATUS_TRANSITIONS, entry_of(number, version, transition))


def entry_of(number: str, version: int, transition: lifecycle.Transition) -> Values:
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
    """Closes an open document for a stated reason. Raises Refused."""

    async def command(scope: Scoped) -> Written:
        stored = await scope.find(DOCUMENTS, lock=True, document_number=number) if is_storable(number) else None
        if stored:
            precondition.check_excluded(Resource.DOCUMENT, number, stored["version"])
        check_open(number, stored)
        values, wrong = read_closure(body)
        if stored is None:
            raise Refused([absent(Resource.DOCUMENT, number), *wrong])
        if wrong := precondition.unmet(Resource.DOCUMENT, number, stored["version"]) + wrong:
            raise Refused(wrong)
        moment = now()
        closing = closure_of(values, moment)
        row = closed(closing, stored, moment)
        await scope.update(DOCUMENTS, {"document_number": number}, row)
        await add_transition(scope, number, row["version"], closing)
        scope.log(change_of(Resource.DOCUMENT, number, ChangeVerb.CLOSE, stored, row))
        return Written({Resource.DOCUMENT: number}, rows={Resource.DOCUMENT: {**stored, **row}})

    own = [Lookup(DOCUMENTS, (("document_number", number),))] if is_storable(number) else []
    return await write.run(command, own)


def check_open(number: str, stored: Values | None) -> None:
    """Refuses the closure of a closed document: whatever else is wrong, there is nothing to close."""
    if stored and stored["status"] == DocumentStatus.CLOSED:
        message = f"Document {quoted_key(number)} is already closed."
        raise Refused([Problem(Code.ALREADY_CLOSED, ("document_number",), message, Where.KEY)])


def read_closure(body: Body) -> tuple[Values, list[Problem]]:
    """What a body says of a closure, and all that is wrong with it."""
    values, found = read_body(CLOSURE, body.values)
    problems = [*body.problems, *found]
    if "closure_reason" not in {p.field[0] for p in problems} and is_empty(values.get("closure_reason")):
        problems.append(Problem(Code.REQUIRED, ("closure_reason",), "closure_reason is required."))
    return values, problems


def closure_of(values: Values, moment: datetime) -> lifecycle.Transition:
    """The closure; at this moment, where none is stated."""
    at = values.get("closure_date") or moment
    return lifecycle.Transition(DocumentStatus.CLOSED, at, values["closure_reason"], values.get("notes"))


def closed(closing: lifecycle.Transition, stored: Values, moment: datetime) -> Values:
    """The columns that a closure sets in the stored row."""
    return {
        "status": str(closing.status),
        "closed_at": closing.at,
        "closure_reason": closing.reason,
        "closure_notes": closing.notes,
        "open_amount": amounts.effective_open_amount(stored["open_amount"], str(closing.status)),
        "version": stored["version"] + 1,
        "updated_at": moment,
    }
