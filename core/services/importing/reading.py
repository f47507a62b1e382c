"""Files as rows of text: encodings, byte-order marks, line ends, and headings that must be there.

Nothing is guessed in silence. A file in another encoding, a workbook or a page saved under the wrong
name is refused as a whole with a code that says what it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.services.importing.report import FileUnusable

LARGEST_BYTES = 500 * 1024 * 1024
LONGEST_FIELD = 10_000
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: its number as a spreadsheet shows it, and its cells by column name, blanks trimmed."""

    number: int
    cells: Mapping[str, str]
    complete: bool = True
    """False when the row has more or fewer cells than the heading."""


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises ``FileUnusable`` when it is missing, empty, a folder or too large."""
    if not path.is_file():
        raise FileUnusable("file_missing", f"there is no file {path.name}", field="file")
    size = path.stat().st_size
    if size == 0:
        raise FileUnusable("file_empty", f"{path.name} is empty", field="file")
    if size > LARGEST_BYTES:
        raise FileUnusable("file_too_large", f"{path.name} has more than {LARGEST_BYTES // 2**20} MiB", field="file")
    return path.read_bytes()


def decode(content: bytes, encoding: str = "utf-8") -> str:
    """The text of a file; a byte-order mark of UTF-8 is dropped.

    Raises ``FileUnusable``: ``file_is_a_workbook``, ``encoding_utf16``, ``encoding_gb18030`` (the file
    reads as GB18030 and the caller did not say so) or ``encoding_unknown``.
    """
    if content.startswith(_WORKBOOKS):
        raise FileUnusable("file_is_a_workbook", "this is an Excel workbook: save it as CSV UTF-8 and import that",
                           field="file")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnusable("encoding_utf16", "the file is UTF-16: save it as CSV UTF-8", field="file")
    if b"\0" in content[:65_536]:
        raise FileUnusable("file_not_text", "the file is not text", field="file")
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8" and _decodes(content, "gb18030"):
            raise FileUnusable("encoding_gb18030", "the file is not UTF-8 but reads as GB18030, as Excel saves CSV on "
                               "Chinese Windows: import it with --encoding gb18030 or save it as CSV UTF-8",
                               field="file") from None
        raise FileUnusable("encoding_unknown", f"the file is not valid {encoding}", field="file") from None


def csv_rows(text: str, required: Sequence[str], aliases: Mapping[str, str] | None = None) -> Iterator[TextRow]:
    """The rows of a comma-separated file whose heading has all of ``required``.

    ``aliases`` gives other spellings of a column. Raises ``FileUnusable``: ``columns_missing`` (all of
    them at once), ``column_twice``, ``no_rows``, ``csv_broken``.
    """
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [(aliases or {}).get(name.strip(), name.strip()) for name in next(reader, [])]
        check_heading(heading, required)
        number = 0
        for number, cells in enumerate(reader, start=2):
            yield TextRow(number, dict(zip(heading, (cell.strip() for cell in cells), strict=False)),
                          complete=len(cells) == len(heading))
    except csv.Error as broken:
        raise FileUnusable("csv_broken", f"line {reader.line_num}: {broken}", field="file") from broken
    if number == 0:
        raise FileUnusable("no_rows", "the file has a heading and no rows", field="file")


def check_heading(heading: Sequence[str], required: Sequence[str]) -> None:
    """Raise ``FileUnusable`` unless every column of ``required`` is there, and each of them once."""
    missing = [name for name in required if name not in heading]
    if missing:
        raise FileUnusable("columns_missing", f"columns are missing: {', '.join(missing)}", field="file",
                           columns=missing)
    twice = sorted({name for name in heading if name and heading.count(name) > 1})
    if twice:
        raise FileUnusable("column_twice", f"columns appear twice: {', '.join(twice)}", field="file", columns=twice)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
