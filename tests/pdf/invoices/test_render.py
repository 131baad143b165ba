"""The PDF of an invoice: its text, its pages, what text cannot do in it, and that it is the same each time."""

import re
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst

from app.pdf.invoices.invoice import invoice
from app.pdf.invoices.measures import measures
from app.pdf.invoices.render import compiler, render
from tests.pdf.invoices.pages import pages
from tests.pdf.invoices.samples import (
    ACCOUNT,
    CREDIT_MEMO,
    HOSTILE,
    INVOICE,
    ISSUED_AT,
    LEAST_ACCOUNT,
    LEAST_DOCUMENT,
    LINES,
    SCRIPTS,
    Values,
    fullest,
    many_lines,
    with_lines,
    with_texts,
)

HEADS = "\nLine\nItem\nDescription\nOrdered\nShipped\nBack order\nUnit\nUnit price\nAmount"
PLACES = 9  # where a page shows the text of samples.with_texts, its foot included
LETTER, A4 = (612, 792), (595, 842)


def pdf_of(document: Values, account: Values = ACCOUNT) -> bytes:
    return render(invoice(document, account), ISSUED_AT)


def pdf_without_system_fonts(document: Values) -> bytes:
    """As on a server that has no fonts of its own."""
    return render(invoice(document, ACCOUNT), ISSUED_AT, system_fonts=False)


def size(pdf: bytes) -> tuple[int, int]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        box = opened.pages[0].mediabox
        return round(float(box[2])), round(float(box[3]))


def is_archivable(pdf: bytes) -> bool:
    """Whether the file calls itself PDF/A-2a."""
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        return (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) == ("2", "A")


def joined(text: str) -> str:
    """Without the ends of lines, which fall where the paper ends."""
    return re.sub(r"\s", "", text)


def test_an_invoice_shows_all_of_its_data_on_one_page_of_letter_size() -> None:
    pdf = pdf_of(INVOICE)
    (text,) = pages(pdf)
    for shown in texts_of(invoice(INVOICE, ACCOUNT), "paper", "country"):
        assert shown in text or shown.upper() in text
    assert HEADS in text
    assert text.endswith("\nNorthwind Supply · Invoice 20451\nPage 1 of 1")
    assert size(pdf) == LETTER
    assert is_archivable(pdf)


def texts_of(value: Any, *left_out: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, part in value.items() if name not in left_out for text in texts_of(part, *left_out)]
    return [text for part in value for text in texts_of(part)] if isinstance(value, list | tuple) else []


def test_the_file_tells_programs_what_it_is() -> None:
    with pikepdf.open(BytesIO(pdf_of(INVOICE))) as opened:
        assert str(opened.docinfo["/Title"]) == "Invoice 20451"
        assert str(opened.docinfo["/Author"]) == "Northwind Supply"
        assert str(opened.docinfo["/CreationDate"]).startswith("D:20260512140000")
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "en"


def test_a_credit_memo_is_headed_as_one() -> None:
    (text,) = pages(pdf_of(CREDIT_MEMO))
    assert "\nCredit Memo\nCredit memo number\n3007\n" in text
    assert "\nTotal credit\nUSD −154.90\n" in text
    assert "Total due" not in text


def test_a_duplicate_is_marked_on_the_page() -> None:
    document = {**INVOICE, "thick_billing": {**INVOICE["thick_billing"], "flag_duplicate": True}}
    assert "\nDUPLICATE\n" in pages(pdf_of(document))[0]
    assert "DUPLICATE" not in pages(pdf_of(INVOICE))[0]


def test_the_least_of_documents_fits_on_one_page_of_a4() -> None:
    pdf = pdf_of(LEAST_DOCUMENT, LEAST_ACCOUNT)
    (text,) = pages(pdf)
    assert text.split("\n")[:3] == ["", "Invoice", "Invoice number"]
    assert size(pdf) == A4
    assert is_archivable(pdf)


def test_a_thousand_lines_take_as_many_pages_as_they_need_each_with_the_heads_of_the_table() -> None:
    texts = pages(pdf_of(with_lines(many_lines(1000))))
    assert len(texts) == 27
    assert all(HEADS in text for text in texts)
    assert [text.rsplit("\n", 1)[1] for text in texts] == [f"Page {number} of 27" for number in range(1, 28)]
    assert sum(text.count("\nNW-") for text in texts) == 1000
    assert "Total due\nUSD 7,304.99" in texts[-1]


def test_a_remark_stays_on_the_page_of_its_line() -> None:
    remarked = [{**LINES[0], "line_num_col": f"L{n}", "comment_col": f"Remark on L{n}."} for n in range(200)]
    for text in pages(pdf_of(with_lines(remarked))):
        assert re.findall(r"\n(L\d+)\n", text) == re.findall(r"\nRemark on (L\d+)\.", text)


