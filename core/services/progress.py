"""How long work tells whoever started it how far it is; drawing it is the caller's business."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a stage (``"read"``, ``"write"``, …), how much of it is done, and how much there is."""


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""
