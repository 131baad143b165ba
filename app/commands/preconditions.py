"""The preconditions of a write: at which versions of the resource it may be done, so that nobody overwrites what others
have written since they read it."""

from dataclasses import dataclass
from typing import Any

from app.domain.enums import Resource
from app.domain.notation import quoted_key
from app.domain.problems import Code, Problem, Where, WriteRefused


@dataclass(frozen=True, slots=True)
class Versions:
    """Some versions of a resource, or every one of them; `text` is how the caller wrote them."""

    text: str
    numbers: frozenset[str] = frozenset()
    every: bool = False

    def include(self, version: int | None) -> bool:
        """Whether a resource at that version is at one of these; None stands for one that does not exist."""
        return version is not None and (self.every or str(version) in self.numbers)


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a write demands of the stored resource: to be at one of the `expected` versions, and at none of the
    `excluded` ones. Where it says nothing, any will do."""

    expected: Versions | None = None
    excluded: Versions | None = None

    def check_excluded(self, resource: Resource, key: str, version: int | None) -> None:
        """Refuses a resource at a version that is excluded."""
        if self.excluded and self.excluded.include(version):
            raise WriteRefused(
                [conflict(f"{resource.capitalize()} {quoted_key(key)} exists already, at version {version}.")]
            )

    def unmet(self, resource: Resource, key: str, version: int | None) -> list[Problem]:
        """The problem with a resource at a version that is not expected."""
        if self.expected is None or self.expected.include(version):
            return []
        there = "does not exist" if version is None else f"is at version {version}"
        wanted = "" if self.expected.every else f", not at the expected version {self.expected.text}"
        return [conflict(f"{resource.capitalize()} {quoted_key(key)} {there}{wanted}.")]

    def check_unversioned(self, what: str) -> None:
        """Refuses a write to what has no version that could be expected."""
        if self.expected:
            raise WriteRefused([conflict(f"{what} has no version that could be expected.")])


ANY_VERSION = Precondition()


def expecting(version: int | None) -> Precondition:
    """The precondition that a resource is at this version; none where no version is given."""
    if version is None:
        return ANY_VERSION
    return Precondition(Versions(str(version), frozenset({str(version)})))


def conflict(message: str) -> Problem:
    return Problem(Code.VERSION_CONFLICT, ("expected_version",), message, Where.VERSION)


def version_of(stored: dict[str, Any] | None) -> int | None:
    """The version of a stored row; None where there is none."""
    return stored["version"] if stored else None
