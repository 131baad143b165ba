"""Caches that are bounded in bytes. Clients choose how many different things there are to cache and how large each is,
so every cache has a share of what all of them may take, and weighs what it holds by the memory that it really takes.
The least recently used goes first."""

import sys
from collections.abc import Hashable
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from cachetools import LRUCache

# What is cached of the schema of the database (tables under other names, statements by the columns that they write) has
# bounds of its own: there are only so many columns.
SCHEMA_BYTES = 16 * 2**20
MIN_CACHE_BYTES = 2 * SCHEMA_BYTES
ENTRY_BYTES = 700  # of an entry beside its key and value
MAX_ENTRY_SHARE = 10  # an entry takes no more than this part of its cache
# Of what is left, in percent.
SHARES = {
    "prepared operations": 30,
    "query plans": 20,
    "write plans": 5,
    "callers": 5,
    "compiled statements": 10,  # by SQLAlchemy
    "prepared statements": 30,  # by the drivers' connections
}

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class CacheBudget:
    """The bytes that all caches of a process may take together."""

    max_bytes: int = 64 * 2**20

    def share(self, cache: str) -> int:
        """The bytes of one of them."""
        return (self.max_bytes - SCHEMA_BYTES) * SHARES[cache] // 100


def weighted_cache(max_bytes: int) -> "LRUCache[K, tuple[V, int]]":
    """A cache of values, each with its weight in bytes."""
    return LRUCache(max_bytes, getsizeof=itemgetter(1))


def cached(cache: "LRUCache[K, tuple[V, int]]", key: K) -> V | None:
    """The value of the key. (`cache.get` takes twice as long.)"""
    try:
        return cache[key][0]
    except KeyError:
        return None


def store(cache: "LRUCache[K, tuple[V, int]]", key: K, value: V, weight: int) -> None:
    """Caches the value, unless it would drive out many of the others. `weight`: the bytes of the key and the value."""
    weight += ENTRY_BYTES
    if weight <= cache.maxsize // MAX_ENTRY_SHARE:
        cache[key] = value, weight


def size_of(*values: object) -> int:
    """The bytes of values that hold no others, such as texts."""
    return sum(map(sys.getsizeof, values))
