"""The three offers of many debtors: ``core.domain.offers.choice.lay_on_table`` for every row of a frame.

Columns in, amounts ``int64`` fen: ``principal_minor``, ``interest_minor``, ``fees_minor``, ``days_past_due``,
``affordable_minor``, ``ceiling_minor``, ``disposable_minor`` (may be negative); optional ``hardship`` (flags) and
``authority`` (``L1`` to ``L4``, L3 where there is no such column).

Columns out: ``(purpose, field)`` for lightest, cheapest and balanced with ``FIELDS``, all 0 where there is no such
offer, and ``("recommended", "")``, empty where there is none. Each debtor's offers are those they get alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from core.domain.actor import Authority
from core.domain.errors import InvalidInput
from core.domain.offers.choice import Table, lay_on_table
from core.domain.offers.evaluation import Situation, situation_of
from core.domain.offers.model import NO_WISH, Facts
from core.domain.offers.ordering import Purpose
from core.domain.offers.plan import Option
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import status_quo_of
from core.domain.projection_model import Scenario
from core.portfolio.arrays import chunks, integers
from core.portfolio.offers import ArraySearch
from core.portfolio.projection import project_accounts

PURPOSES = (Purpose.LIGHTEST, Purpose.CHEAPEST, Purpose.BALANCED)
FIELDS = ("months", "monthly_minor", "total_minor", "rate_basis_points", "interest_free_months", "waived_minor",
          "lender_value_minor", "debtor_cost_minor", "completion_basis_points")
"""Of an offer; rates and chances in hundredths of a percent."""
_FACTS = ("principal_minor", "interest_minor", "fees_minor", "days_past_due", "affordable_minor", "ceiling_minor",
          "disposable_minor")
_ROWS = 4_096
"""Debtors whose doing nothing is projected at once: sixty months of them fill a few megabytes."""
_WHOLE = 10_000


def make_offers(frame: pd.DataFrame, as_of: date, rule: OfferRule) -> pd.DataFrame:
    """The three offers of every row. Raises ``InvalidInput`` as ``Facts`` does, with ``row``."""
    figures = np.zeros((len(frame), len(PURPOSES), len(FIELDS)), np.int64)
    recommended = np.full(len(frame), "", object)
    for rows in chunks(len(frame), _ROWS):
        for row, _, table in tables(frame.iloc[rows], as_of, rule, rows.start):
            recommended[row] = table.recommended.value if table.recommended else ""
            for purpose, option in table.options:
                figures[row, PURPOSES.index(purpose)] = _figures(option)
    columns = {(purpose.value, field): figures[:, one, two] for one, purpose in enumerate(PURPOSES)
               for two, field in enumerate(FIELDS)}
    return pd.DataFrame(columns | {("recommended", ""): recommended}, index=frame.index, copy=False)


def tables(part: pd.DataFrame, as_of: date, rule: OfferRule, first: int = 0
           ) -> Iterator[tuple[int, Situation, Table]]:
    """Each debtor's number from ``first`` on, with what is judged and what is on the table."""
    accounts = part[["principal_minor", "interest_minor", "fees_minor", "days_past_due"]].assign(
        statement_day=as_of.day)
    projected = project_accounts(accounts, as_of, rule.limits.max_months, Scenario.DO_NOTHING, rule.projection,
                                 ("total_minor",))
    totals = projected["total_minor"].to_numpy().tolist()
    for number, facts in enumerate(_facts(part, as_of, first)):
        situation = situation_of(facts, rule, NO_WISH, status_quo_of(facts, rule, tuple(totals[number])))
        yield first + number, situation, lay_on_table(ArraySearch(situation, feasible_only=True))


def _facts(part: pd.DataFrame, as_of: date, first: int) -> Iterator[Facts]:
    columns: list[Sequence[int]] = [integers(part, name).tolist() for name in _FACTS]
    hardship = part["hardship"].astype(bool).tolist() if "hardship" in part else [False] * len(part)
    levels = [Authority(level) for level in part["authority"]] if "authority" in part else [Authority.L3] * len(part)
    for row, (numbers, hard, level) in enumerate(zip(zip(*columns, strict=True), hardship, levels, strict=True)):
        try:
            facts = Facts(as_of, **dict(zip(_FACTS, numbers, strict=True)), hardship=hard, authority=level)
            if facts.balance_minor <= 0:
                raise InvalidInput("nothing_owed", "nothing is owed on this account", field="principal_minor")
        except InvalidInput as refused:
            raise InvalidInput(refused.code, str(refused), field=refused.field, row=first + row) from refused
        yield facts


def _figures(option: Option) -> tuple[int, ...]:
    terms = option.terms
    return (terms.months, option.monthly_minor, option.total_minor, int(terms.price.annual_rate * _WHOLE),
            terms.price.interest_free_months, terms.concession.waived_minor, option.lender_value_minor,
            option.debtor_cost_minor, int(option.completion * _WHOLE))
