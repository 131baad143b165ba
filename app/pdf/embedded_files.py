"""The files that a PDF has embedded, such as an invoice as XML, added to those of another."""

from collections.abc import Container, Iterator
from itertools import count
from typing import Any

import pikepdf
from pikepdf import Dictionary, NameTree, String

from app.pdf.dictionaries import copied, entries, extend, inner

FILE_NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")  # the same name, for readers of every age


def add_embedded_files(pdf: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    """Adds the embedded files, each under a name of its own, and those that belong to the document as a whole."""
    if more.attachments:
        tree, names = embedded_files(pdf), {file.filename for file in pdf.attachments.values()}
        for key, file in more.attachments.items():
            copy, name = copied(pdf, more, file.obj), unused(file.filename, names)
            rename(copy, name)
            names.add(name)
            tree[unused(key, tree.keys())] = copy
    associated = [file for file in entries(more.Root, "/AF") if isinstance(file, Dictionary)]
    extend(pdf.Root, "/AF", [copied(pdf, more, file) for file in associated])


def embedded_files(pdf: pikepdf.Pdf) -> NameTree:
    names = inner(pdf.Root, "/Names")
    if not isinstance(names.get("/EmbeddedFiles"), Dictionary):
        names.EmbeddedFiles = NameTree.new(pdf).obj
    return NameTree(names.EmbeddedFiles)


def rename(file: Dictionary, name: str) -> None:
    for key in FILE_NAMES:
        if key in file and str(file[key]) != name:
            file[key] = String(name)


def unused(name: str, used: Container[Any]) -> str:
    return next(other for other in names_like(name) if other not in used)


def names_like(name: str) -> Iterator[str]:
    """The name, then `name (2).xml`, `name (3).xml` and so on."""
    yield name
    stem, dot, ending = name.rpartition(".")
    head, tail = (stem, dot + ending) if stem else (name, "")
    yield from (f"{head} ({number}){tail}" for number in count(2))