def test_every_element_at_its_longest_fits_on_pages_turned_sideways() -> None:
    data = invoice(fullest(), ACCOUNT)
    pdf = render(data, ISSUED_AT)
    assert size(pdf) == (A4[1], A4[0])
    assert is_archivable(pdf)
    text = "".join(page.rsplit("\n", 2)[0] for page in pages(pdf))  # without the foot of the page
    assert text.count("value") == sum(one.count("value") for one in texts_of(data, "number", "currency"))
    assert joined(text).count("−123,456,789,012,345.6789") == 3 * 8


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_is_printed_and_never_obeyed(hostile: str) -> None:
    (text,) = pages(pdf_of(with_texts([hostile])))
    assert joined(text).count(joined(hostile)) == PLACES
    assert "root:" not in text


def test_text_is_printed_and_never_obeyed_whatever_element_holds_it() -> None:
    text = joined("".join(pages(pdf_of(fullest(1, '#read("/etc/passwd") ')))))
    assert text.count(joined('#read("/etc/passwd")')) > 1000
    assert "root:" not in text


@pytest.mark.parametrize("word", ["W" * 250, "1234567890" * 25, "Q-" * 125, "\u200bQ" * 125], ids=lambda word: word[:2])
def test_a_word_that_is_too_long_for_the_paper_is_broken_and_nothing_of_it_is_lost(word: str) -> None:
    text = joined("".join(pages(pdf_of(with_texts([word])))))
    assert text.count(word.replace("\u200b", "")) >= PLACES - 2  # one may cross to the next page; its foot is shorter


@pytest.mark.parametrize("sideways", [False, True])
@pytest.mark.parametrize(
    "address", ["accounts.payable@alder-finch-hardware.example", "a" * 30 + "@" + "b" * 20 + ".example"]
)
def test_a_word_that_is_too_long_for_its_column_takes_several_rather_than_break(address: str, sideways: bool) -> None:
    elements: Values = {**INVOICE["thick_billing"], "email_address": address}
    if sideways:
        elements["detail"] = fullest()["thick_billing"]["detail"]
    text = pages(pdf_of({**INVOICE, "thick_billing": elements}))[0]

    assert f"\nE-mail\n{address}\n" in text


def test_a_word_of_ten_thousand_letters_takes_no_more_than_its_share_of_time() -> None:
    started = time.process_time()
    texts = pages(pdf_of(with_texts(["Q-" * 5000])))
    assert sum(text.count("Q") for text in texts) >= 5000 * (PLACES - 1)
    assert time.process_time() - started < 60  # it was minutes when each letter was measured against all before it


@pytest.mark.parametrize("script", ["accents", "Greek", "Cyrillic"])
def test_scripts_of_europe_come_out_on_every_server(script: str) -> None:
    pdf = pdf_without_system_fonts(with_texts([SCRIPTS[script]]))
    assert joined(pages(pdf)[0]).count(joined(SCRIPTS[script])) == PLACES
    assert is_archivable(pdf)


def test_arabic_comes_out_on_every_server() -> None:
    pdf = pdf_without_system_fonts(with_texts([SCRIPTS["Arabic"]]))
    assert is_archivable(pdf)
    letters = sorted(SCRIPTS["Arabic"].replace(" ", ""))
    shown = sorted(letter for letter in pages(pdf)[0] if "\u0600" <= letter <= "\u06ff")
    assert shown == sorted(letters * PLACES)


@pytest.mark.parametrize("script", ["Chinese", "Japanese"])
def test_a_script_without_a_font_leaves_gaps_and_an_invoice_all_the_same(script: str) -> None:
    pdf = pdf_without_system_fonts(with_texts([SCRIPTS[script]]))
    assert not is_archivable(pdf)
    assert "USD 7,304.99" in pages(pdf)[0]


def test_characters_that_no_font_has_are_no_failure() -> None:
    odd = "".join(map(chr, [0x00AD, 0x200B, 0x202E, 0x2066, 0xE000, 0xFEFF, 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF]))
    (text,) = pages(pdf_of(with_texts([f"before {odd} after"])))
    assert "before" in text


def test_a_template_reaches_no_file_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "pages").mkdir()
    template = tmp_path / "pages" / "reading.typ"
    template.write_text('#read("../secret.txt")')
    with pytest.raises(typst.TypstError, match="project root"):
        compiler(template).compile()


def test_the_same_data_and_time_make_the_same_bytes() -> None:
    assert pdf_of(INVOICE) == pdf_of(INVOICE)
    data = invoice(INVOICE, ACCOUNT)
    assert render(data, ISSUED_AT) != render(data, ISSUED_AT + timedelta(seconds=1))
    assert render(data, ISSUED_AT) == render(data, ISSUED_AT)


def test_columns_are_as_wide_as_their_widest_text() -> None:
    data = invoice(with_lines([{"desc_col": "ab 12", "net_amount_col": "10"}]), ACCOUNT)
    assert measures(data)["columns"] == [
        pytest.approx({"width": 0.71 + 10 * 0.53, "word": 2 * 0.53}),  # the head: Description
        pytest.approx({"width": 0.71 + 0.96 + 4 * 0.53, "word": 4 * 0.47 + 0.35}),  # the head: Amount
    ]


def test_only_text_that_runs_from_right_to_left_asks_for_its_direction() -> None:
    assert measures(invoice(with_texts([SCRIPTS["Arabic"]]), ACCOUNT))["leftward"] is True
    assert measures(invoice(with_texts([SCRIPTS["Greek"]]), ACCOUNT))["leftward"] is False
