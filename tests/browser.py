"""A real Chromium, and a page in it with a record of all that it logged, asked for and was denied."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright

from app.pages import page as pages

REQUIRED = "TESTS_REQUIRE_CHROMIUM"  # set by .ci/run: there a missing Chromium is a failure
NO_CHROMIUM = "NO CHROMIUM FOUND"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

# As root it needs --no-sandbox; the others keep it from calling its maker's hosts.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Said by the browser itself, so that no violation passes because its console message reads differently.
COLLECT_VIOLATIONS = """
    window.violations = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        window.violations.push(`${violatedDirective} ${blockedURI}`));
"""


@dataclass
class Visit:
    """A page, with what it logged and asked for since it was opened."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def assert_clean(self, url: str) -> None:
        """It asked no one but the server at `url`, broke no rule of its policy, and logged nothing."""
        assert [asked for asked in self.asked if not asked.startswith((f"{url}/", "data:"))] == []
        assert await self.page.evaluate("window.violations") == []
        assert self.said == []


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(
            f"{NO_CHROMIUM}: none of {', '.join(CHROMIUMS)} is on PATH, so the pages WERE NOT TESTED"
        )
    if not (pages.STATIC / "graphiql.html").is_file():
        pytest.fail("The pages are not built: make ui")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def open_visit(chromium: Browser) -> AsyncIterator[Visit]:
    context = await chromium.new_context(viewport={"width": 1400, "height": 850}, color_scheme="light")
    await context.add_init_script(COLLECT_VIOLATIONS)
    visit = Visit(await context.new_page())

    def asked(request: Request) -> None:
        visit.asked.append(request.url)

    visit.page.on("console", lambda message: visit.said.append(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.said.append(f"error: {error}"))
    context.on("request", asked)
    yield visit
    await context.close()
