"""Words about requests: a check is a sentence with its bounds, a source says whether it binds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.domain.plan_shape import PlanShape
from core.domain.request_checks import CheckName, CheckResult, CheckUnit, DueOnce, RequestFacts, checks
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    TokenPaymentTerms,
)
from core.policy.book import PolicyBook
from core.policy.model import Basis
from core.policy.rules.requests import term_limits
from core.services.citations import Cited
from portal import i18n
from portal.components.explain import source_lines
from portal.components.plan_words import agreed
from portal.components.preview import check_in_words, measured
from portal.components.schedule import terms_in_words

TODAY = date(2026, 11, 22)
LIMITS = term_limits(PolicyBook.load().on(TODAY))
WELL = RequestFacts(TODAY, 3_000_000, 200_000, 100_000, TODAY, hardship_given=True, open_request=False,
                    arrangement=False)
BADLY = replace(WELL, amount_due_minor=0, affordable_minor=None, assessed_on=None, hardship_given=False,
                open_request=True, arrangement=True)
BOTH_DUE = replace(WELL, month_minor=100_000, due_elsewhere=(DueOnce(TODAY + timedelta(days=30), 50_000),))
RISING = AgreementTerms(40, TODAY + timedelta(days=20), shape=PlanShape(6, Decimal("0.2"), 2))
OTHERS = (
    SettlementTerms(1_000_000, TODAY + timedelta(days=7), 30_000, 200_000, 1_770_000), SettlementTerms(1, TODAY, 9, 9),
    TokenPaymentTerms(2_000, 6, TODAY + timedelta(days=30)), TokenPaymentTerms(1, 30, TODAY), PauseTerms(3),
    PauseTerms(99), PromiseTerms(200_000, TODAY + timedelta(days=7)), PromiseTerms(1, TODAY - timedelta(days=1)))
CITED = Cited("late_fee.rate", "A contract", "\u5408\u7ea6", Basis.PRACTICE, "page", TODAY, unconfirmed=False)


def every_check() -> list[CheckResult]:
    """Each check met and not met, with something to measure and without."""
    found: list[CheckResult] = []
    for facts in (WELL, replace(WELL, affordable_minor=10), BADLY, BOTH_DUE):
        found += checks(ExtensionTerms(200), None, facts, LIMITS)
        for terms in (RISING, AgreementTerms(40, TODAY + timedelta(days=20)), AgreementTerms(3, TODAY, 2_000_000)):
            found += checks(terms, terms.schedule(facts.balance_minor, TODAY), facts, LIMITS)
        for other in OTHERS:
            found += checks(other, None, facts, LIMITS)
    return found


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_check_is_a_sentence_with_what_was_found_and_its_bounds(locale: str) -> None:
    found = every_check()
    assert {check.name for check in found} == set(CheckName)
    with i18n.speaking(locale):
        for check in found:
            said = check_in_words(check)
            assert "cardholder." not in said
            assert i18n.t("cardholder.check.passed" if check.passed else "cardholder.check.failed") in said
            if check.unit is CheckUnit.FLAG or check.value is None or check.limit is None:
                continue
            for figure in (check.value, check.limit):
                assert measured(check.unit, figure) in said, said


def test_a_plan_that_rises_or_rests_is_told_as_such() -> None:
    with i18n.speaking("en"):
        said = terms_in_words(replace(RISING, shape=PlanShape(6, Decimal("0.2"), 2, (1, 2), Decimal("0.5"))))
    assert said.endswith("rising every 6 months by 20.00% of the first instalment, 50.00% of it in January, February")


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_what_is_paid_first_is_told_only_where_something_is(locale: str) -> None:
    with i18n.speaking(locale):
        nothing, something = (terms_in_words(AgreementTerms(12, TODAY, down)) for down in (0, 50_000))
        assert i18n.money(0) not in nothing
        assert something == i18n.t("cardholder.terms.with_down", terms=nothing, down=i18n.money(50_000))


def test_months_without_interest_are_named_and_no_rate_is_no_figure() -> None:
    first = TODAY + timedelta(days=20)
    with i18n.speaking("en"):
        free, level, none = (terms_in_words(AgreementTerms(15, first, annual_rate=rate, interest_free_months=months))
                             for rate, months in ((Decimal("0.06"), 3), (Decimal("0.06"), 0), (Decimal(0), 0)))
        relief = [terms_in_words(one) for one in (PauseTerms(2), TokenPaymentTerms(5_000, 6, first))]
    assert free.endswith("no interest for the first 3 months, then yearly rate 6.00%")
    assert level.endswith("yearly rate 6.00%")
    assert none.endswith("no interest")
    assert all("no interest meanwhile" in said and "0.00%" not in said for said in relief)


def test_what_was_granted_is_told_with_what_is_paid_each_time() -> None:
    terms = AgreementTerms(60, TODAY + timedelta(days=30), late_fee_waived_minor=500)
    plan = terms.schedule(2_314_255, TODAY)
    dues = [(row.due_date, row.amount_minor) for row in plan.instalments]
    paid = [amount for _, amount in dues]
    with i18n.speaking("en"):
        said = agreed(terms, dues)
        assert said.startswith(f"{i18n.money(paid[0])} a month, the last one {i18n.money(paid[-1])}, 60 instalments")
        assert agreed(replace(terms, down_payment_minor=100), [(TODAY, 100), *dues]) == \
            i18n.t("cardholder.agreed.with_down", plan=said, down=i18n.money(100))
    assert "0.00" not in said.replace("00.00", "")


def test_a_least_and_a_most_are_not_told_in_the_same_words() -> None:
    terms = AgreementTerms(40, TODAY + timedelta(days=20), 1_000)
    found = {check.name: check for check in checks(terms, terms.schedule(WELL.balance_minor, TODAY), WELL, LIMITS)}
    least, most = found[CheckName.MINIMUM_INSTALMENT], found[CheckName.DOWN_PAYMENT]
    with i18n.speaking("en"):
        assert "at least" in check_in_words(least)
        assert "at most" in check_in_words(most)


def test_chinese_readers_read_chinese_titles_and_english_readers_the_others() -> None:
    with i18n.speaking("zh_CN"):
        [line] = source_lines([CITED])
        assert CITED.title_zh in line
        assert not re.search(r"[A-Za-z]", line)
    with i18n.speaking("en"):
        assert CITED.title in source_lines([CITED])[0]


def test_another_lenders_contract_is_compared_with_and_a_rule_is_in_force() -> None:
    rule, own = replace(CITED, basis=Basis.RULE), replace(CITED, basis=Basis.OWN)
    with i18n.speaking("en"):
        practice, in_force, setting = (source_lines([one])[0] for one in (CITED, rule, own))
    assert "own setting" in practice
    assert "own setting" in setting
    assert CITED.title not in setting
    assert i18n.day(TODAY) not in practice
    with i18n.speaking("en"):
        assert i18n.day(TODAY) in in_force


def test_each_source_is_named_once_and_doubt_is_said() -> None:
    doubtful = replace(CITED, unconfirmed=True)
    with i18n.speaking("en"):
        once, doubted = source_lines([CITED, replace(CITED, parameter="late_fee.floor"), doubtful])
        assert doubted == i18n.t("cardholder.explain.to_be_confirmed", source=once)
