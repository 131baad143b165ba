"""Arrow IPC streams and Parquet files. Needs the extra `bulk`; whoever asks without it is told so."""

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.reads.exports.columns import ColumnKind, ExportColumn
from app.rest_api.bulk.export_columns import is_precise
from app.rest_api.bulk.export_formats import ARROW, Cells, cells_of, plain_json, stored_cells

BATCH_ROWS = 10_000  # of a Parquet row group, which is held in memory
MONEY, PRECISE = pa.decimal128(19, 4), pa.decimal128(25, 10)
TYPES = {
    ColumnKind.INTEGER: pa.int32(),
    ColumnKind.BOOLEAN: pa.bool_(),
    ColumnKind.DATE: pa.date32(),
    ColumnKind.MOMENT: pa.timestamp("ms", tz="UTC"),
}


def arrow_type(column: ExportColumn) -> Any:
    if column.kind is ColumnKind.NUMBER:
        return PRECISE if is_precise(column) else MONEY
    return TYPES.get(column.kind, pa.string())


def make(name: str, columns: Sequence[ExportColumn]) -> "Arrow":
    """The format of that name."""
    return Arrow(columns, is_stream=name == ARROW)


class Arrow:
    """Rows in batches of typed columns."""

    def __init__(self, columns: Sequence[ExportColumn], *, is_stream: bool) -> None:
        self.schema = pa.schema([(column.name, arrow_type(column)) for column in columns])
        self.converters = stored_cells(columns) + [
            (place, plain_json) for place, column in enumerate(columns) if column.kind is ColumnKind.CUSTOM_FIELD
        ]
        self.out = Output()
        self.writer: Any = (
            pa.ipc.new_stream(self.out, self.schema) if is_stream else pq.ParquetWriter(self.out, self.schema)
        )
        self.waiting: list[Cells] = []
        self.least = 1 if is_stream else BATCH_ROWS

    def is_slow(self, lines: bytes) -> bool:
        return True

    def head(self) -> bytes:
        return self.out.taken()

    def rows(self, lines: bytes) -> bytes:
        self.waiting += cells_of(lines)
        if len(self.waiting) >= self.least:
            self.write()
        return self.out.taken()

    def write(self) -> None:
        for row in self.waiting:
            for place, convert in self.converters:
                if (cell := row[place]) is not None:
                    row[place] = convert(cell)
        columns = list(zip(*self.waiting, strict=True)) or [()] * len(self.schema)
        arrays = [typed(cells, each.type) for cells, each in zip(columns, self.schema, strict=True)]
        self.writer.write_batch(pa.record_batch(arrays, schema=self.schema))
        self.waiting = []

    def end(self) -> bytes:
        if self.waiting:
            self.write()
        self.writer.close()
        return self.out.taken()


class Output(io.RawIOBase):
    """A file that is only written, from which what is there can be taken away."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        self.position += len(self.parts[-1])
        return len(self.parts[-1])

    def tell(self) -> int:
        return self.position

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self.parts = self.parts, []
        return b"".join(parts)


def typed(cells: Sequence[str | None], kind: Any) -> Any:
    """A column of texts as the type that it has."""
    texts = pa.array(cells, pa.string())
    if pa.types.is_timestamp(kind):
        return texts.cast(pa.timestamp("ms", tz="UTC"))
    return texts.cast(kind)
