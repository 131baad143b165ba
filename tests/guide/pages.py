"""The Markdown pages of the project, and what is in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "app/guide"
README = ROOT / "README.md"
PAGES = [README, *sorted(GUIDE.rglob("*.md")), *sorted((ROOT / ".github").glob("*.md"))]
LINK = re.compile(r"(?:\]\(|src=\")([^)\"\s]+)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The examples in that language."""
    return [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def shell_commands(page: Path) -> Iterator[str]:
    """The commands of the page's shell examples, each in one line and without its comment."""
    for text in blocks(page, "sh"):
        in_one_line = re.sub(r"\\\n\s*", " ", text)
        yield from re.findall(r"^(?:[^'\n]|'[^']*')+$", in_one_line, re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The places that a link to the page can name, as code hosts make them of headings."""
    prose = BLOCK.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
