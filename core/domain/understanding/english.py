"""English made plain: contractions, misspellings, and numbers written out."""

from __future__ import annotations

import re
from functools import lru_cache

from core.domain.understanding.lexicon import words
from core.domain.understanding.numbers import english_numbers

_WORD = re.compile(r"[a-z]{4,14}")


def spell(text: str) -> str:
    """``text`` (lower case) with contractions opened, misspellings mended and numbers in digits."""
    for meant_word, written in words("script")["opened"].items():
        text = re.sub(written, meant_word, text)
    expression, meant = _contractions()
    text = expression.sub(lambda match: meant[match.lastindex or 0], text)
    text = _WORD.sub(lambda match: _mend(match[0]), text)
    text = english_numbers(text)
    for meant_word, written in words("script")["fixed"].items():
        text = re.sub(written, meant_word, text)
    return text


@lru_cache(maxsize=1)
def _contractions() -> tuple[re.Pattern[str], list[str]]:
    meant, groups = [""], []
    entries = [(written, plain) for plain, listed in words("script")["contractions"].items() for written in listed]
    for written, plain in sorted(entries, key=lambda entry: -len(entry[0])):
        meant.append(f" {plain}" if written.startswith("/") else plain)
        before = "" if written.startswith("/") else r"(?<![a-z'])"
        groups.append(rf"({before}(?:{_uncaptured(written)})(?![a-z']))")
    return re.compile("|".join(groups)), meant


def _uncaptured(entry: str) -> str:
    return re.sub(r"\((?!\?)", "(?:", entry)


@lru_cache(maxsize=4096)
def _mend(word: str) -> str:
    """The key word one slip away, if there is exactly one reading of it."""
    keywords, spared = _keywords()
    known = word in keywords or word in spared or word.removesuffix("s") in keywords
    if known:
        return word
    # An inflected word may be one of its own, unless two letters are swapped; no month is one.
    inflected = word.endswith(("ing", "ed", "ly", "er")) and not word.endswith("ber")
    for slip in _swaps(word) if inflected else _slips(word):
        if slip in keywords and (len(slip) >= 5 or sorted(slip) == sorted(word)):
            return slip
    return word


def _slips(word: str) -> list[str]:
    """Every word one slip away, swaps first: they are the commonest slip."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    parts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    drops = [a + b[1:] for a, b in parts if b]
    others = [a + letter + b[1:] for a, b in parts if b for letter in letters]
    missing = [a + letter + b for a, b in parts for letter in letters]
    return _swaps(word) + drops + missing + others


def _swaps(word: str) -> list[str]:
    return [word[:n] + word[n + 1] + word[n] + word[n + 2:] for n in range(len(word) - 1)]


@lru_cache(maxsize=1)
def _keywords() -> tuple[frozenset[str], frozenset[str]]:
    table = words("script")["english"]
    return frozenset(table["keywords"]), frozenset(table["spared"])
