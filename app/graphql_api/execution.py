"""One operation from text to answer: parsed, bounded, validated, its variables read, planned, run.

Whatever is wrong with the operation as a whole is found before anything runs, and refused with every error found.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationType,
    execute,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
)
from graphql.execution.values import VariableValues
from graphql.language import OperationDefinitionNode
from strawberry.utils.str_converters import to_camel_case

from app.access.links import Links
from app.commands.files import Files
from app.domain.attachments import attachment_of
from app.domain.caller import Caller
from app.domain.readiness import Lack, lacks
from app.domain.resources import Resource
from app.graphql_api.behind import ACCOUNT_OF, ATTACHMENT_OF
from app.graphql_api.bodies import shown_message
from app.graphql_api.errors import ErrorCode, RequestError, error, refused, with_code
from app.graphql_api.limits import Limits, TooComplex, check_document
from app.graphql_api.mutations import plan_payload
from app.graphql_api.planning import Planner
from app.graphql_api.queries import plan_query
from app.graphql_api.schema import CORE
from app.reads.read import read
from app.reads.selection import Follow, Row
from app.storage.clock import now
from app.storage.engine import Database

CACHED_TEXTS = 512
LONGEST_CACHED = 20_000  # characters; longer ones are checked anew each time, or a few could fill the memory
GAVE_UP = "Parsing aborted."  # how graphql-core ends its message about too many tokens, or levels
TOO_MUCH_WORK = "Validation aborted."  # all that it says where comparing fields and fragments takes too long
MOST_VALIDATION_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks to run."""

    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    name: str | None = None


@dataclass(slots=True)
class Context:
    """What resolvers of one operation know."""

    caller: Caller
    database: Database
    files: Files
    links: Links
    base_url: str  # what addresses of this server begin with
    today: date
    payloads: dict[str, list[Follow]] = field(default_factory=dict)  # by response key of a mutation

    def readiness(self, resource: Resource, row: Row) -> list[dict[str, Any]]:
        """What each active product would still need of a row."""
        account = row.edges.get(ACCOUNT_OF)
        told = []
        for product in self.caller.products:
            found = lacks(resource, row, product, account, self.caller.currency_model)
            problems = [shown_lack(lack) for lack in found]
            ready = not any(lack.certain for lack in found)
            told.append({"product": product, "ready": ready, "problems": problems})
        return told

    def attachments(self, row: Row) -> list[dict[str, Any]]:
        """The PDF of a document, where it has one."""
        stored = row.edges[ATTACHMENT_OF]
        found = attachment_of(row, row.edges[ACCOUNT_OF], stored, self.caller.products)
        return [{**asdict(found), "csr_id": row["csr_id"]}] if found else []

    async def url(self, attachment: dict[str, Any]) -> str:
        return self.base_url + await self.links.path(self.caller.tenant_id, attachment["csr_id"], attachment["id"])


def shown_lack(lack: Lack) -> dict[str, str]:
    return {"field": ".".join(map(shown_name, lack.field)), "message": shown_message(lack.field, lack.message)}


