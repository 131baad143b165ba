"""Appends the pages of a pushed PDF to a stored one, and keeps the form fields, embedded files, bookmarks and layers of
both. Refuses files that would be harmed by being rewritten, such as signed ones."""

import pikepdf
from pikepdf import Dictionary, Stream

from app.pdf.bookmarks import add_bookmarks
from app.pdf.dictionaries import entries, is_set
from app.pdf.embedded_files import add_embedded_files
from app.pdf.form_fields import add_form, form_taken_out, is_signed
from app.pdf.layers import add_layers
from app.pdf.refusals import PdfRefused, RefusalReason
from app.pdf.validation import PARSER_ERRORS, TOO_MUCH_MEMORY, check_pages, open_pdf, open_valid_pdf

AS_THEY_ARE = pikepdf.StreamDecodeLevel.none
STRUCTURE_KEYS = ("/StructParents", "/StructParent")
ADVICE = {
    "stored": "Push one file with all pages, without append, to take its place.",
    "pushed": "Push it without append, or to another document.",
}
SIGNED = "The {} PDF is signed, and adding pages would break the signature."
ENCRYPTED = "The {} PDF is encrypted, and adding pages would lose the encryption."
DYNAMIC = "The {} PDF is a dynamic form (XFA), whose pages are made by the reader."
CANNOT_JOIN = (
    "The two PDFs cannot be joined, since one of them is damaged. Push one file with all pages, without append."
)


def append(stored: str, pushed: str, result: str, max_pages: int) -> int:
    """Writes the joined file; returns its number of pages. Raises PdfRefused."""
    with open_valid_pdf(pushed, max_pages) as addition, open_stored(stored) as pdf:
        check_pages(len(pdf.pages) + len(addition.pages), max_pages)
        try:
            check_extendable(pdf, "stored")
            check_extendable(addition, "pushed")
            join(pdf, addition)
            save(pdf, result, version=max(pdf.pdf_version, addition.pdf_version))
        except MemoryError:
            raise PdfRefused(TOO_MUCH_MEMORY) from None
        except PARSER_ERRORS:
            raise PdfRefused(CANNOT_JOIN, RefusalReason.EXTENSION) from None
        return len(pdf.pages)


def save(pdf: pikepdf.Pdf, result: str, version: str) -> None:
    if "/Size" not in pdf.trailer:
        pdf.trailer.Size = 0  # a repaired file may have none, and then its copy would have none either
    pdf.save(result, min_version=version, deterministic_id=True, stream_decode_level=AS_THEY_ARE)


def open_stored(stored: str) -> pikepdf.Pdf:
    """The stored PDF, which was valid when it was pushed."""
    try:
        return open_pdf(stored)
    except PdfRefused:
        raise PdfRefused(CANNOT_JOIN, RefusalReason.EXTENSION) from None


def check_extendable(pdf: pikepdf.Pdf, which: str) -> None:
    """Refuses a file that would be harmed by being rewritten with other pages."""
    is_dynamic = is_set(pdf.Root, "/NeedsRendering")
    for harmed, message in ((pdf.is_encrypted, ENCRYPTED), (is_signed(pdf), SIGNED), (is_dynamic, DYNAMIC)):
        if harmed:
            raise PdfRefused(f"{message.format(which)} {ADVICE[which]}", RefusalReason.EXTENSION)


def join(pdf: pikepdf.Pdf, addition: pikepdf.Pdf) -> None:
    """Adds the pages of the other PDF and what belongs to them. Changes to the other come first; whatever refers to its
    pages is copied after them, so that it refers to their copies."""
    remove_structure(addition)
    form = form_taken_out(pdf, addition)
    pdf.add_pages_from(addition)
    if form:
        add_form(pdf, addition, form)
    add_embedded_files(pdf, addition)
    add_bookmarks(pdf, addition)
    add_layers(pdf, addition)


def remove_structure(pdf: pikepdf.Pdf) -> None:
    """Removes the links from pages into the file's structure tree, which is not copied."""
    for item in pdf.objects:
        if isinstance(item, Dictionary | Stream):
            for part in (item, *entries(item, "/Annots")):
                remove_structure_keys(part)


def remove_structure_keys(part: pikepdf.Object) -> None:
    if isinstance(part, Dictionary | Stream):
        for key in STRUCTURE_KEYS:
            if key in part:
                del part[key]
