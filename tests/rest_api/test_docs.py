"""The documentation page as its readers meet it: a real Chromium on a running server."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from playwright.async_api import Browser, Locator, Page, expect
from starlette.applications import Starlette

from app.rest_api.docs import docs_routes
from tests.browser import Visit, open_visit
from tests.gateway import Gateway
from tests.rest_api.description import operations
from tests.servers import RunningServer, gateway_cli

COLOUR = "element => getComputedStyle(element).color"


@dataclass
class Reader:
    """The page on a running server, and a key to it."""

    visit: Visit
    url: str
    api_key: str

    @property
    def page(self) -> Page:
        return self.visit.page

    async def open(self) -> None:
        await self.page.goto(f"{self.url}/docs")
        await self.page.wait_for_selector(".opblock")

    async def opened(self, operation: str) -> Locator:
        """An operation with what it takes and answers in sight."""
        block = self.page.locator(f"[id$='-{operation}']")
        await block.locator(".opblock-summary-control").click()
        await block.locator(".opblock-body .responses-inner").wait_for()
        return block


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A running server's address, and a key to it."""
    folder = tmp_path_factory.mktemp("docs")
    settings = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, folder / 'gateway.db')}"}
    tenant = gateway_cli("tenants", "create", "acme", env=settings, folder=folder)
    told = dict(line.rsplit(maxsplit=1) for line in tenant.splitlines())
    with RunningServer(settings, folder) as server:
        yield server.url, told["API key"]


@pytest.fixture
async def reader(chromium: Browser, served: tuple[str, str]) -> AsyncIterator[Reader]:
    async with open_visit(chromium) as visit:
        yield Reader(visit, *served)


@pytest.mark.browser
async def test_every_operation_is_shown_from_this_server_alone_and_within_the_policy(reader: Reader) -> None:
    await reader.open()
    shown = await reader.page.locator(".opblock").evaluate_all(
        "blocks => blocks.map(block => [block.querySelector('.opblock-summary-method').textContent,"
        " block.querySelector('.opblock-summary-path').dataset.path])"
    )
    for name in ("replaceAccount", "pushPdf"):
        await reader.opened(name)

    assert {tuple(each) for each in shown} == {(operation.method, operation.path) for operation in operations()}
    await reader.visit.assert_clean(reader.url)


@pytest.mark.browser
async def test_a_field_is_shown_with_its_meaning_and_its_limit(reader: Reader) -> None:
    await reader.open()
    block = await reader.opened("createRepresentative")
    await block.locator(".opblock-section-request-body").get_by_text("Schema", exact=True).click()

    request = block.locator(".opblock-section-request-body")
    await expect(request).to_contain_text("Part of the seller's company the person works in. Collections reads it.")
    await expect(request).to_contain_text("≤ 255 characters")


@pytest.mark.browser
async def test_an_example_can_be_sent_with_the_key_that_the_pages_share(reader: Reader) -> None:
    await reader.page.add_init_script(f"localStorage.setItem('ingest-gateway:api-key', '{reader.api_key}')")
    await reader.open()
    block = await reader.opened("createAccount")
    await block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .response")

    await expect(answer.locator(".response-col_status")).to_contain_text("201")
    body = json.loads(await answer.locator(".response-col_description .microlight").first.inner_text())
    assert (body["accountNumber"], body["name"]) == ("ACCT-001", "Acme Corp")
    await reader.visit.assert_clean(reader.url)


@pytest.mark.browser
async def test_the_page_is_dark_or_light_as_the_system_is(reader: Reader) -> None:
    await reader.open()
    title = reader.page.locator(".info .title")
    light = await title.evaluate(COLOUR)
    await reader.page.emulate_media(color_scheme="dark")
    await expect(title).not_to_have_css("color", light)
    dark = await title.evaluate(COLOUR)
    await reader.page.emulate_media(color_scheme="light")

    await expect(title).to_have_css("color", light)
    assert brightness(light) < 100
    assert brightness(dark) > 180


def brightness(colour: str) -> float:
    """Of a colour, from 0 to 255."""
    red, green, blue = map(float, re.findall(r"[\d.]+", colour)[:3])
    return (red + green + blue) / 3


async def test_the_page_carries_a_policy_that_admits_nothing_foreign_and_no_inline_style(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        answer = await gateway.http.get("/docs")

    policy = answer.headers["content-security-policy"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert not re.search(r"http|\*|unsafe|blob:", policy)
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_page_that_is_not_built_leads_to_the_description(
    tmp_path: Path,
) -> None:
    served = Starlette(routes=docs_routes(built=tmp_path))
    async with AsyncClient(transport=ASGITransport(served), base_url="http://gateway") as http:
        answer = await http.get("/docs")

    assert answer.status_code == 200
    assert "make ui" in answer.text
    assert '<a href="/openapi.json">' in answer.text
