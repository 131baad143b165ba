"""How Alembic compares the tables of the code with those of a database, and how it writes what it finds."""

from functools import partial
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext

from app.storage.searches import SEARCHED, search_name
from app.storage.tables import CSR_COUNTER


def comparison(dialect: str) -> dict[str, Any]:
    """Alembic's options for a database of that kind."""
    return {"compare_type": True, "include_object": partial(is_compared, dialect), "render_item": render}


def is_compared(dialect: str, item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leaves out the csrId counter where a sequence does its work, and what `search_indexes` makes."""
    is_counter = kind == "table" and name == CSR_COUNTER.name and dialect == "postgresql"
    return not (is_counter or (reflected and is_of_search(name or "")))


def is_of_search(name: str) -> bool:
    """Whether that is the name of an index of trigrams, or of a table that FTS5 keeps one in."""
    searches = map(search_name, SEARCHED)
    return any(name == f"ix_{search}" or name.startswith(search) for search in searches)


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Writes our column types by their own names."""
    if kind == "type" and type(item).__module__ == "app.storage.types":
        autogen.imports.add("from app.storage import types")
        length = getattr(item, "length", None)
        return f"types.{type(item).__name__}({length or ''})"
    return False
