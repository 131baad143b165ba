"""What dictionaries of a PDF hold, read so that a damaged file is no error."""

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object


def entries(holder: Object, key: str) -> list[Any]:
    """The members of an array that a dictionary holds; none where it holds no array."""
    held = holder.get(key)
    return list(held) if isinstance(held, Array) else []


def is_set(holder: Object, key: str) -> bool:
    """Whether a dictionary holds true."""
    held: Any = holder.get(key)
    return held is True


def extend(holder: Object, key: str, addition: list[Any]) -> None:
    """Adds members to an array that a dictionary holds."""
    if addition:
        holder[key] = Array([*entries(holder, key), *addition])


def subdictionary(holder: Object, key: str) -> Dictionary:
    """The dictionary that a dictionary holds, made where there is none."""
    held = holder.get(key)
    if isinstance(held, Dictionary):
        return held
    holder[key] = Dictionary()
    return subdictionary(holder, key)


def copy_of(pdf: pikepdf.Pdf, addition: pikepdf.Pdf, item: Object) -> Any:
    """The copy, in one PDF, of what the other holds; always the same one."""
    return pdf.copy_foreign(item if item.is_indirect else addition.make_indirect(item))
