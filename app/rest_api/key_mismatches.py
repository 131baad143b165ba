"""Whether a request's body names another key than its address."""

from collections.abc import Mapping
from typing import Any

from app.domain.enums import Resource
from app.domain.notation import in_json, quoted_key
from app.domain.problems import Code, Problem
from app.domain.requirements import is_empty
from app.domain.resources import RESOURCES
from app.rest_api.names import SHOWN_KEYS


def key_mismatches(
    sent: Mapping[str, Any], resource: Resource, key: str, owner: str = "address"
) -> tuple[Problem, ...]:
    """The problems where a body names another key of the resource than its address, in whichever spelling; or than
    whatever else gives it its key."""
    names = dict.fromkeys((RESOURCES[resource].key, SHOWN_KEYS[resource]))
    found = ((name, sent[name]) for name in names if name in sent and not is_empty(sent[name]))
    return tuple(key_mismatch(name, value, key, owner) for name, value in found if value != key)


def key_mismatch(name: str, value: Any, key: str, owner: str) -> Problem:
    said = quoted_key(value) if isinstance(value, str) else in_json(value)
    advice = "send the same in both, or leave it out of the body"
    message = f"{name} is {said}, and the {owner} names {quoted_key(key)}: {advice}."
    return Problem(Code.INVALID, (name,), message)
