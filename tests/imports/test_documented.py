"""What an importer can be given, and what it can answer, is in docs/importing.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from core.services.importing.bank.columns import ACCOUNTS, PAYMENTS, STATEMENTS
from portal.commands import demo, export, import_
from portal.commands.import_words import WORDS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


def test_every_column_is_documented() -> None:
    for column in (*ACCOUNTS, *STATEMENTS, *PAYMENTS):
        assert f"`{column.name}`" in TEXT, column.name


def test_required_columns_are_documented_as_such() -> None:
    required = {name for name, yes in re.findall(r"^\| `(\w+)` \| (yes|no) \|", TEXT, re.MULTILINE) if yes == "yes"}
    assert required == {column.name for column in ACCOUNTS if column.required}


def test_every_reason_code_is_documented_in_the_words_of_the_command() -> None:
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", TEXT.split("## Reason codes")[1], re.MULTILINE)) == WORDS


def test_every_code_of_an_unusable_file_is_documented() -> None:
    folder = ROOT / "core" / "services" / "importing"
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    codes = set(re.findall(r'FileUnusable\("([a-z0-9_]+)"', sources))
    assert len(codes) > 10
    for code in codes:
        assert f"`{code}`" in TEXT, code


@pytest.mark.parametrize("app", [import_.app, export.app, demo.app])
def test_every_option_is_documented(app: typer.Typer) -> None:
    for command in get_command(app).commands.values():  # type: ignore[attr-defined]
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert option in TEXT, f"{command.name} {option}"
