"""A tenant's days begin in its own time zone: whatever counts from today counts from the day that it is there, and a
zone that is changed counts from the next request on, in a server that runs."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.auth.api_keys import UnknownTenant, change_time_zone
from tests.gateway import Client, Gateway
from tests.ledger import Ledger

# Their clocks are 26 hours apart, so that it is never the same day in both.
EARLY, LATE = "Pacific/Kiritimati", "Etc/GMT+12"
BALANCES = "balances { openAmount overdueAmount overdueInvoices aging { current days1To30 } }"
EVERYTHING = f"""{{ tenant {{ timeZone {BALANCES} }} account(accountNumber: "A") {{ {BALANCES} }}
  document(documentNumber: "D") {{ daysPastDue }}
  overdue: documents(filter: {{overdue: true}}) {{ totalCount }}
  others: documents(filter: {{overdue: false}}) {{ totalCount }} }}"""
PATCH = """mutation($comment: String!) { patchDocument(documentNumber: "D", patch: { comment: $comment })
  { document { daysPastDue } userErrors { code } } }"""
NESTED = """mutation($comment: String!) { patchDocument(documentNumber: "D", patch: { comment: $comment })
  { document { account { documents(filter: {overdue: true}) { totalCount } } } userErrors { code } } }"""


def today_in(zone: str) -> date:
    return datetime.now(ZoneInfo(zone)).date()


def all_of(zone: str, days: int) -> dict[str, Any]:
    """The answer in that zone, where the only document is past due by so many days."""
    late = days > 0
    aging = {"current": "0" if late else "10", "days1To30": "10" if late else "0"}
    overdue = "10" if late else "0"
    balance = {"openAmount": "10", "overdueAmount": overdue, "overdueInvoices": overdue, "aging": aging}
    return {
        "tenant": {"timeZone": zone, "balances": [balance]},
        "account": {"balances": [balance]},
        "document": {"daysPastDue": days},
        "overdue": {"totalCount": int(late)},
        "others": {"totalCount": int(not late)},
    }


@pytest.fixture
async def ledger(acme: Client) -> Ledger:
    """One invoice that is due on the day that it is where days end last: elsewhere it may be past due."""
    made = Ledger(acme)
    await made.account("A")
    await made.document("D", "A", "10", dueDate=str(today_in(LATE)))
    return made


async def changed(gateway: Gateway, zone: str, tenant: str = "acme") -> None:
    await change_time_zone(gateway.database, gateway.named(tenant), zone)


async def test_a_tenant_of_whom_nothing_else_is_said_has_the_days_of_utc(ledger: Ledger) -> None:
    assert await ledger.client.only("{ tenant { timeZone } }") == {"timeZone": "UTC"}
    late = (today_in("UTC") - today_in(LATE)).days
    assert await ledger.client.query(EVERYTHING) == all_of("UTC", late)


async def test_a_changed_zone_counts_from_the_next_request_on_at_the_cost_of_no_statement(
    gateway: Gateway, ledger: Ledger
) -> None:
    for zone in (LATE, EARLY, EARLY, LATE, "UTC", EARLY):
        await changed(gateway, zone)
        for _ in range(3):  # the first one finds the zone changed, the others know it
            days = (today_in(zone) - today_in(LATE)).days
            assert await ledger.client.query(EVERYTHING) == all_of(zone, days)
            assert len(gateway.statements) in (1, 2)
        assert len(gateway.statements) == 1


async def test_tenants_in_different_zones_ask_the_same_and_are_answered_for_their_own_day(
    gateway: Gateway, ledger: Ledger
) -> None:
    other = Ledger(await gateway.tenant("other"))
    await other.account("A")
    await other.document("D", "A", "10", dueDate=str(today_in(LATE)))
    await changed(gateway, EARLY)
    await changed(gateway, LATE, "other")
    for _ in range(2):
        late = (today_in(EARLY) - today_in(LATE)).days
        assert await ledger.client.query(EVERYTHING) == all_of(EARLY, late)
        assert await other.client.query(EVERYTHING) == all_of(LATE, 0)


async def test_what_graphql_core_executes_and_what_a_write_answers_is_of_the_tenants_day_too(
    gateway: Gateway, ledger: Ledger
) -> None:
    deep = "{ __typename __schema { queryType { name } } " + EVERYTHING[1:]
    for zone in (EARLY, LATE, EARLY):
        days = (today_in(zone) - today_in(LATE)).days
        await changed(gateway, zone)
        found = await ledger.client.query(deep)
        assert {name: found[name] for name in all_of(zone, days)} == all_of(zone, days)
    for zone in (LATE, EARLY):
        days = (today_in(zone) - today_in(LATE)).days
        await changed(gateway, zone)
        patched = await ledger.client.only(PATCH, comment=zone)
        assert patched == {"document": {"daysPastDue": days}, "userErrors": []}
        await changed(gateway, "UTC")
        await changed(gateway, zone)
        nested = await ledger.client.only(NESTED, comment=f"{zone}!")
        assert nested["document"]["account"]["documents"] == {"totalCount": int(days > 0)}
        tried = NESTED.replace("comment: $comment }", "comment: $comment }, dryRun: true", 1)
        nested = await ledger.client.only(tried, comment="never")
        assert nested["document"]["account"]["documents"] == {"totalCount": int(days > 0)}


async def test_a_day_that_is_given_is_no_matter_of_zones(gateway: Gateway, ledger: Ledger) -> None:
    due = today_in(LATE)
    text = f'{{ document(documentNumber: "D") {{ daysPastDue(asOf: "{due + timedelta(days=5)}") }} }}'
    for zone in (EARLY, LATE):
        await changed(gateway, zone)
        assert await ledger.client.only(text) == {"daysPastDue": 5}


async def test_a_change_of_the_zone_is_in_the_change_log_and_one_that_changes_nothing_is_not(
    gateway: Gateway, acme: Client
) -> None:
    text = "{ changes(resource: TENANT) { nodes { sequence key verb version before after keyId requestId } } }"
    await changed(gateway, "America/New_York")
    await changed(gateway, "America/New_York")
    await changed(gateway, "Asia/Tokyo")
    with pytest.raises(UnknownTenant):
        await changed(gateway, "Asia/Tokyo", "nobody")
    told = {"key": gateway.named("acme"), "verb": "PATCH", "version": None, "keyId": None, "requestId": None}
    assert (await acme.only(text))["nodes"][1:] == [
        {**told, "sequence": 3, "before": {"time_zone": "UTC"}, "after": {"time_zone": "America/New_York"}},
        {**told, "sequence": 4, "before": {"time_zone": "America/New_York"}, "after": {"time_zone": "Asia/Tokyo"}},
    ]
