"""What a person or a program finds who knows the host name alone."""

import pytest

from tests.gateway import Gateway

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_a_browser_is_led_to_graphiql(gateway: Gateway) -> None:
    response = await gateway.http.get("/", headers={"Accept": BROWSER})

    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
async def test_a_program_is_told_the_addresses_and_finds_something_at_each_that_is_a_page(
    gateway: Gateway, accept: str
) -> None:
    response = await gateway.http.get("/", headers={"Accept": accept})

    assert (response.status_code, response.json()) == (
        200,
        {"graphql": "/graphql", "rest": "/api/v1/ingest", "docs": "/docs", "openapi": "/openapi.json"},
    )
    for name in ("graphql", "docs", "openapi"):
        assert (await gateway.http.get(response.json()[name], headers={"Accept": BROWSER})).status_code == 200


async def test_another_method_is_refused_in_the_form_of_the_rest_api(gateway: Gateway) -> None:
    response = await gateway.http.post("/healthz")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert response.json() == {"error": "method_not_allowed", "message": "This address takes GET, HEAD."}
