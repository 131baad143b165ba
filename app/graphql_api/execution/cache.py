"""Caches of what is worked out for the text of an operation. Clients choose how many texts there are and how large each
is, so a cache is bounded by the weight of all its values together; the least recently used go first."""

from collections.abc import Hashable
from operator import itemgetter
from typing import TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def weighted_cache(max_weight: int) -> "LRUCache[K, tuple[V, int]]":
    """A cache of values, each with its weight."""
    return LRUCache(max_weight, getsizeof=itemgetter(1))


def cached(cache: "LRUCache[K, tuple[V, int]]", key: K) -> V | None:
    """The value of the key. (`cache.get` takes twice as long.)"""
    try:
        return cache[key][0]
    except KeyError:
        return None


def store(cache: "LRUCache[K, tuple[V, int]]", key: K, value: V, weight: int) -> None:
    """Caches the value, unless it would drive out most of the others."""
    if weight <= cache.maxsize // 10:
        cache[key] = value, weight
