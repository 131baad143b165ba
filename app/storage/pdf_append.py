"""A stored PDF with the pages of a pushed one after its own: form fields, embedded files, bookmarks and layers of both
live on. Runs in the processes of `pdf.py` alone. What rewriting the file would harm is refused."""

import re
from collections.abc import Container, Iterator
from itertools import chain, count
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from app.storage.pdf_refusals import Fault, Unfit
from app.storage.pdf_validation import PARSER_FAULTS, TOO_MUCH_MEMORY, check_pages, opened, validated

AS_THEY_ARE = pikepdf.StreamDecodeLevel.none
LAYER_LISTS = ("/Order", "/RBGroups", "/Locked", "/AS")
NAME = re.compile(r"/[^\s/\[\]()<>{}%]+")
FILE_NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")  # the same name, for readers of every age
STRUCTURE_KEYS = ("/StructParents", "/StructParent")
ADVICE = {
    "stored": "Push one file with all pages, without append, to take its place.",
    "pushed": "Push it without append, or to another document.",
}
SIGNED = "The {} PDF is signed, and adding pages would break the signature."
ENCRYPTED = "The {} PDF is encrypted, and adding pages would lose the encryption."
DYNAMIC = "The {} PDF is a dynamic form (XFA), whose pages are made by the reader."
FAULTY = "The two PDFs cannot be joined, since one of them is damaged. Push one file with all pages, without append."


def append(stored: str, pushed: str, result: str, most_pages: int) -> int:
    """Writes the joined file; its number of pages. Raises Unfit."""
    with opened(stored) as pdf, validated(pushed, most_pages) as more:
        check_pages(len(pdf.pages) + len(more.pages), most_pages)
        try:
            check_extendable(pdf, "stored")
            check_extendable(more, "pushed")
            join(pdf, more)
            version = max(pdf.pdf_version, more.pdf_version)
            pdf.save(result, min_version=version, deterministic_id=True, stream_decode_level=AS_THEY_ARE)
        except MemoryError:
            raise Unfit(TOO_MUCH_MEMORY) from None
        except PARSER_FAULTS:
            raise Unfit(FAULTY, Fault.EXTENSION) from None
        return len(pdf.pages)


def check_extendable(pdf: pikepdf.Pdf, which: str) -> None:
    """Refuses what would be harmed if the file were written anew with pages of another."""
    for harmed, message in ((pdf.is_encrypted, ENCRYPTED), (is_signed(pdf), SIGNED), (is_dynamic(pdf), DYNAMIC)):
        if harmed:
            raise Unfit(f"{message.format(which)} {ADVICE[which]}", Fault.EXTENSION)


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether a signature field holds a signature (no other field has a dictionary for its value), or the document as a
    whole is certified."""
    return bool(pdf.Root.get("/Perms")) or any(is_dictionary(node.get("/V")) for node in field_nodes(pdf))


def is_dynamic(pdf: pikepdf.Pdf) -> bool:
    return pdf.Root.get("/NeedsRendering") is True


def field_nodes(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    """All nodes of the form's tree, and what lies on the pages: damaged files keep fields in one place only."""
    form = pdf.Root.get("/AcroForm")
    fields = entries(form, "/Fields") if is_dictionary(form) else []
    return nodes(fields + [annotation for page in pdf.pages for annotation in entries(page.obj, "/Annots")])


def nodes(waiting: list[Any]) -> Iterator[Dictionary]:
    """Fields and all that lie below them."""
    seen = set()
    while waiting:
        node = waiting.pop()
        if is_dictionary(node) and (not node.is_indirect or node.objgen not in seen):
            seen.add(node.objgen)
            yield node
            waiting += entries(node, "/Kids")


def entries(holder: Dictionary, key: str) -> list[Any]:
    """The members of an array that a dictionary holds; none where it holds no array."""
    held = holder.get(key)
    return list(held) if isinstance(held, Array) else []


def is_dictionary(item: Any) -> bool:
    return isinstance(item, Dictionary)


