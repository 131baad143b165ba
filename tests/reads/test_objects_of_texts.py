"""Addresses, which lie in a JSON column and have texts alone: the database shows their parts, as one value of its
statement, and nothing of the answer is written by Python."""

import pytest

from app.application import make_executor
from app.graphql_api.execution.parsing import GraphQLRequest
from app.settings import Settings
from app.storage.database.clock import now
from tests.gateway import Gateway

ACCOUNT = """mutation($number: String!, $input: CombinedAccountInput!) {
  createAccount(accountNumber: $number, input: {combined: $input}) { userErrors { field message } } }"""
ADDRESS = {"address1": '1 "High" Street \\', "city": "Köln", "zip": "50667"}
READ = """{ accounts { nodes { accountNumber bill: billingAddress { __typename street: address1 city address2 }
  remitTo { zip } } } }"""


async def test_addresses_are_shown_part_by_part_under_the_names_that_are_asked_for(gateway: Gateway) -> None:
    acme = await gateway.tenant("acme")
    written = {"A": {"billingAddress": ADDRESS}, "B": {"remitTo": {"zip": "1"}}, "C": {"billingAddress": {"city": ""}}}
    for number, addresses in written.items():
        assert await acme.only(ACCOUNT, number=number, input={"name": number, **addresses}) == {"userErrors": []}

    nodes = (await acme.only(READ))["nodes"]
    assert len(gateway.statements) == 1
    assert nodes == [
        {
            "accountNumber": "A",
            "bill": {"__typename": "Address", "street": '1 "High" Street \\', "city": "Köln", "address2": None},
            "remitTo": None,
        },
        {"accountNumber": "B", "bill": None, "remitTo": {"zip": "1"}},
        {"accountNumber": "C", "bill": None, "remitTo": None},
    ]


@pytest.mark.parametrize("parts", ["city", "__typename", "a: zip b: zip country"])
async def test_nothing_of_them_is_left_to_be_made(gateway: Gateway, parts: str) -> None:
    executor = make_executor(Settings(database_url=str(gateway.serving.url)), gateway.serving)
    text = f"{{ accounts {{ nodes {{ billingAddress {{ {parts} }} }} }} }}"
    request = GraphQLRequest(text)
    plan = await executor.queries.plan(await executor.prepared(request), request, now().date())
    assert plan.postprocess is None
