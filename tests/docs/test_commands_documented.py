"""Every command line the documents show is one that the command line knows, with its options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from portal.cli import application

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`(portal [^`]+)`")
_AT_WORK = re.compile(r"(?:^|\| |\* +|=1 |/bin/)portal ([a-z].+)$")


def _lines(text: str) -> Iterator[str]:
    """What stands behind ``portal`` in blocks and in running text, without comments."""
    for block in _FENCED.findall(text):
        for line in block.splitlines():
            if found := _AT_WORK.search(line.split(" #")[0]):
                yield found[1].strip()
    for quoted in _INLINE.findall(_FENCED.sub("", text)):
        yield " ".join(quoted.split()).removeprefix("portal ")


def _words(line: str) -> list[str]:
    line = re.split(r"\s[<|]\s", line.replace("[--", "--").replace("]", ""))[0]
    return shlex.split(line)


def _fault(words: list[str]) -> str:
    """What the command line does not know in ``words``; empty if it knows all of it."""
    command = typer.main.get_command(application())
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    if hasattr(command, "commands") and words and not command.params:
        return f"no command {words[0]}"
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return ", ".join(word for word in words if word.startswith("--") and word.split("=")[0] not in known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_command_lines_of_the_documents_exist(page: Path) -> None:
    lines = [line for line in _lines(page.read_text(encoding="utf-8")) if "|" not in line]  # several named at once
    assert {line: fault for line in lines if (fault := _fault(_words(line)))} == {}


def test_unknown_commands_and_options_are_found() -> None:
    text = "Say `portal fly away`, `portal replay ID --gently`\n```\nportal conversations burn\nportal db check\n```\n"
    assert [_fault(_words(line)) for line in _lines(text)] == ["no command burn", "", "no command fly", "--gently"]


def test_the_documents_show_most_commands() -> None:
    shown = {_words(line)[0] for page in PAGES for line in _lines(page.read_text(encoding="utf-8"))}
    assert {"run", "calc", "import", "export", "close-day", "ledger", "user", "demo", "db", "policy", "simulate",
            "evaluate", "risk", "replay", "conversations", "audit"} <= shown
