"""The operator's page knows every setting, and no setting that is not there; guides name the policy's own figures."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from core.policy.book import PolicyBook
from core.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"


def names() -> set[str]:
    """The environment variables the settings are read from."""
    prefix = str(Settings.model_config["env_prefix"])
    return {field.alias or f"{prefix}{name}".upper() for name, field in Settings.model_fields.items()}


def headings(page: str) -> set[str]:
    return set(re.findall(r"^### ([A-Z_]+)$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_setting_has_a_heading_and_every_heading_a_setting() -> None:
    assert headings("operations.md") == names()


def test_links_between_pages_lead_somewhere() -> None:
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+\.(?:md|png))(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if target.startswith("images/"):
                continue  # pictures are made by the browser tests
            assert (page.parent / target).is_file(), f"{page.name} links to {target}"


def test_guides_say_how_long_a_conversation_is_kept() -> None:
    days = PolicyBook.load().on(date(2026, 11, 22)).integer("records.conversation_days")
    for page, words in {"operations.md": f"{days} days after the last turn", "guide-cardholder.md": f"for {days} days",
                        "guide-cardholder.zh.md": f"{days} \u5929\u5185"}.items():
        assert words in " ".join((DOCS / page).read_text(encoding="utf-8").split()), page
