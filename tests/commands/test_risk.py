"""``portal risk`` as an operator types it: a candidate is a new file, nothing is adopted by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.bootstrap import upgrade_database
from core.policy.book import SHIPPED
from core.policy.loader import read_path
from core.services.context import ServiceContext
from core.services.risk_outcomes import read_outcomes
from portal.cli import application
from tests.imports.test_risk_outcomes import clients
from tests.services.cards import TODAY, add_card

ABOUT = ("--title", "Own outcomes", "--reference", "books of this bank")


def portal_risk(*arguments: object) -> Result:
    return CliRunner().invoke(application("risk"), ["risk", *map(str, arguments)])


@pytest.fixture
def outcomes(tmp_path: Path) -> Path:
    """Accounts of the public file's shape whose months late decide."""
    file = tmp_path / "clients.csv"
    file.write_bytes(clients(3_000))
    return file


def test_a_candidate_is_written_sound_and_judged_before_anybody_adopts_it(outcomes: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in SHIPPED.glob("*.yaml")}
    candidate = tmp_path / "candidate.yaml"
    fitted = portal_risk("fit", outcomes, "--output", candidate, *ABOUT, "--from", "2027-01-01")
    assert fitted.exit_code == 0, fitted.output
    assert read_path(candidate).faults == []
    assert {path: path.read_bytes() for path in SHIPPED.glob("*.yaml")} == before
    judged = portal_risk("evaluate", outcomes, "--candidate", candidate)
    assert judged.exit_code == 0, judged.output
    for part in ("| AUC |", "| expected calibration error |", "| sex | women |", "Warned from 50% on",
                 "| late already |"):
        assert part in judged.output
    assert portal_risk("evaluate", outcomes).output != judged.output  # the shipped points, on the same accounts


def test_a_candidate_overwrites_nothing_and_never_lands_in_the_policy_folder(outcomes: Path, tmp_path: Path) -> None:
    there = tmp_path / "candidate.yaml"
    there.write_text("mine")
    for output in (there, SHIPPED / "new_points.yaml", SHIPPED / "issuers" / "new.yaml"):
        refused = portal_risk("fit", outcomes, "--output", output, *ABOUT)
        assert refused.exit_code == 2
        assert not (SHIPPED / "new_points.yaml").exists()
    assert there.read_text() == "mine"


def test_own_outcomes_go_from_the_books_into_a_file_without_names(sqlite_context: ServiceContext, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade_database(sqlite_context)
    monkeypatch.setattr("portal.commands.risk.migrated_context", lambda: sqlite_context)
    add_card(sqlite_context)
    output = tmp_path / "own.csv"
    as_of = (TODAY - timedelta(days=30)).isoformat()
    written = portal_risk("outcomes", "--as-of", as_of, "--output", output)
    assert written.output == "1 account, 1 default\n"
    assert [one.defaulted for one in read_outcomes(output.read_bytes())] == [True]
    assert "Wang" not in output.read_text()
    assert portal_risk("outcomes", "--as-of", as_of, "--output", output).exit_code == 2
