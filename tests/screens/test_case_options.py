"""What could be agreed, and the conversation before it, in a case: on demand, in both languages, sending nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.db.tables.records import audit_log
from core.domain.actor import Actor, Authority, Role
from core.domain.decision import RefuseReason
from core.domain.hardship import HardshipReason
from core.domain.offers.as_request import terms_of
from core.domain.offers.asked import Breach
from core.domain.offers.model import Bound, BoundUnit, OfferKind
from core.services import assistant, case_options, review
from core.services.case_weighing import Suggestion, Why
from core.services.context import ServiceContext
from portal.components.case_limits_words import beyond, level_up, missed, payment, relief_first, why
from portal.components.case_options import letter
from portal.components.case_options_words import HEADS, beside, cells, figures, heads, refusals
from portal.components.plan_words import told
from portal.i18n import money, money_short, speaking, t
from tests.screens.conftest import OpenAs
from tests.screens.test_collector_case import PAGE, button, taken, words
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cases import agreement, asked, count, reviewer, state_of
from tests.services.test_case_options import talked, weighed

HOLDER = Actor("r", Role.COLLECTOR, authority=Authority.L2)


@pytest.fixture
def case_id(sqlite_context: ServiceContext) -> str:
    """A case in the hands of ``r`` that began as a conversation."""
    _, proposal_id, _ = talked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r", Authority.L2), proposal_id)
    return proposal_id


def opened(app: AppTest, name: str, case_id: str) -> AppTest:
    """The page with one of its folded parts opened."""
    app.session_state[f"{name}_{case_id}"] = True
    return app.run()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_option_stands_beside_what_was_asked_for(sqlite_context: ServiceContext, open_as: OpenAs, case_id: str,
                                                       locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), "options", case_id)
    assert not app.exception
    text = words(app)
    found = case_options.options(HOLDER, sqlite_context, case_id)
    with speaking(locale):
        assert figures(found) in text
        for row in cells(found):
            assert all(cell in figures(found) for cell in row)
            assert beside(heads(), row) in text
        assert refusals(found) in text
        assert "No, that is too much for me" in text.replace("\\", "")
        for one in found.suggestions:
            assert t(f"collector.options.why.{one.why}", bound="-", amount="-").split("-")[0] in text
        [look] = [one for one in app.selectbox if one.key == f"option_{case_id}"]
        assert look.value == found.recommended


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_counter_offer_goes_into_the_question_in_the_cardholders_language_and_nothing_is_sent(
        sqlite_context: ServiceContext, open_as: OpenAs, case_id: str, locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), "options", case_id)
    found = case_options.options(HOLDER, sqlite_context, case_id)
    with speaking("zh_CN"):
        expected = letter(found.suggestions[0].option.offer, found.facts)
    with speaking(locale):
        button(app, t("collector.options.use")).click().run()
        assert not app.exception
        assert t("collector.options.filled") in words(app)
    assert app.session_state[f"message_{case_id}"] == expected
    assert str(app.session_state[f"choice_{case_id}"]) == "ask"
    [message] = [one for one in app.text_area if one.key == f"message_{case_id}"]
    assert message.value == expected
    assert state_of(sqlite_context, case_id) == "in_review"


def test_a_counter_offer_keeps_what_was_typed(open_as: OpenAs, case_id: str) -> None:
    app = open_as("r", PAGE, id=case_id)
    app.segmented_control(key=f"choice_{case_id}").set_value("ask").run()
    app.text_area(key=f"message_{case_id}").input("Good morning").run()
    opened(app, "options", case_id)
    button(app, t("collector.options.use")).click().run()
    assert not app.exception
    typed = app.session_state[f"message_{case_id}"]
    assert typed.startswith("Good morning\n\n")
    button(app, t("collector.options.use")).click().run()
    assert app.session_state[f"message_{case_id}"] == typed


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_differences_add_up_with_the_figures_shown_beside_them(sqlite_context: ServiceContext, case_id: str,
                                                               locale: str) -> None:
    found = case_options.options(HOLDER, sqlite_context, case_id)
    value, gain = HEADS.index("value"), HEADS.index("gain")

    def yuan(text: str) -> int:
        return int(re.sub(r"[^\d-]", "", text))

    seen = 0
    for odd in range(0, 100, 7):  # wherever the fen fall
        moved = replace(found, nothing_minor=found.nothing_minor + odd)
        with speaking(locale):
            nothing, rows = yuan(money_short(moved.nothing_minor)), list(cells(moved))
            for row in rows:
                if row[gain] != t("collector.options.rest"):
                    assert yuan(row[value]) - nothing == yuan(row[gain])
                    seen += 1
    assert seen > 15


def test_a_level_that_may_grant_the_request_is_not_urged_upwards(sqlite_context: ServiceContext) -> None:
    _, _, found = weighed(sqlite_context, level=Authority.L3)
    assert found.asked is not None
    assert (found.asked.authority, found.level_up) == (Authority.L2, None)
    with speaking("en"):
        assert level_up(found) == "The request itself needs L2: it need not go higher."


def test_a_level_that_may_not_is_told_which_one_the_request_needs(sqlite_context: ServiceContext) -> None:
    _, _, found = weighed(sqlite_context, level=Authority.L1, months=60)
    assert found.asked is not None
    assert found.level_up is not None
    needed = found.asked.authority
    assert not found.level_up.level.covers(needed)
    with speaking("en"):
        said = level_up(replace(found, level_up=replace(found.level_up, meets_the_wish=True)))
        assert said.startswith(f"The request itself needs {needed.value}.  \nOne level up, L2 could offer: ")
        assert t("collector.options.up_meets") not in said  # L2 could not grant the request
        told = beyond(found)
    assert "- Authority: 60 months of instalments are asked, and L1 may grant none." in told
    assert "by 60 months" not in told


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_rule_that_is_missed_has_its_own_sentence(locale: str) -> None:
    with speaking(locale):
        for name in Bound:
            if name.is_wish or name is Bound.STARTS_LIGHTER:
                continue
            ratio, figure = name.unit is BoundUnit.RATIO, name not in (Bound.FIRST_DUE_DATE, Bound.INTEREST_COVERED)
            slack, asked = (Decimal("-0.38"), Decimal("0.004")) if ratio else (-12, 20)
            said = missed(Breach(name, slack, asked if figure else None), Authority.L2)
            assert "collector." not in said
            assert "{" not in said
    with speaking("en"):
        said = missed(Breach(Bound.COMPLETION, Decimal("-0.376"), Decimal("0.004")), Authority.L2)
        assert said == "Chance of being kept: 0%, at least 38% is needed, 38 percentage points are missing."
        day_asked = missed(Breach(Bound.FIRST_DUE_DATE, -3, None), Authority.L2, date(2026, 12, 3))
        assert day_asked == "First payment: 3 Dec 2026 is asked, 3 days outside the days allowed."
        worse = missed(Breach(Bound.DEBTOR_VALUE, -8_333_228, 9_000_000), Authority.L2)
        assert "doing nothing weighs \xa56,667.72, so they would be worse off by \xa583,332.28" in worse


def test_relief_is_recommended_as_the_only_way_and_not_as_an_even_gain(sqlite_context: ServiceContext) -> None:
    _, _, found = weighed(sqlite_context)
    assert found.facts is not None
    plan = found.options[0]
    offer = replace(plan.offer, kind=OfferKind.PAUSE, label="pause", total_minor=0, monthly_minor=0,
                    lender_value_minor=0, months=3)
    pause = replace(plan, offer=offer, gain_minor=None, chance=None)
    poor = replace(found, options=(pause,), recommended="pause", facts=replace(
        found.facts, affordable_minor=0, ceiling_minor=0, disposable_minor=0))
    with speaking("en"):
        assert relief_first(found) == ""
        assert "relief is the only way for now" in relief_first(poor)
        assert why(Suggestion(pause, Why.RECOMMENDED, None, False)) == t("collector.options.why.relief")
        assert why(Suggestion(plan, Why.RECOMMENDED, None, False)) == t("collector.options.why.recommended")
        row = list(cells(poor))[-1]
        assert row[HEADS.index("value")] == t("collector.options.unknown")


def test_a_plan_that_rises_is_told_by_its_first_and_its_last_instalment(sqlite_context: ServiceContext) -> None:
    _, _, found = weighed(sqlite_context)
    assert found.facts is not None
    rising = next(one.offer for one in found.options if one.offer.shape.step_months)
    amounts = [row.amount_minor for row in terms_of(rising).schedule(
        found.facts.balance_minor, found.facts.as_of).instalments]
    assert amounts[0] < amounts[-1]
    with speaking("en"):
        said = f"{money(amounts[0])} a month at first, {money(amounts[-1])} at the end"
        assert payment(rising, found.facts) == f"{said}, {money(rising.total_minor)} in all"
        assert said in letter(rising, found.facts)
        shown = next(row for row in cells(found) if row[0].startswith(t(f"assistant.label.{rising.label}")))
        assert shown[HEADS.index("monthly")] == f"{money_short(amounts[0])} to {money_short(max(amounts))}"
    with speaking("zh_CN"):
        assert f"{money(amounts[-1])}" in letter(rising, found.facts)


def test_a_counter_offer_names_its_months_without_interest_and_when_a_waiver_comes(
        sqlite_context: ServiceContext) -> None:
    _, _, found = weighed(sqlite_context)
    assert found.facts is not None
    plan = next(one.offer for one in found.options if one.offer.kind is OfferKind.PERSONALISED_AGREEMENT)
    some = replace(plan, annual_rate=Decimal("0.06"), interest_free_months=3, late_fee_waived_minor=30_082,
                   interest_waived_minor=0)
    with speaking("en"):
        said = letter(some, found.facts)
    assert "no interest for the first 3 months, then yearly rate 6.00%" in said
    assert "\xa5300.82 would be given up once everything has been paid as agreed." in said
    assert "**" not in said


def test_estimates_say_what_they_rest_on_when_asked(open_as: OpenAs, case_id: str) -> None:
    app = opened(open_as("r", PAGE, id=case_id), "options", case_id)
    assert "Insolvency Service" not in words(app)
    app.toggle(key=f"basis_{case_id}").set_value(True).run()
    assert not app.exception
    assert "Insolvency Service" in words(app)
    assert "a person decides" in words(app)


def test_without_an_assessment_the_way_on_is_named(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, assessed=False)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = opened(open_as("r", PAGE, id=sent.proposal_id), "options", sent.proposal_id)
    assert not app.exception
    assert "There is no finished assessment yet" in words(app)


def test_opening_a_case_asks_nothing_for_options_or_conversation(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                 case_id: str, counted_queries: Any) -> None:
    app = open_as("r", PAGE, id=case_id)
    assert count(sqlite_context, audit_log, audit_log.c.event == "case_options_viewed") == 0
    with counted_queries(sqlite_context.engine) as closed:
        app.run()
    assert not [one for one in closed.statements if "negotiation" in one]
    with counted_queries(sqlite_context.engine) as wide_open:
        opened(app, "options", case_id)
    assert count(sqlite_context, audit_log, audit_log.c.event == "case_options_viewed") == 1
    assert len(closed) < len(wide_open) <= len(closed) + 30


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_conversation_is_read_turn_by_turn_with_its_proof(sqlite_context: ServiceContext, open_as: OpenAs,
                                                              case_id: str, locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), "transcript", case_id)
    assert not app.exception
    text = words(app).replace("\\", "")
    found = assistant.transcript(HOLDER, sqlite_context, case_id)
    with speaking(locale):
        assert text.count(t("collector.transcript.shown")) == 1
        for offer in found.turns[0].negotiation.offers:
            assert told(offer) in text
            assert money(offer.instalment_minor) in text  # what somebody refuses is first of all an amount
        for turn in found.turns:
            assert t(f"collector.transcript.did.{turn.source}") in text
            assert turn.said is None or turn.said in text
            assert turn.result_hash is None or turn.result_hash[:12] in text
            assert turn.turn_id in text or turn.result_hash is None
        assert t("collector.transcript.replay_note") in text
    assert "<script>" not in text


def test_a_turn_tells_only_what_changed_and_what_was_taken_out_by_hand(sqlite_context: ServiceContext,
                                                                      open_as: OpenAs) -> None:
    actor, talk = begun(sqlite_context)
    talk = said(actor, sqlite_context, talk, "I can pay at most 300 yuan a month for 24 months")
    talk = said(actor, sqlite_context, talk, "hello again")
    assert talk.last_shown is not None
    less = replace(talk.turns[-1].wish, months_at_most=None)
    talk = moved(actor, sqlite_context, talk, less, corrected=True)
    shown = talk.last_shown
    assert shown is not None
    assert shown.negotiation is not None
    sent = assistant.choose(actor, sqlite_context, talk.conversation_id, shown.number,
                            str(shown.negotiation.recommended), acknowledged=True,
                            hardship_reason=HardshipReason.JOB_LOSS, idempotency_key=key())
    taken(sqlite_context, reviewer(sqlite_context, "r", Authority.L2), sent.proposal_id)
    text = words(opened(open_as("r", PAGE, id=sent.proposal_id), "transcript", sent.proposal_id)).replace("\\", "")
    assert "Removed by hand: At most 24 months" in text
    assert text.count("At most 24 months") == 2  # understood once, taken out once
    assert "The same plans were shown as before." in text
    assert text.count("Cheapest:") == 1


def test_a_request_that_was_filled_in_says_there_was_no_conversation(sqlite_context: ServiceContext,
                                                                     open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = opened(open_as("r", PAGE, id=sent.proposal_id), "transcript", sent.proposal_id)
    assert "There was no conversation" in words(app)


def test_a_closed_case_keeps_its_conversation_and_offers_nothing(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                 case_id: str) -> None:
    version = review.case(HOLDER, sqlite_context, case_id).version
    review.refuse(HOLDER, sqlite_context, case_id, expected_version=version, reasons=[RefuseReason.WITHIN_ABILITY],
                  idempotency_key="no")
    app = open_as("r", PAGE, id=case_id)
    opened(app, "options", case_id)
    assert not app.exception
    labels = [one.label for one in app.expander]
    assert t("collector.options.title") not in labels
    assert t("collector.transcript.title") in labels
