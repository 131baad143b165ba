"""The people of a make-believe ledger: the tenant's representatives in their hierarchy, and the customers' contacts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.demo.accounts import Customer
from app.demo.lives import Life
from app.demo.names import another_person, mailbox, person
from app.demo.places import address
from app.demo.plan import Plan, digits
from app.demo.tenants import DemoTenant
from app.domain.caller import Caller
from app.domain.resources import Product, Resource

COLLECTIONS = (Product.COLLECTIONS,)


@dataclass(frozen=True, slots=True)
class Post:
    """A place in the hierarchy."""

    title: str
    department: str
    kind: str
    supervisor: int | None = None


DIRECTOR = Post("Director of Receivables", "Finance", "director")
MANAGERS = tuple(
    Post(f"Collections Manager {area}", "Credit Control", "manager", 0) for area in ("East", "West", "Europe")
)
COLLECTORS = tuple(
    Post("Account Manager" if n % 2 else "Collector", "Sales" if n % 2 else "Credit Control", "collector", 1 + n % 3)
    for n in range(8)
)
POSTS = (DIRECTOR, *MANAGERS, *COLLECTORS)
FIRST_COLLECTOR = 1 + len(MANAGERS)


def reference_of(post: int) -> str:
    return f"REP-{post + 1:02}"


def collector_of(customer: Customer) -> int:
    """The post of the one who looks after the customer."""
    return FIRST_COLLECTOR + customer.index % len(COLLECTORS)


def representatives(plan: Plan, caller: Caller, tenant: DemoTenant) -> Iterator[Life]:
    """Everyone, supervisors before those they supervise."""
    taken: set[tuple[str, str]] = set()
    for number, post in enumerate(POSTS):
        dice = plan.dice(tenant.name, "representative", number)
        country = tenant.countries[number % 3]
        first, last = another_person(dice, country.language, taken)
        values: dict[str, Any] = {
            "name": f"{first} {last}",
            "email": mailbox(first, last, tenant.domain),
            "phone": digits(dice, country.phone),
            "language": country.language,
            "title": post.title,
            "department": post.department,
            "representative_type": post.kind,
            "custom_fields": {
                "collections": {"quota": dice.randint(40, 120) * 1000, "works_remotely": number % 3 == 0}
            },
        }
        if post.supervisor is not None:
            values["supervisor_representative_reference"] = reference_of(post.supervisor)
        if number % 4 == 0:
            values["extra_info"] = "Approves write-offs." if number == 0 else "Calls before noon."
        life = Life(caller, Resource.REPRESENTATIVE, reference_of(number), COLLECTIONS)
        life.create(values, plan.moment(1900 - number, 8))
        yield life


def account_links(customer: Customer) -> Iterator[dict[str, str]]:
    """The customer's collector, and for one customer in five the manager as well."""
    posts = [collector_of(customer)]
    if customer.index % 5 == 0:
        posts.append(POSTS[posts[0]].supervisor or 0)
    for post in posts:
        yield {"account_number": customer.number, "reference": reference_of(post)}


FUNCTIONS = (
    ("Accounts payable clerk", "Accounts Payable", "billing"),
    ("Head of purchasing", "Purchasing", "purchasing"),
    ("Chief financial officer", "Finance", "escalation"),
)


def contacts(plan: Plan, caller: Caller, customer: Customer) -> Iterator[Life]:
    """Up to three people; the first is the one to turn to first."""
    for number in range(1 + (customer.index + 2) % 3):
        dice = plan.dice(customer.tenant.name, "contact", customer.index, number)
        first, last = person(dice, customer.country.language)
        function, department, kind = FUNCTIONS[number]
        name = {"first_name": first, "last_name": last} if number % 2 == 0 else {"name": f"{first} {last}"}
        values: dict[str, Any] = {
            "account_number": customer.number,
            **name,
            "function": function,
            "department": department,
            "contact_type": kind,
            "email": mailbox(first, last, customer.domain),
            "phone": digits(dice, customer.country.phone),
            "language": customer.country.language,
            "is_primary": number == 0,
        }
        if number == 1:
            values |= address(dice, customer.country, customer.index)
        if number == 2:
            values |= {
                "title": "Dr",
                "notes": "Only for amounts over 90 days late.",
                "custom_fields": {"collections": {"escalation": True}},
            }
        life = Life(caller, Resource.CONTACT, f"CT-{customer.number}-{number + 1}", COLLECTIONS)
        life.create(values, plan.moment(dice.randint(30, 480), 11, dice.randint(0, 59)))
        yield life
