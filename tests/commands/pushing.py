"""A process that only pushes PDFs, to be killed at any moment: `python -m tests.commands.pushing URL FOLDER`."""

import asyncio
import os
import random
import sys
from pathlib import Path

from app.commands.attachments import attach_pdf
from app.commands.files import Files, workspace
from app.commands.transaction import Write, Written
from app.domain.caller import Caller
from app.storage.blobs.store import Blobs
from app.storage.database.engine import Database
from app.storage.database.identity import Identity
from tests.pdfs import as_sent, made, pdf, stream

CALLER = Caller(1, (), read_only=False)
DOCUMENTS = [f"INV-{n}" for n in range(4)]
LABELS = "abcdef"  # few, so that documents come to share a blob and to give it up again


def small() -> bytes:
    return pdf(random.choice(LABELS))


def large() -> bytes:
    """Takes so long to put that a kill is likely to come meanwhile."""
    document = made("large")
    document.Root.Picture = stream(document, os.urandom(4_000_000))
    return as_sent(document)


KINDS = (small, large)


async def done(_: object, written: Written) -> Written:
    return written


async def push_on(database: Database, files: Files) -> None:
    while True:
        async with workspace() as folder:
            path = folder / "pushed.pdf"
            await asyncio.to_thread(path.write_bytes, random.choice(KINDS)())
            append = random.random() < 0.3
            await attach_pdf(Write(database, CALLER, done), files, random.choice(DOCUMENTS), path, append=append)


async def main(url: str, folder: str) -> None:
    database = Database(url, administers=True)
    files = Files(Blobs(Path(folder).as_uri(), Identity(database).load))
    async with asyncio.TaskGroup() as pushers:
        for _ in range(4):
            pushers.create_task(push_on(database, files))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
