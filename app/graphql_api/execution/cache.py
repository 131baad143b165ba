"""What is worked out once and kept while there is room: the longest unused goes first."""

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key, of a bounded weight in all: clients choose how many there are and how large each is."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.weight = 0
        self.values: dict[K, tuple[V, int]] = {}  # the longest unused first

    def get(self, key: K) -> V | None:
        found = self.values.pop(key, None)
        if found is None:
            return None
        self.values[key] = found
        return found[0]

    def put(self, key: K, value: V, weight: int) -> None:
        """Keeps the value, unless it would drive out most of the others."""
        if weight > self.most // 10:
            return
        _, former = self.values.pop(key, (None, 0))
        self.values[key] = value, weight
        self.weight += weight - former
        while self.weight > self.most:
            _, gone = self.values.pop(next(iter(self.values)))
            self.weight -= gone

    def clear(self) -> None:
        self.values.clear()
        self.weight = 0
