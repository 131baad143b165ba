"""The command line under a wall clock that a test sets: it is off by as many seconds as the file named by CLOCK says.

Run as a module in the place of `app.cli.main`.
"""

import os
from datetime import datetime as real
from datetime import timedelta, tzinfo
from pathlib import Path

from app.cli.main import main
from app.storage.database import clock

FILE = Path(os.environ["CLOCK"])


class Stepped(real):
    """What `clock` takes the present from."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> real:  # type: ignore[override]
        return real.now(tz) + timedelta(seconds=float(FILE.read_text()))


if __name__ == "__main__":
    clock.datetime = Stepped  # type: ignore[attr-defined]
    main()
