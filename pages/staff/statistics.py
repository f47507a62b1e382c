"""Request statistics: what is asked for, granted and kept, without any person."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from core.domain.actor import Role
from core.services.statistics import Dimension, Line, RequestStatistics, reporting_periods, request_statistics
from portal.components import statistics_charts as charts
from portal.components import statistics_tables as tables
from portal.components import statistics_words as words
from portal.components.money import plain
from portal.components.states import empty
from portal.i18n import moment, number, t
from portal.session import viewer

_BREAKDOWNS = [Dimension.BUCKET, Dimension.REASON, Dimension.PRODUCT, Dimension.KIND]


@st.fragment
def page() -> None:
    """Everything on one page: choosing a period reruns this and nothing else."""
    who = viewer(Role.STAFF, Role.SUPERVISOR)
    today = who.context.clock.today()
    st.title(t("staff.title"))
    st.markdown(t("staff.intro"))
    period = st.selectbox(t("staff.period"), reporting_periods(who.actor, who.context, today),
                          format_func=words.quarter, key="statistics_period")
    statistics = request_statistics(who.actor, who.context, period, today, tuple(Dimension))
    st.caption(t("staff.as_of", moment=moment(who.context.clock.now())))
    if statistics.total is None:
        empty(t("staff.empty.title"), t("staff.empty.text", smallest=statistics.smallest_cell))
        return
    headline(statistics)
    weeks(statistics)
    breakdown(statistics)
    decision_times(statistics)
    # Written only when somebody takes it, and then outside this run: the language goes along.
    st.download_button(t("staff.export"), partial(tables.csv, statistics, who.locale),
                       f"requests-{statistics.period.code}.csv", "text/csv", on_click="ignore")


def headline(statistics: RequestStatistics) -> None:
    """The figures of all requests of the period."""
    total = statistics.total
    if total is None:
        return
    figures = [
        (t("staff.head.requests"), words.count(total.requests)),
        (t("staff.head.amount"), words.rounded_amount(total.amount_minor)),
        (t("staff.head.approval_share"), words.share(total.approval_share)),
        (t("staff.head.in_time"), words.share(total.in_time_share)),
        (t("staff.head.median"), words.duration(total.median_seconds)),
        (t("staff.head.p90"), words.duration(total.p90_seconds)),
    ]
    # Rows of as many each; nothing is cut off, as a metric would be.
    with st.container(key="statistics_figures"):
        for name, figure in figures:
            with st.container(border=True):
                st.markdown(f"{name}\n\n### {plain(figure)}")
    if statistics.hides:
        st.info(t("staff.hidden_note", smallest=number(statistics.smallest_cell)))


def weeks(statistics: RequestStatistics) -> None:
    """Requests by week and outcome."""
    lines = statistics.breakdowns[Dimension.WEEK]
    st.subheader(t("staff.weeks.title"))
    _bars(lines, charts.outcomes_by_week(statistics.columns, lines),
          t("staff.weeks.alt", period=words.quarter(statistics.period)))
    with st.expander(t("staff.as_table")):
        st.markdown(tables.outcome_table(statistics, Dimension.WEEK))
        st.markdown(tables.time_table(statistics, Dimension.WEEK))


def _bars(lines: Sequence[Line], spec: dict[str, Any], alt: str) -> None:
    """The chart of ``lines``; a sentence instead of empty axes when every count is hidden."""
    if not any(count for line in lines for count in line.counts):
        st.info(t("staff.chart_nothing"))
        return
    st.vega_lite_chart(spec=spec, theme=None, alt=alt)
    if any(line.hides for line in lines):
        st.caption(t("staff.chart_hides"))


@st.fragment
def breakdown(statistics: RequestStatistics) -> None:
    """Requests by what the reader picks; another pick redraws this part, of the figures the page shows."""
    viewer(Role.STAFF, Role.SUPERVISOR)
    st.subheader(t("staff.breakdown.title"))
    dimension = st.segmented_control(
        t("staff.breakdown.choose"), _BREAKDOWNS, default=Dimension.BUCKET, required=True,
        format_func=lambda each: t(f"staff.by.{each.value}"), key="statistics_dimension") or Dimension.BUCKET
    lines = statistics.breakdowns[dimension]
    _bars(lines, charts.outcomes_by(dimension, statistics.columns, lines),
          t("staff.breakdown.alt", dimension=t(f"staff.by.{dimension.value}")))
    st.markdown(tables.outcome_table(statistics, dimension))
    st.markdown(tables.time_table(statistics, dimension))


def decision_times(statistics: RequestStatistics) -> None:
    """How long decisions took."""
    st.subheader(t("staff.times.title"))
    st.markdown(t("staff.times.text"))
    if any(step.decisions for step in statistics.decision_times):
        st.vega_lite_chart(spec=charts.decision_times(statistics.decision_times), theme=None, alt=t("staff.times.alt"))
    else:
        st.info(t("staff.chart_nothing"))
    with st.expander(t("staff.as_table")):
        st.markdown(tables.decision_time_table(statistics))


page()
