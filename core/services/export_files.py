"""Rows into a file: CSV that a spreadsheet opens without running anything, or typed Parquet."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from core.domain.errors import InvalidInput
from core.services.exporting import AMOUNTS, DATES, harmless

_BATCH = 2_000
_WHOLE = ("statement_day", "days_past_due")


def write_accounts(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write exported accounts to ``path`` (``.csv`` or ``.parquet``); returns how many.

    The file appears whole or not at all, readable by its owner only. Raises ``InvalidInput`` for another
    ending or a folder that is not there.
    """
    write = {".csv": _write_csv, ".parquet": _write_parquet}.get(path.suffix.lower())
    if write is None:
        raise InvalidInput("format_unknown", "files end in .csv or .parquet", field="file")
    if not path.parent.is_dir():
        raise InvalidInput("folder_missing", f"there is no folder {path.parent}", field="file")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".export-")  # mode 0600
    os.close(handle)
    try:
        count = write(Path(name), columns, rows)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return count


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    # A byte-order mark, or Excel takes UTF-8 for something else.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(name, row[name]) for name in columns])
            count += 1
    return count


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    # A minus in an amount is a sign, not a formula.
    return str(value) if name in AMOUNTS else harmless(str(value))


def _write_parquet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def kind(name: str) -> Any:
        if name in AMOUNTS:
            return pa.decimal128(20, 2)
        if name in DATES:
            return pa.date32()
        return pa.int32() if name in _WHOLE else pa.string()

    schema = pa.schema([(name, kind(name)) for name in columns])
    count = 0
    walking = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(walking, _BATCH)):
            records = [{name: Decimal(row[name]) if name in AMOUNTS else row[name] for name in columns}
                       for row in batch]
            writer.write_table(pa.Table.from_pylist(records, schema=schema))
            count += len(batch)
    return count
