"""Random valid operations over the whole Query type: a walk through the schema that selects by chance."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    parse,
)
from graphql.language import Visitor, visit

from app.graphql_api.schema.schema import CORE
from tests.differential.arguments import MISSING, Arguments
from tests.differential.pools import Pools
from tests.differential.scopes import INTERFACE, Asked, Scope

TYPES: dict[str, Any] = CORE.type_map
NODES = tuple(name for name, t in TYPES.items() if isinstance(t, GraphQLObjectType) and t.interfaces)
VALUES = ("ThickBilling", "ThickBillingDetail", "LineItem", "Address")  # of many fields, none of which leads on
MOST_ROWS = 600  # that the pages inside each other allow
ALIASES = (
    *("a", "A", "b", "id", "ID", "name", "Name", "NAME", "node", "nodes", "edges", "data", "errors", "select", "from"),
    *("order", "o", "r1", "t1", "p1", "p2", "target", "picked", "lists", "tie", "meant", "counted", "row", "rowid"),
    *("tenant_id", "csr_id", "account_number", "documents", "key", "context", "query", "Ünix"[1:], "_", "__", "null"),
    *("true", "k" * 63, "K" * 63, "l" * 64, "m" * 200, "typename", "args", "list_total", "bucket", "open_amount"),
)
LOOKS: tuple[Callable[[Any], Any], ...] = (repr, str, bool)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An operation, and the variables of each of its runs."""

    text: str
    name: str | None
    runs: tuple[dict[str, Any], ...]


