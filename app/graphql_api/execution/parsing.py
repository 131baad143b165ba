"""An operation before it runs: its text parsed, bounded and validated, the operation chosen, its variables read.

Whatever is wrong with the operation as a whole is found here, and refused with every error found.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationType,
    VariableNode,
    get_operation_ast,
)
from graphql.execution.values import VariableValues
from graphql.language import OperationDefinitionNode, VariableDefinitionNode, Visitor, visit

from app.caching import size_of
from app.graphql_api.errors import ErrorCode, RequestError, error, refused, with_code
from app.graphql_api.execution.coercion import Variable, declared_variables, variable_values
from app.graphql_api.execution.introspection import INTROSPECTIONS, is_common
from app.graphql_api.execution.limits import Limits, TooComplex, check_document
from app.graphql_api.execution.planning_cost import PlanningSize, planning_size
from app.graphql_api.execution.syntax import parse_document
from app.graphql_api.execution.validation import validate_document
from app.graphql_api.schema.queries import LOOK_UPS
from app.graphql_api.schema.schema import CORE
from app.observability.request_record import display_name

SMALL_REQUEST = 16_384  # bytes: the values of a larger one are read in a thread
MAX_NAME_LENGTH = 1_000  # characters; one that is an alias comes back with every row
GAVE_UP = "Parsing aborted."  # how graphql-core ends its message about too many tokens, or levels
TOO_COSTLY_TO_PARSE = "Validation aborted."  # all that it says where comparing fields and fragments takes too long
MAX_VALIDATION_ERRORS = 20
# Of a prepared operation, as measured at most.
DOCUMENT_BYTES = 24_000
TOKEN_BYTES = 440
FIELD_BYTES = 550
ERROR_BYTES = 2_000
DATA = "Send data as variables, and ask for less at once."
NESTED = "The operation is nested too deeply. Ask for fewer levels."
REPEATS = "The operation repeats too many fields or fragments. Ask for each field once."
NAMELESS = "The text holds no operation, or several: then operationName must say which."


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client sent: the text of an operation, its variables, and which operation of the text is meant."""

    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    size: int = 0  # bytes of the request


@dataclass(frozen=True, slots=True, eq=False)
class PreparedOperation:
    """A valid operation, and what decides how it is executed."""

    document: DocumentNode
    definition: OperationDefinitionNode
    writes: bool
    name: str  # as logs and metrics show it
    variables: tuple[Variable, ...]
    lookup_variables: frozenset[str]  # which are keys of look-ups and nothing else: one plan serves all their values
    planned: bool  # whether it is answered by one SQL statement, or from memory
    is_common_introspection: bool  # which is answered from memory
    payload_variables: frozenset[str]  # of a mutation: those that decide what it answers, and not only what it writes
    asks_for_urls: bool  # that are signed
    introspects: bool
    field_count: int
    planning_size: PlanningSize
    weight: int  # its bytes

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return fragments_of(self.document)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


def raise_refusal(prepared: PreparedOperation | RequestError) -> PreparedOperation:
    """The operation. Raises RequestError, a new one each time, where it was refused."""
    if isinstance(prepared, RequestError):
        raise RequestError([*prepared.errors], prepared.status)
    return prepared


def weight_of(prepared: PreparedOperation | RequestError) -> int:
    """The bytes of what was made of a text."""
    if isinstance(prepared, PreparedOperation):
        return prepared.weight
    return sum(ERROR_BYTES + size_of(wrong.message) for wrong in prepared.errors)


def prepare(text: str, name: str | None, limits: Limits) -> PreparedOperation | RequestError:
    """The operation of a text; or, to be raised for each request that sends it, why it is refused."""
    document = check(text, limits)
    if isinstance(document, RequestError):
        return document
    operation = get_operation_ast(document, name)
    if operation is None:
        message = f"There is no operation named '{name}' in the text." if name else NAMELESS
        return refused(ErrorCode.BAD_USER_INPUT, message)
    facts = OperationFacts()
    visit(document, facts)
    if facts.longest_key > MAX_NAME_LENGTH:
        long = f"The operation has a name of {facts.longest_key} characters"
        message = f"{long}; at most {MAX_NAME_LENGTH} are allowed. Shorten it."
        return refused(ErrorCode.QUERY_TOO_COMPLEX, message)
    is_common_introspection = facts.introspects and is_common(operation, fragments_of(document))
    return PreparedOperation(
        document=document,
        definition=operation,
        writes=operation.operation is OperationType.MUTATION,
        name=display_name(operation.name.value if operation.name else None),
        variables=declared_variables(CORE, operation),
        lookup_variables=frozenset(lookup_variables(operation, facts)),
        planned=is_planned(operation, facts) or is_common_introspection,
        is_common_introspection=is_common_introspection,
        payload_variables=frozenset(payload_variables(operation, facts)),
        asks_for_urls=facts.asks_for_urls,
        introspects=facts.introspects,
        field_count=facts.fields,
        planning_size=PlanningSize() if is_common_introspection else planning_size(operation, fragments_of(document)),
        weight=weight_in_bytes(text, document, facts),
    )


