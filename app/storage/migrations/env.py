"""Where Alembic meets the tables: runs on the connection that `app.storage.migrations.migrate` hands over."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from app.storage.migrations.comparison import comparison
from app.storage.migrations.online import steps_of
from app.storage.tables import metadata

connection = context.config.attributes["connection"]


def apply_steps(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Does the revision's steps in the transaction, unless they are to be done online."""
    if step.is_upgrade and not context.config.attributes.get("online"):
        for each in steps_of(step.up_revision):
            each.apply(connection)


context.configure(
    connection=connection,
    target_metadata=metadata,
    transaction_per_migration=False,
    on_version_apply=apply_steps,
    **comparison(connection.dialect.name),
)
with context.begin_transaction():
    context.run_migrations()
