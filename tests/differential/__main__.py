"""Many random operations, each answered in both ways:
`python -m tests.differential --operations 20000 --seed 1 --database sqlite|postgres`. Prints every difference, made
small, and ends with status 1 where there was one."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.server.process_tuning import tune_process
from app.storage.database.engine import Database
from app.storage.migrations.migrate import migrate
from tests.differential.session import opened, told
from tests.gateway import Gateway
from tests.postgres import open_postgres

PROGRESS = 250  # operations


@contextmanager
def database_url(kind: str) -> Iterator[str]:
    """A new database, for as long as it is used."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite+aiosqlite:///{folder}/gateway.db"
    else:
        with open_postgres() as server:
            yield asyncio.run(server.create_database("differential"))


async def run(url: str, first: int, operations: int, stop_after: int) -> int:
    """How many operations differ."""
    database = Database(url, administers=True)
    await migrate(database)
    await database.dispose()
    differences, start = 0, time.monotonic()
    async with Gateway(url) as gateway:
        session = await opened(gateway)
        tune_process()
        for number in range(operations):
            found = await session.ask(first + number)
            if found:
                differences += 1
                print(f"DIFFERENCE {differences}: {told(found, first + number)}", flush=True)  # noqa: T201
            if (number + 1) % PROGRESS == 0 or differences == stop_after:
                seconds = time.monotonic() - start
                print(f"{number + 1} operations, {seconds:.0f} s: {dict(session.outcomes)}", flush=True)  # noqa: T201
            if differences == stop_after:
                break
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--stop-after", type=int, default=10, help="differences")
    asked = parser.parse_args()
    with database_url(asked.database) as url:
        return min(1, asyncio.run(run(url, asked.seed, asked.operations, asked.stop_after)))


if __name__ == "__main__":
    sys.exit(main())