def join(pdf: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    """Adds the pages of the other and what belongs to them. The pages come first: copies of whatever refers to one then
    refer to its copy."""
    forget_structure(more)
    form = more.Root.get("/AcroForm")
    if "/AcroForm" in more.Root:
        del more.Root.AcroForm  # copied with the pages, a field that lies on several would become several
    pdf.add_pages_from(more)
    if is_dictionary(form):
        add_form(pdf, more, form)
    add_files(pdf, more)
    add_bookmarks(pdf, more)
    add_layers(pdf, more)


def copied(pdf: pikepdf.Pdf, more: pikepdf.Pdf, item: pikepdf.Object) -> Any:
    """The copy of an object, always the same one."""
    return pdf.copy_foreign(item if item.is_indirect else more.make_indirect(item))


def forget_structure(pdf: pikepdf.Pdf) -> None:
    """Removes what leads from pages into the file's own structure tree: in the other it would lead to other elements."""
    for item in pdf.objects:
        for part in (item, *entries(item, "/Annots")) if is_dictionary(item) else (item,):
            if isinstance(part, Dictionary | pikepdf.Stream):
                for key in STRUCTURE_KEYS:
                    if key in part:
                        del part[key]


def add_form(pdf: pikepdf.Pdf, more: pikepdf.Pdf, added: Dictionary) -> None:
    """The form fields, those under a name that is taken renamed. XFA, a second account of the same form that does not
    know of the other's fields, goes."""
    form = pdf.Root.get("/AcroForm")
    for one in (form, added):
        if is_dictionary(one) and "/XFA" in one:
            del one.XFA
    if not is_dictionary(form):
        pdf.Root.AcroForm = copied(pdf, more, added)
        return
    take_defaults(added, add_resources(pdf, more, form, added))
    fields = [copied(pdf, more, field) for field in entries(added, "/Fields")]
    pdf.acroform.add_and_rename_fields(fields)
    extend(form, "/CO", [copied(pdf, more, field) for field in entries(added, "/CO")])
    if added.get("/NeedAppearances") is True:
        form.NeedAppearances = True


def take_defaults(form: Dictionary, renamed: dict[str, str]) -> None:
    """Gives each field what it inherits from its own form, in the names that resources have in the other."""
    for field in entries(form, "/Fields"):
        for key in ("/DA", "/Q"):
            if key in form and key not in field:
                field[key] = form[key]
    for node in nodes(entries(form, "/Fields")):
        if isinstance(node.get("/DA"), String):
            node.DA = NAME.sub(lambda found: renamed.get(found[0], found[0]), str(node.DA))


def add_resources(pdf: pikepdf.Pdf, more: pikepdf.Pdf, form: Dictionary, added: Dictionary) -> dict[str, str]:
    """Adds the fonts and the like that fields are drawn with; the names of those that got another."""
    renamed: dict[str, str] = {}
    mine, theirs = inner(form, "/DR"), inner(added, "/DR")
    for kind, resources in theirs.items():
        if is_dictionary(resources):
            known = inner(mine, kind)
            for name, resource in resources.items():
                free = unused(name, f"{name}_{{}}", known)
                known[free] = copied(pdf, more, resource)
                if free != name:
                    renamed[name] = free
    return renamed


def inner(holder: Dictionary, key: str) -> Dictionary:
    """The dictionary that a dictionary holds, made where there is none."""
    if not is_dictionary(holder.get(key)):
        holder[key] = Dictionary()
    return holder[key]


def add_files(pdf: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    """The embedded files, each under a name of its own, and the list of those that belong to the document as a whole."""
    if more.attachments:
        tree = embedded_files(pdf)
        names = {file.filename for file in pdf.attachments.values()}
        for key, file in more.attachments.items():
            copy = copied(pdf, more, file.obj)
            names.add(rename(copy, unused(file.filename, numbered(file.filename), names)))
            tree[unused(key, numbered(key), tree)] = copy
    if associated := entries(more.Root, "/AF"):
        copies = [copied(pdf, more, file) for file in associated if is_dictionary(file)]
        pdf.Root.AF = Array([*entries(pdf.Root, "/AF"), *copies])


def embedded_files(pdf: pikepdf.Pdf) -> pikepdf.NameTree:
    names = inner(pdf.Root, "/Names")
    if not is_dictionary(names.get("/EmbeddedFiles")):
        names.EmbeddedFiles = pikepdf.NameTree.new(pdf).obj
    return pikepdf.NameTree(names.EmbeddedFiles)


def rename(file: Dictionary, name: str) -> str:
    for key in FILE_NAMES:
        if key in file and str(file[key]) != name:
            file[key] = String(name)
    return name


def numbered(name: str) -> str:
    """What other names of a file are made of: `name ({}).xml`."""
    stem, dot, ending = name.replace("{", "{{").replace("}", "}}").rpartition(".")
    return f"{stem} ({{}}){dot}{ending}" if stem else f"{ending} ({{}})"


def unused(name: str, pattern: str, used: Container[str]) -> str:
    """The name, or where it is used the first of the pattern with 2, 3 and so on that is not."""
    others = (pattern.format(number) for number in count(2))
    return next(free for free in chain([name], others) if free not in used)


def add_bookmarks(pdf: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    added = more.Root.get("/Outlines")
    if not is_dictionary(added) or not is_dictionary(added.get("/First")):
        return
    for item in bookmarks(added):
        point_at_pages(item, more)
    copy = copied(pdf, more, added)
    outline = pdf.Root.get("/Outlines")
    if not is_dictionary(outline) or not is_dictionary(outline.get("/First")):
        pdf.Root.Outlines = copy
        return
    link_bookmarks(outline, copy)


def link_bookmarks(outline: Dictionary, copy: Dictionary) -> None:
    """Makes the bookmarks of the copy go on where those of the outline end."""
    added, last = siblings(copy), siblings(outline)[-1]
    for item in added:
        item.Parent = outline
    last.Next, added[0].Prev = added[0], last
    outline.Last = added[-1]
    outline.Count = sum(max(0, int(part.get("/Count", 0))) for part in (outline, copy))


def bookmarks(top: Dictionary) -> Iterator[Dictionary]:
    """All bookmarks below one."""
    waiting, seen = siblings(top), set()
    while waiting:
        item = waiting.pop()
        if item.objgen not in seen:
            seen.add(item.objgen)
            yield item
            waiting += siblings(item)


def siblings(parent: Dictionary) -> list[Dictionary]:
    """The bookmarks right below one, in order."""
    found: dict[Any, Dictionary] = {}
    item = parent.get("/First")
    while is_dictionary(item) and item.objgen not in found:
        found[item.objgen] = item
        item = item.get("/Next")
    return list(found.values())


def point_at_pages(item: Dictionary, pdf: pikepdf.Pdf) -> None:
    """Replaces the name of a bookmark's destination, which the other file does not know, by the place itself, and
    forgets its structure element, which would bring the whole tree along."""
    if "/SE" in item:
        del item["/SE"]
    action = item.get("/A")
    holder, key = (action, "/D") if is_dictionary(action) and action.get("/S") == Name.GoTo else (item, "/Dest")
    name = holder.get(key)
    if isinstance(name, String | Name):
        destination = pikepdf.OutlineItem("", destination=name).resolved_destination(pdf)
        if destination:
            holder[key] = destination.to_array()


def add_layers(pdf: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    """The layers, shown and hidden as they were."""
    added, layers = more.Root.get("/OCProperties"), pdf.Root.get("/OCProperties")
    if not is_dictionary(added) or not is_dictionary(added.get("/D")):
        return
    copy = copied(pdf, more, added)
    if not is_dictionary(layers) or not is_dictionary(layers.get("/D")):
        pdf.Root.OCProperties = copy
        return
    shown, hidden = layers_by_state(copy)
    extend(layers, "/OCGs", entries(copy, "/OCGs"))
    extend(layers.D, "/ON", shown)
    extend(layers.D, "/OFF", hidden)
    for key in LAYER_LISTS:
        extend(layers.D, key, entries(copy.D, key))


def layers_by_state(layers: Dictionary) -> tuple[list[Any], list[Any]]:
    """Which layers are shown when the file is opened, and which are not."""
    named = {key: {layer.objgen for layer in entries(layers.D, key)} for key in ("/ON", "/OFF")}
    base_is_off = layers.D.get("/BaseState") == Name.OFF
    shown: list[Any] = []
    hidden: list[Any] = []
    for layer in entries(layers, "/OCGs"):
        off = layer.objgen not in named["/ON"] if base_is_off else layer.objgen in named["/OFF"]
        (hidden if off else shown).append(layer)
    return shown, hidden


def extend(holder: Dictionary, key: str, more: list[Any]) -> None:
    if more:
        holder[key] = Array([*entries(holder, key), *more])
