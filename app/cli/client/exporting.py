"""An export from the gateway into a file, which is there when it is whole and not before; or to standard output."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import httpx

from app.cli.client.connection import PASSING, Attempts, Gateway, Refused, retry_after
from app.cli.client.progress import ProgressBar
from app.cli.console import CommandFailed, err

MOST_STREAMS = 3  # that may break: each begins anew
CURSOR = "x-change-cursor"


def export(gateway: Gateway, resource: str, query: Mapping[str, str], output: Path | None) -> None:
    """Raises CommandFailed where it does not come whole."""
    path = f"/api/v1/bulk/{resource}"
    with gateway.client() as client:
        if output is None:
            cursor = stream(gateway, client, path, query, sys.stdout.buffer, resource)
        else:
            cursor = into_file(gateway, client, path, query, output, resource)
    err.print(f"{resource}: whole. Change cursor: {cursor}", markup=False)


def into_file(
    gateway: Gateway, client: httpx.Client, path: str, query: Mapping[str, str], output: Path, title: str
) -> str:
    """The cursor of the export. The file of that name stays as it was until all is there."""
    part = output.with_name(output.name + ".part")
    try:
        for attempt in range(1, MOST_STREAMS + 1):
            try:
                with part.open("wb") as file:
                    cursor = stream(gateway, client, path, query, file, title)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(output)
                return cursor
            except BrokenStream as reason:
                if attempt == MOST_STREAMS:
                    raise
                err.print(f"{reason} It begins anew.", markup=False)
        raise AssertionError  # the last attempt has returned or raised
    except OSError as reason:
        raise CommandFailed(f"The export cannot be written to {output}: {reason.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


class BrokenStream(CommandFailed):
    """The answer ended before its end."""


def stream(
    gateway: Gateway, client: httpx.Client, path: str, query: Mapping[str, str], out: BinaryIO, title: str
) -> str:
    """Writes the answer as it comes; its cursor. Waits where the gateway says that it is too busy. Raises
    BrokenStream."""
    attempts = Attempts()
    while True:
        failure: CommandFailed
        pause = 0.0
        try:
            with client.stream("GET", path, params=dict(query)) as answer:
                if answer.is_success:
                    copy(answer, out, title)
                    return str(answer.headers.get(CURSOR, "none"))
                answer.read()
                failure, pause = Refused(answer), retry_after(answer)
                if answer.status_code not in PASSING:
                    raise failure
        except httpx.ConnectError as reason:
            failure = gateway.unreachable(reason)
        except httpx.TransportError as reason:
            raise BrokenStream(f"The export broke: {reason or type(reason).__name__}.") from None
        attempts.wait(failure, pause)


def copy(answer: httpx.Response, out: BinaryIO, title: str) -> None:
    try:
        with ProgressBar(title, None, bytes=True) as shown:
            for data in answer.iter_bytes():
                out.write(data)
                shown.to(answer.num_bytes_downloaded)
        out.flush()
    except BrokenPipeError:
        raise CommandFailed("Nobody reads the rest of the export.") from None
