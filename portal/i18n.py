"""Words, amounts and dates in the reader's language. Texts live in ``portal/locale`` and nowhere else.

One gettext catalogue per language and area (``common``, ``cardholder``, …). Message ids are symbolic
and begin with their area, so a text is found by its id and an id by its text.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.clock import CHINA

LOCALES = ("zh_CN", "en")
DEFAULT_LOCALE = "zh_CN"
LOCALE_DIR = Path(__file__).parent / "locale"
_MINUS = "\u2212\u2060"
"""A minus that no line end tears from its amount: the sign itself, then a word joiner."""
_YUAN_AND_FEN, _WHOLE_YUAN = (f"{form};{_MINUS}{form}" for form in ("¥#,##0.00", "¥#,##0"))
_current: ContextVar[str | None] = ContextVar("locale", default=None)
_ask: Callable[[], str | None] | None = None


@cache
def _babel(locale: str) -> Locale:
    """Babel's own object: finding it again by name costs ten times what formatting a number does."""
    return Locale.parse(locale)


@cache
def _catalogue(locale: str) -> GNUTranslations:
    merged: GNUTranslations | None = None
    for path in sorted((LOCALE_DIR / locale / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            compiled = io.BytesIO()
            write_mo(compiled, read_po(file, locale=locale))
        compiled.seek(0)
        area = GNUTranslations(compiled)
        if merged is None:
            merged = area
        else:
            merged._catalog.update(area._catalog)  # type: ignore[attr-defined]  # as gettext's own merge would
    if merged is None:
        raise FileNotFoundError(f"no message catalogue for {locale} in {LOCALE_DIR}")
    return merged


def use(locale: str) -> None:
    """Speak ``locale`` from here on, in this script run."""
    _current.set(locale if locale in LOCALES else DEFAULT_LOCALE)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak ``locale`` inside the block."""
    token = _current.set(locale)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """The language being spoken: ``zh_CN`` or ``en``."""
    return _current.get() or (_ask() if _ask else None) or DEFAULT_LOCALE


def ask_when_unsaid(ask: Callable[[], str | None]) -> None:
    """Whom to ask where nobody said ``use``: a fragment runs in a thread of its own, without the page around it."""
    global _ask
    _ask = ask


def best_locale(accepted: str | None) -> str:
    """The language for a browser that asks for ``accepted`` (``"zh-TW"``, ``"en-GB,en;q=0.9"``, None)."""
    first = (accepted or "").split(",")[0].strip().lower()
    if not first:
        return DEFAULT_LOCALE
    return "zh_CN" if first.startswith("zh") else "en"


def t(key: str, /, **values: Any) -> str:
    """The text of ``key`` with ``{name}`` filled from ``values``. A missing key shows itself (and fails a test)."""
    text = _catalogue(current()).gettext(key)
    return text.format(**values) if values else text


def tn(key: str, count: int, /, **values: Any) -> str:
    """The text of ``key`` in the plural form for ``count`` (``msgid_plural`` is the key with ``.many``)."""
    text = _catalogue(current()).ngettext(key, f"{key}.many", count)
    return text.format(count=count, **values)


def has(key: str) -> bool:
    """Whether ``key`` has a text in the current language."""
    return _catalogue(current()).gettext(key) != key


def babel_locale() -> Locale:
    """The language being spoken, as Babel's own object."""
    return _babel(current())


def money(amount_minor: int) -> str:
    """``¥1,234.50`` from fen: the sign both languages use for the yuan."""
    return str(numbers.format_decimal(Decimal(amount_minor) / 100, _YUAN_AND_FEN, locale=babel_locale()))


def money_short(amount_minor: int) -> str:
    """``¥1,235``: whole yuan, for charts and tight places; never where the fen matter."""
    return str(numbers.format_decimal(Decimal(amount_minor) / 100, _WHOLE_YUAN, locale=babel_locale()))


def percent(rate: Decimal, digits: int = 2) -> str:
    """``18.25%`` from ``Decimal("0.1825")``; trailing zeros kept so that columns line up."""
    return str(numbers.format_percent(rate, f"0.{'0' * digits}%" if digits else "0%", locale=babel_locale()))


def number(value: int | Decimal) -> str:
    """``12,345``."""
    return str(numbers.format_decimal(value, locale=babel_locale()))


def day(value: date) -> str:
    """A date with its year, as the language writes it: ``22 Nov 2026``."""
    return str(dates.format_date(value, t("common.date_pattern"), locale=babel_locale()))


def day_short(value: date) -> str:
    """A date of this year: ``22 Nov``."""
    return str(dates.format_date(value, t("common.date_pattern_short"), locale=babel_locale()))


def month_name(number: int) -> str:
    """A month of the year by its number: ``March``."""
    return str(dates.get_month_names("wide", context="stand-alone", locale=babel_locale())[number])


def moment(value: datetime) -> str:
    """A day and time in China, where the reader and the bank are."""
    local = value.astimezone(CHINA)
    return f"{day(local.date())} {local:%H:%M}"


@cache
def language_name(locale: str) -> str:
    """The language's own name for itself."""
    name = Locale.parse("zh_Hans" if locale == "zh_CN" else locale).get_display_name()
    return str(name)
