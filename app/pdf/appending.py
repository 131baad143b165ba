"""A stored PDF with the pages of a pushed one after its own: the form fields, embedded files, bookmarks and layers of
both live on. What rewriting the file would harm is refused."""

import pikepdf
from pikepdf import Dictionary, Stream

from app.pdf.bookmarks import add_bookmarks
from app.pdf.dictionaries import entries, is_set
from app.pdf.embedded_files import add_embedded_files
from app.pdf.form_fields import add_form, form_taken_out, is_signed
from app.pdf.layers import add_layers
from app.pdf.refusals import Fault, Unfit
from app.pdf.validation import PARSER_FAULTS, TOO_MUCH_MEMORY, check_pages, opened, validated

AS_THEY_ARE = pikepdf.StreamDecodeLevel.none
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
    with validated(pushed, most_pages) as more, opened_before(stored) as pdf:
        check_pages(len(pdf.pages) + len(more.pages), most_pages)
        try:
            check_extendable(pdf, "stored")
            check_extendable(more, "pushed")
            join(pdf, more)
            save(pdf, result, version=max(pdf.pdf_version, more.pdf_version))
        except MemoryError:
            raise Unfit(TOO_MUCH_MEMORY) from None
        except PARSER_FAULTS:
            raise Unfit(FAULTY, Fault.EXTENSION) from None
        return len(pdf.pages)


def save(pdf: pikepdf.Pdf, result: str, version: str) -> None:
    if "/Size" not in pdf.trailer:
        pdf.trailer.Size = 0  # a file that was mended may have none, and its copy would have none either
    pdf.save(result, min_version=version, deterministic_id=True, stream_decode_level=AS_THEY_ARE)


def opened_before(stored: str) -> pikepdf.Pdf:
    """The stored PDF, which was found to open when it was pushed."""
    try:
        return opened(stored)
    except Unfit:
        raise Unfit(FAULTY, Fault.EXTENSION) from None


def check_extendable(pdf: pikepdf.Pdf, which: str) -> None:
    """Refuses what would be harmed if the file were written anew with pages of another."""
    is_dynamic = is_set(pdf.Root, "/NeedsRendering")
    for harmed, message in ((pdf.is_encrypted, ENCRYPTED), (is_signed(pdf), SIGNED), (is_dynamic, DYNAMIC)):
        if harmed:
            raise Unfit(f"{message.format(which)} {ADVICE[which]}", Fault.EXTENSION)


def join(pdf: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    """Adds the pages of the other and what belongs to them. What is changed in it for that comes before its pages, and
    what refers to them after: it then refers to their copies."""
    forget_structure(more)
    form = form_taken_out(pdf, more)
    pdf.add_pages_from(more)
    if form:
        add_form(pdf, more, form)
    add_embedded_files(pdf, more)
    add_bookmarks(pdf, more)
    add_layers(pdf, more)


def forget_structure(pdf: pikepdf.Pdf) -> None:
    """Removes what leads from pages into the file's own structure tree: in the other it would lead astray."""
    for item in pdf.objects:
        if isinstance(item, Dictionary | Stream):
            for part in (item, *entries(item, "/Annots")):
                forget(part)


def forget(part: pikepdf.Object) -> None:
    if isinstance(part, Dictionary | Stream):
        for key in STRUCTURE_KEYS:
            if key in part:
                del part[key]
