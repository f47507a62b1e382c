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
    """One figure. ``ratio`` is value ÷ bar for a bar in the same unit; against a floor or a peer measured in
    the same run it is value ÷ theirs, and ``bar`` is the ratio asked for."""

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


def at_most_times(name: str, value: float, unit: str, times: float, floor: float, against: str) -> Row:
    """A cost that may be at most ``times`` that of a floor measured in the same run."""
    ratio = value / floor
    theirs = f"{against}: {_shown(floor):g} {unit}"
    return Row(name, _shown(value), unit, theirs, round(ratio, 3), times, ratio <= times)


def at_least_times(name: str, value: float, unit: str, times: float, peer: float, against: str) -> Row:
    """A pace that must be at least ``times`` that of a peer measured in the same run."""
    ratio = value / peer
    return Row(name, _shown(value), unit, f"{against}: {_shown(peer):g} {unit}", round(ratio, 3), times, ratio >= times)


def none_of(name: str, value: int, unit: str) -> Row:
    """Something of which there may be none."""
    return Row(name, value, unit, "equality", value, 0, value == 0)


def _shown(value: float) -> float:
    """Four digits are more than a shared machine can promise."""
    return float(f"{value:.4g}")


def merge(rows: list[Row]) -> None:
    """Put ``rows`` in place of those of the same name in ``latest.json``, the others as they were measured."""
    latest = json.loads(LATEST.read_text("utf-8"))
    kept = {row["name"]: row for row in latest["rows"]} | {row.name: asdict(row) for row in rows}
    LATEST.write_text(json.dumps(latest | {"rows": list(kept.values())}, indent=1) + "\n", "utf-8")
    show(rows)


def write(rows: list[Row], note: str) -> None:
    """Write ``latest.json`` and print the table."""
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine(),
               **{name: version(name) for name in ("streamlit", "sqlalchemy", "pandas", "numpy")}}
    LATEST.write_text(json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine,
                                  "data": note, "rows": [asdict(row) for row in rows]}, indent=1) + "\n", "utf-8")
    print(note)
    show(rows)


def show(rows: list[Row]) -> None:
    """Print the table."""
    print("| figure | measured | against | ratio | bar | holds |\n|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.value:g} {row.unit} | {row.against} | {row.ratio:g} | {row.bar:g} | "
              f"{'yes' if row.holds else 'NO'} |")
