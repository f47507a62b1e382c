"""What became of a file: every row imported, skipped or rejected, each with a reason code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.domain.errors import PortalError


class FileUnusable(PortalError):
    """The file as a whole cannot be read; nothing of it was imported."""


@dataclass(frozen=True, slots=True, order=True)
class RowFault:
    """A fault of one row: ``row`` counts lines as a spreadsheet does, the heading being row 1."""

    row: int
    column: str
    code: str
    detail: str = ""
    """What was found, shortened; never a whole row, and nothing of a name or phone."""
    file: str = ""


@dataclass(slots=True)
class Tally:
    """Counts by reason while rows are read."""

    rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    observed: Counter[str] = field(default_factory=Counter)
    """Oddities of rows that were imported all the same."""
    faults: list[RowFault] = field(default_factory=list)

    @property
    def rejected_rows(self) -> int:
        """Rows with at least one fault."""
        return len({(fault.file, fault.row) for fault in self.faults})

    @property
    def rejected(self) -> Counter[str]:
        """Rejected rows by the code of their first fault."""
        first: dict[tuple[str, int], str] = {}
        for fault in self.faults:
            first.setdefault((fault.file, fault.row), fault.code)
        return Counter(first.values())


def shortened(text: str, longest: int = 20) -> str:
    """``text`` cut for a message, control characters made visible."""
    seen = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return seen if len(seen) <= longest else seen[:longest] + "..."
