"""What is asked for, as plain values: columns, relations to traverse, filters, orders and pages, and what the answer
shows of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

DEFAULT_PAGE = 20
MAX_PAGE = 1_000
MAX_COUNT_LIMIT = 10_000  # rows that a count may stop at


class Operator(Enum):
    """How a column is compared with a value."""

    EQ = "eq"
    IN = "in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    STARTS_WITH = "starts_with"  # case-sensitive
    CONTAINS = "contains"  # without regard to case
    IS_NULL = "is_null"
    HAS_PRODUCT = "has_product"  # declared for the product


@dataclass(frozen=True, slots=True)
class Comparison:
    """`by_index`: whether the database may find the rows by it; else it only asks it of those that it has found."""

    column: str
    operator: Operator
    value: Any
    by_index: bool = True


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every condition is; of none, always."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the condition is not true, also where it compares a missing value."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class HasRelated:
    """True where the relation reaches a row that meets the condition."""

    relation: str
    condition: "Condition"


Condition = Comparison | AllOf | AnyOf | Not | HasRelated


@dataclass(frozen=True, slots=True)
class Order:
    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """The entry of the change log that a cursor was given with: its sequence, and the first digits of its hash, which
    cursors of older releases lack."""

    sequence: int
    hash_prefix: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of an ordered list. `after` and `before` are what cursors hold: the values of the order's columns."""

    size: int = DEFAULT_PAGE
    backward: bool = False
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    skip: int = 0  # rows to pass over, for listings with page numbers
    wants_total: bool = False
    counted_up_to: int = 0  # rows at which a count of the list may stop; 0 where none is wanted
    wants_earlier: bool = False  # whether there is anything before the page
    wants_later: bool = False
    log_entries: tuple[LogEntry, ...] = ()  # that the log must have: of a page of the change log, those of its cursors


@dataclass(frozen=True, slots=True)
class Selection:
    """Columns of one resource, and the relations to traverse from each of its rows. `members` is what the answer shows
    of them, by response key and in order."""

    columns: frozenset[str] = frozenset()
    traversals: tuple["Traversal", ...] = ()
    members: "Members" = ()


@dataclass(frozen=True, slots=True)
class Traversal:
    """A relation to traverse. `key` is what the rows are stored under: one relation may be traversed twice. `output` is
    what the answer shows of a page, or makes of balances; of rows it shows the members of the selection.
    `lookup_keys`: where a relation starts from no row, the keys to look up, each of which gives one answer.
    `either`: conditions of which every row meets one, and no row meets two, so that each has an index to itself.
    `since`: of the change log, the moment from whose first entry on it is read."""

    key: str
    relation: str
    selection: Selection = field(default_factory=Selection)
    condition: Condition | None = None
    order: tuple[Order, ...] = ()
    page: Page = field(default_factory=Page)
    as_of: date | None = None
    lookup_keys: tuple[tuple[Any, ...], ...] = ()
    either: tuple[Comparison, ...] = ()
    since: datetime | None = None
    output: "PageMembers | Compute | None" = None


class ColumnFormat(Enum):
    """How a column is written in an answer."""

    PLAIN = "plain"  # as its type is written
    ENUM_NAME = "word"  # one of a closed vocabulary, in capitals
    ID = "id"  # a csrId together with its resource, as text that clients hand back unread


@dataclass(frozen=True, slots=True)
class ColumnValue:
    """A column as it stands."""

    column: str
    format: ColumnFormat = ColumnFormat.PLAIN


@dataclass(frozen=True, slots=True)
class Constant:
    """A JSON value that is known beforehand."""

    value: Any


@dataclass(frozen=True, slots=True)
class TextObject:
    """An object that lies in a JSON column and has texts alone, null where the column is empty: `members` are its parts
    by response key."""

    column: str
    members: tuple[tuple[str, "TextMember | Constant"], ...]


@dataclass(frozen=True, slots=True)
class TextMember:
    """A part of such an object, null where it has none of that name."""

    name: str


Compute = Callable[[Any, Any], Any]  # from a row, or from rows, and the context of a request, to a JSON value


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """What Python makes of a row: of some columns, and of rows behind it."""

    columns: tuple[str, ...]
    related: tuple[Traversal, ...]
    compute: Compute


@dataclass(frozen=True, slots=True)
class LookupList:
    """A list with one item for each look-up; null where there is none."""

    traversals: tuple[Traversal | None, ...]


@dataclass(frozen=True, slots=True)
class CountUpTo:
    """The rows of a list, or the limit where it has more."""

    limit: int


class PageFact(Enum):
    """What is known of a page, or of a row's place in it."""

    TOTAL = "total"
    HAS_NEXT = "has_next"
    HAS_PREVIOUS = "has_previous"
    START_CURSOR = "start_cursor"
    END_CURSOR = "end_cursor"
    CURSOR = "cursor"


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of a page."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of a page, each as an object of its place (CURSOR) and itself."""

    members: tuple[tuple[str, "Selection | PageFact | Constant"], ...]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Facts of a page."""

    members: tuple[tuple[str, PageFact | Constant], ...]


Members = tuple[tuple[str, ColumnValue | TextObject | Constant | ComputedValue | LookupList | Traversal], ...]
PageMembers = tuple[tuple[str, Nodes | Edges | PageInfo | PageFact | CountUpTo | Constant], ...]


class Row(dict[str, Any]):
    """One row: values by column, `related` by the key they were asked under."""

    __slots__ = ("related", "resource")

    def __init__(self, resource: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.resource = resource
        self.related: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """A column as an attribute, for who takes a row for an instance of its type."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the {self.resource}'s '{name}' was not read") from None


@dataclass(slots=True)
class RowPage:
    """A page of rows and what was asked about the list around it."""

    rows: list[Row]
    order: tuple[Order, ...]
    has_earlier: bool = False
    has_later: bool = False
    total: int | None = None
    counted: int | None = None  # the same as far as it was counted


def merged(shown: Iterable[tuple[str, Any]]) -> Selection:
    """All that the members of a page show of its rows."""
    selections = [member.selection for _, member in shown if isinstance(member, Nodes)]
    edges = [member for _, member in shown if isinstance(member, Edges)]
    selections += [part for edge in edges for _, part in edge.members if isinstance(part, Selection)]
    columns = frozenset().union(*(selection.columns for selection in selections))
    traversals: list[Traversal] = []
    for selection in selections:
        traversals += [each for each in selection.traversals if each not in traversals]
    return Selection(columns, tuple(traversals))
