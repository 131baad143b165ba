"""Both answers to an operation, one beside the other: what a statement made, and what graphql-core executed."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.auth.authentication import Authenticator
from app.auth.signed_urls import SignedUrls
from app.graphql_api.context import Context
from app.graphql_api.endpoint import to_answer, to_json
from app.graphql_api.errors import RequestError
from app.graphql_api.execution.executor import Executor
from app.graphql_api.execution.limits import Limits
from app.graphql_api.execution.parsing import GraphQLRequest
from app.storage.database.clock import now
from app.storage.database.exact_json import dump_json, load_json
from tests.differential.operations import Drawn
from tests.gateway import Gateway

LINK = re.compile(rb"\?expires=[0-9]+&signature=[0-9a-f]+")  # which another second changes
BY_LEVELS = "by levels"  # what one statement could not answer
NEVER = (
    "GRAPHQL_VALIDATION_FAILED",
    "GRAPHQL_PARSE_FAILED",
    "INTERNAL_SERVER_ERROR",
    "crash",
)  # what no drawn operation may be refused for


@dataclass(frozen=True, slots=True)
class Difference:
    """One run of an operation that was answered in two ways."""

    drawn: Drawn
    run: int
    caller: Authenticator
    planned: bytes
    executed: bytes


@dataclass(slots=True)
class Judge:
    """Runs operations both ways, each run by the next caller, with the plans of former runs at hand."""

    gateway: Gateway
    callers: Sequence[Authenticator]
    executor: Executor = field(init=False)
    outcomes: Counter[str] = field(default_factory=Counter)
    last: list[bytes] = field(default_factory=list)  # answers to the runs of the last operation

    def __post_init__(self) -> None:
        database = self.gateway.serving
        self.executor = Executor(database, Limits(), self.gateway.app.state.files, SignedUrls(database))

    async def difference(self, drawn: Drawn) -> Difference | None:
        """The first run whose two answers differ."""
        self.last.clear()
        for run, caller in zip(range(len(drawn.runs)), self.turns(), strict=False):
            variables = load_json(dump_json(drawn.runs[run]))  # as they come from a request
            request = GraphQLRequest(drawn.text, variables, drawn.name)
            planned, executed = await self.planned(request, caller), await self.executed(request, caller)
            self.last.append(executed)
            self.outcomes[outcome(executed)] += 1
            if read(planned) != read(executed):
                return Difference(drawn, run, caller, planned, executed)
            if outcome(executed) in NEVER:
                return Difference(drawn, run, caller, planned, executed)
        return None

    def turns(self) -> list[Authenticator]:
        """The callers of an operation's runs: one twice, so that its plan is used again, then all others."""
        return [self.callers[0], *self.callers] * 3

    def fresh(self) -> None:
        """Forgets all plans."""
        self.executor.queries.plans.clear()

    async def planned(self, request: GraphQLRequest, caller: Authenticator) -> bytes:
        self.gateway.statements.texts.clear()
        try:
            answer = await self.executor.run(request, caller, base_url=lambda: "http://gateway")
            self.outcomes[BY_LEVELS] += len(self.gateway.statements) > 1
        except RequestError as refusal:
            return refused(refusal)
        except Exception as fault:  # a crash is a difference too
            return to_json({"crash": f"{type(fault).__name__}: {fault}"[:2000]})
        return answer if isinstance(answer, bytes) else to_json(shown(to_answer(answer, "")))

    async def executed(self, request: GraphQLRequest, caller: Authenticator) -> bytes:
        executor = self.executor
        asking = await caller.caller()
        context = Context(
            asking, executor.database, executor.files, executor.signed_urls, now(), base_url="http://gateway"
        )
        try:
            operation = await executor.prepared(request)  # at hand: to validate takes longest
            await executor.signed_urls.load()
            answer = await executor.queries.answer_by_level(operation, request, context)
        except RequestError as refusal:
            return refused(refusal)
        except Exception as fault:
            return to_json({"crash": f"{type(fault).__name__}: {fault}"[:2000]})
        return to_json(shown(to_answer(answer, "")))


def shown(answer: Any) -> dict[str, Any]:
    assert isinstance(answer, dict)
    return answer


def refused(refusal: RequestError) -> bytes:
    return to_json({"errors": [error.formatted for error in refusal.errors], "status": refusal.status})


def outcome(answer: bytes) -> str:
    """In a word."""
    found = json.loads(answer)
    if "crash" in found:
        return "crash"
    errors = found.get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else "answered"


def read(answer: bytes) -> Any:
    """JSON to compare: with the order of members, and every number digit by digit."""
    return json.loads(
        LINK.sub(b"", answer),
        object_pairs_hook=tuple,
        parse_int=lambda digits: ("number", digits),
        parse_float=lambda digits: ("number", digits),
    )
