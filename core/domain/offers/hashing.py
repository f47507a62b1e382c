"""Hashes that let anybody replay an answer: canonical JSON, so that order and spelling do not count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def canonical_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of ``document`` as JSON with sorted keys and no spaces; its values are texts, integers and flags."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return sha256(text.encode("ascii")).hexdigest()
