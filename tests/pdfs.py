"""PDFs for tests: those whose pages can be told apart, every kind that must be taken, and every kind that must not."""

import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image

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


def many_pictures() -> bytes:
    """The same twelve gibibytes as pictures, each of which may be large."""
    document = made("page")
    document.Root.Things = pikepdf.Array([picture(document, 8000, deflated(60)) for _ in range(200)])
    return as_sent(document)


def disguised_bomb() -> bytes:
    """The page that inflates to a gibibyte, called a picture of one point."""
    document = made("page")
    document.pages[0].Contents = picture(document, 1, deflated(1024))
    return as_sent(document)


def spelt_out_bomb() -> bytes:
    """The page that inflates to a gibibyte, its deflated bytes written as text."""
    document = made("page")
    data = deflated(1024).hex().encode() + b">"
    document.pages[0].Contents = stream(document, data, "/ASCIIHexDecode", "/FlateDecode")
    return as_sent(document)


def damaged_bomb() -> bytes:
    """The page that inflates to a gibibyte, in a file whose table of objects has to be made anew."""
    return content_bomb().replace(b"startxref", b"startxxxx")


BOMBS = (
    cross_reference_bomb,
    content_bomb,
    nested_bomb,
    many_streams,
    shared_stream,
    many_pictures,
    disguised_bomb,
    spelt_out_bomb,
    damaged_bomb,
)


def picture(document: pikepdf.Pdf, width: int, data: bytes, encoding: str = "/FlateDecode") -> pikepdf.Object:
    """An image in grey, as high as it is wide and as A4 pages are."""
    held = stream(document, data, encoding)
    held.Type, held.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    held.Width, held.Height, held.BitsPerComponent = width, width * 297 // 210, 8
    held.ColorSpace = pikepdf.Name.DeviceGray
    return held


def encoded(width: int, encoding: str) -> bytes:
    """The bytes of a grey picture of A4, as scanners make it."""
    kept = BytesIO()
    Image.linear_gradient("L").resize((width, width * 297 // 210)).save(kept, encoding)
    return kept.getvalue()


def scan(width: int, data: bytes, encoding: str) -> bytes:
    """A page that is one picture."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Resources.XObject = pikepdf.Dictionary(Scan=picture(document, width, data, encoding))
    page.Contents = document.make_stream(b"595 0 0 842 0 0 cm /Scan Do")
    return as_sent(document)


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


def without_end() -> bytes:
    return pdf("page").removesuffix(b"%%EOF\n")


def without_resources() -> bytes:
    document = made("page")
    del document.pages[0].Resources
    return saved(document)


def many_faults() -> bytes:
    """A hundred streams that are longer than they say."""
    document = made(*["page"] * 100)
    sound = saved(document, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    return sound.replace(b"/Length 7", b"/Length 5")


def page_without_type() -> bytes:
    """Its tree of pages says nothing but what its members are."""
    sound = saved(made("page"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return sound.replace(b"/Type /Pages", b"/Typo /Pages").replace(b"/Type /Page\n", b"/Typo /Page\n")


def with_form(*names: str) -> pikepdf.Pdf:
    """A page with a text field of each name, which has its name for a value, and a value that is shown nowhere."""
    document = made("form")
    text: Any = {
        "FT": pikepdf.Name.Tx,
        "Type": pikepdf.Name.Annot,
        "Subtype": pikepdf.Name.Widget,
        "Rect": [20, 20, 90, 40],
    }
    fields = [document.make_indirect(pikepdf.Dictionary(T=name, V=name, **text)) for name in names]
    hidden = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="hidden", V="unseen"))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    document.pages[0].Annots = pikepdf.Array(fields)
    document.Root.AcroForm = pikepdf.Dictionary(
        Fields=pikepdf.Array([*fields, hidden]), DA="/Helv 9 Tf", DR=pikepdf.Dictionary(Font={"/Helv": font})
    )
    return document


def signed() -> pikepdf.Pdf:
    """A page with a signature field that holds a signature."""
    document = with_form("signature")
    signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), Contents=b"\0" * 64)
    signature.ByteRange = pikepdf.Array([0, 10, 20, 30])
    field = document.pages[0].Annots[0]
    field.FT, field.V = pikepdf.Name.Sig, document.make_indirect(signature)
    return document


def with_files(**contents: bytes) -> pikepdf.Pdf:
    """A page and embedded files, such as an invoice as XML, which belong to the document as a whole."""
    document = made("files")
    for name, content in contents.items():
        document.attachments[f"{name}.xml"] = content
    document.Root.AF = pikepdf.Array([file.obj for file in document.attachments.values()])
    return document


def for_certificates() -> bytes:
    """Encrypted for whoever holds a certificate."""
    sound = saved(made("secret"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return sound.replace(b"trailer << ", b"trailer << /Encrypt << /Filter /Adobe.PubSec /V 4 >> ")


FIT: dict[str, Callable[[], bytes]] = {
    "a scan at 150 dpi": lambda: scan(1240, encoded(1240, "JPEG"), "/DCTDecode"),
    "a scan at 600 dpi": lambda: scan(4960, encoded(4960, "JPEG"), "/DCTDecode"),
    "a scan in JPEG 2000": lambda: scan(1240, encoded(1240, "JPEG2000"), "/JPXDecode"),
    "a scan in JBIG2": lambda: scan(4960, b"\0\0\0\0", "/JBIG2Decode"),
    "a deflated scan in colour at 600 dpi": lambda: scan(8600, deflated(100), "/FlateDecode"),
    "a page without resources": without_resources,
    "encrypted without a password": lambda: encrypted(""),
    "truncated": truncated,
    "damaged in the middle": damaged_in_the_middle,
    "of wrong offsets": shifted,
    "of wrong lengths": mislabelled,
    "of more faults than fifty": many_faults,
    "with junk before its head": lambda: b"HTTP/1.1 200 OK\r\n\r\n" + pdf("page"),
    "without an end": without_end,
    "of untold types": page_without_type,
    "with a form": lambda: saved(with_form("name")),
    "signed": lambda: saved(signed()),
    "with embedded files": lambda: saved(with_files(invoice=b"<Invoice/>")),
}
UNFIT: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "The file is empty. Send the bytes of a PDF."),
    "no PDF": (lambda: b"<html>%PDF</html>", "The file is no PDF. Send one that a PDF reader opens."),
    "a head alone": (
        lambda: b"%PDF-1.7\n%%EOF\n",
        "The PDF is so damaged that it cannot be opened. Make it anew and send that.",
    ),
    "without pages": (lambda: saved(pikepdf.new()), "The PDF has no page. Send one that has a page at least."),
    "encrypted": (
        lambda: encrypted("user"),
        "The PDF needs a password to be opened. Send a copy that opens without one.",
    ),
    "encrypted for a certificate": (
        for_certificates,
        "The PDF is encrypted for certain readers, by a certificate. Send a copy that everybody can open.",
    ),
    "cut off after its head": (
        lambda: pdf("one", "two", "three")[:60],
        "The PDF is so damaged that it cannot be opened. Make it anew and send that.",
    ),
}
HARMED: dict[str, tuple[Callable[[], bytes], str]] = {
    "signed": (lambda: saved(signed()), "is signed, and adding pages would break the signature."),
    "encrypted": (lambda: encrypted(""), "is encrypted, and adding pages would lose the encryption."),
}