def weight_in_bytes(text: str, document: DocumentNode, facts: "OperationFacts") -> int:
    """At most so much memory a document takes: the tokens with their nodes, and what of the text is copied in them."""
    return DOCUMENT_BYTES + TOKEN_BYTES * document.token_count + FIELD_BYTES * facts.fields + size_of(text)


class OperationFacts(Visitor):
    """How often each variable stands in a document, and what decides whether a statement can answer it."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: Counter[str] = Counter()
        self.introspects = False
        self.longest_key = 0
        self.asks_for_urls = False
        self.fields = 0

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables[node.name.value] += 1

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.fields += 1
        self.asks_for_urls = self.asks_for_urls or node.name.value == "url"
        self.introspects = self.introspects or node.name.value in INTROSPECTIONS
        self.longest_key = max(self.longest_key, len(node.alias.value if node.alias else node.name.value))


def is_planned(operation: OperationDefinitionNode, facts: OperationFacts) -> bool:
    """Whether one SQL statement answers the operation. Introspection is graphql-core's to execute, but for what memory
    answers."""
    return operation.operation is OperationType.QUERY and not facts.introspects


def payload_variables(operation: OperationDefinitionNode, facts: OperationFacts) -> list[str]:
    """The variables that stand elsewhere than in the arguments of the operation's own fields."""
    outer = OperationFacts()
    for node in operation.selection_set.selections:
        for argument in node.arguments or () if isinstance(node, FieldNode) else ():
            visit(argument, outer)
    # once more in its definition
    return [name for name, times in facts.variables.items() if times > outer.variables[name] + 1]


def lookup_variables(operation: OperationDefinitionNode, facts: OperationFacts) -> list[str]:
    """The variables that stand nowhere but as the key of a look-up."""
    keys: Counter[str] = Counter()
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode) and node.name.value in LOOK_UPS:
            values = (argument.value for argument in node.arguments or ())
            keys.update(value.name.value for value in values if isinstance(value, VariableNode))
    # once more in its definition
    return [name for name, times in keys.items() if facts.variables[name] == times + 1]


def check(text: str, limits: Limits) -> DocumentNode | RequestError:
    """The document of a text, or why it is refused."""
    if len(text) > limits.characters:
        message = f"The operation has {len(text)} characters; at most {limits.characters} are allowed. {DATA}"
        return refused(ErrorCode.QUERY_TOO_COMPLEX, message)
    try:
        document = parse_document(text, limits.tokens)
        check_document(document, limits)
        invalid = validate_document(CORE, document, MAX_VALIDATION_ERRORS)
    except TooComplex as limit:
        return refused(ErrorCode.QUERY_TOO_COMPLEX, str(limit))
    except RecursionError:
        return refused(ErrorCode.QUERY_TOO_COMPLEX, NESTED)
    except GraphQLSyntaxError as wrong:
        if wrong.message.endswith(GAVE_UP):
            deep = wrong.message.endswith(f"nested too deeply. {GAVE_UP}")
            many = f"The operation has more than {limits.tokens} tokens: names, values and signs. {DATA}"
            return refused(ErrorCode.QUERY_TOO_COMPLEX, NESTED if deep else many)
        return RequestError([error(ErrorCode.GRAPHQL_PARSE_FAILED, wrong.message, **location_of(wrong))])
    if any(wrong.message == TOO_COSTLY_TO_PARSE for wrong in invalid):
        return refused(ErrorCode.QUERY_TOO_COMPLEX, REPEATS)
    if invalid:
        return RequestError(with_code(ErrorCode.GRAPHQL_VALIDATION_FAILED, [without_nodes(each) for each in invalid]))
    return document


def without_nodes(wrong: GraphQLError) -> GraphQLError:
    """The error as it is shown, without the nodes, which would keep the whole document."""
    return GraphQLError(wrong.message, source=wrong.source, positions=wrong.positions, extensions=wrong.extensions)


def location_of(wrong: GraphQLError) -> dict[str, Any]:
    return {"source": wrong.source, "positions": wrong.positions}


def coerced_variables(
    prepared: PreparedOperation, sent: dict[str, Any], *, hides_schema: bool = False
) -> VariableValues:
    """The operation's variables. Raises RequestError with everything that is wrong with them; or, where the schema is
    hidden, with the names of the wrong ones alone, since details name types and fields, and suggest others."""
    try:
        found = variable_values(CORE, prepared.definition, prepared.variables, sent)
    except RecursionError:
        raise refused(ErrorCode.BAD_USER_INPUT, "The variables are nested too deeply.") from None
    if isinstance(found, list):
        errors = [without_details(wrong) for wrong in found] if hides_schema else found
        raise RequestError(with_code(ErrorCode.BAD_USER_INPUT, errors))
    return found


def without_details(wrong: GraphQLError) -> GraphQLError:
    """What is wrong with a variable, in no more words than its name."""
    named = next((node for node in wrong.nodes or () if isinstance(node, VariableDefinitionNode)), None)
    name = f"${named.variable.name.value}" if named else "A variable"
    return GraphQLError(f"{name} is missing, or not what the document takes.")
