"""The report of an evaluation as a file: JSON that is the same, byte by byte, for the same run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_NUMBERS = re.compile(r"\[\s+([-+.0-9e,\s]+?)\s+\]")

def write_document(document: dict[str, Any], path: Path) -> None:
    """Write it; what is there already is replaced only once all of it is written."""
    written = path.with_name(f"{path.name}.new")
    written.write_text(dumped(document), "utf-8")
    written.replace(path)


def dumped(document: dict[str, Any]) -> str:
    """One line a figure, so that two runs can be compared line by line; a row of numbers is one line."""
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"
