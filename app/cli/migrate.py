"""`ingest-gateway migrate`: the database's schema."""

from app.cli.console import migrate_schema, open_database, out, run_with_database
from app.settings import load_settings


def migrate_command() -> None:
    """Brings the database's schema to the newest revision."""
    database = open_database(load_settings())
    run_with_database(migrate_schema(database), database)
    out.print("The schema is current.")
