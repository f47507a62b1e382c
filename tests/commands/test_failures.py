"""Whatever stops a command is one calm line and an exit status; a traceback is for the log alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.operator import Portal, refused, settings

AWAY = "postgresql://somebody:hidden-word@127.0.0.1:1/nothing"


@pytest.mark.parametrize("what", ["statistics", "accounts"])
def test_a_folder_that_is_not_there_is_named(portal: Portal, sqlite_url: str, what: str) -> None:
    said = refused(portal("export", what, "/nope/s.csv", url=sqlite_url), 2)
    assert "there is no folder /nope" in said


def test_a_place_that_cannot_be_written_is_named(portal: Portal, tmp_path: Path, sqlite_url: str) -> None:
    (tmp_path / "s.csv").mkdir()
    said = refused(portal("export", "statistics", str(tmp_path / "s.csv"), url=sqlite_url), 2)
    assert f"{tmp_path / 's.csv'}: is a directory" in said


@pytest.mark.parametrize("url", ["nonsense", "mysql://a:hidden-word@host/name", "postgresql+nothing://host/name",
                                 "postgresql://a:hidden-word@host:port/name"])
@pytest.mark.parametrize("command", [("db", "check"), ("close-day",)])
def test_an_address_nobody_can_read_is_told_without_its_password(
        portal: Portal, url: str, command: tuple[str, ...]) -> None:
    said = refused(portal(*command, url=url), 2)
    assert said.startswith("portal: DATABASE_URL: no address of a database")
    assert "hidden-word" not in said


@pytest.mark.parametrize("command", [("db", "check"), ("db", "upgrade"), ("close-day",), ("audit", "verify"),
                                     ("user", "list"), ("export", "accounts", "a.csv"), ("ledger", "verify")])
def test_a_database_that_is_away_is_exit_status_75_with_the_drivers_reason(
        portal: Portal, command: tuple[str, ...]) -> None:
    said = refused(portal(*command, url=AWAY), 75)
    assert "the database does not answer" in said
    assert "127.0.0.1" in said
    assert "hidden-word" not in said


@pytest.mark.parametrize("command", [("db", "check"), ("close-day",), ("audit", "verify"), ("run",), ("user", "list")])
def test_a_missing_key_is_exit_status_2_everywhere(portal: Portal, sqlite_url: str, command: tuple[str, ...]) -> None:
    assert "PORTAL_SECRET_KEY: set" in refused(portal(*command, url=sqlite_url, PORTAL_SECRET_KEY=""), 2)


def test_a_setting_at_fault_is_named_without_its_value(portal: Portal) -> None:
    said = refused(portal("db", "check", PORTAL_SERVICE_PHONE="four hundred"), 2)
    assert "PORTAL_SERVICE_PHONE: " in said
    assert "four hundred" not in said


@pytest.mark.parametrize("command", [("audit", "verify"), ("user", "list"), ("close-day",)])
def test_a_database_without_the_schema_is_told_what_to_run(portal: Portal, command: tuple[str, ...]) -> None:
    assert "portal db upgrade" in refused(portal(*command), 2)


def test_a_fault_nobody_expected_is_a_short_line_and_its_traceback_is_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "no.sqlite").write_bytes(b"this is no database " * 500)
    answer = subprocess.run(  # a process of its own: it sets up the log
        [sys.executable, "-c", "from portal.cli import main; main()", "db", "check"], text=True, capture_output=True,
        timeout=60, check=False, env=settings(tmp_path, f"sqlite:///{tmp_path / 'no.sqlite'}", {}))
    assert (answer.returncode, answer.stdout) == (3, "")
    logged, line = answer.stderr.splitlines()
    entry = json.loads(logged)
    assert f"(error {entry['error_id']})" in line
    assert "file is not a database" in entry["exception"]
    assert "Traceback" not in line
