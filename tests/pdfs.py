"""PDFs for tests: sound ones whose pages can be told apart, and every kind that must be refused."""

import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf

NONE = pikepdf.StreamDecodeLevel.none
MEBIBYTE = 1 << 20


def pdf(*labels: str) -> bytes:
    """A PDF with a page for each label."""
    return saved(made(*labels))


def made(*labels: str) -> pikepdf.Pdf:
    document = pikepdf.new()
    for label in labels:
        document.add_blank_page()
        document.pages[-1].Contents = document.make_stream(f"% {label}\n".encode())
    return document


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    kept = BytesIO()
    document.save(kept, deterministic_id="encryption" not in options, **options)
    return kept.getvalue()


def labels_of(content: bytes) -> list[str]:
    """The labels of the pages of such a PDF, in order."""
    with pikepdf.open(BytesIO(content)) as document:
        return [page.Contents.read_bytes().decode().removeprefix("% ").strip() for page in document.pages]


def as_sent(document: pikepdf.Pdf) -> bytes:
    """The PDF with its streams as they are."""
    return saved(document, compress_streams=False, stream_decode_level=NONE)


@cache
def deflated(mebibytes: int) -> bytes:
    """So many mebibytes of nothing, in about a thousandth of the room."""
    packer = zlib.compressobj(9, wbits=-15)
    one = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)  # begins anew: may be repeated
    checksum = (mebibytes * MEBIBYTE % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + one * mebibytes + packer.flush() + checksum.to_bytes(4, "big")


def stream(document: pikepdf.Pdf, data: bytes, *filters: str) -> pikepdf.Object:
    held = document.make_indirect(pikepdf.Stream(document, b""))
    held.write(data, filter=pikepdf.Array([pikepdf.Name(name) for name in filters]))
    return held


def cross_reference_bomb() -> bytes:
    """Its table of objects inflates to a gibibyte before a page is seen."""
    data = deflated(1024)
    head = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    table = b"3 0 obj<</Type/XRef/Size 100000000/W[1 4 4]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(data)
    return head + table + data + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def content_bomb() -> bytes:
    """Its one page inflates to a gibibyte."""
    document = made("page")
    document.pages[0].Contents = stream(document, deflated(1024), "/FlateDecode")
    return as_sent(document)


def nested_bomb() -> bytes:
    """The same, deflated twice: a gibibyte in 3 kB."""
    document = made("page")
    document.pages[0].Contents = stream(document, zlib.compress(deflated(1024), 9), "/FlateDecode", "/FlateDecode")
    return as_sent(document)


def many_streams() -> bytes:
    """Two hundred streams, none of them too large by itself, twelve gibibytes together."""
    document = made("page")
    document.Root.Things = pikepdf.Array([stream(document, deflated(60), "/FlateDecode") for _ in range(200)])
    return as_sent(document)


def shared_stream() -> bytes:
    """Five hundred pages that share one large stream: small, and minutes of work to read page by page."""
    document = made(*["page"] * 500)
    shared = stream(document, deflated(60), "/FlateDecode")
    for page in document.pages:
        page.Contents = shared
    return as_sent(document)


BOMBS = (cross_reference_bomb, content_bomb, nested_bomb, many_streams, shared_stream)


def encrypted(user: str) -> bytes:
    return saved(made("secret"), encryption=pikepdf.Encryption(owner="owner", user=user))


def truncated() -> bytes:
    return pdf("one", "two", "three")[:-200]


def damaged_in_the_middle() -> bytes:
    """Opens, but a stream of it does not inflate."""
    document = made("page")
    document.pages[0].Contents = stream(document, b"\x78\x9cno deflated data at all", "/FlateDecode")
    return as_sent(document)


def shifted() -> bytes:
    """Its offsets are wrong, which a repair would put right."""
    sound = pdf("page")
    return sound[:9] + b"% more text than there was\n" + sound[9:]


def mislabelled() -> bytes:
    """Reads well, but one of its streams is longer than it says: the parser puts that right with a warning."""
    sound = saved(made("page"), object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    return sound.replace(b"/Length 7", b"/Length 5")


UNFIT: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "The file is empty."),
    "no PDF": (lambda: b"<html>%PDF</html>", "The file is no PDF."),
    "a head alone": (lambda: b"%PDF-1.7\n%%EOF\n", "The PDF is damaged."),
    "without pages": (lambda: saved(pikepdf.new()), "The PDF is damaged."),
    "encrypted": (lambda: encrypted("user"), "The PDF is encrypted."),
    "encrypted without a password": (lambda: encrypted(""), "The PDF is encrypted."),
    "truncated": (truncated, "The PDF is damaged."),
    "damaged in the middle": (damaged_in_the_middle, "The PDF is damaged."),
    "in need of repair": (shifted, "The PDF is damaged."),
    "repaired while it was read": (mislabelled, "The PDF is damaged or in need of repair."),
}
