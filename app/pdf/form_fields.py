"""The fields of a PDF's form: whether one holds a signature, and those of another file added."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pikepdf
from pikepdf import Dictionary, Stream, String

from app.pdf.dictionaries import copy_of, entries, extend, is_set, subdictionary

NAME = re.compile(r"/[^\s/\[\]()<>{}%]+")
INHERITED = ("/DA", "/Q")  # of what the form holds for all its fields: how a text looks, and which way it is aligned


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether a signature field holds a signature (no other field has a dictionary for its value), or the document as a
    whole is certified."""
    return bool(pdf.Root.get("/Perms")) or any(isinstance(node.get("/V"), Dictionary) for node in all_nodes(pdf))


def all_nodes(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    """The nodes of the form's tree, and what lies on the pages: damaged files keep fields in one place only."""
    form = pdf.Root.get("/AcroForm")
    fields = entries(form, "/Fields") if isinstance(form, Dictionary) else []
    return nodes(fields + [annotation for page in pdf.pages for annotation in entries(page.obj, "/Annots")])


def nodes(waiting: list[Any]) -> Iterator[Dictionary]:
    """Fields and all that lie below them."""
    seen = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Dictionary) and (not node.is_indirect or node.objgen not in seen):
            seen.add(node.objgen)
            yield node
            waiting += entries(node, "/Kids")


def form_taken_out(pdf: pikepdf.Pdf, addition: pikepdf.Pdf) -> Dictionary | None:
    """The form of a file whose pages are about to be added, made ready for the other's. It is taken out of its own: if
    it were copied with each page, a field that lies on several would become several. XFA, a second account of the same
    form that does not know of the other's fields, goes."""
    form, added = pdf.Root.get("/AcroForm"), addition.Root.get("/AcroForm")
    if not isinstance(added, Dictionary):
        return None
    del addition.Root.AcroForm
    for one in (form, added):
        if isinstance(one, Dictionary) and "/XFA" in one:
            del one.XFA
    if isinstance(form, Dictionary):
        take_along_defaults(
            added, add_resources(pdf, addition, subdictionary(form, "/DR"), subdictionary(added, "/DR"))
        )
    return added


def add_form(pdf: pikepdf.Pdf, addition: pikepdf.Pdf, added: Dictionary) -> None:
    """Adds the fields, those under a name that is taken renamed, and at the end of the order in which the form
    calculates values those that are calculated. Their pages are there already."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        pdf.Root.AcroForm = copy_of(pdf, addition, added)
        return
    fields = [field for field in entries(added, "/Fields") if isinstance(field, Dictionary)]
    pdf.acroform.add_and_rename_fields([copy_of(pdf, addition, field) for field in fields])
    calculated = [field for field in entries(added, "/CO") if isinstance(field, Dictionary)]
    extend(form, "/CO", [copy_of(pdf, addition, field) for field in calculated])
    if is_set(added, "/NeedAppearances"):
        form.NeedAppearances = True


def take_along_defaults(form: Dictionary, renamed: dict[str, str]) -> None:
    """Gives each field what it inherits from its form, in the names that resources have in the other file."""
    fields = entries(form, "/Fields")
    for field in fields:
        for key in INHERITED:
            if isinstance(field, Dictionary) and key in form and key not in field:
                field[key] = form[key]
    for node in nodes(fields):
        look = node.get("/DA")
        if isinstance(look, String):
            node.DA = NAME.sub(lambda match: renamed.get(match[0], match[0]), str(look))
        for resources in own_resources(node):
            add_names(resources, renamed)


def own_resources(node: Dictionary) -> Iterator[Dictionary]:
    """What a field and its appearances hold of resources themselves: readers look there before they ask the form."""
    appearance = node.get("/AP")
    normal = appearance.get("/N") if isinstance(appearance, Dictionary) else None
    states = list(normal.values()) if isinstance(normal, Dictionary) else [normal]
    streams = [state for state in states if isinstance(state, Stream)]
    for holder, key in [(node, "/DR"), *((stream, "/Resources") for stream in streams)]:
        resources = holder.get(key)
        if isinstance(resources, Dictionary):
            yield resources


def add_names(resources: Dictionary, renamed: dict[str, str]) -> None:
    """Makes renamed resources known under their new names, too; drawings go on using the former."""
    for kind in resources.values():
        if isinstance(kind, Dictionary):
            for former, name in renamed.items():
                if former in kind:
                    kind[name] = kind[former]


def add_resources(pdf: pikepdf.Pdf, addition: pikepdf.Pdf, mine: Dictionary, theirs: Dictionary) -> dict[str, str]:
    """Adds the fonts and the like that fields are drawn with; the names of those that got another."""
    renamed: dict[str, str] = {}
    for kind, resources in theirs.items():
        if isinstance(resources, Dictionary):
            known = subdictionary(mine, kind)
            for name, resource in resources.items():
                free = next(other for other in names_like(name) if other not in known)
                known[free] = copy_of(pdf, addition, resource)
                if free != name:
                    renamed[name] = free
    return renamed


def names_like(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))
