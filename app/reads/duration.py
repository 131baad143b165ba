"""How long a read may run: what it asks for tells whether indexes bound its work, or the size of the tenant's tables
does."""

from collections.abc import Sequence

from app.reads.relations import QUERY, RELATIONS, Shape
from app.reads.selection import AllOf, Traversal

FEW_ROWS = 500  # which are read within some milliseconds

NO_CONDITION = (None, AllOf(()))


def may_run_long(traversals: Sequence[Traversal], source: str = QUERY) -> bool:
    """Whether it takes more than a few rows found by an index: filters, counts, balances and large pages do."""
    return rows_of(traversals, source) > FEW_ROWS


def rows_of(traversals: Sequence[Traversal], source: str) -> float:
    """The most rows that are read for each row of the source; infinite where nothing bounds them."""
    return sum(rows_of_traversal(traversal, source) for traversal in traversals)


def rows_of_traversal(traversal: Traversal, source: str) -> float:
    relation, page = RELATIONS[source, traversal.relation], traversal.page
    unbounded = traversal.condition not in NO_CONDITION or page.wants_total or page.counted_up_to or page.skip
    if unbounded or relation.shape is Shape.BALANCES:
        return float("inf")
    reached = page.size if relation.shape is Shape.PAGE else max(len(traversal.lookup_keys), 1)
    return max(reached, 1) * (1 + rows_of(traversal.selection.traversals, relation.target))
