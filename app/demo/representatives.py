"""The representatives of a demonstration tenant in their hierarchy, and their links to accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.demo.accounts import Customer
from app.demo.history import History
from app.demo.person_names import another_person, mailbox
from app.demo.plan import Plan, digits
from app.demo.tenants import DemoTenant
from app.domain.caller import Caller
from app.domain.enums import Product, Resource

COLLECTIONS = (Product.COLLECTIONS,)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the hierarchy."""

    title: str
    department: str
    kind: str
    supervisor: int | None = None


DIRECTOR = Position("Director of Receivables", "Finance", "director")
MANAGERS = tuple(
    Position(f"Collections Manager {area}", "Credit Control", "manager", 0) for area in ("East", "West", "Europe")
)
COLLECTORS = tuple(
    Position("Account Manager", "Sales", "collector", 1 + n % 3)
    if n % 2
    else Position("Collector", "Credit Control", "collector", 1 + n % 3)
    for n in range(8)
)
POSITIONS = (DIRECTOR, *MANAGERS, *COLLECTORS)
FIRST_COLLECTOR = 1 + len(MANAGERS)


def representative_reference(position: int) -> str:
    return f"REP-{position + 1:02}"


def collector_of(customer: Customer) -> int:
    """The position of the one who looks after the customer."""
    return FIRST_COLLECTOR + customer.index % len(COLLECTORS)


def representatives(plan: Plan, caller: Caller, tenant: DemoTenant) -> Iterator[History]:
    """Everyone, supervisors before those they supervise."""
    taken: set[tuple[str, str]] = set()
    for number, position in enumerate(POSITIONS):
        rng = plan.rng(tenant.name, "representative", number)
        country = tenant.countries[number % 3]
        first, last = another_person(rng, country.language, taken)
        values: dict[str, Any] = {
            "name": f"{first} {last}",
            "email": mailbox(first, last, tenant.domain),
            "phone": digits(rng, country.phone),
            "language": country.language,
            "title": position.title,
            "department": position.department,
            "representative_type": position.kind,
            "custom_fields": {"collections": {"quota": rng.randint(40, 120) * 1000, "works_remotely": number % 3 == 0}},
        }
        if position.supervisor is not None:
            values["supervisor_representative_reference"] = representative_reference(position.supervisor)
        if number % 4 == 0:
            values["extra_info"] = "Approves write-offs." if number == 0 else "Calls before noon."
        history = History(caller, Resource.REPRESENTATIVE, representative_reference(number), COLLECTIONS)
        history.create(values, plan.moment(1900 - number, 8))
        yield history


def account_links(customer: Customer) -> Iterator[dict[str, str]]:
    """The customer's collector, and for one customer in five the manager as well."""
    positions = [collector_of(customer)]
    if customer.index % 5 == 0:
        positions.append(POSITIONS[positions[0]].supervisor or 0)
    for position in positions:
        yield {"account_number": customer.number, "reference": representative_reference(position)}
