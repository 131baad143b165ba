"""The files that a PDF has embedded, such as an invoice as XML, added to those of another."""

from collections.abc import Container, Iterator
from itertools import count
from typing import Any

import pikepdf
from pikepdf import Dictionary, NameTree, String

from app.pdf.dictionaries import copy_of, entries, extend, subdictionary

FILE_NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")  # the same name, for readers of every age


def add_embedded_files(pdf: pikepdf.Pdf, addition: pikepdf.Pdf) -> None:
    """Adds the embedded files, each under a name of its own, and those that belong to the document as a whole."""
    if addition.attachments:
        tree, names = embedded_files(pdf), {file.filename for file in pdf.attachments.values()}
        for key, file in addition.attachments.items():
            copy, name = copy_of(pdf, addition, file.obj), unused(file.filename, names)
            rename(copy, name)
            names.add(name)
            tree[unused(key, tree.keys())] = copy
    associated = [file for file in entries(addition.Root, "/AF") if isinstance(file, Dictionary)]
    extend(pdf.Root, "/AF", [copy_of(pdf, addition, file) for file in associated])


def embedded_files(pdf: pikepdf.Pdf) -> NameTree:
    names = subdictionary(pdf.Root, "/Names")
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
