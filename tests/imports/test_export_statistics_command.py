"""`portal export statistics` as an operator runs it."""

import subprocess
from pathlib import Path

import pytest

from tests.browser.installation import PORTAL, demo_environment


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_statistics_are_exported_from_the_command_line(tmp_path: Path, language: str) -> None:
    environment = demo_environment(tmp_path)
    target = tmp_path / "statistics.csv"
    for arguments in (["db", "upgrade"], ["demo", "load", "--accounts", "60"],
                      ["export", "statistics", str(target), "--language", language]):
        done = subprocess.run([str(PORTAL), *arguments], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
