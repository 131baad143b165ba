"""Where Alembic meets the tables: runs on the connection that `app.storage.migrations.migrate` hands over."""

from alembic import context

from app.storage.migrations.comparison import comparison
from app.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transaction_per_migration=False,
    **comparison(connection.dialect.name),
)
with context.begin_transaction():
    context.run_migrations()