def shown_name(part: str | int) -> str:
    return to_camel_case(part) if isinstance(part, str) else str(part)


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs operations on one database under its limits."""

    database: Database
    limits: Limits
    files: Files
    links: Links

    async def run(
        self, operation: Operation, caller: Caller, *, writes: bool = True, base_url: str = ""
    ) -> ExecutionResult:
        """The answer of an operation. Raises RequestError where it is refused as a whole."""
        document = checked(operation.text, self.limits)
        chosen = select_operation(document, operation.name)
        if chosen.operation is OperationType.MUTATION and not writes:
            raise refused(ErrorCode.BAD_REQUEST, "A GET request may only query: send mutations by POST.", 405)
        variables = coerced(chosen, operation.variables)
        context = Context(caller, self.database, self.files, self.links, base_url, now().date())
        follows = self.plan(document, chosen, variables, context)
        root = await self.read_all(caller, follows) if follows else Row("query", {})
        answer = execute(
            CORE,
            document,
            root_value=root,
            context_value=context,
            variable_values=operation.variables,
            operation_name=operation.name,
        )
        return answer if isinstance(answer, ExecutionResult) else await answer

    async def read_all(self, caller: Caller, follows: list[Follow]) -> Row:
        async with self.database.reading() as connection:
            return await read(connection, caller, follows)

    def plan(
        self, document: DocumentNode, chosen: OperationDefinitionNode, variables: VariableValues, context: Context
    ) -> list[Follow]:
        """The edges that a query follows; for a mutation, what each payload reads is left in the context."""
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        planner = Planner(CORE, fragments, variables, context.today, self.limits)
        try:
            if chosen.operation is OperationType.QUERY:
                follows = plan_query(planner, chosen.selection_set)
            else:
                follows = []
                for key, nodes in planner.collect("Mutation", [chosen.selection_set]).items():
                    if nodes[0].name.value != "__typename":
                        context.payloads[key] = plan_payload(planner, key, nodes)
        except TooComplex as limit:
            raise refused(ErrorCode.QUERY_TOO_COMPLEX, str(limit)) from None
        if planner.errors:
            raise RequestError(with_code(ErrorCode.BAD_USER_INPUT, planner.errors))
        return follows


def checked(text: str, limits: Limits) -> DocumentNode:
    """The document of a text that is within limits and valid. Raises RequestError."""
    found = (check if len(text) <= LONGEST_CACHED else check.__wrapped__)(text, limits)
    if isinstance(found, RequestError):
        raise RequestError([*found.errors], found.status)
    return found


@lru_cache(maxsize=CACHED_TEXTS)
def check(text: str, limits: Limits) -> DocumentNode | RequestError:
    """What a text comes to, remembered: clients send the same few texts again and again."""
    try:
        document = parse(text, max_tokens=limits.tokens)
        check_document(document, limits)
        invalid = validate(CORE, document, max_errors=MOST_VALIDATION_ERRORS)
    except TooComplex as limit:
        return refused(ErrorCode.QUERY_TOO_COMPLEX, str(limit))
    except RecursionError:
        return refused(ErrorCode.QUERY_TOO_COMPLEX, "The operation is nested too deeply.")
    except GraphQLSyntaxError as wrong:
        if wrong.message.endswith(GAVE_UP):
            return refused(ErrorCode.QUERY_TOO_COMPLEX, wrong.message.removeprefix("Syntax Error: "))
        return RequestError([error(ErrorCode.GRAPHQL_PARSE_FAILED, wrong.message, **place_of(wrong))])
    if any(wrong.message == TOO_MUCH_WORK for wrong in invalid):
        return refused(ErrorCode.QUERY_TOO_COMPLEX, "The operation repeats too many fields or fragments.")
    if invalid:
        return RequestError(with_code(ErrorCode.GRAPHQL_VALIDATION_FAILED, invalid))
    return document


def place_of(wrong: GraphQLError) -> dict[str, Any]:
    return {"source": wrong.source, "positions": wrong.positions}


def select_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises RequestError where the name picks none, or is needed to pick one."""
    chosen = get_operation_ast(document, name)
    if chosen is None:
        message = f"There is no operation named '{name}' in the text." if name else NAMELESS
        raise refused(ErrorCode.BAD_USER_INPUT, message)
    return chosen


NAMELESS = "The text holds no operation, or several: then operationName must say which."


def coerced(operation: OperationDefinitionNode, sent: dict[str, Any]) -> VariableValues:
    """The operation's variables. Raises RequestError with everything that is wrong with them."""
    try:
        found = get_variable_values(CORE, operation.variable_definitions or (), sent, max_errors=50)
    except RecursionError:
        raise refused(ErrorCode.BAD_USER_INPUT, "The variables are nested too deeply.") from None
    if isinstance(found, list):
        raise RequestError(with_code(ErrorCode.BAD_USER_INPUT, found))
    return found
