"""Roles: whether an amount is an offer, and for which period; what is income, spent, owed or asked is not."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from core.domain.understanding.clauses import Clause
from core.domain.understanding.comparisons import (
    begins_with_correction,
    correct,
    leave_old_offer,
    leave_replaced,
    leave_unsure,
    set_alternatives,
    share_periods,
    within_correction,
)
from core.domain.understanding.evidence import has_sign, is_bare, is_offered, is_paid, names_charge
from core.domain.understanding.hardship import find_hardship
from core.domain.understanding.lexicon import AMOUNT, Cue, cue, words
from core.domain.understanding.mentions import AmountMention, DateMention, DueDayMention, LengthMention, Trouble

_EXCLUDED = ("income", "spending", "other_debt", "balance", "charges", "past", "asked", "refused")
_YIELDING = frozenset({"income", "balance", "charges"})
"""What a verb of repaying after it turns into an offer: out of my wages I pay."""


_OF_SOMETHING = frozenset({"income", "spending", "other_debt", "balance", "charges"})
"""What may be lowered or raised to an amount without that being an offer."""
_LISTED = _OF_SOMETHING | {"past"}
_REMEMBERED = 20
"""Amounts an amount may be set against."""


def amounts_of(clause: Clause) -> list[AmountMention]:
    """The amounts of a clause, in order."""
    return [mention for mention in clause.mentions if isinstance(mention, AmountMention)]


def judge_amounts(clauses: list[Clause], last_monthly: Fraction | None = None) -> None:
    """Give every amount its role and period, then let amounts that are set against each other share them."""
    corrected: Clause | None = None
    previous: list[AmountMention] = []
    earlier: list[AmountMention] = []
    before: list[AmountMention] = []
    sentence = -1
    disputed = {clause.sentence for clause in clauses if "dispute" in clause.cues}
    for number, clause in enumerate(clauses):
        found = amounts_of(clause)
        if not found:
            _offer_at_hand(clause, previous)
            if "corrected" in clause.cues:
                corrected = None  # it was a date or a length
            elif cue("cues", "amounts", "correction").search(clause.text):
                corrected = clause
            continue
        if all(amount.share == 1 for amount in found) and _offer_at_hand(clause, previous):
            for amount in found:
                clause.leave(amount)  # all of these, and not of the debt
            continue
        _merge(clause, found)
        found = amounts_of(clause)
        if sentence != clause.sentence:
            earlier, sentence = [], clause.sentence
        told = number > 0 and _tells(clauses[number - 1], clause) and clauses[number - 1].sentence == clause.sentence
        paid_so_often = number > 0 and cue("clauses", "paid_so_often").search(clauses[number - 1].text) is not None
        for place, amount in enumerate(found):
            _judge(clause, found, place, [] if paid_so_often else earlier, disputed=clause.sentence in disputed)
            if number and amount.role == "balance" and _sums_up(clauses[number - 1], clause):
                amount.role = "offer"
            if clause.asks and is_bare(clause) and _is_turned_down(clauses, number):
                amount.role = "refused"  # so much? You must be joking.
            leave_replaced(clause, found, place)
            if told and amount.role == "offer" and _says_nothing(clause):
                amount.role = "past"
            if number and amount.relative == "less" and _earns_less(clauses[number - 1], clause):
                amount.role = "income"
                clause.cues.discard("propose")
            if last_monthly is not None and amount.yuan == last_monthly and not _pays_at_once(clause):
                amount.period = amount.period or "monthly"
                amount.role = amount.role or "asked"
        if number and names_charge(clauses[number - 1], clause, found[0]):
            found[0].role = "charges"
        if corrected is not None or begins_with_correction(clause, found[0]):
            correct(previous, found[0])
        if corrected is not None and (previous or cue("clauses", "taken_back").search(corrected.text)):
            corrected.cues.discard("reject")  # it is the figure that is taken back
            if cue("clauses", "correction").match(corrected.text):
                corrected.cues.discard("dispute")
        within_correction(clause, found)
        set_alternatives(clause, earlier, found)
        leave_old_offer(before[-_REMEMBERED:] + found, last_monthly)
        leave_unsure(earlier, found)
        share_periods(before, earlier, found, said_again=not has_sign(clause), at_once=_is_dated(clause))
        earlier, before = earlier + found, (before + found)[-_REMEMBERED:]
        previous, corrected = found, None


def _offer_at_hand(clause: Clause, previous: list[AmountMention]) -> bool:
    """Whether what somebody says to have becomes an offer, as "these" are to be paid."""
    had = bool(previous) and previous[-1].role in ("balance", "other_debt", "others", "income", "")
    spread = any(isinstance(mention, LengthMention) for mention in clause.mentions)
    if not had or spread or not cue("cues", "amounts", "these").search(clause.raw):
        return False
    previous[-1].role = "offer"
    return True


def _window(clause: Clause, found: list[AmountMention], number: int) -> tuple[str, str]:
    start = found[number - 1].end if number else 0
    end = found[number + 1].start if number + 1 < len(found) else None
    spoken = clause.spoken()
    return spoken[start:found[number].start], spoken[found[number].end:end]


def _judge(clause: Clause, found: list[AmountMention], number: int, earlier: list[AmountMention], *,
           disputed: bool) -> None:
    amount = found[number]
    left, right = _window(clause, found, number)
    amount.period = _period(left + AMOUNT, right, last=number == len(found) - 1)
    if not amount.period and any(isinstance(mention, DueDayMention) for mention in clause.mentions):
        amount.period = "monthly"
    amount.role = _role(clause, found, number, left, right)
    if amount.role == "offer" and earlier and earlier[-1].role in _LISTED and _says_nothing(clause):
        amount.role = earlier[-1].role
    elif amount.role == "offer" and earlier and earlier[-1].role == "income" \
            and cue("clauses", "now_only").fullmatch(clause.text):
        amount.role = "income"
    if disputed and amount.role in ("offer", "refused") and not is_paid(clause, left):
        amount.role = "balance"


def _role(clause: Clause, found: list[AmountMention], number: int, left: str, right: str) -> str:
    amount = found[number]
    if clause.of_others:
        return "others"
    if cue("cues", "amounts", "refused_after").match(right.lstrip()):
        return "refused"
    for role, follows in (("offer", "for_you"), ("balance", "balance_after"), ("past", "done_after")):
        if cue("cues", "amounts", follows).match(right.lstrip()):
            return role
    if number + 1 < len(found) and cue("cues", "amounts", "from").search(left):
        return "asked"  # from so much: what comes after it is offered
    strong, at = _strongest(left + AMOUNT, figure=amount.share is None)
    if amount.share is None and cue("cues", "amounts", "spending_after").match(right):
        return "spending"
    if strong == "changed":
        return found[number - 1].role if number and found[number - 1].role in _OF_SOMETHING else "offer"
    if strong == "offer":
        return "offer"
    if strong and amount.relative and strong not in _OF_SOMETHING:
        return "offer"
    if strong:
        repays = cue("cues", "amounts", "repay").last_end(left) > at \
            or cue("cues", "amounts", "to_you").search(right) is not None
        raised = strong == "other_debt" and cue("cues", "amounts", "raised_for").search(right) is not None
        return "offer" if (strong in _YIELDING and repays) or raised else strong
    if cue("cues", "amounts", "past_after").match(right.lstrip()):
        return "past"
    if amount.relative and cue("cues", "amounts", "earns_less").search(clause.text):
        return "income"
    if amount.share is not None or amount.relative:
        return "offer"
    if cue("cues", "amounts", "offer").search(left + AMOUNT):
        return "offer"
    if number and (found[number - 1].role in _EXCLUDED or _is_join(left)):
        return found[number - 1].role
    amount.unsure = True
    return "offer" if is_offered(clause, amount, left, right) else ""


def _earns_less(before: Clause, clause: Clause) -> bool:
    """Whether it is of the income the clause before tells of that there is so much less."""
    pays = cue("cues", "amounts", "repay").search(clause.text)
    return pays is None and before.sentence == clause.sentence and "income_drop" in find_hardship([before])


def _sums_up(before: Clause, clause: Clause) -> bool:
    """I settle it at once, 8,500 in all: the whole is what is paid."""
    settles = "lump_sum" in before.cues and not amounts_of(before) and before.sentence == clause.sentence
    return settles and cue("clauses", "total").match(clause.text) is not None


def _is_turned_down(clauses: list[Clause], number: int) -> bool:
    after = clauses[number + 1:number + 2]
    return bool(after) and "reject" in after[0].cues and not amounts_of(after[0])


def _tells(before: Clause, clause: Clause) -> bool:
    """Whether the clause before tells of payments that were, or of an illness whose cost follows."""
    if amounts_of(before):
        return False
    costs = cue("cues", "amounts", "each_time").match(clause.text) and find_hardship([before])
    return bool(costs) or cue("cues", "amounts", "past").search(before.text) is not None


def _says_nothing(clause: Clause) -> bool:
    """Whether amounts only go on with a list that the sentence began."""
    return not any(cue("cues", "amounts", key).search(clause.text) for key in ("offer", "limiter", "approve")) \
        and cue("cues", "periods").search(clause.text) is None and not clause.asks


def _strongest(left: str, *, figure: bool) -> tuple[str, int]:
    """The last cue before the amount that tells its role, and where it ends; a share may be of what is owed."""
    best, at, length = "", -1, 0
    for name, key in (*((name, name) for name in _EXCLUDED[:-1]), ("refused", "refused_before"), ("offer", "limiter")):
        if key == "balance" and not figure:
            continue
        for match in cue("cues", "amounts", key).finditer(left):
            size = match.end() - match.start()
            if (match.end(), size) > (at, length):
                best, at, length = name, match.end(), size
    if best not in _OF_SOMETHING and cue("cues", "amounts", "changed").last_end(left) > at:
        return "changed", len(left)
    return best, at


def _pays_at_once(clause: Clause) -> bool:
    return cue("cues", "single").search(clause.text) is not None


def _is_dated(clause: Clause) -> bool:
    """Whether it is paid on a day, not from it."""
    starts = any(cue("cues", "dates", key).search(clause.text) for key in ("start_before", "start_after"))
    dates = [mention for mention in clause.mentions if isinstance(mention, DateMention)]
    return not starts and any(mention.on is not None or mention.trouble is not None for mention in dates)


def _is_join(text: str) -> bool:
    return cue("numbers", "vague", "or_joins").fullmatch(text.strip()) is not None \
        or cue("numbers", "vague", "range_joins").fullmatch(text.strip()) is not None


def _merge(clause: Clause, found: list[AmountMention]) -> None:
    """A range is its upper end; alternatives are one amount nobody may choose from."""
    for first, second in pairwise(found):
        between = clause.text[first.end:second.start].strip()
        begins = clause.text[:first.start].rstrip()
        either = cue("clauses", "either").search(clause.text) is not None
        is_between = begins.endswith(tuple(words("clauses")["between"]))
        if cue("numbers", "vague", "range_joins").fullmatch(between) and (between != "and" or is_between):
            clause.mentions.remove(first)
            second.start = first.start
            if second.trouble is Trouble.LOWER_BOUND:
                second.trouble = None
        elif cue("numbers", "vague", "or_joins").fullmatch(between) or (either and len(between) <= 4):
            clause.mentions.remove(first)
            second.start = first.start
            second.trouble = Trouble.ALTERNATIVE


def _period(left: str, right: str, *, last: bool) -> str:
    """The nearest period: right after the amount, then before it, then further on."""
    near = _first_period(right[:words("clauses")["near"]])
    if near and near[1] <= 2:
        return near[0]
    before = _last_period(left)
    if before:
        return before
    found = _first_period(right) if last else near
    return found[0] if found else ""


def _periods() -> tuple[tuple[str, Cue], ...]:
    return tuple((name, cue("cues", "periods", name)) for name in ("odd", "fortnightly", "weekly", "monthly"))


def _first_period(text: str) -> tuple[str, int] | None:
    found = [(match.start(), order, name) for order, (name, one) in enumerate(_periods())
             if (match := one.search(text))]
    return (min(found)[2], min(found)[0]) if found else None


def _last_period(text: str) -> str:
    found = [(match.end(), match.end() - match.start(), name)
             for name, one in _periods() for match in one.finditer(text)]
    return max(found)[2] if found else ""
