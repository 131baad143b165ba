"""What `ingest-gateway serve` checks before it starts. A failed check raises CommandFailed, which says what to do."""

from importlib.util import find_spec

from app.cli.console import CommandFailed, blob_store
from app.settings import Settings
from app.storage.blobs.store import StoreAway
from app.storage.database.engine import Database
from app.storage.database.row_level_security import CAN_BYPASS

TRACES = "opentelemetry.exporter.otlp.proto.http"
TRACES_PACKAGES = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"


def check_blob_store(settings: Settings, database: Database) -> None:
    try:
        blob_store(settings, database).check()
    except StoreAway as reason:
        raise CommandFailed(f"GATEWAY_BLOB_URL={settings.blobs!r}: no PDF can be kept there: {reason}.") from None


async def row_level_security_notice(database: Database) -> str | None:
    """A warning where the login of the server could switch off row level security."""
    if database.is_sqlite:
        return None
    async with database.reading() as connection:
        if not (await connection.execute(CAN_BYPASS)).scalar_one():
            return None
    login = database.url.username
    return f"The Postgres login {login!r} can switch row level security off: see Postgres in app/guide/running-it.md."


def check_trusted_operations(settings: Settings, workers: int) -> None:
    """Refuses broken trusted documents. Workers check them again; so in their parent, which would build the whole
    schema for that, only an operator's own are checked."""
    if workers > 1 and not settings.manifests:
        return
    from app.graphql_api.operation_documents import BrokenDocumentError  # noqa: PLC0415 - builds the schema: see app.main
    from app.graphql_api.persisted_operations import load_persisted_operations  # noqa: PLC0415 - likewise

    try:
        load_persisted_operations(settings.manifests, only=settings.trusted_only)
    except BrokenDocumentError as reason:
        raise CommandFailed(f"A trusted document is broken. {reason}") from None


def check_tracing(settings: Settings) -> None:
    if settings.traces_endpoint and not is_installed(TRACES):
        raise CommandFailed(f"GATEWAY_TRACES_ENDPOINT needs the extra 'traces': pip install {TRACES_PACKAGES}")


def is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it belongs to is not installed either
        return False
