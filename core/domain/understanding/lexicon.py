"""The words the grammar reads, and patterns made of them.

Words are data (``words/*.toml``): a reviewer who knows the language can read and mend them without
reading code. In a pattern ``<A>``, ``<D>`` and ``<L>`` stand for an amount, a date and a length of time
that have already been found in the clause.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

AMOUNT, DATE, LENGTH, MASKED = "\ue000", "\ue001", "\ue002", "\ue003"
"""What found parts of a clause are replaced by, one for each of their characters."""
MARKS = AMOUNT + DATE + LENGTH + MASKED

_PLACES = {"<A>": f"{AMOUNT}+", "<D>": f"{DATE}+", "<L>": f"{LENGTH}+"}
_WORD_START, _WORD_END = "(?<![a-z0-9])", "(?![a-z])"
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


@lru_cache(maxsize=8)
def words(name: str) -> dict[str, Any]:
    """One file of words."""
    return tomllib.loads((files(__package__) / "words" / f"{name}.toml").read_text("utf-8"))


def has_han(text: str) -> bool:
    """Whether a Chinese character is in ``text``."""
    return _HAN.search(text) is not None


def pattern(entry: str, parts: dict[str, str] | None = None) -> str:
    """One entry as a regular expression; entries without Chinese characters match whole words only."""
    for name, value in (parts or {}).items():
        entry = entry.replace(f"<{name}>", value)
    bounded = not has_han(entry)
    for place, value in _PLACES.items():
        entry = entry.replace(place, value)
    return f"{_WORD_START}(?:{entry}){_WORD_END}" if bounded and re.search("[a-z]", entry) else f"(?:{entry})"


def compiled(entries: Iterable[str], parts: dict[str, str] | None = None) -> re.Pattern[str]:
    """All entries as one expression; the edges of words are looked at once for all that need them."""
    words_only, others = [], []
    for entry in entries:
        one = pattern(entry, parts)
        if one.startswith(_WORD_START) and one.endswith(_WORD_END):
            words_only.append(one[len(_WORD_START):-len(_WORD_END)])
        else:
            others.append(one)
    if words_only:
        others.insert(0, f"{_WORD_START}(?:{'|'.join(words_only)}){_WORD_END}")
    return re.compile("|".join(others))


class Cue:
    """A list of entries, compiled when first needed and for the script of the clause only."""

    __slots__ = ("_entries", "_han", "_latin")

    def __init__(self, entries: Iterable[str], parts: dict[str, str] | None = None) -> None:
        filled = []
        for entry in entries:
            for name, value in (parts or {}).items():
                entry = entry.replace(f"<{name}>", value)
            filled.append(entry)
        self._entries = filled
        self._han: re.Pattern[str] | None = None
        self._latin: re.Pattern[str] | None = None

    def patterns(self, text: str) -> Iterator[re.Pattern[str]]:
        """The expressions that could match in ``text``."""
        if has_han(text):
            if self._han is None:
                self._han = compiled(entry for entry in self._entries if _reads_han(entry)) \
                    if any(map(_reads_han, self._entries)) else re.compile("(?!)")
            yield self._han
        if not has_han(text) or re.search("[a-z]", text):
            if self._latin is None:
                latin = [entry for entry in self._entries if not has_han(entry)]
                self._latin = compiled(latin) if latin else re.compile("(?!)")
            yield self._latin

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, of either script."""
        found = [match for one in self.patterns(text) if (match := one.search(text))]
        return min(found, key=lambda match: match.start()) if found else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match of the one script, then of the other."""
        for one in self.patterns(text):
            yield from one.finditer(text)

    def match(self, text: str) -> re.Match[str] | None:
        """A match at the very beginning."""
        for one in self.patterns(text):
            if match := one.match(text):
                return match
        return None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """A match of the whole."""
        for one in self.patterns(text):
            if match := one.fullmatch(text):
                return match
        return None

    def last_end(self, text: str) -> int:
        """Where the last match ends, -1 without one."""
        return max((match.end() for match in self.finditer(text)), default=-1)


def _reads_han(entry: str) -> bool:
    return has_han(entry) or not re.search("[a-z]", entry.replace("\\d", ""))


class Shapes:
    """Entries with named groups, each an expression of its own; the first that fits a place has it."""

    __slots__ = ("_always", "_entries", "_han", "_latin")

    def __init__(self, entries: Iterable[str], parts: dict[str, str] | None = None, *, always: bool = False) -> None:
        self._always = always  # entries of digits alone, whatever else they allow
        filled = []
        for entry in entries:
            for _ in range(2):  # a part may be made of parts
                for name, value in (parts or {}).items():
                    entry = entry.replace(f"(?P<{name}>", f"(?P\0{name}>").replace(f"<{name}>", f"(?:{value})")
                    entry = entry.replace("(?P\0", "(?P<")
            filled.append(entry)
        self._entries = filled
        self._han: list[re.Pattern[str]] | None = None
        self._latin: list[re.Pattern[str]] | None = None

    def matches(self, text: Callable[[], str]) -> Iterator[re.Match[str]]:
        """Matches in ``text()``, which is asked again for each entry: what was found may be marked by then."""
        now = text()
        if self._always or has_han(now) or not re.search("[a-z]", now):
            if self._han is None:
                self._han = [re.compile(pattern(entry)) for entry in self._entries
                             if self._always or _reads_han(entry) or _mixed(entry)]
            for one in self._han:
                yield from list(one.finditer(text()))
        if not self._always and re.search("[a-z]", now):
            if self._latin is None:
                self._latin = [re.compile(pattern(entry)) for entry in self._entries if not has_han(entry)]
            for one in self._latin:
                yield from list(one.finditer(text()))


def _mixed(entry: str) -> bool:
    return not has_han(entry) and not re.search("[a-z]{3}", re.sub(r"\?P<\w+>", "", entry))


@lru_cache(maxsize=256)
def cue(file: str, table: str, key: str = "") -> Cue:
    """The entries of ``table`` (and ``key``) of a file of words."""
    entries = words(file)[table]
    if key:
        entries = entries[key]
    if isinstance(entries, dict):
        entries = [entry for listed in entries.values() for entry in listed]
    return Cue(entries)
