"""A stored PDF as an HTTP answer: streamed, whole or in part, or not at all where the client has it."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.commands.generated_pdfs import DocumentPdf
from app.middleware.requests import header, if_none_match_holds
from app.storage.blobs.store import Blobs

PDF = "application/pdf"
RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*")
# What may stand in a quoted file name that every client reads alike; the rest of it is told by filename*.
PLAIN = re.compile(r"[^A-Za-z0-9 !#$&'()+,.;=@\[\]^_`{}~-]")
KEPT_IN_PARAMETERS = "!#$&+.^_`|~-"  # attr-char of RFC 8187


async def deliver(request: Request, blobs: Blobs, pdf: DocumentPdf) -> Response:
    """The answer to GET or HEAD. Raises NoSuchBlob where the bytes are gone."""
    size, tag = pdf.attachment.file_size or 0, f'"{pdf.blob.sha256}"'
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # a key or a signature decides every time
        "Content-Disposition": disposition(pdf.file_name),
    }
    if if_none_match_holds(request, tag):
        return Response(status_code=304, headers=headers)
    part = wanted_part(request, tag, size)
    if part is not None and not part:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    served = part or range(size)
    headers["Content-Length"] = str(len(served))
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=PDF)
    chunks = await blobs.open(pdf.blob, served.start, served.stop)
    return StreamingResponse(chunks, status, headers, PDF)


def wanted_part(request: Request, tag: str, size: int) -> range | None:
    """The one part that is asked for, empty where there is no such part; None for the whole. Several parts at once, and
    a part of another version, are answered with the whole."""
    asked = RANGE.fullmatch(header(request, b"range").strip())
    if not asked or request.method != "GET" or request.headers.get("if-range", tag) != tag:
        return None
    first, last = asked[1], asked[2]
    if not first:
        return range(max(size - int(last), 0), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def disposition(name: str) -> str:
    """Content-Disposition for a file of any name, after RFC 6266; slashes would make it a path."""
    flat = name.replace("/", "_").replace("\\", "_")
    plain = PLAIN.sub("_", flat)
    quoted = f'attachment; filename="{plain}"'
    encoded = quote(flat, safe=KEPT_IN_PARAMETERS, errors="replace")
    return quoted if plain == flat else f"{quoted}; filename*=UTF-8''{encoded}"
