"""Numbers as people write them: 1.2 ten-thousands, one thousand two, fifteen hundred, half."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from core.domain.understanding.lexicon import words

_THOUSANDS = re.compile(r"(?<![a-z0-9.])([0-9]{1,12}(?:\.[0-9]{1,6})?) ?k(?![a-z0-9])")

LARGEST_DIGITS = 15
"""More digits than any amount of yuan has."""


@lru_cache(maxsize=1)
def number_pattern() -> str:
    """A number in digits, Chinese numerals or both; ``read_number`` says what it means, if anything."""
    table = words("numbers")
    digit, unit = "".join(table["digits"]), "".join(one for one in table["units"] if not one.isascii())
    # Possessive: a row of digits is read once, however long. 5oo and 1e3 are no figures, nor is a part of them.
    figure = r"(?<![0-9][eo])(?<![0-9]oo)[0-9]++(?:\.[0-9]++)?+(?!e[0-9]|o[0-9o](?![a-z]))"
    han = rf"(?<![0-9.])[{digit}](?!{table['period_follows']})"
    follows = rf"(?<=[{unit}kw]){figure}|{han}|[{unit}]"
    return rf"(?:{figure}(?: ?(?:[kw](?![a-z])))?|[{digit}{unit}])(?:{follows})*{table['half']}?"


def read_number(text: str) -> Fraction | None:
    """The value of what ``number_pattern`` found; ``None`` where it names no one figure."""
    table = words("numbers")
    units: dict[str, int] = table["units"]
    if sum(char.isdigit() and char.isascii() for char in text) > LARGEST_DIGITS:
        return None
    if re.fullmatch(r"[0-9]{1,3}\.[0-9]{3,}", text):
        return None  # 1.500: one and a half, or fifteen hundred as other countries write it
    if text and units.get(text[0], 0) > 10 and not text[0].isascii():
        return None  # hundreds, thousands: how many is not said
    total, section, number = Fraction(0), Fraction(0), None
    unit, after_zero = 1, False
    for token in re.findall(r"[0-9]+(?:\.[0-9]+)?|\S", text):
        if token in units:
            unit = units[token]
            if unit < 10000 or token.isascii():
                section += (Fraction(1) if number is None else number) * unit
            else:
                total += (section + (number or 0) or Fraction(1)) * unit
                section = Fraction(0)
            number, after_zero = None, False
        elif token == table["half"]:
            number = (number or Fraction(0)) + Fraction(unit, 2)
            return total + section + number
        elif table["digits"].get(token) == 0:
            if number is not None:
                number = number * 10
            after_zero = True
        else:
            value = Fraction(table["digits"][token]) if token in table["digits"] else Fraction(token)
            if number is not None:  # two digits side by side name no one figure, unless the first is a row of digits
                return None
            number = value
    if number is not None:
        shorthand = unit >= 100 and not after_zero and number < 10 and number.denominator == 1
        section += number * unit / 10 if shorthand else number
    return total + section


@lru_cache(maxsize=1)
def _english() -> tuple[re.Pattern[str], dict[str, int], dict[str, int]]:
    table = words("numbers")["english"]
    small = {word: value for value, word in enumerate(table["ones"])}
    small |= {word: value for value, word in zip(range(20, 100, 10), table["tens"], strict=True)}
    scales: dict[str, int] = table["scales"]
    one = "|".join(sorted(small, key=len, reverse=True))
    scale = "|".join(scales)
    number = rf"(?:[0-9]+(?:\.[0-9]+)?|(?:{one})(?:[- ](?:{'|'.join(table['ones'][1:10])}))?|an?(?= (?:{scale})))"
    half = "(?: and a half)?"
    hundred = rf"{number}{half}(?: hundred(?![a-z])(?:(?: and)? {number}(?! (?:{scale}))(?![a-z0-9]))?{half})?"
    larger = "|".join(name for name in scales if name != "hundred")
    above = rf"(?: (?:{larger})(?![a-z])(?:(?: and|,)? {hundred}(?! (?:{larger})))?{half})*"
    return re.compile(rf"(?<![a-z0-9.]){hundred}{above}(?![a-z])"), small, scales


@lru_cache(maxsize=1)
def _hundreds_left_out() -> re.Pattern[str]:
    """Two-fifty: two hundred and fifty."""
    table = words("numbers")["english"]
    return re.compile(rf"(?<![a-z-])({'|'.join(table['ones'][1:10])})[- ]({'|'.join(table['tens'])})(?![a-z-])")


def english_numbers(text: str) -> str:
    """``text`` with numbers in words and their scales as digits."""
    text = _hundreds_left_out().sub(lambda match: f"{match[1]} hundred {match[2]}", text)
    text = re.sub(r"(?<![a-z])half an? (hundred|thousand|grand|million)", r"0.5 \1", text)
    text = _THOUSANDS.sub(lambda match: _plain(Fraction(match[1]) * 1000), text)
    return _english()[0].sub(lambda match: _in_digits(match[0]), text)


def _in_digits(run: str) -> str:
    if run in ("one", "a", "an", "second") or run.replace(".", "", 1).isdigit():
        return run
    _, small, scales = _english()
    total, section = Fraction(0), Fraction(0)
    for word in re.findall(r"[0-9]+(?:\.[0-9]+)?|[a-z]+", run.replace("and a half", "half")):
        if word in scales:
            section = (section or Fraction(1)) * scales[word]
            if scales[word] >= 1000:
                total, section = total + section, Fraction(0)
        elif word == "half":
            section += Fraction(1, 2)
        elif word in ("a", "an"):
            section += 1
        elif word != "and":
            section += small[word] if word in small else Fraction(word)
    return _plain(total + section)


def _plain(value: Fraction) -> str:
    """``value`` with every digit: halves and decimals end."""
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")
