"""Whether reading costs what is asked for, whatever there is: `python -m tests.benchmarks.scale` loads a ledger of a
million documents and one of 20,000, asks everything of both on both databases, and compares.

It asks every operation of `graphql/`, every filter of the schema alone (of few rows, of most, of none), the pairs that
people use, and every order of every list at both ends and in the middle: once with a plan that is made for the values,
once after more than ten runs. No read that returns 20 rows may take over 20 ms, and none that takes over 4 ms over five
times what it takes in the small ledger. What may is listed in `exceptions`. It ends with status 1 where others do.

The load takes some minutes; `--keep FOLDER` keeps the SQLite files, and the databases of a Postgres that is given by
GATEWAY_TEST_POSTGRES_URL, for the next time, when they are migrated to this checkout's schema.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import orjson
from sqlalchemy.exc import ProgrammingError

from app.auth.api_keys import create_tenant, list_tenants
from app.domain.enums import Product
from app.storage.database.engine import Database
from app.storage.migrations.migrate import migrate
from app.storage.migrations.revision import revision_of
from tests.benchmarks.grounds import SETTINGS, with_database
from tests.benchmarks.scale.documents import operation_documents
from tests.benchmarks.scale.exceptions import EXCEPTIONS, exception_of
from tests.benchmarks.scale.filters import every_filter, nested, pairs
from tests.benchmarks.scale.ledger import Size
from tests.benchmarks.scale.loading import load, new_key
from tests.benchmarks.scale.measuring import Asking, serving
from tests.benchmarks.scale.orders import every_order
from tests.benchmarks.scale.reads import Choice, Read
from tests.benchmarks.scale.report import Compared, report, tell, verdict
from tests.postgres import PostgresServer, open_postgres
from tests.servers import ServerError

COMPLETE = "complete"  # a tenant without rows, which is made last


async def is_complete(database: Database) -> bool:
    if await revision_of(database) is None:
        return False
    return COMPLETE in [tenant.name for tenant in await list_tenants(database)]


async def prepared(database: Database, size: Size) -> bool:
    """Loads the database, or brings a complete one up to date; False where it holds a part of a load."""
    if await is_complete(database):
        await migrate(database)
        return True
    if await revision_of(database) is not None:
        return False
    started = time.monotonic()
    await load(database, size)
    await create_tenant(database, COMPLETE, tuple(Product))
    kind, seconds = database.url.get_backend_name(), time.monotonic() - started
    tell(f"loaded {size.documents:,} documents into {kind} in {seconds:,.0f} s")
    return True


class Grounds:
    """The databases of one kind, made when they are asked for."""

    def __init__(self, kind: str, folder: Path, server: PostgresServer | None) -> None:
        self.kind, self.folder, self.server = kind, folder, server

    def url(self, size: Size) -> str:
        """A database that holds the ledger."""
        url = self.open(size)
        if not asyncio.run(with_database(url, lambda database: prepared(database, size))):
            self.drop(size)
            return self.url(size)
        return url

    def open(self, size: Size) -> str:
        name = f"scale_{size.documents}"
        if self.server is None:
            return f"sqlite+aiosqlite:///{self.folder / f'{name}.db'}"
        with suppress(ProgrammingError):  # it is there, kept from the last time
            asyncio.run(self.server.create_database(name))
        return self.server.url(name)

    def drop(self, size: Size) -> None:
        name = f"scale_{size.documents}"
        if self.server:
            asyncio.run(self.server.drop_database(name))
        for file in self.folder.glob(f"{name}.db*"):
            file.unlink()


async def reads_of(database: Database, size: Size, salt: str, choice: Choice) -> list[Read]:
    found = [
        *operation_documents(size, salt),
        *await every_filter(database, choice),
        *pairs(size),
        *nested(),
        *await every_order(database, size, choice),
    ]
    return [read for read in found if read.name in choice]


@contextmanager
def asked(url: str, size: Size, folder: Path, salt: str, choice: Choice) -> Iterator[tuple[Asking, list[Read]]]:
    """A server on the ledger, and what to ask it."""
    reads = asyncio.run(with_database(url, lambda database: reads_of(database, size, salt, choice)))
    key = asyncio.run(with_database(url, new_key))
    with serving(url, key, folder) as asking:
        yield asking, reads


def compare(ground: Grounds, sizes: Sequence[Size], options: argparse.Namespace, folder: Path) -> list[Compared]:
    """Asks each read of both ledgers, one after the other."""
    found: list[Compared] = []
    salt = format(time.time_ns(), "x")
    choice = Choice(options.only)
    urls = [ground.url(size) for size in sizes]
    with ExitStack() as stack:
        (small, small_reads), (large, large_reads) = (
            stack.enter_context(asked(url, size, folder, salt, choice)) for url, size in zip(urls, sizes, strict=True)
        )
        by_name = {read.name: read for read in small_reads}
        for read in large_reads:
            beside = by_name.get(read.name)
            if beside is None:  # the small ledger has less than a page of it
                continue
            try:
                found.append(
                    Compared(ground.kind, small.measured(beside), large.measured(read), read.writes, exception_of(read))
                )
            except ServerError as refused:
                tell(f"REFUSED: {refused}")
            else:
                if options.verbose:
                    tell(found[-1].line)
    return found


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    known.add_argument("--database", choices=["postgres", "sqlite"], help="this one alone")
    known.add_argument("--documents", type=int, default=1_000_000, help="of the large ledger (%(default)s)")
    known.add_argument("--beside", type=int, default=20_000, help="documents of the small one (%(default)s)")
    known.add_argument("--only", nargs="*", default=[], help="reads whose names have one of these words")
    known.add_argument("--keep", type=Path, help="a folder for databases that are used again")
    known.add_argument("--json", type=Path, help="a file for all that was measured")
    known.add_argument("--exceptions", action="store_true", help="list what may take longer, and why")
    known.add_argument("--verbose", action="store_true", help="tell each read when it has been measured")
    return known.parse_args()


def main() -> int:
    options = arguments()
    if options.exceptions:
        tell("\n".join(f"{each.name}: {each.why}" for each in EXCEPTIONS))
        return 0
    sizes = [Size(options.beside), Size(options.documents)]
    found: list[Compared] = []
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep.absolute() if options.keep else Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in [options.database] if options.database else ["postgres", "sqlite"]:
            with ExitStack() as stack:
                server = stack.enter_context(open_postgres(SETTINGS)) if kind == "postgres" else None
                part = compare(Grounds(kind, folder, server), sizes, options, Path(name))
            report(kind, part, options.beside, options.documents)
            found += part
    if options.json:
        options.json.write_bytes(orjson.dumps([one.as_json for one in found], option=orjson.OPT_INDENT_2))
    return 0 if verdict(found) else 1


if __name__ == "__main__":
    sys.exit(main())
