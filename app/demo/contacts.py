"""The contacts of a demonstration customer."""

from collections.abc import Iterator
from typing import Any

from app.demo.accounts import Customer
from app.demo.countries import address
from app.demo.history import History
from app.demo.person_names import mailbox, person
from app.demo.plan import Plan, digits
from app.demo.representatives import COLLECTIONS
from app.domain.caller import Caller
from app.domain.enums import Resource

FUNCTIONS = (
    ("Accounts payable clerk", "Accounts Payable", "billing"),
    ("Head of purchasing", "Purchasing", "purchasing"),
    ("Chief financial officer", "Finance", "escalation"),
)


def contacts(plan: Plan, caller: Caller, customer: Customer) -> Iterator[History]:
    """Up to three people; the first is the one to turn to first."""
    for number in range(1 + (customer.index + 2) % 3):
        rng = plan.rng(customer.tenant.name, "contact", customer.index, number)
        first, last = person(rng, customer.country.language)
        function, department, kind = FUNCTIONS[number]
        name = {"first_name": first, "last_name": last} if number % 2 == 0 else {"name": f"{first} {last}"}
        values: dict[str, Any] = {
            "account_number": customer.number,
            **name,
            "function": function,
            "department": department,
            "contact_type": kind,
            "email": mailbox(first, last, customer.domain),
            "phone": digits(rng, customer.country.phone),
            "language": customer.country.language,
            "is_primary": number == 0,
        }
        if number == 1:
            values |= address(rng, customer.country, customer.index)
        if number == 2:
            values |= {
                "title": "Dr",
                "notes": "Only for amounts over 90 days late.",
                "custom_fields": {"collections": {"escalation": True}},
            }
        history = History(caller, Resource.CONTACT, f"CT-{customer.number}-{number + 1}", COLLECTIONS)
        history.create(values, plan.moment(rng.randint(30, 480), 11, rng.randint(0, 59)))
        yield history
