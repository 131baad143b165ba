"""Where Alembic meets the tables: runs on the connection that `app.storage.migrations.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.storage.migrations.migrate import METADATA


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Writes our column types by their own names."""
    if kind == "type" and type(item).__module__ == "app.storage.types":
        autogen.imports.add("from app.storage import types")
        length = getattr(item, "length", None)
        return f"types.{type(item).__name__}({length or ''})"
    return False


def concerns(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leaves out the csrId counter where a sequence does its work."""
    return not (kind == "table" and name == "csr_counter" and context.get_context().dialect.name == "postgresql")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_item=render,
    include_object=concerns,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
