"""Rows of one shape for every figure: what, how much, against what, and whether the bar holds."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LATEST = Path(__file__).with_name("latest.json")


@dataclass(frozen=True)
class Row:
    """One figure. ``ratio`` is value ÷ bar for a bar in the same unit: below 1 it holds."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    bar: float
    holds: bool


def at_most(name: str, value: float, unit: str, bar: float, against: str) -> Row:
    """A figure that may not exceed ``bar``."""
    return Row(name, round(value, 3), unit, against, round(value / bar, 3), bar, value <= bar)


def write(rows: list[Row], note: str) -> None:
    """Write ``latest.json`` and print the table."""
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine(),
               **{name: version(name) for name in ("streamlit", "sqlalchemy", "pandas", "numpy")}}
    LATEST.write_text(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine,
                                  "data": note, "rows": [asdict(row) for row in rows]}, indent=1) + "\n", "utf-8")
    print(f"| figure | measured | bar | holds |\n|---|---|---|---|   ({note})")
    for row in rows:
        print(f"| {row.name} | {row.value:g} {row.unit} | {row.bar:g} {row.unit} | {'yes' if row.holds else 'NO'} |")
