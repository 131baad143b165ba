"""Enumerations whose members have a description, so that all documentation describes them in the same words."""

from enum import StrEnum
from typing import Self


class DescribedEnum(StrEnum):
    """Members are their Ingest spelling; `meaning` is one sentence for a reader who does not know the field."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member
