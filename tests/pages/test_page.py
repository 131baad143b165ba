"""The built pages as the server sends them: their policy, their files, and what is shown where nothing is built."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from app.pages import page as pages


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The files' routes alone, asked without a browser, over a folder of the test."""
    app = Starlette(routes=pages.asset_routes(tmp_path / "pages" / "static"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        yield client


def test_the_page_carries_a_policy_that_admits_nothing_foreign() -> None:
    headers = pages.built_page("graphiql", "").headers
    policy = headers["content-security-policy"].split("; ")

    assert policy[0] == "default-src 'none'"
    assert "script-src 'self'" in policy
    assert not [rule for rule in policy if re.search(r"http|\*|unsafe-eval|blob:", rule)]
    assert [rule for rule in policy if "unsafe-inline" in rule] == ["style-src 'self' 'unsafe-inline'"]
    assert headers["cache-control"] == "no-cache"


def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    page = pages.built_page("graphiql", "<h1>Not built</h1>", folder=tmp_path)

    assert page.status_code == 200
    assert "make ui" in bytes(page.body).decode()


async def test_a_built_file_may_be_cached_for_good(files: httpx.AsyncClient, tmp_path: Path) -> None:
    assets = tmp_path / "pages" / "static" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-Ab_1-2.js").write_text("1;" * 1000)
    answer = await files.get("/pages/assets/index-Ab_1-2.js")

    assert answer.status_code == 200
    assert answer.text == "1;" * 1000
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ["..%2findex.html", "..%2f..%2fpage.js", "%2e%2e", ".built-from", "..%5cx.js", "no-such-file.js", "x.html"]
)
async def test_no_name_leads_out_of_the_built_files(files: httpx.AsyncClient, tmp_path: Path, name: str) -> None:
    static = tmp_path / "pages" / "static"
    (static / "assets").mkdir(parents=True)
    for path in (static / "index.html", tmp_path / "pages" / "page.js", static / "assets" / "x.html", static / "x.js"):
        path.write_text("secret")
    answer = await files.get(f"/pages/assets/{name}")

    assert answer.status_code == 404
    assert "secret" not in answer.text
