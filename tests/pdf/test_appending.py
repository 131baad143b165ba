"""Appending: the joined file has all that both had, and what it would harm is refused."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from app.pdf.appending import append
from app.pdf.refusals import PdfRefused, RefusalReason
from tests.pdfs import FIT, HARMED, labels_of, made, pdf, saved, signed, with_files, with_form

PAGES = 1000
XFA = "is a dynamic form (XFA), whose pages are made by the reader."
INSTEAD = {
    "stored": "Push one file with all pages, without append, to take its place.",
    "pushed": "Push it without append, or to another document.",
}


def joined(folder: Path, stored: bytes, pushed: bytes) -> bytes:
    (folder / "stored.pdf").write_bytes(stored)
    (folder / "pushed.pdf").write_bytes(pushed)
    append(str(folder / "stored.pdf"), str(folder / "pushed.pdf"), str(folder / "joined.pdf"), PAGES)
    return (folder / "joined.pdf").read_bytes()


def join(folder: Path, stored: pikepdf.Pdf, pushed: pikepdf.Pdf) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(joined(folder, saved(stored), saved(pushed))))


def refused(folder: Path, stored: bytes, pushed: bytes) -> tuple[RefusalReason, str]:
    with pytest.raises(PdfRefused) as refusal:
        joined(folder, stored, pushed)
    assert not (folder / "joined.pdf").exists()
    return refusal.value.reason, str(refusal.value)


def values(document: pikepdf.Pdf) -> dict[str, str]:
    """The value of each field of the form, shown or not."""
    return {str(field.T): str(field.V) for field in document.Root.AcroForm.Fields}


def files(document: pikepdf.Pdf) -> dict[str, tuple[str, bytes]]:
    """The name that each embedded file is shown by, and its content, by the key that it is found by."""
    return {key: (file.filename, file.get_file().read_bytes()) for key, file in document.attachments.items()}


def page_number(document: pikepdf.Pdf, destination: Any) -> int:
    return [page.obj.objgen for page in document.pages].index(destination[0].objgen)


def bookmarks(document: pikepdf.Pdf) -> list[tuple[str, int]]:
    """The title of each bookmark and the number of the page that it leads to."""
    with document.open_outline() as outline:
        return [(item.title, page_number(document, item.destination)) for item in outline.root]


def with_bookmarks(*titles: str) -> pikepdf.Pdf:
    document = made(*titles)
    with document.open_outline() as outline:
        for number, title in enumerate(titles):
            outline.add(title, number)
    return document


def with_layers(hidden: str, shown: str, base: Name = Name.ON) -> pikepdf.Pdf:
    document = made("layers")
    groups = {name: document.make_indirect(Dictionary(Type=Name.OCG, Name=name)) for name in (hidden, shown)}
    chosen: Any = {"OFF": Array([groups[hidden]])} if base == Name.ON else {"ON": Array([groups[shown]])}
    document.Root.OCProperties = Dictionary(
        OCGs=Array(groups.values()), D=Dictionary(BaseState=base, Order=Array(groups.values()), **chosen)
    )
    return document


@pytest.mark.parametrize("kind", [kind for kind in FIT if kind not in ("signed", "encrypted without a password")])
@pytest.mark.parametrize("order", [1, -1])
def test_whatever_is_taken_can_be_joined(tmp_path: Path, kind: str, order: int) -> None:
    odd, usual = FIT[kind](), pdf("usual")

    content = joined(tmp_path, *[odd, usual][::order])

    with pikepdf.open(BytesIO(odd)) as before, pikepdf.open(BytesIO(content)) as after:
        assert len(after.pages) == len(before.pages) + 1
        assert after.pages[-1 if order == 1 else 0].Contents.read_bytes() == b"% usual\n"
        assert after.get_warnings() == []


def test_fields_of_both_live_on_and_are_drawn_on_their_pages(tmp_path: Path) -> None:
    document = join(tmp_path, with_form("buyer", "total"), with_form("total", "approved"))

    assert values(document) == {
        "buyer": "buyer",
        "total": "total",
        "hidden": "unseen",
        "total+1": "total",
        "approved": "approved",
        "hidden+1": "unseen",
    }
    fields = {field.objgen for field in document.Root.AcroForm.Fields}
    for page, names in zip(document.pages, (["buyer", "total"], ["total+1", "approved"]), strict=True):
        assert [str(widget.T) for widget in page.Annots] == names
        assert all(widget.objgen in fields for widget in page.Annots)


def test_fields_are_kept_where_the_other_file_has_none(tmp_path: Path) -> None:
    expected = {"buyer": "buyer", "hidden": "unseen"}

    assert values(join(tmp_path, with_form("buyer"), made("page"))) == expected
    assert values(join(tmp_path, made("page"), with_form("buyer"))) == expected


def test_added_fields_keep_the_font_that_they_were_written_in(tmp_path: Path) -> None:
    pushed = with_form("approved")
    font = pushed.Root.AcroForm.DR.Font.Helv = pushed.make_indirect(pushed.Root.AcroForm.DR.Font.Helv)
    font.BaseFont = Name.Courier
    appearance = pushed.make_stream(b"/Helv 9 Tf", Resources=Dictionary(Font=Dictionary(Helv=font)))
    pushed.pages[0].Annots[0].AP = Dictionary(N=appearance)

    document = join(tmp_path, with_form("buyer"), pushed)

    form = document.Root.AcroForm
    (added,) = [field for field in form.Fields if field.T == "approved"]
    assert str(added.DA) == "/Helv_2 9 Tf"
    assert form.DR.Font["/Helv_2"].BaseFont == Name.Courier
    own = added.AP.N.Resources.Font
    assert [own[name].BaseFont for name in ("/Helv", "/Helv_2")] == [Name.Courier, Name.Courier]
    assert (str(form.DA), form.DR.Font["/Helv"].BaseFont) == ("/Helv 9 Tf", Name.Helvetica)


def test_a_field_that_lies_on_several_pages_stays_one(tmp_path: Path) -> None:
    pushed = made("one", "two")
    field = pushed.make_indirect(Dictionary(FT=Name.Tx, T="shared", V="value", Kids=Array()))
    for page in pushed.pages:
        place = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=[20, 20, 90, 40], Parent=field)
        widget = pushed.make_indirect(place)
        page.Annots = Array([widget])
        field.Kids.append(widget)
    pushed.Root.AcroForm = Dictionary(Fields=Array([field]))

    document = join(tmp_path, with_form("buyer"), pushed)

    *_, shared = document.Root.AcroForm.Fields
    assert str(shared.T) == "shared"
    assert [kid.objgen for kid in shared.Kids] == [page.Annots[0].objgen for page in list(document.pages)[1:]]


def test_embedded_files_of_both_live_on_and_a_taken_name_is_numbered(tmp_path: Path) -> None:
    stored = with_files(invoice=b"<first/>", terms=b"<terms/>")
    pushed = with_files(invoice=b"<second/>")

    document = join(tmp_path, stored, pushed)

    assert files(document) == {
        "invoice.xml": ("invoice.xml", b"<first/>"),
        "invoice (2).xml": ("invoice (2).xml", b"<second/>"),
        "terms.xml": ("terms.xml", b"<terms/>"),
    }
    associated = [str(file.UF) for file in document.Root.AF]
    assert associated == ["invoice.xml", "terms.xml", "invoice (2).xml"]


def test_embedded_files_are_kept_where_the_other_file_has_none(tmp_path: Path) -> None:
    expected = {"invoice.xml": ("invoice.xml", b"<first/>")}

    for order in (1, -1):
        document = join(tmp_path, *[with_files(invoice=b"<first/>"), made("page")][::order])
        assert files(document) == expected
        assert [str(file.UF) for file in document.Root.AF] == ["invoice.xml"]


def test_a_third_file_of_a_name_is_numbered_on(tmp_path: Path) -> None:
    first, second, third = (saved(with_files(invoice=content)) for content in (b"1", b"2", b"3"))

    document = pikepdf.open(BytesIO(joined(tmp_path, joined(tmp_path, first, second), third)))

    assert files(document) == {
        "invoice.xml": ("invoice.xml", b"1"),
        "invoice (2).xml": ("invoice (2).xml", b"2"),
        "invoice (3).xml": ("invoice (3).xml", b"3"),
    }


def test_bookmarks_of_both_lead_to_their_pages(tmp_path: Path) -> None:
    document = join(tmp_path, with_bookmarks("one", "two"), with_bookmarks("three", "four"))

    assert bookmarks(document) == [("one", 0), ("two", 1), ("three", 2), ("four", 3)]
    assert bookmarks(join(tmp_path, made("page"), with_bookmarks("one"))) == [("one", 1)]
    assert bookmarks(join(tmp_path, with_bookmarks("one"), made("page"))) == [("one", 0)]


def test_a_bookmark_that_names_its_place_leads_there_after_all(tmp_path: Path) -> None:
    pushed = with_bookmarks("one", "two")
    places = pikepdf.NameTree.new(pushed)
    places["chapter"] = Dictionary(D=Array([pushed.pages[1].obj, Name.Fit]))
    pushed.Root.Names = Dictionary(Dests=places.obj)
    pushed.Root.Outlines.First.Dest = pikepdf.String("chapter")
    del pushed.Root.Outlines.Last.Dest
    pushed.Root.Outlines.Last.A = Dictionary(S=Name.GoTo, D=pikepdf.String("chapter"))

    document = join(tmp_path, with_bookmarks("zero"), pushed)

    *_, one, two = document.Root.Outlines.First, document.Root.Outlines.Last.Prev, document.Root.Outlines.Last
    assert [page_number(document, place) for place in (one.Dest, two.A.D)] == [2, 2]


@pytest.mark.parametrize("base", [Name.ON, Name.OFF])
def test_layers_stay_shown_and_hidden(tmp_path: Path, base: Name) -> None:
    document = join(tmp_path, with_layers("draft", "text"), with_layers("copy", "stamp", base))

    layers = document.Root.OCProperties
    assert [str(group.Name) for group in layers.D.OFF] == ["draft", "copy"]
    assert [str(group.Name) for group in layers.D.ON] == ["stamp"]
    assert {str(group.Name) for group in layers.OCGs} == {"draft", "text", "copy", "stamp"}
    assert len(layers.D.Order) == 4


def test_added_pages_do_not_lead_into_the_structure_of_the_stored_file(tmp_path: Path) -> None:
    stored, pushed = made("stored"), made("pushed")
    for document in (stored, pushed):
        document.Root.StructTreeRoot = document.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        document.pages[0].StructParents = 0

    document = join(tmp_path, stored, pushed)

    assert document.pages[0].StructParents == 0
    assert "/StructParents" not in document.pages[1]
    assert "/StructTreeRoot" in document.Root


def test_streams_are_not_decoded(tmp_path: Path) -> None:
    content = joined(tmp_path, FIT["damaged in the middle"](), FIT["damaged in the middle"]())

    with pikepdf.open(BytesIO(content)) as document:
        raw = [page.Contents.read_raw_bytes() for page in document.pages]
    assert raw == [b"\x78\x9cno deflated data at all"] * 2


@pytest.mark.parametrize("kind", HARMED)
def test_what_would_be_harmed_is_refused_and_the_message_says_why_and_what_to_do(tmp_path: Path, kind: str) -> None:
    make, reason = HARMED[kind]

    assert refused(tmp_path, make(), pdf("page")) == (
        RefusalReason.EXTENSION,
        f"The stored PDF {reason} {INSTEAD['stored']}",
    )
    assert refused(tmp_path, pdf("page"), make()) == (
        RefusalReason.EXTENSION,
        f"The pushed PDF {reason} {INSTEAD['pushed']}",
    )


def unlisted() -> pikepdf.Pdf:
    """Its signature is known to the page alone."""
    document = signed()
    del document.Root.AcroForm
    return document


def certified() -> pikepdf.Pdf:
    """Its certification is known to the document alone."""
    document = signed()
    document.Root.Perms = Dictionary(DocMDP=document.pages[0].Annots[0].V)
    del document.Root.AcroForm, document.pages[0].Annots
    return document


def below_a_field() -> pikepdf.Pdf:
    """Its signature lies on a field whose place is another object."""
    document = signed()
    field = document.Root.AcroForm.Fields[0]
    outer = document.make_indirect(Dictionary(T="outer", Kids=Array([field])))
    document.Root.AcroForm.Fields = Array([outer])
    del document.pages[0].Annots
    return document


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")
@pytest.mark.parametrize("make", [unlisted, certified, below_a_field])
def test_a_signature_is_found_wherever_it_is_kept(tmp_path: Path, make: Any) -> None:
    fault, message = refused(tmp_path, saved(make()), pdf("page"))

    assert fault is RefusalReason.EXTENSION
    assert message.startswith("The stored PDF is signed,")


def test_a_place_for_a_signature_is_no_signature(tmp_path: Path) -> None:
    waiting = signed()
    del waiting.pages[0].Annots[0].V

    assert labels_of(joined(tmp_path, saved(waiting), pdf("page"))) == ["form", "page"]


def test_a_form_whose_pages_the_reader_makes_is_refused_and_a_fixed_one_is_joined_by_its_fields(tmp_path: Path) -> None:
    fixed = with_form("buyer")
    fixed.Root.AcroForm.XFA = fixed.make_stream(b"<xdp/>")
    dynamic = with_form("buyer")
    dynamic.Root.NeedsRendering = True

    assert refused(tmp_path, pdf("page"), saved(dynamic)) == (
        RefusalReason.EXTENSION,
        f"The pushed PDF {XFA} {INSTEAD['pushed']}",
    )
    for order in (1, -1):
        document = join(tmp_path, *[fixed, with_form("approved")][::order])
        assert {"buyer", "approved"} < set(values(document))
        assert "/XFA" not in document.Root.AcroForm


def test_an_unfit_file_is_refused_as_such_even_where_the_stored_one_is_signed(tmp_path: Path) -> None:
    assert refused(tmp_path, saved(signed()), b"") == (
        RefusalReason.FILE,
        "The file is empty. Send the bytes of a PDF.",
    )


def test_a_stored_file_that_cannot_be_read_any_more_is_not_extended(tmp_path: Path) -> None:
    assert refused(tmp_path, b"%PDF-1.7\n%%EOF\n", pdf("page")) == (
        RefusalReason.EXTENSION,
        "The two PDFs cannot be joined, since one of them is damaged. Push one file with all pages, without append.",
    )
