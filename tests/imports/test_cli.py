"""The commands as an operator types them: exit status, totals printed, plain words for faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.bootstrap import upgrade_database
from core.domain.errors import Conflict, InvalidInput
from core.services.context import ServiceContext
from portal.cli import application
from portal.commands.import_words import WORDS
from tests.imports.files import account_row, bank_csv, uci_file, uci_row


@pytest.fixture
def command(sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """A command line whose services are the test's own."""
    upgrade_database(sqlite_context)
    monkeypatch.setattr("portal.commands.wiring.context_from_environment", lambda: sqlite_context)
    return CliRunner()


def invoke(command: CliRunner, *arguments: object) -> Result:
    return command.invoke(application(str(arguments[0])), [str(argument) for argument in arguments])


def test_a_clean_import_prints_its_reconciliation_and_exits_0(command: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "uci.csv").write_bytes(uci_file(uci_row(1), uci_row(2, PAY_0=0)))
    result = invoke(command, "import", "uci-card-clients", tmp_path / "uci.csv", "--as-of", "2026-11-22")
    assert result.exit_code == 0, result.output
    assert "1 account imported" in result.output
    assert "not_in_arrears" in result.output
    assert "40,260.00" in result.output  # six bills, 183,000 NT dollars at 0.22
    assert "0.00\n" in result.output


def test_a_rejected_row_is_named_and_exits_1(command: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "uci.csv").write_bytes(uci_file(uci_row(1), uci_row(2, BILL_AMT1="x")))
    result = invoke(command, "import", "uci-card-clients", tmp_path / "uci.csv")
    assert result.exit_code == 1
    assert "row 3, column BILL_AMT1: not_a_number" in result.output
    assert "1 account imported" in result.output


def test_faults_of_the_banks_file_come_all_at_once_and_exit_1(command: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes(bank_csv(account_row(1, principal="1,0"), account_row(2, card_last4="7")))
    result = invoke(command, "import", "accounts", file)
    assert result.exit_code == 1
    assert "row 2, column principal: amount_with_separators" in result.output
    assert "row 3, column card_last4: card_last4_malformed" in result.output
    assert "nothing imported: 2 rows at fault" in result.output
    file.write_bytes(bank_csv(account_row(1), account_row(2)))
    result = invoke(command, "import", "accounts", file)
    assert result.exit_code == 0, result.output
    assert "2 accounts imported" in result.output
    result = invoke(command, "export", "accounts", tmp_path / "out.csv")
    assert "2 accounts written" in result.output


def test_nothing_is_exported_for_a_day_that_has_not_come(command: CliRunner, tmp_path: Path) -> None:
    result = invoke(command, "export", "accounts", tmp_path / "out.csv", "--as-of", "2026-11-23")  # the test's tomorrow
    assert isinstance(result.exception, InvalidInput)
    assert result.exception.code == "as_of_in_future"
    assert not (tmp_path / "out.csv").exists()
    assert invoke(command, "export", "accounts", tmp_path / "out.csv", "--as-of", "2026-11-22").exit_code == 0


def test_a_database_without_the_schema_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("PORTAL_SECRET_KEY", "k" * 40)
    (tmp_path / "uci.csv").write_bytes(uci_file(uci_row(1)))
    result = invoke(CliRunner(), "import", "uci-card-clients", tmp_path / "uci.csv")
    assert isinstance(result.exception, Conflict)
    assert "portal db upgrade" in str(result.exception)


@pytest.mark.parametrize(("option", "value"), [("--as-of", "22/11/2026"), ("--fx", "a lot")])
def test_an_option_that_cannot_be_read_is_a_usage_error(command: CliRunner, tmp_path: Path, option: str,
                                                        value: str) -> None:
    (tmp_path / "uci.csv").write_bytes(uci_file(uci_row(1)))
    assert invoke(command, "import", "uci-card-clients", tmp_path / "uci.csv", option, value).exit_code == 2


def test_every_reason_code_has_plain_words() -> None:
    folder = Path(__file__).parents[2] / "core" / "services" / "importing"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    used = {code for pattern in (r'_Fault\("([a-z0-9_]+)"', r'fault\([^,()]+, [^,()]+, "([a-z0-9_]+)"',
                                 r'RowFault\([^,()]+, [^,()]+, "([a-z0-9_]+)"', r'Difference\("([a-z0-9_]+)"',
                                 r'(?:skipped|odd)\["([a-z0-9_]+)"', r'_matching\(_[A-Z0-9]+, "([a-z0-9_]+)"')
            for code in re.findall(pattern, text)}
    assert len(used) > 40
    assert used - set(WORDS) == set()