class Operations:
    """Draws one operation."""

    def __init__(self, random: Random, pools: Pools, runs: int = 3) -> None:
        self.random = random
        self.arguments = Arguments(random, pools, runs)
        self.fragments: dict[str, tuple[str, str, Scope]] = {}  # by name: the type, the text, what it selects
        self.left = random.choice([4, 10, 25, 25, 60, 150])  # fields
        self.deepest = random.choice([3, 5, 7, 9, 14, 20])
        self.breadth = random.choice([1, 2, 3, 6]) if self.deepest < 14 else 1
        if random.random() < 0.03:  # as wide as an operation may be
            self.left, self.deepest, self.breadth = 700, 4, random.choice([20, 80])
        self.plain = random.random() < 0.3  # without fragments, aliases and directives

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def draw(self) -> Drawn:
        body = self.selections("Query", Scope(), 0, 1)
        name = self.random.choice([None, "Q", "query", "fragment"])
        kept, used = reached(body, {name: f"fragment {name} on {t} {s}" for name, (t, s, _) in self.fragments.items()})
        variables = [v for v in self.arguments.variables.values() if v.name in used]
        definitions = f"({', '.join(v.definition for v in variables)})" if variables else ""
        bare = not variables and name is None and self.chance(0.5)
        texts = [body if bare else f"query {name or ''}{definitions} {body}", *kept]
        if name and self.chance(0.1):
            texts.append("query Other { __typename }")
        self.random.shuffle(texts)
        runs = range(self.arguments.runs)
        sent = [{v.name: v.values[n] for v in variables if v.values[n] is not MISSING} for n in runs]
        if self.chance(0.1):
            sent[-1] = self.alike(sent[0])
        return Drawn("\n".join(texts), name, tuple(sent))

    def alike(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The variables of a former run, one of them written down as text: its plan must not serve for them."""
        if not sent:
            return sent
        name = self.random.choice(list(sent))
        return {**sent, name: self.random.choice(LOOKS)(sent[name])}

    def selections(self, type_name: str, scope: Scope, depth: int, rows: int) -> str:
        """A selection set on a type, which may lie in so many rows."""
        most = 4 * self.breadth if type_name in VALUES else self.breadth + 1
        drawn = range(self.random.randint(1, most) if self.left > 0 else 1)
        items = [item for _ in drawn for item in self.item(type_name, scope, depth, rows)]
        return f"{{ {' '.join(items or ['__typename'])} }}"

    def item(self, type_name: str, scope: Scope, depth: int, rows: int) -> list[str]:
        """One selection; none where what was drawn does not fit."""
        if self.plain or self.left <= 0 or self.chance(0.8):
            return self.field(type_name, scope, depth, rows)
        self.left -= 1
        if self.chance(0.3):
            return self.spread(type_name, scope, depth)
        if self.chance(0.15):
            return self.typename(type_name, scope)
        on = self.random.choice([None, *fragment_types(type_name)])
        condition = f" on {on}" if on else ""
        return [f"...{condition}{self.directives()} {self.selections(on or type_name, scope, depth, rows)}"]

    def typename(self, type_name: str, scope: Scope) -> list[str]:
        key = self.key("__typename", scope)
        asked = scope.add(key, "String!", type_name, Asked("__typename", ""))
        return [named(key, "__typename") + self.directives()] if asked else []

    # Fragments

    def spread(self, type_name: str, scope: Scope, depth: int) -> list[str]:
        """A fragment that is there, or a new one."""
        types = fragment_types(type_name)
        fitting = [name for name, (on, _, inner) in self.fragments.items() if on in types and scope.takes(inner)]
        if fitting and self.chance(0.5):
            name = self.random.choice(fitting)
        else:
            on, inner = self.random.choice(types), Scope()
            text = self.selections(on, inner, max(depth, self.deepest - 4), MOST_ROWS // 20)
            if not scope.takes(inner):
                return []
            name = f"F{len(self.fragments)}"
            self.fragments[name] = (on, text, inner)
        scope.merge(self.fragments[name][2])
        return [f"...{name}{self.directives()}"]

    # Fields

    def field(self, type_name: str, scope: Scope, depth: int, rows: int) -> list[str]:
        if self.left <= 0 or self.chance(0.06):
            return self.typename(type_name, scope)
        again = self.again(type_name, scope, depth, rows) if self.chance(0.08) else []
        if again:
            return again
        self.left -= 1
        fields: dict[str, GraphQLField] = TYPES[type_name].fields
        leaves = [name for name, f in fields.items() if is_leaf_type(get_named_type(f.type))]
        inner = [name for name in fields if name not in leaves]
        deeper = inner and depth < self.deepest and self.left > 0 and self.chance(0.9 if self.breadth == 1 else 0.5)
        name = self.random.choice(inner if deeper else leaves or inner)
        text, counted = self.arguments.of(type_name, name, fields[name], MOST_ROWS // max(rows, 1))
        asked, key = Asked(name, text, counted), self.key(name, scope)
        entry = scope.add(key, str(fields[name].type), type_name, asked)
        if entry is None:
            return []
        start = f"{named(key, name)}{text}{self.directives()}"
        target = get_named_type(fields[name].type).name
        return [
            start if name in leaves else f"{start} {self.selections(target, entry.inner, depth + 1, rows * counted)}"
        ]

    def again(self, type_name: str, scope: Scope, depth: int, rows: int) -> list[str]:
        """A field with selections that is there already, with others."""
        found = [(key, e) for key, e in scope.entries.items() if type_name in e.asked and e.inner.entries]
        if not found:
            return []
        key, entry = self.random.choice(found)
        asked = entry.asked[type_name]
        target = entry.shape.strip("[]!")
        inside = self.selections(target, entry.inner, depth + 1, rows * asked.rows)
        return [f"{named(key, asked.name)}{asked.arguments}{self.directives()} {inside}"]

    def key(self, name: str, scope: Scope) -> str:
        """A response key: the field's own name, an alias of all kinds, or one that is taken."""
        if not self.plain and self.chance(0.25):
            return self.random.choice(ALIASES)
        return name if name not in scope.entries or self.chance(0.3) else f"{name}{len(scope.entries)}"

    def directives(self) -> str:
        if self.plain or self.chance(0.9):
            return ""
        kinds = self.random.sample(["include", "skip"], self.random.choice([1, 1, 1, 2]))
        return "".join(f" @{kind}(if: {self.arguments.boolean()})" for kind in kinds)


def named(key: str, name: str) -> str:
    return name if key == name else f"{key}: {name}"


def fragment_types(type_name: str) -> list[str]:
    """The types that a fragment inside a selection of the type may be on."""
    if type_name == INTERFACE:
        return [INTERFACE, *NODES]
    return [type_name, INTERFACE] if type_name in NODES else [type_name]


def reached(body: str, fragments: dict[str, str]) -> tuple[list[str], set[str]]:
    """The fragments that an operation spreads, directly or not, and the variables that stand in all of it."""
    document = parse("\n".join([body, *fragments.values()]))
    seen: dict[str, Seen] = {}
    for definition in document.definitions:
        name = definition.name.value if isinstance(definition, FragmentDefinitionNode) else ""
        assert isinstance(definition, FragmentDefinitionNode | OperationDefinitionNode)
        seen[name] = Seen()
        visit(definition, seen[name])
    found, waiting = {""}, {""}
    while waiting:
        waiting = set().union(*(seen[name].spreads for name in waiting)) - found
        found |= waiting
    return [fragments[name] for name in fragments if name in found], set().union(*(seen[n].variables for n in found))


class Seen(Visitor):
    """The fragments that a definition spreads, and its variables."""

    def __init__(self) -> None:
        super().__init__()
        self.spreads: set[str] = set()
        self.variables: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.spreads.add(node.name.value)

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.add(node.name.value)
