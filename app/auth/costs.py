"""What requests cost, in points of the rate limit: one list for both facades.

What a GraphQL operation asks for is priced before it runs, from its text and its variables alone, and bounded: its
pages count as if they were full, so it never becomes too complex because data have grown. Columns, fields, values and
comparisons are free as far as ordinary operations have them. What depends on the size of the tenant's tables is charged
to the budget afterwards, by the time that it took.
"""

from math import ceil
from typing import Any

REQUEST = 1  # each, whatever it asks for
ROW = 1  # each row that is read: of a page as many as `first` or `last` allow
COLUMNS = 100  # of a row: one with more of them counts as several rows
WHOLE_LIST = 10  # each list that is read whole: for totalCount, balances, statusHistory
WRITE = 10  # each write, which is checked by every rule and logged
DESCRIPTION = 50  # __schema or __type as tools send it, answered from memory
INTROSPECTION = 100  # each field of any other __schema or __type, which is executed for every type

# Planning and checking, paid before they are done. What fragments and variables hold counts wherever it is used.
FREE_FIELDS = 200  # of an operation
PLANNED_FIELD = 1  # each further field
FREE_VALUES = 1_000  # names and values in what is sent, by weight
VALUES = 100  # further ones, for a point
READ_WEIGHT = 10  # of one among the arguments of a read: a filter's are compiled, what is written is only checked
LONG_TEXT = 1_000  # characters, which count as one value more

FREE_PAGES = 20  # of an operation: a statement with many is long, however few rows they have
PAGE = 10  # each further page that it asks for

# Filters, for each list that they choose from.
FREE_COMPARISONS = 10
COMPARISONS = 10  # further ones, for a point
CONTAINS = 10  # comparisons: no index serves it, and each row's text is searched
IN_VALUES = 10  # values of an `in`, which count as one comparison

# Reading, which is charged when its time is known.
FREE_SECONDS = 0.25  # for which a read whose work no index bounds may hold a database connection
SECOND = 2_000  # each further second

REST_READ = REQUEST + ROW
REST_WRITE = REQUEST + WRITE + ROW


def written_cost(body: Any) -> int:
    """What a write costs beside its own price, for the size of its body."""
    return values_cost(count_values(body))


def values_cost(values: int) -> int:
    """What so many names and values cost, by weight."""
    return ceil((values - FREE_VALUES) / VALUES) if values > FREE_VALUES else 0


def count_values(value: Any) -> int:
    """The names and values inside a value; a long text counts as several."""
    found, waiting = 0, [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            found += 2 * len(inner)
            waiting += inner.values()
        elif isinstance(inner, list):
            found += len(inner)
            waiting += inner
        elif isinstance(inner, str):
            found += len(inner) // LONG_TEXT
    return found
