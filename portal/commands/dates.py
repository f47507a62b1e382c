"""A banking date as an option of a command."""

from __future__ import annotations

from datetime import date, datetime

import typer


def parse_day(text: str) -> date:
    """``2026-11-22`` as a date; anything else is a usage error."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a banking date has no zone
    except ValueError:
        raise typer.BadParameter("a date looks like 2026-11-22") from None
