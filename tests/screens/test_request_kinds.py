"""Every kind of request in words, on the cardholder's screens and the collector's, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.actor import Actor, Authority
from core.domain.decision import ApproveReason, Outcome
from core.domain.hardship import HardshipReason
from core.domain.request_terms import (
    AgreementTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
    kind_of,
)
from core.services import requests, review
from core.services.context import ServiceContext
from core.services.requests import RequestDraft
from portal import i18n
from portal.components import schedule
from portal.components.money import unbroken
from tests.screens.cardholders import MINE, OVERVIEW, assert_speaks, sign_up, words
from tests.screens.conftest import OpenAs
from tests.services.cards import TODAY, add_card
from tests.services.cases import FIRST_DUE, held, team

CASE, QUEUE = "pages/collector/case.py", "pages/collector/queue.py"
LOCALES = ("zh_CN", "en")
ANY = (SettlementTerms(1, TODAY + timedelta(days=10)), TokenPaymentTerms(2_000, 6, FIRST_DUE), PauseTerms(3),
       PromiseTerms(300_000, TODAY + timedelta(days=5)),
       AgreementTerms(12, FIRST_DUE, late_fee_waived_minor=1_000, interest_waived_minor=2_000))
KINDS = pytest.mark.parametrize("terms", ANY, ids=lambda terms: kind_of(terms).value)


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    add_card(sqlite_context)
    return sign_up(sqlite_context)


def send(context: ServiceContext, who: Actor, terms: Terms) -> str:
    """A request of this kind; a settlement for as little as may be."""
    account_id = requests.request_options(who, context, TODAY).accounts[0].account_id
    draft = RequestDraft(account_id, kind_of(terms), terms, HardshipReason.INCOME_DROP)
    if isinstance(terms, SettlementTerms):
        nearest = requests.preview(who, context, draft, TODAY).nearest_terms
        assert nearest is not None
        draft = RequestDraft(account_id, draft.kind, nearest, draft.hardship_reason)
    return requests.submit(who, context, draft, acknowledged=True, idempotency_key="send").proposal_id


def grant(context: ServiceContext, proposal_id: str) -> None:
    people = team(context)
    review.refer(people["one"], context, proposal_id, recommendation=Outcome.APPROVED, internal_note="fits",
                 expected_version=held(context, people["one"], proposal_id), idempotency_key="refer")
    review.approve(people["committee"], context, proposal_id, reasons=[ApproveReason.HARDSHIP_SHOWN],
                   internal_note="x", idempotency_key="approve",
                   expected_version=held(context, people["committee"], proposal_id))


@pytest.mark.parametrize("locale", LOCALES)
@KINDS
def test_each_kind_is_told_in_words_to_the_cardholder(sqlite_context: ServiceContext, open_as: OpenAs, who: Actor,
                                                      locale: str, terms: Terms) -> None:
    proposal_id = send(sqlite_context, who, terms)
    summary = requests.my_request(who, sqlite_context, proposal_id).summary
    with i18n.speaking(locale):
        said, kind = schedule.terms_in_words(summary.terms), i18n.t(f"cardholder.kind.{summary.kind}")
    for query in ({}, {"id": proposal_id}):
        app = open_as(who.user_id, MINE, locale=locale, **query)
        assert_speaks(app)
        assert said in words(app)
        assert kind in words(app)


@pytest.mark.parametrize("locale", LOCALES)
@KINDS
def test_what_was_granted_says_what_to_do_and_what_is_not_given_up_yet(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str, terms: Terms) -> None:
    proposal_id = send(sqlite_context, who, terms)
    grant(sqlite_context, proposal_id)
    granted = requests.my_request(who, sqlite_context, proposal_id).granted
    app = open_as(who.user_id, MINE, locale=locale, id=proposal_id)
    assert_speaks(app)
    assert_speaks(open_as(who.user_id, OVERVIEW, locale=locale))
    with i18n.speaking(locale):
        text = words(app)
        for on, amount in granted.dues[:3]:
            assert i18n.day(on) in text or unbroken(i18n.day(on)) in text
            assert i18n.money(amount) in text
        if isinstance(granted.terms, AgreementTerms):
            assert i18n.t("cardholder.requests.waived_later", waived=i18n.money(3_000)) in text
        if isinstance(granted.terms, SettlementTerms):
            assert i18n.money(granted.terms.waived.total_minor) in text


@pytest.mark.parametrize("locale", LOCALES)
@KINDS
def test_each_kind_is_reviewed_with_its_figures_and_its_level(sqlite_context: ServiceContext, open_as: OpenAs,
                                                              who: Actor, locale: str, terms: Terms) -> None:
    proposal_id = send(sqlite_context, who, terms)
    one = team(sqlite_context)["one"]
    queue = open_as(one.user_id, QUEUE, locale=locale)
    assert_speaks(queue)
    held(sqlite_context, one, proposal_id)
    case = review.case(one, sqlite_context, proposal_id)
    assert case.figures is not None
    app = open_as(one.user_id, CASE, locale=locale, id=proposal_id)
    assert_speaks(app)
    text = words(app)
    assert "collector." not in text
    with i18n.speaking(locale):
        assert schedule.terms_in_words(case.asked_terms) in text
        assert i18n.t(f"collector.authority.because.{case.figures.authority.limit}") in text
        assert i18n.money(case.figures.do_nothing.total_minor) in text
        for amount in (case.figures.waived.late_fee_minor, case.figures.waived.interest_minor):
            assert not amount or i18n.money(amount) in text
        for level in Authority:
            assert level.value in text
