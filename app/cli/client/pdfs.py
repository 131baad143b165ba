"""Pushes the PDFs of a folder, each to the document whose `pdf_name` it is, else to that whose number is its name."""

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import httpx

from app.cli.client.connection import Gateway, Refused, ask
from app.cli.client.progress import ProgressBar
from app.cli.console import CommandFailed, err, out

AT_ONCE = 4  # connections
DOCUMENTS = "/api/v1/bulk/documents"
CONNECTION = "{ tenant { connectionId } }"


@dataclass(frozen=True, slots=True)
class Push:
    """A file, and the number of its document; or why there is none."""

    file: Path
    number: str = ""
    problem: str = ""


def push_folder(gateway: Gateway, folder: Path, *, dry_run: bool = False) -> bool:
    """Pushes all PDFs of a folder; whether none failed. Raises CommandFailed."""
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() == ".pdf" and each.is_file())
    with gateway.client() as client:
        pushes = list(matched(gateway, client, files))
        wrong = [push for push in pushes if push.problem]
        ready = [push for push in pushes if not push.problem]
        if not dry_run and ready:
            wrong += push_all(gateway, client, ready)
    for push in sorted(wrong, key=lambda each: each.file):
        err.print(f"{push.file.name}: {push.problem}", markup=False)
    done = len(pushes) - len(wrong)
    out.print(f"{done} of {len(pushes)} PDFs {'have their documents' if dry_run else 'pushed'}, {len(wrong)} failed.")
    return not wrong


def matched(gateway: Gateway, client: httpx.Client, files: list[Path]) -> Iterator[Push]:
    """The document of each file."""
    names = {file.name for file in files}
    numbers = {unquote(file.stem) for file in files}
    named: dict[str, list[str]] = defaultdict(list)
    known: set[str] = set()
    for number, pdf_name in documents(gateway, client):
        if pdf_name in names:
            named[pdf_name].append(number)
        if number in numbers:
            known.add(number)
    for file in files:
        found = named.get(file.name, [])
        number = unquote(file.stem)
        if len(found) > 1:
            yield Push(file, problem=f"{len(found)} documents have that pdf_name: {', '.join(found[:3])}.")
        elif found:
            yield Push(file, found[0])
        elif number in known:
            yield Push(file, number)
        else:
            yield Push(file, problem=f"no document has that pdf_name, nor the number '{number}'.")


def documents(gateway: Gateway, client: httpx.Client) -> Iterator[tuple[str, str | None]]:
    """Number and PDF name of every document."""
    query = {"fields": "document_number,pdf_name", "end": "true"}
    try:
        with client.stream("GET", DOCUMENTS, params=query) as answer:
            if not answer.is_success:
                answer.read()
                raise Refused(answer)
            for line in answer.iter_lines():
                row = json.loads(line)
                if "document_number" in row:
                    yield row["document_number"], row["pdf_name"]
    except httpx.TransportError as reason:
        raise gateway.unreachable(reason) from None


def push_all(gateway: Gateway, client: httpx.Client, pushes: list[Push]) -> list[Push]:
    """Pushes the files, some at once; those that failed."""
    told = ask(gateway, client, "POST", "/graphql", json={"query": CONNECTION}).json()
    connection = told["data"]["tenant"]["connectionId"]

    def push(one: Push) -> Push | None:
        path = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/{quote(one.number, safe='')}"
        try:
            body = one.file.read_bytes()
            ask(gateway, client, "POST", path, content=body, headers={"Content-Type": "application/pdf"})
        except OSError as reason:
            return Push(one.file, problem=f"cannot be read: {reason.strerror}.")
        except Refused as refused:
            if refused.status in (401, 403):
                raise
            return Push(one.file, problem=str(refused))
        return None

    failed: list[Push] = []
    with ThreadPoolExecutor(AT_ONCE) as pool, ProgressBar("PDFs", len(pushes), bytes=False) as shown:
        try:
            for count, result in enumerate(pool.map(push, pushes), 1):
                shown.to(count)
                failed += [result] if result else []
        except CommandFailed:
            pool.shutdown(cancel_futures=True)
            raise
    return failed
