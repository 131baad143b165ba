"""Properties of whatever is sent, for as long as is wished: `python -m tests.fuzz --minutes 60 --database postgres`.
Prints its progress and every counter-example, made small, with its seed; ends with status 1 where there was one."""

import argparse
import asyncio
import sys
import time

from tests.conftest import migrated
from tests.differential.__main__ import database_url
from tests.fuzz.session import opened


def tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first; another one each time")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked = parser.parse_args()
    with database_url(asked.database) as url:
        asyncio.run(migrated(url))
        with opened(url) as session:
            session.run(asked.seed, asked.minutes * 60, tell)
            tell(f"{session.examples.total()} examples: {dict(session.examples)}")
            tell(f"{len(session.failures)} failures")
            return min(1, len(session.failures))


if __name__ == "__main__":
    sys.exit(main())
