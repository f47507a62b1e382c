"""Amounts: found in a clause, whatever they may turn out to be."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import AMOUNT, LENGTH, MASKED, Cue, Shapes, compiled, cue, words
from core.domain.understanding.mentions import AmountMention, Trouble
from core.domain.understanding.numbers import number_pattern, read_number

_IDENTIFIER_DIGITS = 7
_LONGEST = 60


def mark_amounts(clause: Clause) -> None:
    """Find the amounts of ``clause`` and mark them; numbers that are no money are marked as nothing."""
    _mask(clause)
    _mark_shares(clause)
    for match in list(cue("numbers", "vague", "whole").finditer(clause.text)):
        if _counts_something(clause, match):
            clause.take(match.start(), match.end(), MASKED)
        elif AMOUNT not in match[0]:
            clause.take(match.start(), match.end(), AMOUNT, AmountMention(match.start(), match.end(), Trouble.VAGUE))
    for match in list(_money().finditer(clause.text)):
        _take(clause, match)
    clause.mentions.sort(key=lambda mention: mention.start)
    _drop_bought_off(clause)
    _take_part(clause)
    _drop_discounts(clause)
    _mark_relative(clause)


def _counts_something(clause: Clause, match: re.Match[str]) -> bool:
    """Whether a vague number counts calls, people or the like."""
    nouns = "|".join(words("numbers")["money"]["counted"])
    return re.match(rf" ?(?:{nouns})", clause.text[match.end():]) is not None


@lru_cache(maxsize=1)
def _money() -> re.Pattern[str]:
    table = words("numbers")["money"]
    yuan, foreign = (compiled(table[key]).pattern for key in ("yuan", "foreign"))
    loose = [entry for key in ("yuan", "foreign") for entry in table[key]]
    after = "|".join(f"(?:{entry})(?![a-z])" if entry.isascii() else f"(?:{entry})" for entry in loose)
    small = words("numbers")["jiao"]
    return re.compile(rf"(?P<before>(?:{foreign}|{yuan}) ?)?(?P<number>{number_pattern()})"
                      rf"(?P<many>{'|'.join(words('numbers')['vague']['after'])})?(?P<approx>{words('numbers')['ish']})?"
                      rf" ?(?P<unit>{after})?(?P<unit2>{after})?"
                      rf"(?:(?P<jiao>{small})[{words('numbers')['tenths_of']}]?(?![0-9]))?")


@lru_cache(maxsize=1)
def _foreign() -> Cue:
    return Cue(words("numbers")["money"]["foreign"])


@lru_cache(maxsize=1)
def _figures() -> str:
    return f"[0-9{''.join(words('numbers')['digits'])}]"


@lru_cache(maxsize=1)
def _numeral() -> re.Pattern[str]:
    return re.compile(words("numbers")["plain_numeral"])


def _mask(clause: Clause) -> None:
    """Mark numbers that count something else, and identifiers."""
    for match in list(cue("numbers", "money_idioms").finditer(clause.text)):
        clause.take(match.start(), match.end(), MASKED)
    for match in list(_identified().finditer(clause.text)):
        clause.take(match.start("number"), match.end("number"), MASKED)
    for match in list(_few().finditer(clause.text)):
        if match["noun"] not in _followers():
            clause.take(match.start("number"), match.end("number"), MASKED)
    for match in list(_counted().finditer(clause.text)):
        if len(match["number"]) == 1 and not match["number"].isascii():
            continue  # no money anyway, and words are made of it
        clause.take(match.start("number"), match.end("number"), MASKED)


@lru_cache(maxsize=1)
def _identified() -> re.Pattern[str]:
    named = compiled(words("numbers")["money"]["identifiers"]).pattern
    link = words("numbers")["identifier_link"]
    return re.compile(rf"(?:{named})(?:{link}){{0,4}}(?P<number>[0-9][0-9x]*(?:[- ][0-9]{{3,}})*)(?!\.[0-9])")


@lru_cache(maxsize=1)
def _few() -> re.Pattern[str]:
    """A number below 100 with a word after it counts what the word says, unless the word may follow an amount."""
    return re.compile(r"(?<![0-9.,/$\u20ac\u00a3\u00a5-])(?P<number>[0-9]{1,2}) (?P<noun>[a-z]+)")


@lru_cache(maxsize=1)
def _followers() -> frozenset[str]:
    return frozenset(words("numbers")["money"]["followers"].split())


@lru_cache(maxsize=1)
def _counted() -> re.Pattern[str]:
    nouns = "|".join(words("numbers")["money"]["counted"])
    ordinal = words("numbers")["ordinal"]
    return re.compile(rf"(?<![0-9.])(?P<number>(?:{ordinal}) ?{number_pattern()}|{number_pattern()}(?= ?(?:{nouns})))")


def _take(clause: Clause, match: re.Match[str]) -> None:
    number, start, end = match["number"], match.start(), match.end()
    while end > start and clause.text[end - 1] == " ":
        end -= 1
    has_unit = bool(match["unit"] or match["before"])
    if not _is_money(number, has_unit=has_unit or bool(match["many"])):
        if number[0].isascii():
            clause.take(start, end, MASKED)
        return
    yuan = read_number(number) if len(number) <= _LONGEST else None
    if yuan is not None and match["jiao"]:
        for place, figure in zip((10, 100), re.findall(_figures(), match["jiao"]), strict=False):
            yuan += (read_number(figure) or Fraction(0)) / place
    found = AmountMention(start, end, None, yuan, bare=not has_unit)
    before, after = clause.text[:start], clause.text[end:]
    if _foreign().search(" ".join(match[name] or "" for name in ("before", "unit", "unit2"))):
        found.trouble = Trouble.FOREIGN
    elif yuan is None or match["many"]:
        found.trouble = Trouble.VAGUE
    elif _is_lower_bound(before, after):
        found.trouble = Trouble.LOWER_BOUND
    elif yuan == 0:
        found.trouble = Trouble.VAGUE
    clause.take(start, end, AMOUNT, found)


def _is_money(number: str, *, has_unit: bool) -> bool:
    if re.fullmatch(r"[0-9]+", number):
        return (has_unit and len(number) <= 12) or len(number) < _IDENTIFIER_DIGITS
    return has_unit or re.match(r"[0-9]", number) is not None or _numeral().search(number) is not None


def _is_lower_bound(before: str, after: str) -> bool:
    lower, upper = cue("numbers", "vague", "lower_before"), cue("numbers", "vague", "upper_before")
    nearest = max((match.end() for match in lower.finditer(before)), default=-1)
    if nearest >= 0 and nearest >= upper.last_end(before) and AMOUNT not in before[nearest:] \
            and len(before) - nearest <= words("numbers")["reach"]:
        return True
    return cue("numbers", "vague", "lower_after").match(after.lstrip()) is not None


def _mark_shares(clause: Clause) -> None:
    """A share of the debt or of the last offer: all, half, three tenths, 60 %."""
    table = words("numbers_shares")
    for match in list(cue("cues", "relative", "half_of_offer").finditer(clause.text)):
        clause.take(match.start(), match.end(), AMOUNT,
                    AmountMention(match.start(), match.end(), share=Fraction(1, 2), relative="share"))
    for match in list(_fractions().finditer(clause.text)):
        share = Fraction(*table[match[0]])
        _take_share(clause, match, share)
    for match in _tenth_shapes().matches(lambda: clause.text):
        share_or_none = _tenths(match)
        if share_or_none is not None:
            _take_share(clause, match, share_or_none)
    for key, share in (("half", Fraction(1, 2)), ("all", Fraction(1))):
        for match in list(cue("cues", "shares", key).finditer(clause.text)):
            _take_share(clause, match, share)


def _take_share(clause: Clause, match: re.Match[str], share: Fraction) -> None:
    before = clause.text[:match.start()].rstrip()
    if AMOUNT in match[0] or re.search(f"{AMOUNT} of(?: the)?$", before):
        return
    if (AMOUNT in before or LENGTH in clause.text) and cue("cues", "shares", "remaining").search(before):
        clause.take(match.start(), match.end(), MASKED)  # the rest of what is shared out
        return
    if share < 1 and cue("cues", "shares", "of_people").match(clause.text[match.end():].lstrip()):
        clause.take(match.start(), match.end(), MASKED)
        return
    found = AmountMention(match.start(), match.end(), share=share)
    if not 0 < share <= 1 or cue("cues", "shares", "of_income").match(clause.text[match.end():].lstrip()):
        found.trouble = Trouble.VAGUE
    clause.take(match.start(), match.end(), AMOUNT, found)


@lru_cache(maxsize=1)
def _fractions() -> re.Pattern[str]:
    named = sorted(words("numbers_shares"), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else name
                               for name in named))


@lru_cache(maxsize=1)
def _tenth_shapes() -> Shapes:
    return Shapes(words("cues")["shares"]["tenths"], always=True)


def _tenths(match: re.Match[str]) -> Fraction | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    if "tenths" in groups:
        value = read_number(groups["tenths"])
        return None if value is None else value / 10 + (Fraction(1, 20) if "half" in groups else 0)
    value = read_number(groups.get("percent") or groups["percent2"])
    return None if value is None else value / 100


def _drop_bought_off(clause: Clause) -> None:
    """The whole debt for 9,000, these 5,000 all of it: the figure is the amount."""
    found = [mention for mention in clause.mentions if isinstance(mention, AmountMention)]
    for first, second in pairwise(found):
        between = clause.text[first.end:second.start].strip()
        if first.share == 1 and second.share is None and cue("cues", "shares", "bought_for").fullmatch(between):
            clause.leave(first)
        elif second.share == 1 and first.share is None and not between:
            clause.leave(second)
        elif second.share == 1 and first.share is None and cue("cues", "shares", "buys").fullmatch(between):
            clause.leave(second)
            clause.cues.add("lump_sum")


def _take_part(clause: Clause) -> None:
    """Half of the 8,000: the part of the figure."""
    found = [mention for mention in clause.mentions if isinstance(mention, AmountMention)]
    for first, second in pairwise(found):
        between = clause.text[first.end:second.start].strip()
        if first.share is not None and second.yuan is not None and cue("cues", "shares", "part_of").fullmatch(between):
            second.yuan *= first.share
            clause.mentions.remove(first)
            clause.take(first.start, second.start, AMOUNT)
            second.start = first.start


def _drop_discounts(clause: Clause) -> None:
    """A share taken off the debt is nothing paid."""
    if any(cue("cues", *key).search(clause.text) for key in (("amounts", "income"), ("relative", "share_less"))):
        return
    for match in cue("cues", "shares", "off").finditer(clause.text):
        for mention in list(clause.mentions):
            inside = match.start() <= mention.start and mention.end <= match.end()
            if isinstance(mention, AmountMention) and inside and (mention.share or 1) < 1 and not mention.relative:
                clause.mentions.remove(mention)
                clause.cues.add("discount")


def _mark_relative(clause: Clause) -> None:
    """So much less, or more, than the last offer."""
    for kind in ("less", "more"):
        for match in cue("cues", "relative", kind).finditer(clause.text):
            for mention in clause.mentions:
                inside = match.start() <= mention.start and mention.end <= match.end()
                if isinstance(mention, AmountMention) and inside and mention.share is None:
                    mention.relative = kind
    for match in cue("cues", "relative", "share").finditer(clause.text):
        for mention in clause.mentions:
            if isinstance(mention, AmountMention) and mention.share is not None and mention.start == match.start():
                mention.relative = "share"
    for match in cue("cues", "relative", "share_less").finditer(clause.text):
        for mention in clause.mentions:
            inside = match.start() <= mention.start and mention.end <= match.end()
            if isinstance(mention, AmountMention) and inside and mention.share is not None and not mention.relative:
                mention.relative, mention.share = "share", 1 - mention.share
