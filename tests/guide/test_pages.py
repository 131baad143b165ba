"""What the pages name is there: files, places in pages, modules, settings and commands."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli.client.connection import KEY_VARIABLE, URL_VARIABLE
from app.cli.main import cli
from app.settings import PREFIX, Settings
from tests.guide.pages import GUIDE, LINK, PAGES, README, ROOT, anchors, name_of, shell_commands

PATH = re.compile(r"(?<![\w/.-])(?:app|tests|graphql|\.github|\.ci)/[\w./-]*\w[\w/]*")
PYTHON_FILE = re.compile(r"`([\w/]+\.py)`")
PYTHON_FILES = [
    f"/{path.relative_to(ROOT).as_posix()}" for top in ("app", "tests") for path in (ROOT / top).rglob("*.py")
]
MODULE = re.compile(r"(?<![\w/.])tests(?:\.\w+)+")
SETTING = re.compile(rf"\b{PREFIX}[A-Z_]+[A-Z]\b")


@pytest.fixture(params=PAGES, ids=name_of)
def page(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_every_link_leads_to_a_file_and_a_place_in_it(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text("utf-8")):
        if "://" in link:
            continue
        path, _, place = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (place and place not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_file_and_module_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    paths = {path for path in PATH.findall(text) if not (ROOT / path).exists()}
    files = {name for name in PYTHON_FILE.findall(text) if not any(path.endswith(f"/{name}") for path in PYTHON_FILES)}
    modules = {name for name in MODULE.findall(text) if find_spec(name) is None}

    assert paths | files | modules == set()


def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    settings = {PREFIX + name.upper() for name in Settings.model_fields}

    assert set(SETTING.findall(page.read_text("utf-8"))) - settings - {URL_VARIABLE, KEY_VARIABLE} == set()


def test_every_command_of_the_command_line_that_a_page_shows_exists(page: Path) -> None:
    known = get_command(cli)
    shown = [
        words.split()
        for command in shell_commands(page)
        for words in re.findall(r"ingest-gateway ([a-z-]+(?: [a-z-]+)?)", command)
    ]
    for first, *rest in shown:
        group = getattr(known, "commands", {})
        assert first in group, first
        inner = getattr(group[first], "commands", None)
        assert inner is None or rest[0] in inner, (first, *rest)


def test_the_readme_and_the_index_of_the_guide_lead_to_every_page_of_it() -> None:
    pages = {page.name for page in GUIDE.glob("*.md")} - {"README.md"}
    linked = {link.rpartition("/")[2].partition("#")[0] for link in LINK.findall(README.read_text("utf-8"))}
    indexed = set(LINK.findall((GUIDE / "README.md").read_text("utf-8")))
    decisions = GUIDE / "decisions"

    assert pages - linked == set()
    assert pages - indexed == set()
    assert {page.name for page in decisions.glob("*.md")} - set(
        LINK.findall((decisions / "README.md").read_text("utf-8"))
    ) == {"README.md"}


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 250
