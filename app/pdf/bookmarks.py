"""The bookmarks of a PDF, added after those of another."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, OutlineItem, String

from app.pdf.dictionaries import copy_of


def add_bookmarks(pdf: pikepdf.Pdf, addition: pikepdf.Pdf) -> None:
    added, outline = addition.Root.get("/Outlines"), pdf.Root.get("/Outlines")
    if not isinstance(added, Dictionary) or not children(added):
        return
    for item in descendants(added):
        point_at_page(item, addition)
    copy = copy_of(pdf, addition, added)
    if isinstance(outline, Dictionary) and children(outline):
        link(outline, copy)
    else:
        pdf.Root.Outlines = copy


def link(outline: Dictionary, copy: Dictionary) -> None:
    """Makes the bookmarks of the copy go on where those of the outline end."""
    added, last = children(copy), children(outline)[-1]
    for item in added:
        item.Parent = outline
    last.Next, added[0].Prev = added[0], last
    outline.First, outline.Last = children(outline)[0], added[-1]
    outline.Count = sum(max(0, int(part.get("/Count", 0))) for part in (outline, copy))


def descendants(parent: Dictionary) -> Iterator[Dictionary]:
    waiting, seen = children(parent), set()
    while waiting:
        item = waiting.pop()
        if item.objgen not in seen:
            seen.add(item.objgen)
            yield item
            waiting += children(item)


def children(parent: Dictionary) -> list[Dictionary]:
    """The bookmarks right below one, in order."""
    bookmarks: dict[tuple[int, int], Dictionary] = {}
    item: Any = parent.get("/First")
    while isinstance(item, Dictionary) and item.objgen not in bookmarks:
        bookmarks[item.objgen] = item
        item = item.get("/Next")
    return list(bookmarks.values())


def point_at_page(item: Dictionary, pdf: pikepdf.Pdf) -> None:
    """Puts the place itself where a bookmark names one, since the other file does not know the name; and forgets the
    structure element, which would bring the whole tree along."""
    if "/SE" in item:
        del item["/SE"]
    action = item.get("/A")
    goes = isinstance(action, Dictionary) and action.get("/S") == Name.GoTo
    holder, key = (action, "/D") if isinstance(action, Dictionary) and goes else (item, "/Dest")
    name = holder.get(key)
    if isinstance(name, String | Name):
        place = OutlineItem("", destination=name).resolved_destination(pdf)
        if place:
            holder[key] = place.to_array()
