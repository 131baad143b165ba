"""Random arguments: values of every input type, written into the text or sent as variables of several runs."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
)

from app.graphql_api.schema.schema import CORE
from tests.differential.pools import Pools, Term, signature_of

About = tuple[str, str]  # a type and its field, whose stored values fit
NOWHERE: About = ("", "")
MISSING = object()  # stands for a variable that a run does not send
INPUTS: dict[str, Any] = CORE.type_map
BOOLEAN = GraphQLNonNull(GraphQLBoolean)
STORED_UNDER: dict[About, About] = {("Document", "currency"): ("Document", "openCurrency")}  # by the filter's name
PLAIN: dict[str, list[Any]] = {
    "Date": ["0001-01-01", "9999-12-31", "2026-01-01", "2026-02-15", "1999-12-31"],
    "DateTime": ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2026-01-01", "2026-01-01T01:00:00.0009+01:00"],
    "Decimal": [0, 10, Decimal("9.50"), "-0.0001", "123456789012345.6789", -3, Decimal("1E2")],
    "CurrencyCode": ["USD", "EUR", "XXX"],
    "Int": [1, 2, 5, 1_000, 100_000],
}
RUBBISH = ["", "nothing", "QWNjb3VudDox", "x" * 300, "null", "%", "\\", "\x00"]
PAGING = ("first", "after", "last", "before", "orderBy")
SIZES = (0, 1, 1, 2, 2, 3, 5, 20)


class Word(str):
    """A value of an enum, which stands in a text without quotes."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation: its definition, and its value in each run."""

    name: str
    type: str
    default: str
    about: About
    values: tuple[Any, ...]

    @property
    def definition(self) -> str:
        return f"${self.name}: {self.type}" + (f" = {self.default}" if self.default else "")


