"""The bank's files, CSV or Parquet, as rows of text with the same rules for both."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.services.importing.bank.columns import Column, required_names
from core.services.importing.reading import TextRow, check_heading, csv_rows, decode
from core.services.importing.report import FileUnusable

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file by name and content; the name's ending says how to read it."""

    name: str
    content: bytes = field(repr=False)
    encoding: str = "utf-8"


def rows_of(file: SourceFile, columns: tuple[Column, ...]) -> Iterator[TextRow]:
    """The rows of a ``.csv`` or ``.parquet`` file with these columns and no others; blank lines left out.

    Raises ``FileUnusable`` for another format, missing, doubled or unknown columns.
    """
    ending = file.name.rsplit(".", 1)[-1].lower()
    if ending == "csv":
        rows = csv_rows(decode(file.content, file.encoding), required_names(columns))
    elif ending == "parquet":
        rows = _parquet_rows(file.content, required_names(columns))
    else:
        raise FileUnusable("format_unknown", f"{file.name}: files end in .csv or .parquet", field="file")
    known = {column.name for column in columns}
    for row in rows:
        unknown = sorted(set(row.cells) - known)
        if unknown:
            # A misspelt optional column would otherwise be left out in silence.
            raise FileUnusable("columns_unknown", f"{file.name}: unknown columns: {', '.join(unknown)}", field="file",
                               columns=unknown)
        if any(row.cells.values()):
            yield row


def _parquet_rows(content: bytes, required: tuple[str, ...]) -> Iterator[TextRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(io.BytesIO(content))
    except pa.ArrowException as broken:
        raise FileUnusable("parquet_broken", "the file is not Parquet", field="file") from broken
    check_heading(table.schema_arrow.names, required)
    floats = [one.name for one in table.schema_arrow if pa.types.is_floating(one.type)]
    if floats:
        raise FileUnusable("columns_are_floats", "amounts are decimal or text, never floating point: "
                           + ", ".join(floats), field="file", columns=floats)
    if table.metadata.num_rows == 0:
        raise FileUnusable("no_rows", "the file has no rows", field="file")
    number = 1
    for batch in table.iter_batches(batch_size=_BATCH):
        for record in batch.to_pylist():
            number += 1  # as in a sheet whose first row is the heading
            yield TextRow(number, {name: _as_text(value) for name, value in record.items()})


def _as_text(value: Any) -> str:
    """A typed value as the CSV would have it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            return str(value).strip()
