"""Which fields may stand under one response key: the rule of the GraphQL specification that fields must be able to
merge, kept while a selection is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

INTERFACE = "Node"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with its arguments as text."""

    name: str
    arguments: str
    rows: int = 1


@dataclass(slots=True)
class Entry:
    """What stands under one response key: by the type in whose selection it stands, and what is selected inside."""

    shape: str  # its type
    asked: dict[str, Asked] = field(default_factory=dict)
    inner: Scope = field(default_factory=lambda: Scope())

    def takes(self, parent: str, asked: Asked) -> bool:
        """Whether the field may stand here as well. On two object types only one of them can apply."""
        apart = INTERFACE not in (parent, *self.asked)
        others = [self.asked[parent]] if parent in self.asked else [] if apart else list(self.asked.values())
        return all((one.name, one.arguments) == (asked.name, asked.arguments) for one in others)


@dataclass(slots=True)
class Scope:
    """All that is selected in one place, however many selection sets and fragments it is spread over."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, key: str, shape: str, parent: str, asked: Asked) -> Entry | None:
        """The entry of the key, with the field among those that it asks for; None where it does not fit."""
        entry = self.entries.get(key) or Entry(shape)
        if entry.shape != shape or not entry.takes(parent, asked):
            return None
        entry.asked[parent] = asked
        self.entries[key] = entry
        return entry

    def takes(self, other: Scope) -> bool:
        """Whether all that is selected in another place may be selected here."""
        for key, entry in other.entries.items():
            own = self.entries.get(key)
            if own is None:
                continue
            if own.shape != entry.shape or not own.inner.takes(entry.inner):
                return False
            if not all(own.takes(parent, asked) for parent, asked in entry.asked.items()):
                return False
        return True

    def merge(self, other: Scope) -> None:
        for key, entry in other.entries.items():
            own = self.entries.setdefault(key, Entry(entry.shape))
            own.asked.update(entry.asked)
            own.inner.merge(entry.inner)