@dataclass(slots=True)
class Arguments:
    """Draws the arguments of one operation, which is to run so many times."""

    random: Random
    pools: Pools
    runs: int
    variables: dict[str, Variable] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def each_run(self, draw: Any) -> tuple[Any, ...]:
        return tuple(draw() for _ in range(self.runs))

    def of(self, type_name: str, name: str, definition: GraphQLField, room: int) -> tuple[str, int]:
        """The arguments of a field as text, and how many rows they allow; `room` is for so many."""
        if "after" in definition.args:
            return self.page(definition, room)
        words = {}
        for argument, found in definition.args.items():
            required = isinstance(found.type, GraphQLNonNull)
            if required or self.chance(0.7):
                owner = name.capitalize() if type_name == "Query" else type_name
                words[argument] = self.written(found.type, (owner, argument))
        rows = 5 if name == "nodes" and type_name == "Query" else 1
        return in_parentheses(self.random, words), rows

    # Pages

    def page(self, definition: GraphQLField, room: int) -> tuple[str, int]:
        target = get_named_type(definition.type).name.removesuffix("Connection")
        order, orders = "", [list[Term]()] * self.runs
        if "orderBy" in definition.args:
            order, orders = self.order(target, definition.args["orderBy"])
        words = {"orderBy": order} if order else {}
        sizes = [size for size in SIZES if size <= room]
        rows = 20
        if room < 20 or self.chance(0.8):
            end = self.random.choice(["first", "first", "last"])
            words[end], rows = self.size(definition.args[end], sizes)
        for end in ("after", "before"):
            if self.chance(0.2):
                words[end] = self.place(definition.args[end], target, orders)
        for name in [name for name in definition.args if name not in PAGING]:
            if self.chance(0.03):
                words[name] = "null"
            elif self.chance(0.3):
                words[name] = self.written(definition.args[name].type, (target, "" if name == "filter" else name))
        return in_parentheses(self.random, words), rows

    def size(self, argument: GraphQLArgument, sizes: list[int]) -> tuple[str, int]:
        if self.chance(0.7):
            size = self.random.choice(sizes)
            return str(size), size
        drawn = self.each_run(lambda: self.whole(self.random.choice(sizes)))
        default = str(self.random.choice(sizes)) if self.chance(0.3) else ""
        if default and self.chance(0.5):
            drawn = (MISSING, *drawn[1:])
        made = self.variable(self.random.choice(["Int", "Int!"]), default, NOWHERE, drawn)
        return made, max(sizes)

    def whole(self, size: int) -> Any:
        """A whole number in one of its spellings."""
        return size if self.chance(0.9) else self.random.choice([Decimal(f"{size}.0"), Decimal(size * 10).scaleb(-1)])

    def order(self, target: str, argument: GraphQLArgument) -> tuple[str, list[list[Term]]]:
        """An order as text, if any, and what it is in each run."""
        if self.chance(0.5):
            return self.random.choice(["", "", "", "null"]), [[]] * self.runs
        if self.chance(0.3):
            drawn = self.each_run(lambda: None if self.chance(0.1) else self.terms(target))
            return self.variable(f"[{target}Order!]", "", NOWHERE, drawn), [terms or [] for terms in drawn]
        terms = self.terms(target)
        text = literal(self.random, [{name: Word(word) for name, word in term.items()} for term in terms])
        return text[1:-1] if len(terms) == 1 and self.chance(0.3) else text, [terms] * self.runs

    def terms(self, target: str) -> list[Term]:
        if self.chance(0.7):
            return self.random.choice(self.pools.orders[target])
        fields: Any = INPUTS[f"{target}Order"].fields["field"].type
        words = list(get_named_type(fields).values)
        drawn = [{"field": w} for w in self.random.choices(words, k=self.random.choice([0, 1, 2, 3]))]
        return [t | ({"direction": self.random.choice(["ASC", "DESC"])} if self.chance(0.6) else {}) for t in drawn]

    def place(self, argument: GraphQLArgument, target: str, orders: list[list[Term]]) -> str:
        """A cursor that was given under the order."""
        drawn = tuple(self.cursor(signature_of(target, terms)) for terms in orders)
        if all(terms == orders[0] for terms in orders) and self.chance(0.5):
            return literal(self.random, drawn[0])
        return self.variable("String", "", NOWHERE, drawn)

    def cursor(self, order: str) -> str | None:
        known = self.pools.cursors.get(order)
        if known and not self.chance(0.03):
            return self.random.choice(known)
        return self.random.choice(["", "rubbish"]) if self.chance(0.05) else None

    # Values

    def written(self, type_: Any, about: About) -> str:
        """A value as text, parts of it variables."""
        if self.chance(0.25):
            return self.variable_of(type_, about)
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLList):
            item = get_named_type(inner)
            if self.chance(0.1) and not isinstance(item, GraphQLInputObjectType):
                return literal(self.random, self.leaf(item, about))  # one value stands for a list of it
            return f"[{', '.join(self.written(inner.of_type, about) for _ in range(self.count(about)))}]"
        if isinstance(inner, GraphQLInputObjectType):
            members = self.members(inner, about)
            return f"{{{', '.join(f'{name}: {self.written(t, a)}' for name, t, a in members)}}}"
        return literal(self.random, self.leaf(inner, about))

    def drawn(self, type_: Any, about: About) -> Any:
        """A value as a variable holds it."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLList):
            if self.chance(0.1):
                return self.drawn(inner.of_type, about)
            return [self.drawn(inner.of_type, about) for _ in range(self.count(about))]
        if isinstance(inner, GraphQLInputObjectType):
            return {name: self.drawn(t, a) for name, t, a in self.members(inner, about)}
        return self.leaf(inner, about)

    def count(self, about: About) -> int:
        """The length of a list."""
        if about[1] and self.chance(0.02):
            return self.random.choice([60, 300])
        return self.random.choice([0, 1, 2, 3, 6] if about[1] else [1, 2, 2, 3])

    def members(self, type_: GraphQLInputObjectType, about: About) -> list[tuple[str, Any, About]]:
        """Some members of an input object, each with what its values are about."""
        fields = type_.fields
        nested = [name for name in fields if name in ("and", "or", "not")]
        plain = [name for name in fields if name not in nested]
        is_filter = about[1] == "" and bool(nested)
        names = self.random.sample(
            plain, min(len(plain), self.random.choice([0, 1, 1, 1, 2, 2, 3] if is_filter else [1, 1, 2]))
        )
        if is_filter and self.chance(0.35):
            names.append(self.random.choice(nested))
        target = type_.name.removesuffix("Filter")
        return [
            (name, fields[name].type, (target, "" if name in nested else name) if is_filter else about)
            for name in names
        ]

    def leaf(self, type_: Any, about: About) -> Any:
        if isinstance(type_, GraphQLEnumType):
            return Word(self.random.choice(list(type_.values)))
        assert isinstance(type_, GraphQLScalarType)
        if type_.name == "Boolean":
            return self.chance(0.5)
        if type_.name == "ID":
            return self.identifier()
        known = self.pools.values.get(STORED_UNDER.get(about, about))
        if type_.name in PLAIN and (not known or self.chance(0.2)):
            return self.random.choice(PLAIN[type_.name])
        if not known or (type_.name not in PLAIN and self.chance(0.07)):
            return self.random.choice(RUBBISH[:-1] if self.chance(0.9) else RUBBISH)
        found = self.random.choice(known)
        return found if type_.name != "String" or self.chance(0.7) else self.changed(found)

    def changed(self, text: str) -> str:
        """Near a text."""
        start, end = sorted(self.random.choices(range(len(text) + 1), k=2))
        return self.random.choice([text[:end], text[start:end], text.swapcase(), text + "x"])

    def identifier(self) -> str:
        types = ("Account", "Document", "Note", "Representative", "Contact")
        if self.chance(0.15):
            return self.random.choice(RUBBISH[:-1])
        return str(self.random.choice(self.pools.values[self.random.choice(types), "id"]))

    # Variables

    def variable_of(self, type_: Any, about: About) -> str:
        """A variable in a place of the type: a new one, or one that fits and is there."""
        text = str(type_)
        fitting = [
            v.name for v in self.variables.values() if v.type.rstrip("!") == text.rstrip("!") and v.about == about
        ]
        fitting = [name for name in fitting if not text.endswith("!") or self.variables[name].type.endswith("!")]
        if fitting and self.chance(0.4):
            return f"${self.random.choice(fitting)}"
        if not text.endswith("!") and self.chance(0.3):
            text += "!"
        drawn = self.each_run(lambda: self.drawn(type_, about))
        default = literal(self.random, self.drawn(type_, about)) if self.chance(0.2) else ""
        if default and self.chance(0.5):
            text = text.rstrip("!") if not isinstance(type_, GraphQLNonNull) else text
            drawn = tuple(MISSING if self.chance(0.5) else value for value in drawn)
            if not text.endswith("!"):  # in a non-null place, too, where the default does not stand for it
                drawn = tuple(None if self.chance(0.1) else value for value in drawn)
        elif not text.endswith("!"):
            drawn = tuple(MISSING if self.chance(0.3) else value for value in drawn)
            drawn = tuple(None if self.chance(0.02) else value for value in drawn)
        return self.variable(text, default, about, drawn)

    def boolean(self) -> str:
        """What a directive depends on."""
        if self.chance(0.6):
            return self.random.choice(["true", "false"])
        if self.chance(0.1):
            return self.variable("Boolean", "true", NOWHERE, self.each_run(lambda: self.random.choice([None, True])))
        return self.variable_of(BOOLEAN, NOWHERE)

    def variable(self, type_: str, default: str, about: About, values: tuple[Any, ...]) -> str:
        name = self.random.choice(["v", "key", "id", "first", "query", "Data", "_"]) + str(len(self.variables))
        self.variables[name] = Variable(name, type_, default, about, values)
        return f"${name}"


def in_parentheses(random: Random, words: dict[str, str]) -> str:
    names = random.sample(list(words), len(words))
    return f"({', '.join(f'{name}: {words[name]}' for name in names)})" if words else ""


def literal(random: Random, value: Any) -> str:
    """A value as it stands in the text of an operation."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(literal(random, item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {literal(random, inner)}' for name, inner in value.items())}}}"
    if isinstance(value, str) and value.isalnum() and random.random() < 0.2:
        return f'"""{value}"""'
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=random.random() < 0.5)
