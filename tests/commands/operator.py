"""The command line of an installation in a folder of its own, run by its entry point."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.cli import main

SECRET = "k" * 40


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str


class Portal:
    """The command line of an installation in a folder of its own, as its entry point runs it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys

    def __call__(self, *arguments: str, url: str = "", **environment: str) -> Answer:
        self._capsys.readouterr()
        with self._monkeypatch.context() as patch:
            for name, value in settings(self._folder, url, environment).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["portal", *arguments])
            with pytest.raises(SystemExit) as end:
                main()
        said = self._capsys.readouterr()
        return Answer(int(end.value.code or 0), said.out, said.err)


def settings(folder: Path, url: str, others: Mapping[str, str]) -> dict[str, str]:
    return {"PORTAL_SECRET_KEY": SECRET, "PORTAL_VAR_DIR": str(folder / "var"), "DATABASE_URL": url, **others}


def refused(answer: Answer, status: int) -> str:
    assert (answer.status, answer.out) == (status, "")
    assert answer.err.startswith("portal: ")
    assert answer.err.count("\n") == 1, answer.err
    return answer.err
