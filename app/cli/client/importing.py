"""Imports files into the gateway: sends each as it is, goes on where a connection broke, and tells what happened."""

import gzip
import json
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import httpx
import typer
from rich.table import Table

from app.cli.client.connection import ENDS_AT_ONCE, PASSING, Attempts, Gateway, Refused, ask, retry_after
from app.cli.client.progress import ProgressBar
from app.cli.console import CommandFailed, err, table_console

IMPORTS = "/api/v1/bulk/imports"
ORDER = ("accounts", "representatives", "contacts", "documents", "notes", "links")  # each after what it refers to
NDJSON, CSV = "application/x-ndjson", "text/csv"
PIECE = 65_536  # bytes that are sent at once
STDIN = "-"
COUNTED = ("lines", "created", "replaced", "patched", "closed", "linked", "unchanged", "failed")
MOST_SHOWN = 10  # of the lines that failed
CONFLICT, NOT_FOUND, TOO_MANY = 409, 404, 429
STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to import, and what its rows are; empty where each line says so."""

    name: str
    resource: str

    @property
    def is_stdin(self) -> bool:
        return self.name == STDIN

    @property
    def title(self) -> str:
        return "standard input" if self.is_stdin else Path(self.name).name

    def open(self) -> BinaryIO:
        if self.is_stdin:
            return sys.stdin.buffer
        if self.name.endswith(".gz"):
            return cast(BinaryIO, gzip.open(self.name, "rb"))
        return Path(self.name).open("rb")

    @property
    def size(self) -> int | None:
        """Its bytes, where they are known beforehand."""
        return None if self.is_stdin or self.name.endswith(".gz") else Path(self.name).stat().st_size


def input_files(names: Sequence[str], resource: str, resume: str) -> list[InputFile]:
    """The files in the order in which they are imported. Raises typer.BadParameter."""
    if resume and (len(names) != 1 or names[0] == STDIN):
        raise typer.BadParameter("--resume goes on with one file.")
    if STDIN in names and len(names) > 1:
        raise typer.BadParameter("Standard input is imported alone.")
    for name in names:
        if name != STDIN and not Path(name).is_file():
            raise typer.BadParameter(f"There is no file {name}.")
    found = [InputFile(name, resource or resource_of(name)) for name in names]
    return sorted(found, key=lambda each: ORDER.index(each.resource) if each.resource else len(ORDER))


def resource_of(name: str) -> str:
    """The resource that a file's name begins with, if any."""
    return next((word for word in ORDER if Path(name).name.lower().startswith(word)), "")


@dataclass(slots=True)
class Result:
    """What became of a file."""

    file: InputFile
    end: Mapping[str, Any]
    seconds: float


@dataclass(slots=True)
class Importer:
    """Imports files under the same parameters."""

    gateway: Gateway
    parameters: Mapping[str, str]
    rejects: Path | None
    results: list[Result] = field(default_factory=list)

    def run(self, files: Sequence[InputFile], resume: str = "") -> bool:
        """Imports the files one after another; whether no line failed. Raises CommandFailed where one is not
        complete."""
        with self.gateway.client() as client:
            try:
                for file in files:
                    began = time.monotonic()
                    end = FileImport(self.gateway, client, file, self.parameters, resume).run()
                    self.results.append(Result(file, end, time.monotonic() - began))
                    self.after(client, file, end, several=len(files) > 1)
            finally:
                if self.results:
                    print_results(self.results)
        return not any(result.end["failed"] for result in self.results)

    def after(self, client: httpx.Client, file: InputFile, end: Mapping[str, Any], *, several: bool) -> None:
        """Tells of the lines that failed, and keeps them. Raises CommandFailed where the import has stopped."""
        if end["failed"]:
            self.show_failed(client, end["import"])
        if self.rejects and not self.parameters.get("dry_run"):
            path = self.rejects.with_name(f"{Path(file.title).stem}-{self.rejects.name}") if several else self.rejects
            self.write_rejects(client, end["import"], path)
        if end["state"] == STOPPED:
            raise CommandFailed(f"{file.title}: stopped at the first line that failed.")

    def show_failed(self, client: httpx.Client, import_id: str) -> None:
        answer = ask(self.gateway, client, "GET", f"{IMPORTS}/{import_id}/results", params={"only": "failed"})
        lines = [json.loads(line) for line in answer.iter_lines() if line]
        for line in lines[:MOST_SHOWN]:
            details = [detail["message"] for detail in line.get("details", ())] or [line.get("message", "")]
            err.print(f"line {line['line']}: {line.get('key') or ''}: {' '.join(details)}", markup=False)
        if len(lines) > MOST_SHOWN:
            err.print(f"and {len(lines) - MOST_SHOWN} more", markup=False)

    def write_rejects(self, client: httpx.Client, import_id: str, path: Path) -> None:
        answer = ask(self.gateway, client, "GET", f"{IMPORTS}/{import_id}/rejects")
        try:
            path.write_bytes(answer.content)
        except OSError as reason:
            raise CommandFailed(f"The rejects cannot be written to {path}: {reason.strerror}.") from None


def print_results(results: Sequence[Result]) -> None:
    """A table of what happened."""
    shown = [name for name in COUNTED if name in ("lines", "failed") or any(each.end.get(name) for each in results)]
    table = Table("file", *shown, "seconds", "lines/s")
    for each in results:
        counts = [f"{each.end.get(name, 0):,}" for name in shown]
        rate = each.end["lines"] / each.seconds if each.seconds else 0
        table.add_row(each.file.title, *counts, f"{each.seconds:.1f}", f"{rate:,.0f}")
    table_console().print(table)


