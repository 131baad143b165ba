"""What an import answers: a line for each line of the file, and one at the end; and how an import is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.commands.bulk import Outcome
from app.domain.enums import Verb
from app.domain.imports import ImportState, LineOutcome
from app.domain.values import moment_text
from app.rest_api.answers import Answer
from app.rest_api.bulk.input_lines import InputLine, LineHead
from app.rest_api.bulk.parameters import CLOSE, LINK
from app.rest_api.errors import RestError, translated
from app.storage.writes.imports import KeptImport, Progress

CHANGED = {
    Verb.CREATE.value: LineOutcome.CREATED,
    Verb.REPLACE.value: LineOutcome.REPLACED,
    Verb.PATCH.value: LineOutcome.PATCHED,
    CLOSE: LineOutcome.CLOSED,
    LINK: LineOutcome.LINKED,
}
TOLD = ("error", "message", "details")  # of a refusal
PADDED = " White space at its ends may be the reason: trim=true cuts it off."
SHOWN_PARAMETERS = ("format", "resource", "verb", "dry_run")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the file that is not blank: its number, what it is about, and the write that it asks for, or why it is
    refused. `raw` is the line as it came, and `end` where it ends in the file; `padded` are the fields whose cells have
    white space at an end."""

    number: int
    end: int
    raw: bytes
    head: LineHead
    line: InputLine | None = None
    refusal: RestError | None = None
    padded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a line, and the line of the answer that says so."""

    outcome: LineOutcome
    text: bytes


def answered(entry: Entry, outcome: Outcome | None, unexpected: RestError | None) -> Answered:
    """The answer to a line. `unexpected` tells of a failure of the server."""
    refusal = entry.refusal or unexpected
    if entry.line and outcome and outcome.refusal:
        refusal = translated(outcome.refusal, entry.line.resource, entry.line.key)
    if refusal:
        return Answered(LineOutcome.FAILED, text_of(refused(entry, refusal)))
    if entry.line is None or outcome is None or outcome.written is None:
        raise LookupError("a line has neither a refusal nor an outcome")
    return Answered(kind_of(entry.line, outcome), text_of(done(entry, entry.line, outcome)))


def kind_of(line: InputLine, outcome: Outcome) -> LineOutcome:
    if not outcome.changed:
        return LineOutcome.UNCHANGED
    created = outcome.written is not None and outcome.written.created
    return LineOutcome.CREATED if created else CHANGED[line.verb]


def done(entry: Entry, line: InputLine, outcome: Outcome) -> Answer:
    created = outcome.written is not None and outcome.written.created
    answer: Answer = {"line": entry.number, "resource": entry.head.resource, "key": entry.head.key}
    answer["status"] = 201 if created else 200
    if outcome.version is not None:
        answer["version"] = outcome.version
    return {**answer, "ignored": line.ignored} if line.ignored else answer


def refused(entry: Entry, refusal: RestError) -> Answer:
    answer: Answer = {"line": entry.number, "resource": entry.head.resource, "key": entry.head.key}
    told = {name: refusal.body[name] for name in TOLD if name in refusal.body}
    if entry.padded and "details" in told:
        told["details"] = [with_advice(detail, entry.padded) for detail in told["details"]]
    ignored = {"ignored": entry.line.ignored} if entry.line and entry.line.ignored else {}
    return {**answer, "status": refusal.status, **told, **ignored}


def with_advice(detail: Mapping[str, str], padded: tuple[str, ...]) -> dict[str, str]:
    """A fault, with what may have caused it where its cell has white space at an end."""
    return {**detail, "message": detail["message"] + PADDED} if detail["field"] in padded else dict(detail)


def text_of(answer: Any) -> bytes:
    return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)


def end_line(import_id: str, state: ImportState, progress: Progress) -> bytes:
    """The last line of an answer."""
    counts = {"lines": progress.lines, **progress.counts}
    return text_of({"end": {"import": import_id, "state": str(state), **counts}})


def shown_import(kept: KeptImport) -> Answer:
    progress = kept.progress
    parameters = {name: kept.parameters.get(name) for name in SHOWN_PARAMETERS}
    return {
        "id": kept.id,
        "state": str(kept.state),
        "offset": progress.offset,
        "lines": progress.lines,
        **progress.counts,
        **{name: value for name, value in parameters.items() if value not in (None, False)},
        "started_at": moment_text(kept.started_at),
        "updated_at": moment_text(kept.updated_at),
    }


def is_failed(line: bytes) -> bool:
    """Whether a line of an answer is that of a line that was refused."""
    return b'"error":' in line and "error" in orjson.loads(line)
