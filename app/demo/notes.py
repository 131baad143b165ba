"""The notes that collectors left on a demonstration account, about the document that is latest on it."""

from collections.abc import Iterator, Sequence

from app.commands.body import Values
from app.demo.accounts import Customer
from app.demo.documents import DemoDocument
from app.demo.history import History
from app.demo.plan import Plan
from app.demo.representatives import COLLECTIONS
from app.domain.caller import Caller
from app.domain.enums import DocumentStatus, Resource

NOTES = (
    (
        "call",
        "Call about {number}",
        "Spoke with accounts payable about {number}. It is approved for the next payment run.",
    ),
    ("promise_to_pay", "Promise to pay", "They promised to pay {number} in full by {day}."),
    ("dispute", "Dispute on {number}", "They dispute a price on {number} and will send a marked-up copy by {day}."),
    ("email", "Statement sent", "Sent a statement of account with {number} on top; no answer so far."),
    ("credit_review", "Credit review", "Reviewed the credit limit. No change; next review after {day}."),
    ("call", "No answer", "Called three times about {number}, nobody picked up. Try the purchasing department."),
)


def latest(documents: Sequence[DemoDocument]) -> str:
    """The number of the document that is due longest of those with something to collect; of any, where none has."""
    still_open = [document for document in documents if is_owed(document.history.row)]
    chosen = max(still_open or documents, key=lambda document: document.late, default=None)
    return chosen.history.key if chosen else "the account"


def is_owed(row: Values) -> bool:
    return row["status"] == DocumentStatus.OPEN and (row["open_amount"] or 0) > 0


def notes(plan: Plan, caller: Caller, customer: Customer, documents: Sequence[DemoDocument]) -> Iterator[History]:
    """One to four, oldest first."""
    number = latest(documents)
    count = 1 + (customer.index + 3) % 4
    for place in range(count):
        rng = plan.rng(customer.tenant.name, "note", customer.index, place)
        kind, subject, body = NOTES[(customer.index + place) % len(NOTES)]
        days_ago = (count - place) * 9 - rng.randint(0, 7)
        words = {"number": number, "day": plan.day(days_ago - rng.randint(5, 30)).isoformat()}
        moment = plan.moment(days_ago, 14, rng.randint(0, 59))
        owner = {"account_number": customer.number}
        history = History(caller, Resource.NOTE, f"NOTE-{customer.number}-{place + 1}", COLLECTIONS, owner)
        values = {"note_type": kind, "subject": subject.format(**words), "body": body.format(**words)}
        history.create(values | {"effective_date": moment}, moment)
        yield history
