"""``portal evaluate`` prints a table and writes the same figures."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from portal.cli import application


def test_the_help_says_how_long_it_takes_what_comes_out_and_what_the_worlds_are() -> None:
    told = " ".join(CliRunner().invoke(application("evaluate"), ["evaluate", "--help"]).output.split())
    for told_of in ("quarter of an hour", "voluntary arrangements", "debt-management plans", "Printed is a line"):
        assert told_of in told


def test_a_small_evaluation_prints_what_it_writes(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    done = CliRunner().invoke(application("evaluate"), [
        "evaluate", "--debtors", "30", "--seeds", "1", "--world", "dmp", "--workers", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_text("utf-8"))
    assert list(figures["results"]) == ["dmp"]
    lines = done.output.splitlines()
    assert lines[0].startswith("30 debtors from 1 seed, policy ")
    for name, result in figures["results"]["dmp"].items():
        line = next(line for line in lines if line.split()[:1] == [name])
        assert line.split()[1] == f"{100 * result['agreement']['value']:.1f}"
