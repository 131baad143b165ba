"""Lines and records are the same however their file is cut into pieces, and the same as Python's own readers find."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rest_api.bulk.csv_records import MAX_CELLS, InvalidCsv, Record, RecordReader, cells_of
from app.rest_api.bulk.decompression import FREE_BYTES, PIECE_BYTES, Gunzip, InvalidGzip
from app.rest_api.bulk.line_splitter import Line, LineSplitter

FILES = st.lists(st.sampled_from([b"a", b",", b'"', b"\r", b"\n", b" ", b"\xc3\xa9"]), max_size=40).map(b"".join)
CELLS = st.lists(st.lists(st.text('ab,;"\r\n é', max_size=5), min_size=1, max_size=4), min_size=1, max_size=4)
CUTS = st.lists(st.integers(0, 60), max_size=4)


def pieces(file: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    places = sorted({0, len(file), *(cut for cut in cuts if cut <= len(file))})
    return (file[start:end] for start, end in pairwise(places))


def lines(file: bytes, cuts: Sequence[int] = (), most: int = 1_000) -> list[Line]:
    splitter, found = LineSplitter(most), list[Line]()
    for piece in pieces(file, cuts):
        found += splitter.feed(piece)
    return [*found, *splitter.end()]


def records(file: bytes, cuts: Sequence[int] = (), most: int = 1_000, delimiter: bytes = b",") -> list[Record]:
    reader = RecordReader(delimiter, most)
    found = [reader.feed(line) for line in lines(file, cuts, most)]
    return [record for record in (*found, reader.rest()) if record]


@given(FILES, CUTS)
def test_lines_end_at_lf_cr_lf_or_cr_and_tell_where(file: bytes, cuts: Sequence[int]) -> None:
    found = lines(file, cuts)
    assert [line.raw for line in found] == file.splitlines(keepends=True)
    assert [file[: line.end] for line in found] == [
        b"".join(file.splitlines(keepends=True)[:n]) for n in range(1, len(found) + 1)
    ]


@given(FILES, CUTS, st.integers(0, 10))
def test_lines_that_are_too_long_are_passed_over(file: bytes, cuts: Sequence[int], most: int) -> None:
    found = lines(file, cuts, most)
    whole = file.splitlines(keepends=True)
    too_long = [len(line.rstrip(b"\r\n")) > most for line in whole]
    assert [line.is_too_long for line in found] == too_long
    assert [line.raw for line in found] == [b"" if long else line for line, long in zip(whole, too_long, strict=True)]
    assert [line.end for line in found][-1:] == ([len(file)] if file else [])


def test_a_line_that_goes_on_and_on_takes_no_memory() -> None:
    splitter = LineSplitter(1_000)
    for _ in range(1_000):
        assert list(splitter.feed(b"x" * 1_000)) == []
        assert sum(map(len, splitter.parts)) <= 1_002
    assert [(line.end, line.is_too_long) for line in splitter.feed(b"\n")] == [(1_000_001, True)]


@given(CELLS, CUTS, st.sampled_from([",", ";", "\t"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_what_pythons_writer_has_written_is_read(
    rows: list[list[str]], cuts: Sequence[int], delimiter: str, quoting: int
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")  # type: ignore[arg-type]
    writer.writerows(rows)
    file = written.getvalue().encode()
    found = records(file, cuts, delimiter=delimiter.encode())
    assert [cells_of(record.raw.decode().removesuffix("\r\n"), delimiter) for record in found] == rows
    assert found[-1].end == len(file)


@given(FILES, CUTS)
def test_no_file_is_read_otherwise_in_pieces_and_nothing_of_it_is_lost(file: bytes, cuts: Sequence[int]) -> None:
    found = records(file, cuts)
    assert found == records(file)
    assert b"".join(record.raw for record in found) == file
    for record in found:
        try:
            cells = cells_of(record.raw.decode().removesuffix("\n").removesuffix("\r"), ",")
        except InvalidCsv:
            continue
        assert not record.is_open
        lone_lines = [line.decode() for line in record.raw.splitlines(keepends=True)]
        assert cells == (next(csv.reader(lone_lines, strict=True)) or [""])


@given(FILES, CUTS, st.integers(1, 6))
def test_records_that_are_too_long_end_where_their_cell_is_closed(file: bytes, cuts: Sequence[int], most: int) -> None:
    whole = records(file)
    found = records(file, cuts, most)
    assert [record.end for record in found][-1:] == [record.end for record in whole][-1:]
    assert all(len(record.raw.rstrip(b"\r\n")) <= most + 2 for record in found)


def test_a_quotation_mark_inside_a_cell_without_any_at_its_start_is_text() -> None:
    assert cells_of('5" pipe,a"b"c,"x"', ",") == ['5" pipe', 'a"b"c', "x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,"b"c', "Cell 2 goes on behind its closing quotation mark."),
        ('a,b,"c', "The quotation mark that opens cell 3, at character 5, is never closed."),
        ("," * MAX_CELLS, f"The record has more than {MAX_CELLS} cells."),
        ('"",' * MAX_CELLS, f"The record has more than {MAX_CELLS} cells."),
    ],
)
def test_what_is_no_csv_is_told_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(InvalidCsv) as refusal:
        cells_of(text, ",")
    assert str(refusal.value).startswith(expected)


@given(st.binary(max_size=500), CUTS, st.integers(0, 500))
def test_gzip_of_several_members_is_read_in_pieces(file: bytes, cuts: Sequence[int], middle: int) -> None:
    packed = gzip.compress(file[:middle]) + gzip.compress(file[middle:])
    gunzip = Gunzip()
    assert b"".join(part for piece in pieces(packed, cuts) for part in gunzip.feed(piece)) == file
    assert gunzip.is_whole


def test_gzip_comes_in_small_pieces_however_large_it_is() -> None:
    gunzip = Gunzip()
    made = list(gunzip.feed(gzip.compress(bytes(10_000_000))))
    assert sum(map(len, made)) == 10_000_000
    assert max(map(len, made)) == PIECE_BYTES


def test_a_gzip_bomb_is_refused_before_it_has_grown_far() -> None:
    packed, gunzip = gzip.compress(bytes(2 * FREE_BYTES)), Gunzip()
    with pytest.raises(InvalidGzip, match="grows to more than 250 times its size"):
        sum(map(len, gunzip.feed(packed)))
    assert gunzip.made <= FREE_BYTES + PIECE_BYTES


@given(st.binary(min_size=1, max_size=50))
def test_what_is_no_gzip_is_refused_or_waited_for(file: bytes) -> None:
    gunzip = Gunzip()
    try:
        assert list(gunzip.feed(file)) == []
    except InvalidGzip:
        return
    assert not gunzip.is_whole
