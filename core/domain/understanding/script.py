"""Script: the language of a message, and its writing made plain before anything is read.

Full-width and traditional characters, homophones, dialect, contractions and misspellings are replaced by
what they stand for; markup, code, emoji and what cannot be seen are taken out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.domain.understanding.english import spell
from core.domain.understanding.lexicon import has_han, words
from core.domain.understanding.mixed import in_chinese

_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_NOT_COUNTED = frozenset({"rmb", "cny", "yuan", "ok"})
_SCRIPTS = re.compile("[\u0370-\u05ff\u0600-\u06ff\u0900-\u0e7f\u1100-\u11ff\u3040-\u30ff\uac00-\ud7af]")
_BLOCK = re.compile(r"<(script|style)\b[^>]{0,2000}>.{0,20000}?</\1\s*>", re.S | re.I)
_INLINE = re.compile(r"(?<=\S)</?(?:a|b|i|u|em|span|strong|font|small|mark)(?: [^<>]{0,2000})?>(?=[^ -~])", re.I)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,2000}>")
_CODE = re.compile(r"```.{0,5000}?```|\{[^{}\n]{0,2000}[:=][^{}\n]{0,2000}\}|\b\w{2,40}\(['\"\w, ]{0,80}\)|;\s?--"
                   r"|\bselect\b.{1,200}?\bfrom\b[^.\n]{0,200}|\b(?:drop|alter|truncate) table \w{0,40}"
                   r"|\b(?:insert into|delete from)\b[^.\n]{0,200}|https?://\S{1,500}|\S{1,60}@\S{1,60}\.\w{2,6}",
                   re.S | re.I)
_WIDE_COMMA = re.compile("(?<=[\uff10-\uff19])\uff0c(?=[\uff10-\uff19]{3}(?![\uff10-\uff19]))")
_THOUSANDS = re.compile(r"(?<![0-9,.])([0-9]{1,3}(?:,[0-9]{3})+)(?![0-9])")
_SPACED_DIGITS = re.compile(r"(?<![0-9.])[0-9](?: [0-9]){2,}(?![0-9])")
_STOPS = str.maketrans({"\uff0c": ", ", "\u3002": ". ", "\uff1b": "; ", "\uff01": "! ", "\uff1f": "? ",
                        "\u2018": "'", "\u2019": "'", "`": "'", "\u201c": " ", "\u201d": " ", '"': " ", "\u2026": ". ",
                        "\u300c": " ", "\u300d": " ", "\uff08": ", ", "\uff09": ", ", "(": ", ", ")": ", ",
                        "\uff1a": ": ", "\u2014": " - ", "\u2013": "-", "\uff5e": "~", "\u3000": " "})


def language_of(text: str) -> str:
    """``en``, ``zh`` or ``mixed``, by script alone."""
    plain = unicodedata.normalize("NFKC", text)
    if not has_han(plain):
        return "en" if re.search("[A-Za-z]", plain) else "zh"
    for word in _LATIN_WORD.findall(plain):
        if word.lower() not in _NOT_COUNTED and not word.isupper():
            return "mixed"
    return "zh"


def is_foreign(plain: str, original: str) -> bool:
    """Whether the message is in a third language, by its script or its function words."""
    other = len(_SCRIPTS.findall(original))
    if other >= 2 and 10 * other >= sum(char.isalpha() for char in original):
        return True
    if has_han(plain):
        return False
    found = re.findall("[a-z\u00df-\u024f']+", plain)
    foreign = words("script")["foreign"]["words"]
    strange = sum(word in foreign for word in found)
    return strange >= 2 and 3 * strange >= len(found)


def normalise(text: str) -> str:
    """``text`` in simplified characters, half width and lower case, ready to be read."""
    text = _CODE.sub(" ", _TAG.sub(" ", _INLINE.sub("", _BLOCK.sub(" ", _seen(text)))))
    text = _WIDE_COMMA.sub(",", text).translate(_STOPS)
    text = unicodedata.normalize("NFKC", text).lower()
    text = text.translate(_simplified())
    text = _THOUSANDS.sub(lambda match: match[1].replace(",", ""), text)
    text = re.sub(r",(?! )", ", ", text)
    text = re.sub(r"[^\S\n]+", " ", text)
    text = in_chinese(text) if has_han(text) else text
    text = _close_up(text)
    text = _SPACED_DIGITS.sub(lambda match: match[0].replace(" ", ""), text)
    if has_han(text):
        for slip, meant in _slips():
            text = slip.sub(meant, text)
    return spell(text).strip() if re.search("[a-z]", text) else text.strip()


def _seen(text: str) -> str:
    """Without emoji and what cannot be seen; a keycap or flag leaves nothing behind."""
    kept = []
    for char in text:
        if char.isascii():
            kept.append(char if char >= " " or char in "\n\t" else " ")
            continue
        category = unicodedata.category(char)
        if category in ("Cf", "Mn", "Me", "Cs", "Co", "Cn"):
            continue
        kept.append(" " if category in ("So", "Sk", "Cc", "Zl", "Zp") else char)
    return "".join(kept)


def _close_up(text: str) -> str:
    """A space between Chinese characters is a pause, unless the whole text is spaced out."""
    han = "[\u3400-\u9fff]"
    spaced = len(re.findall(f"(?<={han}) (?={han})", text))
    pause = "" if spaced * 3 >= len(re.findall(han, text)) else ", "
    text = re.sub(f"(?<={han}) (?={han})", pause, text)
    if spaced and pause:
        text = re.sub(f"(?<=[0-9]) (?={words('script')['begins']})", pause, text)
    return re.sub(f"(?<={han}) (?=[0-9])|(?<=[0-9]) (?={han})", "", text)


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in words("script")["characters"].split() if len(pair) == 2}


@lru_cache(maxsize=1)
def _slips() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile("|".join(written)), meant) for meant, written in words("script")["slips"].items()]