class FileImport:
    """The import of one file, over as many requests as that takes."""

    def __init__(
        self, gateway: Gateway, client: httpx.Client, file: InputFile, parameters: Mapping[str, str], resume: str
    ) -> None:
        self.gateway, self.client, self.file, self.parameters = gateway, client, file, parameters
        self.id = resume or str(uuid.uuid4())
        self.begun = bool(resume)  # whether the server may know it
        self.offset = 0  # that the next request begins at
        self.attempts = Attempts()
        self.media_type = NDJSON
        self.sent = 0

    def run(self) -> Mapping[str, Any]:
        """The end of the import as its last line tells it. Raises CommandFailed where there is none."""
        opened = self.file.open()
        try:
            with opened as source, ProgressBar(self.file.title, self.file.size, bytes=True) as shown:
                return self.attempt_until_done(source, shown)
        except KeyboardInterrupt:
            err.print(self.advice(), markup=False)
            raise
        except (OSError, EOFError) as reason:
            raise CommandFailed(f"{self.file.title} cannot be read: {reason}") from None
        except CommandFailed as reason:
            if self.begun:
                raise CommandFailed(f"{reason}\n{self.advice()}") from None
            raise

    def advice(self) -> str:
        if self.file.is_stdin:
            return f"The import {self.id} is not complete, and standard input cannot be sent anew."
        command = f"ingest-gateway import --resume {self.id} {self.file.name}"
        return f"The import {self.id} is not complete. Go on with: {command}"

    def attempt_until_done(self, source: BinaryIO, shown: ProgressBar) -> Mapping[str, Any]:
        first = source.read(PIECE)
        self.media_type = NDJSON if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or not first else CSV
        if self.file.name.lower().removesuffix(".gz").endswith(".csv"):
            self.media_type = CSV
        if self.media_type == CSV and not self.file.resource and not self.begun:
            raise typer.BadParameter(f"What are the rows of {self.file.title}? Say so with --resource.")
        if self.begun and (end := self.look_up()):
            return end
        while True:
            failure, pause = self.attempt(source, first, shown)
            if isinstance(failure, dict):
                return failure
            if self.file.is_stdin and self.sent:
                raise failure
            self.attempts.wait(failure, pause)
            before = self.offset
            if self.begun and (end := self.look_up()):
                return end
            if self.offset > before:
                self.attempts.progressed()

    def attempt(
        self, source: BinaryIO, first: bytes, shown: ProgressBar
    ) -> tuple[dict[str, Any] | CommandFailed, float]:
        """Sends the file from the offset on; its end, or else why there is none, and for how long to wait at least.
        Raises Refused where it would be refused again."""
        resumes = self.begun and self.offset > 0
        path = f"{IMPORTS}/{self.id}" if self.begun else IMPORTS
        headers = {"Content-Type": self.media_type}
        parameters = {"answer": "end"}
        if self.begun:
            headers["Upload-Offset"] = str(self.offset)
            parameters = {}
        else:
            parameters |= {"id": self.id, **self.parameters}
            if self.file.resource:
                parameters["resource"] = self.file.resource
        body = self.pieces(source, first, shown, resumes=resumes)
        try:
            with self.client.stream("POST", path, params=parameters, headers=headers, content=body) as answer:
                if answer.is_success:
                    self.begun = True
                    return last_line(answer) or CommandFailed("The connection broke."), 0
                answer.read()
        except httpx.TransportError as reason:
            self.begun = self.begun or self.sent > 0
            return self.gateway.unreachable(reason), 0
        if answer.status_code == CONFLICT and self.note_conflict(answer):
            return Refused(answer), 0
        if answer.status_code in PASSING and answer.status_code not in ENDS_AT_ONCE:
            return Refused(answer), retry_after(answer)
        raise Refused(answer)

    def note_conflict(self, answer: httpx.Response) -> bool:
        """Whether the server knows the import already, or is at another offset: it answered a request, to nobody."""
        if answer.json().get("error") in ("import_exists", "offset_mismatch", "import_ended"):
            self.begun = True
            return True
        return False

    def look_up(self) -> Mapping[str, Any] | None:
        """Asks how far the import has come; its end where it has ended. Raises CommandFailed."""
        try:
            kept = ask(self.gateway, self.client, "GET", f"{IMPORTS}/{self.id}").json()
        except Refused as refused:
            if refused.status == NOT_FOUND and not self.offset:  # the request that was to begin it never came
                self.begun = False
                return None
            raise
        self.offset = kept["offset"]
        if kept["state"] in ("running", "interrupted"):
            return None
        return {**kept, "import": self.id}

    def pieces(self, source: BinaryIO, first: bytes, shown: ProgressBar, *, resumes: bool) -> Iterator[bytes]:
        """The file from the offset on."""
        position = self.offset if resumes else 0
        if self.file.is_stdin:
            piece = first
        else:
            source.seek(position)
            piece = source.read(PIECE)
        while piece:
            position += len(piece)
            self.sent = position
            yield piece
            shown.to(position)
            piece = source.read(PIECE)


def last_line(answer: httpx.Response) -> dict[str, Any] | None:
    """The end of an import that was answered to its end."""
    last = ""
    for line in answer.iter_lines():
        last = line or last
    end: dict[str, Any] | None = json.loads(last).get("end") if last else None
    return end
