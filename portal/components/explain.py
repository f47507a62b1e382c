"""How a figure was worked out, as Markdown: days × balance, the rate, the sum, the rule and its source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.domain.interest import decimal_rate
from core.policy.model import Basis
from core.services.explanations import Cited, Days, Explanation, Figure
from portal.components.money import plain, table
from portal.i18n import current, day, day_short, money, percent, t, tn

_RATE_DIGITS = 4


def title(explanation: Explanation) -> str:
    """The line of the closed expander: which figure, and what it is."""
    name = t(f"cardholder.explain.{explanation.figure}")
    if explanation.figure is Figure.DAYS_PAST_DUE:
        return t("cardholder.explain.title", figure=name, value=tn("common.days", int(_fact(explanation, "days"))))
    return t("cardholder.explain.title", figure=name, value=money(explanation.amount_minor))


def body(explanation: Explanation) -> str:
    """The working, in one Markdown block."""
    parts = {
        Figure.ACCRUED_INTEREST: _interest, Figure.STATEMENT_INTEREST: _interest, Figure.INTEREST: _charges,
        Figure.LATE_FEE: _late_fee, Figure.OTHER_FEES: _charges, Figure.MINIMUM_PAYMENT: _minimum,
        Figure.DAYS_PAST_DUE: _past_due, Figure.GROWTH: _growth}[explanation.figure](explanation)
    return "\n\n".join([*parts, _sources(explanation.cited)])


def _interest(explanation: Explanation) -> list[str]:
    if not explanation.recomputed:
        return [_words("not_recomputed", explanation)]
    carried = [line for line in explanation.days if not line.billed]
    billed = [line for line in explanation.days if line.billed]
    parts = [_words(explanation.figure, explanation)]
    for name, lines in (("carried", carried), ("billed", billed)):
        if lines:
            parts += [t(f"cardholder.explain.days.{name}"), _days(lines)]
    sums: dict[Decimal, int] = defaultdict(int)
    for line in explanation.days:
        sums[line.daily_rate] += line.balance_days_minor
    products = " + ".join(f"{_plain(total)} × {percent(rate, _RATE_DIGITS)}"
                          for rate, total in sums.items())
    return [*parts, t("cardholder.explain.product", products=products, exact=_exact(explanation),
                      amount=money(explanation.amount_minor))]


def _exact(explanation: Explanation) -> str:
    """The sum in yuan before rounding, with as many decimals as it has (at most six)."""
    yuan = decimal_rate(Fraction(explanation.exact or 0) / 100).quantize(Decimal("0.000001")).normalize()
    return f"{yuan:,f}"


def _days(lines: Iterable[Days]) -> str:
    heads = [t(f"cardholder.explain.head.{name}") for name in ("days", "balance", "balance_days")]
    return table(heads, [(_span(line), _plain(line.balance_minor), _plain(line.balance_days_minor)) for line in lines])


def _plain(amount_minor: int) -> str:
    """An amount with two decimals and no sign of currency: balance × days is not money."""
    return money(amount_minor).replace("\u00a5", "")


def _span(line: Days) -> str:
    count = tn("common.days", line.days)
    if line.from_date == line.to_date:
        return t("cardholder.explain.one_day", on=day_short(line.from_date), count=count)
    return t("cardholder.explain.span", first=day_short(line.from_date), last=day_short(line.to_date), count=count)


def _charges(explanation: Explanation) -> list[str]:
    heads = [t("cardholder.explain.head.charge"), t("cardholder.explain.head.unpaid")]
    rows = [(t(f"cardholder.line.{line.code}", on=day(line.on) if line.on else ""), money(line.amount_minor))
            for line in explanation.lines]
    total = (f"**{t('cardholder.explain.sum')}**", f"**{money(explanation.amount_minor)}**")
    return [_words(explanation.figure, explanation), table(heads, [*rows, total])]


def _late_fee(explanation: Explanation) -> list[str]:
    parts = _charges(explanation)
    if explanation.facts.get("fee_minor") is not None:
        parts.append(_words("late_fee_newest", explanation))
    cap = "late_fee_floor" if explanation.facts.get("cap_minor") is None else "late_fee_floor_and_cap"
    return [*parts, _words(cap, explanation)]


def _minimum(explanation: Explanation) -> list[str]:
    parts = [_words("minimum_payment", explanation)]
    if explanation.lines:
        heads = [t("cardholder.explain.head.part"), t("cardholder.explain.head.amount")]
        rows = [(t(f"cardholder.line.{line.code}", ratio=percent(_rate(explanation, "ratio"), 0)),
                 money(line.amount_minor)) for line in explanation.lines]
        parts.append(table(heads, [*rows, (f"**{t('cardholder.explain.sum')}**",
                                           f"**{money(explanation.amount_minor)}**")]))
    else:
        parts.append(_words("minimum_capped" if explanation.recomputed else "not_recomputed", explanation))
    return [*parts, _words("minimum_left", explanation)]


def _past_due(explanation: Explanation) -> list[str]:
    parts = [_words("days_past_due", explanation)]
    last = "bucket_last" if explanation.facts.get("last_day") is None else "bucket_next"
    return [*parts, _words(last, explanation)]


def _growth(explanation: Explanation) -> list[str]:
    parts = [_words("growth", explanation)]
    if explanation.facts.get("next_late_fee_minor"):
        parts.append(_words("growth_late_fee", explanation))
    return parts


def _words(name: str, explanation: Explanation) -> str:
    """The sentence ``cardholder.explain.text.<name>``, its facts written as the reader writes them."""
    facts = {key: _written(key, value) for key, value in explanation.facts.items() if value is not None}
    return t(f"cardholder.explain.text.{name}", amount=money(explanation.amount_minor), **facts)


def _written(key: str, value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return percent(value, 0 if key == "ratio" else 2)
    return money(value) if key.endswith("_minor") else str(value)


def _fact(explanation: Explanation, name: str) -> Any:
    return explanation.facts[name]


def _rate(explanation: Explanation, name: str) -> Decimal:
    return Decimal(str(explanation.facts[name]))


def _sources(cited: Iterable[Cited]) -> str:
    return f"*{t('cardholder.explain.sources')}*\n\n" + "\n".join(f"- {line}" for line in source_lines(cited))


def source_lines(cited: Iterable[Cited]) -> list[str]:
    """The sources, each once: what binds the bank with its date, what is the bank's own setting as such."""
    return list(dict.fromkeys(_source(source) for source in cited))


def _source(source: Cited) -> str:
    name = plain(source.title_zh if current() == "zh_CN" else source.title)
    line = {Basis.RULE: lambda: t("cardholder.explain.source", title=name, since=day(source.in_force_from)),
            Basis.PRACTICE: lambda: t("cardholder.explain.source_practice", title=name),
            Basis.OWN: lambda: t("cardholder.explain.source_own")}[source.basis]()
    return t("cardholder.explain.to_be_confirmed", source=line) if source.unconfirmed else line
