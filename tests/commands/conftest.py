"""What the tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.operator import Portal


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Portal:
    return Portal(tmp_path, monkeypatch, capsys)
