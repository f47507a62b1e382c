"""Where an account is heading: one chart of three lines, said again in a sentence and a small table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.services.citations import Cited
from core.services.cost_marks import CostMarks
from core.services.outlooks import Outlook
from portal.components import explain
from portal.components.charts import BLUE, GREEN, VERMILION, Line, line_chart, spoken
from portal.components.money import table
from portal.i18n import day, money, money_short, percent, t


def show(outlook: Outlook, as_of: date) -> None:
    """The chart, its sentence, and its figures for who cannot or would rather not read a chart."""
    names = _names(outlook)
    lines = [Line(name, colour, [(as_of, outlook.today_minor), *((month.on, month.total_minor)
                                                                 for month in projection.months)])
             for name, colour, projection in zip(
                 names, (VERMILION, BLUE, GREEN), (outlook.do_nothing, outlook.minimum, outlook.fixed), strict=True)]
    sentence = in_words(outlook)
    chart = line_chart(lines, unit=int(t("cardholder.chart.unit_size")), unit_label=t("cardholder.chart.unit"))
    st.vega_lite_chart(chart, theme=None, width="stretch", alt=spoken(sentence))
    st.markdown("\n\n".join([sentence, *cost_notes(outlook.marks)]))
    with st.expander(t("cardholder.chart.figures")):
        st.markdown(f"{_table(outlook, names)}\n\n{t('cardholder.chart.assumptions')}")


def in_words(outlook: Outlook) -> str:
    """What the chart shows, in sentences."""
    nothing, minimum, fixed = outlook.do_nothing, outlook.minimum, outlook.fixed
    unpaid_minor, amount = nothing.months[-1].total_minor, money(outlook.fixed_minor)
    settled = fixed.settled_on
    level = t("cardholder.chart.fixed_settled", amount=amount, on=day(settled)) if settled is not None else \
        t("cardholder.chart.fixed", amount=amount, total=money(fixed.months[-1].total_minor))
    return t("cardholder.chart.in_words", fixed=level,
             nothing=t("cardholder.chart.do_nothing", today=money(outlook.today_minor), total=money(unpaid_minor),
                       added=money(unpaid_minor - outlook.today_minor), on=day(outlook.until_date)),
             minimum=t("cardholder.chart.minimum", total=money(minimum.months[-1].total_minor),
                       paid=money(minimum.paid_total_minor)))


def cost_notes(marks: CostMarks) -> list[str]:
    """What a court or a regulator would look at, with its source; nothing where charges stay below."""
    notes = []
    if marks.court is not None:
        notes.append(t("cardholder.cost.court", rate=percent(marks.court.yearly_rate, 0),
                       amount=money(marks.court.amount_minor), source=_based_on(marks.court.cited)))
    if marks.above_principal:
        notes.append(t("cardholder.cost.principal", source=_based_on(marks.above_principal)))
    return notes


def _based_on(cited: Sequence[Cited]) -> str:
    return t("cardholder.list_mark").join(explain.source_lines(cited))


def _names(outlook: Outlook) -> tuple[str, str, str]:
    return (t("cardholder.chart.line.do_nothing"), t("cardholder.chart.line.minimum"),
            t("cardholder.chart.line.fixed", amount=money_short(outlook.fixed_minor)))


def _table(outlook: Outlook, names: tuple[str, str, str]) -> str:
    ways = (outlook.do_nothing, outlook.minimum, outlook.fixed)
    rows = [(t("cardholder.chart.today"), *(money_short(outlook.today_minor) for _ in ways))]
    rows += [(t("cardholder.chart.after", months=step.months),
              *map(money_short, (step.do_nothing_minor, step.minimum_minor, step.fixed_minor)))
             for step in outlook.steps]
    rows.append((t("cardholder.chart.charged"), *(money_short(way.interest_total_minor + way.late_fee_total_minor)
                                                  for way in ways)))
    return table([t("cardholder.chart.when"), *names], rows)
