"""The lists the demo's people are drawn from, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "data" / "people.yaml"


@lru_cache(maxsize=1)
def lists() -> Mapping[str, Any]:
    """The content of ``data/people.yaml``."""
    content: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content
