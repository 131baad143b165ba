"""What `ingest-gateway serve` looks at before it starts: each raises Stopped with what to do about it."""

from importlib.util import find_spec

from app.cli.console import Stopped, blobs_of
from app.settings import Settings
from app.storage.blobs.store import StoreAway
from app.storage.database.engine import Database
from app.storage.database.row_level_security import CAN_BYPASS

TRACES = "opentelemetry.exporter.otlp.proto.http"
TRACES_PACKAGES = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"


def check_store(settings: Settings, database: Database) -> None:
    try:
        blobs_of(settings, database).check()
    except StoreAway as reason:
        raise Stopped(f"GATEWAY_BLOB_URL={settings.blobs!r}: no PDF can be kept there: {reason}.") from None


async def row_level_security_notice(database: Database) -> str | None:
    """Says so where whoever breaks into the server could switch row level security off."""
    if database.is_sqlite:
        return None
    async with database.reading() as connection:
        if not (await connection.execute(CAN_BYPASS)).scalar_one():
            return None
    login = database.url.username
    return f"The Postgres login {login!r} can switch row level security off: see Postgres in app/guide/running-it.md."


def check_documents(settings: Settings, workers: int) -> None:
    """Refuses trusted documents that are broken. Where workers are to look at them again, only an operator's own are
    worth the time, and the memory of a schema in a process that serves nobody."""
    if workers > 1 and not settings.manifests:
        return
    from app.graphql_api.operation_documents import BrokenDocumentError  # noqa: PLC0415 - builds the schema: see app.main
    from app.graphql_api.persisted_operations import load_persisted_operations  # noqa: PLC0415 - likewise

    try:
        load_persisted_operations(settings.manifests, only=settings.trusted_only)
    except BrokenDocumentError as reason:
        raise Stopped(f"A trusted document is broken. {reason}") from None


def check_traces(settings: Settings) -> None:
    if settings.traces_endpoint and not installed(TRACES):
        raise Stopped(f"GATEWAY_TRACES_ENDPOINT needs the extra 'traces': pip install {TRACES_PACKAGES}")


def installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # nor is the package that it would be in
        return False
