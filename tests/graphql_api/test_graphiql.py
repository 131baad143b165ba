"""The query editor as its users meet it: a real Chromium on the page of a running server with demonstration data."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from app.graphql_api.graphiql import graphiql_page
from app.graphql_api.operation_documents import load_documents
from tests.browser import Visit, open_visit
from tests.gateway import Gateway

NESTED_QUERY = """query Nested {
  accounts(first: 50) {
    nodes { accountNumber documents(first: 2) { totalCount nodes { documentNumber account { accountNumber } } } }
  }
}"""

MODEL = "(end => globalThis.__MONACO.editor.getModels().find(model => model.uri.path.endsWith(end)))"

# Asked inside the page because Playwright's own waiting needs eval, which the policy forbids.
UNTIL_STORED = """async text => {
    for (let tries = 0; tries < 200; tries++) {
        if (localStorage.getItem('graphiql:tabState')?.includes(text)) return true;
        await new Promise(again => setTimeout(again, 25));
    }
    return false;
}"""


class DemoServer(Protocol):
    """A running server with demonstration data, and keys to it, of two tenants."""

    url: str
    api_key: str
    other_key: str


@dataclass
class Editor:
    """GraphiQL on a running server."""

    visit: Visit
    server: DemoServer

    @property
    def page(self) -> Page:
        return self.visit.page

    async def open(self, fragment: str = "") -> None:
        await self.page.goto(f"{self.server.url}/graphql{fragment}")
        await self.page.wait_for_selector(".graphiql-query-editor .monaco-editor")

    async def open_with_key(self) -> None:
        async with self.page.expect_response(lambda response: response.request.method == "POST"):  # the schema
            await self.open(f"#key={self.server.api_key}")

    async def fill_new_tab(self, text: str) -> None:
        """Puts it in at once, as typing it would have the editor close each bracket by itself."""
        await self.page.get_by_role("button", name="New tab").click()
        await self.page.evaluate(f"text => {MODEL}('operation.graphql').setValue(text)", text)
        if name := re.match(r"query (\w+)", text):
            await expect(self.page.get_by_role("tab", name=name[1])).to_be_visible()

    async def text_of(self, name: str) -> str:
        """What an editor holds; on the screen it has only the lines that fit."""
        text: str = await self.page.evaluate(f"name => {MODEL}(name).getValue()", name)
        return text

    async def run(self) -> dict[str, Any]:
        await self.page.get_by_role("button", name=re.compile("^Execute query")).click()
        await expect(self.page.locator(".graphiql-response .view-lines")).to_contain_text("{")
        answer: dict[str, Any] = json.loads(await self.text_of("response.json"))
        return answer

    def key_dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name="API key")

    def offer_dialog(self) -> Locator:
        """Asks whether the key of a link is to replace the one that is kept."""
        return self.page.get_by_role("dialog", name=re.compile("key of this link"))

    async def kept_key(self) -> str:
        key: str = await self.page.evaluate("localStorage.getItem('ingest-gateway:api-key')")
        return key


@pytest.fixture
async def editor(chromium: Browser, demo_server: DemoServer) -> AsyncIterator[Editor]:
    async with open_visit(chromium) as visit:
        yield Editor(visit, demo_server)


@pytest.mark.browser
async def test_the_editor_loads_whole_from_its_own_server_and_breaks_no_rule_of_its_policy(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.fill_new_tab(NESTED_QUERY)
    assert "data" in await editor.run()

    await editor.visit.assert_clean(editor.server.url)


@pytest.mark.browser
async def test_the_key_is_asked_for_once_and_kept(editor: Editor) -> None:
    await editor.open()
    await editor.key_dialog().get_by_label("API key", exact=True).fill(editor.server.api_key)
    await editor.key_dialog().get_by_role("button", name="Use this key").click()
    await expect(editor.key_dialog()).to_be_hidden()

    await editor.open()
    await expect(editor.page.get_by_role("button", name=f"API key …{editor.server.api_key[-4:]}")).to_be_visible()
    await expect(editor.key_dialog()).to_be_hidden()


@pytest.mark.browser
async def test_a_key_that_the_server_refuses_is_not_kept(editor: Editor) -> None:
    await editor.open()
    await editor.key_dialog().get_by_label("API key", exact=True).fill("no-such-key")
    await editor.key_dialog().get_by_role("button", name="Use this key").click()

    await expect(editor.key_dialog().get_by_role("alert")).to_have_text("The server does not accept this API key.")
    assert await editor.page.evaluate("Object.values(localStorage).includes('no-such-key')") is False


@pytest.mark.browser
async def test_a_key_in_the_link_is_kept_and_leaves_the_address_bar(editor: Editor) -> None:
    await editor.open_with_key()

    await expect(editor.page.get_by_role("button", name=f"API key …{editor.server.api_key[-4:]}")).to_be_visible()
    await expect(editor.key_dialog()).to_be_hidden()
    assert editor.page.url == f"{editor.server.url}/graphql"


@pytest.mark.browser
async def test_a_kept_key_that_is_no_longer_good_is_asked_for_again(editor: Editor) -> None:
    await editor.open("#key=a-key-of-yesterday")

    await expect(editor.key_dialog().get_by_role("alert")).to_have_text("The server does not accept this API key.")


@pytest.mark.browser
@pytest.mark.parametrize("choice", ["Keep my key", "Use the key of the link", "Close", "Escape"])
async def test_a_key_in_a_link_replaces_another_tenants_only_when_the_page_was_told_so(
    editor: Editor, choice: str
) -> None:
    await editor.open_with_key()
    await editor.page.goto("about:blank")
    await editor.open(f"#key={editor.server.other_key}")
    asked = editor.offer_dialog()
    await expect(asked.get_by_role("definition")).to_contain_text(["Northwind Supply", "Contoso Industrial"])
    assert editor.page.url == f"{editor.server.url}/graphql"
    assert await editor.kept_key() == editor.server.api_key
    await expect(asked.get_by_role("button", name="Keep my key")).to_be_focused()

    if choice == "Escape":
        await editor.page.keyboard.press("Escape")
    else:
        await asked.get_by_role("button", name=choice).click()
    await expect(asked).to_be_hidden()

    changes = choice == "Use the key of the link"
    key, tenant = (
        (editor.server.other_key, "Contoso Industrial") if changes else (editor.server.api_key, "Northwind Supply")
    )
    assert await editor.kept_key() == key
    await expect(editor.page.get_by_role("button", name=f"API key …{key[-4:]}")).to_be_visible()
    await editor.fill_new_tab("query Whose { tenant { name } }")
    assert await editor.run() == {"data": {"tenant": {"name": tenant}}}
    await editor.open()
    await expect(editor.key_dialog()).to_be_hidden()
    await editor.visit.assert_clean(editor.server.url)


@pytest.mark.browser
async def test_a_key_in_an_address_that_an_open_page_is_led_to_is_asked_about_too(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.page.evaluate("key => { location.hash = `#key=${key}` }", editor.server.other_key)

    await expect(editor.offer_dialog()).to_be_visible()
    assert await editor.kept_key() == editor.server.api_key
    assert editor.page.url == f"{editor.server.url}/graphql"


@pytest.mark.browser
async def test_a_key_in_a_link_that_the_server_refuses_leaves_the_one_that_is_kept(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.page.goto("about:blank")
    await editor.open("#key=no-such-key")

    await expect(editor.offer_dialog()).to_contain_text("The key of this link is not accepted")
    await editor.offer_dialog().get_by_role("button", name="Keep my key").click()
    await expect(editor.offer_dialog()).to_be_hidden()
    assert await editor.kept_key() == editor.server.api_key


@pytest.mark.browser
async def test_a_key_in_a_link_takes_the_place_of_one_that_the_server_refuses_at_once(editor: Editor) -> None:
    await editor.open("#key=a-key-of-yesterday")
    await expect(editor.key_dialog().get_by_role("alert")).to_have_text("The server does not accept this API key.")
    await editor.page.goto("about:blank")
    await editor.open(f"#key={editor.server.api_key}")

    await expect(editor.page.get_by_role("button", name=f"API key …{editor.server.api_key[-4:]}")).to_be_visible()
    await expect(editor.key_dialog()).to_be_hidden()
    await expect(editor.offer_dialog()).to_be_hidden()
    assert await editor.kept_key() == editor.server.api_key


@pytest.mark.browser
async def test_a_link_with_the_key_that_is_kept_asks_nothing(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.page.goto("about:blank")
    await editor.open_with_key()
    await editor.fill_new_tab("query Whose { tenant { name } }")
    assert await editor.run() == {"data": {"tenant": {"name": "Northwind Supply"}}}

    await expect(editor.offer_dialog()).to_be_hidden()


@pytest.mark.browser
async def test_a_forgotten_key_is_gone_and_asked_for(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.page.get_by_role("button", name="API key").click()
    await editor.key_dialog().get_by_role("button", name="Forget key").click()

    await expect(editor.key_dialog().get_by_label("API key", exact=True)).to_be_visible()
    assert (
        await editor.page.evaluate("key => Object.values(localStorage).includes(key)", editor.server.api_key) is False
    )


@pytest.mark.browser
async def test_a_field_name_is_completed_while_typing(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.fill_new_tab("{ accounts { nodes { } } }")
    await editor.page.locator(".graphiql-query-editor .view-lines").click(position={"x": 5, "y": 5})
    await editor.page.keyboard.press("Home")
    for _ in "{ accounts { nodes { ":
        await editor.page.keyboard.press("ArrowRight")
    await editor.page.keyboard.type("accountN", delay=30)
    await expect(editor.page.locator(".suggest-widget .monaco-list-row").first).to_contain_text("accountNumber")
    await editor.page.keyboard.press("Enter")

    assert await editor.text_of("operation.graphql") == "{ accounts { nodes { accountNumber} } }"


@pytest.mark.browser
async def test_a_nested_query_is_answered(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.fill_new_tab(NESTED_QUERY)
    answer = await editor.run()

    accounts = answer["data"]["accounts"]["nodes"]
    owners = {(account["accountNumber"], document["account"]["accountNumber"])
              for account in accounts for document in account["documents"]["nodes"]}  # fmt: skip
    assert owners
    assert all(account == owner for account, owner in owners)


@pytest.mark.browser
async def test_the_documentation_of_a_type_lists_its_fields(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.page.get_by_role("button", name="Show Documentation Explorer").click()
    await editor.page.locator(".graphiql-doc-explorer-type-name", has_text=re.compile("^Account$")).first.click()

    docs = editor.page.get_by_role("region", name="Documentation Explorer")
    await expect(docs.locator(".graphiql-doc-explorer-title")).to_have_text("Account")
    await expect(docs.get_by_text("accountNumber", exact=True).first).to_be_visible()


@pytest.mark.browser
async def test_an_example_opens_in_a_tab_of_its_own_with_its_variables(editor: Editor) -> None:
    await editor.open_with_key()
    shown = await editor.text_of("operation.graphql")
    async with httpx.AsyncClient() as client:
        examples = (await client.get(f"{editor.server.url}/graphql/examples.json")).json()
    example = next(example for example in examples if example["variables"] and example["query"] != shown)
    button = editor.page.get_by_role("region", name="Examples").get_by_role("button")
    await button.filter(has=editor.page.get_by_text(example["name"], exact=True)).click()

    await expect(editor.page.get_by_role("tab", name=example["name"])).to_be_visible()
    assert await editor.text_of("operation.graphql") == example["query"]
    assert await editor.text_of("variables.json") == example["variables"]


@pytest.mark.browser
async def test_a_first_visit_starts_with_the_overview_of_accounts(editor: Editor) -> None:
    await editor.open()

    assert "query AccountsOverview" in await editor.text_of("operation.graphql")


@pytest.mark.browser
async def test_what_was_open_is_open_again_after_a_reload(editor: Editor) -> None:
    await editor.open_with_key()
    await editor.fill_new_tab("query Mine { __typename }")
    assert await editor.page.evaluate(UNTIL_STORED, "query Mine")
    await editor.open()

    await expect(editor.page.get_by_role("tab", name="Mine")).to_be_visible()
    assert await editor.text_of("operation.graphql") == "query Mine { __typename }"


@pytest.mark.browser
async def test_the_editor_is_dark_or_light_as_the_system_is(editor: Editor) -> None:
    await editor.open_with_key()
    light = await _brightness(editor.page), await editor.page.screenshot()
    await editor.page.emulate_media(color_scheme="dark")
    dark = await _brightness(editor.page), await editor.page.screenshot()

    assert light[0] > 240
    assert dark[0] < 60
    assert light[1] != dark[1]


async def _brightness(page: Page) -> float:
    """Of the page's ground, from 0 to 255."""
    colour: str = await page.locator(".graphiql-container").evaluate("box => getComputedStyle(box).backgroundColor")
    red, green, blue = map(float, re.findall(r"[\d.]+", colour)[:3])
    return (red + green + blue) / 3


async def test_the_examples_need_no_key_and_hold_every_operation_document(sqlite_url: str) -> None:
    async with Gateway(sqlite_url) as gateway:
        answer = await gateway.http.get("/graphql/examples.json")
    examples = answer.json()

    assert [(example["folder"], example["name"]) for example in examples] == [
        (document.folder, document.name) for document in load_documents()
    ]
    assert {tuple(example) for example in examples} == {("folder", "name", "description", "query", "variables")}


def test_a_client_that_keeps_answers_keeps_the_page_apart_from_queries() -> None:
    assert graphiql_page().headers["vary"] == "Accept"
