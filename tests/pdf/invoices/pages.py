"""Reads the text of a PDF's pages by its own fonts' tables, to see what a reader could find and copy."""

import re
from io import BytesIO
from typing import Any

import pikepdf

ZERO_WIDTH_SPACE = "\u200b"  # where a word that is too long may break


def pages(pdf: bytes) -> list[str]:
    """The text of each page, a line for each run."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [page_text(page) for page in opened.pages]


def page_text(page: pikepdf.Page) -> str:
    fonts = {name: unicode_table(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
    found: list[str] = []
    table: dict[int, str] = {}
    replaced = 0  # how deep inside content whose text stands in ActualText
    marks: list[bool] = []
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BT":
                found.append("\n")
            case "Tf":
                table = fonts[str(operands[0])]
            case "BDC" | "BMC":
                actual = actual_text(operands)
                marks.append(actual is not None)
                found.append(actual or "")
                replaced += marks[-1]
            case "EMC":
                replaced -= marks.pop()
            case "Tj" | "TJ" if not replaced:
                found.append(shown(operands[0], table))
    return "".join(found).replace(ZERO_WIDTH_SPACE, "")


def actual_text(operands: Any) -> str | None:
    properties = operands[1] if len(operands) > 1 else None
    if isinstance(properties, pikepdf.Dictionary) and "/ActualText" in properties:
        return str(properties["/ActualText"])
    return None


def shown(operand: Any, table: dict[int, str]) -> str:
    strings = operand if isinstance(operand, pikepdf.Array) else [operand]
    codes = b"".join(bytes(one) for one in strings if isinstance(one, pikepdf.String))
    pairs = (int.from_bytes(codes[at : at + 2]) for at in range(0, len(codes), 2))
    return "".join(table.get(code, "\N{REPLACEMENT CHARACTER}") for code in pairs)


def unicode_table(font: Any) -> dict[int, str]:
    """Characters by code: the font's ToUnicode map."""
    text = font.ToUnicode.read_bytes().decode("ascii")
    table = {}
    for section in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, letters in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", section):
            table[int(code, 16)] = bytes.fromhex(letters).decode("utf-16-be")
    assert "beginbfrange" not in text
    return table
