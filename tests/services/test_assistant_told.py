"""What is answered in words: questions that come again, an offer chosen by its name, less at first and more later."""

from __future__ import annotations

import re

import pytest

from core.domain.offers.model import OfferKind, Wish
from core.domain.offers.offer import Offer
from core.domain.understanding.frequent import Topic
from core.services import assistant
from core.services.assistant import Conversation, PersonCause, Reply
from core.services.assistant.offers import in_order, offer_named
from core.services.citations import Citations
from core.services.context import ServiceContext
from portal import i18n
from tests.services.assistant_talks import begun, key, said
from tests.services.cards import TODAY

BASIS = {
    Topic.CREDIT_RECORD: "credit.adverse_retention", Topic.COURT: "court.living_reserve",
    Topic.INTEREST_STOPS: "p70.interest_during_plan", Topic.MISSED_INSTALMENT: "p70.on_void",
    Topic.WHO_DECIDES: "pipl.automated_decision", Topic.BINDING: "limitation.debtor_acts"}
"""The value of the policy each answer rests on."""


@pytest.mark.parametrize(("text", "reply"), [
    ("will this hurt my credit score", Reply.ABOUT_CREDIT_RECORD),
    ("\u4f1a\u4e0d\u4f1a\u5f71\u54cd\u5f81\u4fe1", Reply.ABOUT_CREDIT_RECORD),
    ("am I going to be sued", Reply.ABOUT_COURT), ("will you call my family?", Reply.ABOUT_OTHERS_TOLD),
    ("does interest keep growing", Reply.ABOUT_INTEREST_STOPS),
    ("what if I miss a payment?", Reply.ABOUT_MISSED_INSTALMENT),
    ("is it a computer that decides", Reply.ABOUT_WHO_DECIDES), ("is this binding", Reply.ABOUT_BINDING)])
def test_a_frequent_question_is_answered_and_nothing_is_asked_back_or_called(sqlite_context: ServiceContext, text: str,
                                                                             reply: Reply) -> None:
    actor, talk = begun(sqlite_context)
    after = said(actor, sqlite_context, talk, text)
    assert after.turns[-1].replies == (reply,)
    assert (after.person_asked_at, after.stop) == (None, None)


def test_a_question_beside_a_wish_is_answered_with_it(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, "I can pay 500 a month. Will this hurt my credit score?")
    assert after.turns[-1].replies == (Reply.ABOUT_CREDIT_RECORD, Reply.ACCEPTED_WISH)


def test_any_other_question_is_passed_to_a_person_on_request(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assert said(actor, context, talk, "why did my card stop working in May?").turns[-1].replies == (Reply.QUESTION,)


@pytest.mark.parametrize("topic", BASIS)
def test_answer_names_the_source_the_policy_names(sqlite_context: ServiceContext, topic: Topic) -> None:
    (cited,) = Citations(sqlite_context, "standard", TODAY)(BASIS[topic])
    for locale, title in (("zh_CN", cited.title_zh), ("en", cited.title)):
        with i18n.speaking(locale):
            told = i18n.t(f"assistant.reply.about_{topic}")
        article = re.search(r"\d+", title)
        first = re.split("[\uff1b;]", title)[0] if locale == "zh_CN" else article[0] if article else ""
        assert first in told


def test_years_an_entry_stays_are_those_of_the_policy(sqlite_context: ServiceContext) -> None:
    years = sqlite_context.policy.on(TODAY, "standard").integer("credit.adverse_retention")
    words = {5: ("five years", "\u6ee1\u4e94\u5e74")}[years]
    for locale, said_so in zip(("en", "zh_CN"), words, strict=True):
        with i18n.speaking(locale):
            assert said_so in i18n.t("assistant.reply.about_credit_record")


@pytest.mark.parametrize(("text", "label"), [
    ("the cheapest one", "cheapest"), ("\u8981\u6700\u4fbf\u5b9c\u7684\u90a3\u4e2a", "cheapest"),
    ("I'll take the lightest", "lightest"), ("go with the recommended one", "balanced"),
    ("\u5c31\u8981\u63a8\u8350\u7684", "balanced"), ("the first one please", "balanced"),
    ("the balanced one", "balanced")])
def test_an_offer_chosen_by_its_name_leads_to_the_same_last_look_as_yes(context: ServiceContext, text: str,
                                                                       label: str) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, text)
    accepts = after.turns[-1].accepts
    assert after.turns[-1].replies == (Reply.ACCEPT,)
    assert accepts is not None
    assert (accepts.turn_number, accepts.label) == (1, label)
    assert after.proposal_id is None


def test_counting_begins_where_the_page_begins(context: ServiceContext) -> None:
    actor, talk = begun(context)
    shown = talk.turns[0].negotiation
    assert shown is not None
    ordered = in_order(shown)
    assert ordered[0].label == shown.recommended
    assert [one.kind is OfferKind.PERSONALISED_AGREEMENT for one in ordered] == sorted(
        (one.kind is OfferKind.PERSONALISED_AGREEMENT for one in ordered), reverse=True)
    accepts = said(actor, context, talk, "I'd like the second").turns[-1].accepts
    assert accepts is not None
    assert accepts.label == ordered[1].label


@pytest.mark.parametrize("text", ["the lowest one", "\u7b2c\u4e09\u4e2a", "the first one"])
def test_what_could_be_two_offers_is_asked(context: ServiceContext, text: str) -> None:
    actor, talk = begun(context)
    talk = said(actor, context, talk, "at most 400 a month")  # its answer stands before the offers: nobody can count
    after = said(actor, context, talk, text)
    assert after.turns[-1].replies == (Reply.ASK_WHICH_OFFER,)
    assert after.turns[-1].accepts is None


def test_an_offer_beyond_what_was_named_before_is_asked_about(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assert said(actor, context, talk, "the cheapest one").turns[-1].accepts is not None
    said(actor, context, talk, "at most 400 a month")
    after = said(actor, context, talk, "the cheapest one")
    assert after.turns[-1].replies == (Reply.ASK_WHICH_OFFER,)
    yes = said(actor, context, talk, "ok, agreed").turns[-1].accepts  # what was answered is still on the table
    assert yes is not None
    assert yes.label == "answer"


def test_the_least_is_found_by_measure_where_no_offer_is_called_so(context: ServiceContext) -> None:
    _, talk = begun(context)
    shown = talk.turns[0].negotiation
    assert shown is not None
    plans = [one for one in shown.offers if one.kind is OfferKind.PERSONALISED_AGREEMENT]
    measures = {"cheapest": lambda one: one.total_minor, "lightest": lambda one: one.monthly_minor}
    for meant, measure in measures.items():
        found = offer_named(shown, meant)
        assert found is not None
        assert measure(found[1]) == min(map(measure, plans))


@pytest.mark.parametrize("text", ["less at first, more later", "can I pay less in the beginning and more afterwards",
                                  "\u5148\u5c11\u8fd8\u70b9\uff0c\u4ee5\u540e\u591a\u8fd8"])
def test_less_at_first_and_more_later_asks_for_the_plan_that_starts_lighter(context: ServiceContext, text: str) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, text)
    assert after.wish == Wish(step_up=True)
    plan = _plan(after)
    amounts = [stage.instalment_minor for stage in plan.stages]
    assert amounts == sorted(amounts)
    assert amounts[0] < amounts[-1]
    assert not set(after.turns[-1].replies) & {Reply.UNCLEAR, Reply.ASK_WHICH_AMOUNT, Reply.QUESTION}


def test_a_dispute_beside_a_frequent_question_still_calls_a_person(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, "the balance is wrong. Will you sue me?")
    assert after.turns[-1].replies == (Reply.DISPUTE, Reply.ABOUT_COURT, Reply.PERSON_CALLED)
    assert after.person_cause is PersonCause.DISPUTE


def test_what_was_answered_in_words_stands_when_it_is_opened_again(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, "is this binding")
    assert assistant.open_conversation(actor, context, talk.account_id, TODAY).turns == after.turns
    assert assistant.restart(actor, context, talk.conversation_id, idempotency_key=key()).turns[-1].negotiation


def _plan(talk: Conversation) -> Offer:
    shown = talk.turns[-1].negotiation
    assert shown is not None
    assert shown.answer is not None
    assert shown.answer.plan is not None
    return shown.answer.plan


@pytest.mark.parametrize(("text", "topic"), [
    ("I want to complain about harassment. Will you call my family?", Reply.ABOUT_OTHERS_TOLD),
    ("I was threatened by your collector that he will tell my parents. Will you tell my family?",
     Reply.ABOUT_OTHERS_TOLD),
    ("You people keep calling my office and my boss knows now. Are you allowed to tell my employer?",
     Reply.ABOUT_OTHERS_TOLD),
    ("Is it true you'll tell my family? A man calls me at 3 am and insults me.", Reply.ABOUT_OTHERS_TOLD),
    ("\u51cc\u6668\u4e09\u70b9\u6253\u7535\u8bdd\u9a82\u6211\uff0c"
     "\u8fd8\u4f1a\u4e0d\u4f1a\u544a\u8bc9\u6211\u8001\u5a46\uff1f", Reply.ABOUT_OTHERS_TOLD),
    ("\u4f60\u4eec\u7684\u50ac\u6536\u5a01\u80c1\u6211\u8981\u544a\u8bc9\u6211\u7236\u6bcd\uff0c"
     "\u4f1a\u4e0d\u4f1a\u771f\u7684\u544a\u8bc9\u6211\u5bb6\u4eba\uff1f", Reply.ABOUT_OTHERS_TOLD),
    ("You threatened me with jail. Will I go to court?", Reply.ABOUT_COURT)])
def test_mistreatment_beside_a_question_is_heard_by_a_person_and_the_question_is_answered(
        sqlite_context: ServiceContext, text: str, topic: Reply) -> None:
    actor, talk = begun(sqlite_context)
    after = said(actor, sqlite_context, talk, text)
    assert after.turns[-1].replies == (Reply.GRIEVANCE, topic, Reply.PERSON_CALLED)
    assert after.person_cause is PersonCause.COMPLAINT


@pytest.mark.parametrize(("text", "topic"), [
    ("Will it go on my credit record? I can pay a few hundred a month.", Reply.ABOUT_CREDIT_RECORD),
    ("will you sue me? I could pay something each month", Reply.ABOUT_COURT),
    ("\u4f1a\u8d77\u8bc9\u6211\u5417\uff1f\u6211\u60f3\u5206\u671f", Reply.ABOUT_COURT),
    ("\u6211\u6bcf\u6708\u80fd\u8fd8\u51e0\u767e\uff0c\u4f1a\u4e0a\u5f81\u4fe1\u5417\uff1f",
     Reply.ABOUT_CREDIT_RECORD)])
def test_an_offer_without_its_amount_beside_a_question_is_asked_about(sqlite_context: ServiceContext, text: str,
                                                                      topic: Reply) -> None:
    actor, talk = begun(sqlite_context)
    assert said(actor, sqlite_context, talk, text).turns[-1].replies == (topic, Reply.ASK_WHICH_AMOUNT)


@pytest.mark.parametrize("text", ["yes. who decides?", "\u597d\u7684\uff0c\u8c01\u6765\u5ba1\u6279\uff1f"])
def test_a_yes_beside_a_question_is_taken_and_the_question_is_answered(sqlite_context: ServiceContext, text: str
                                                                       ) -> None:
    actor, talk = begun(sqlite_context)
    said(actor, sqlite_context, talk, "at most 400 a month")
    turn = said(actor, sqlite_context, talk, text).turns[-1]
    assert turn.replies == (Reply.ABOUT_WHO_DECIDES, Reply.ACCEPT)
    assert turn.accepts is not None


@pytest.mark.parametrize(("text", "replies"), [
    ("you idiots. will you sue me?", (Reply.COMPLAIN, Reply.ABOUT_COURT)),
    ("will you idiots sue me?", (Reply.ABOUT_COURT,))])
def test_anger_beside_a_question_is_offered_a_person_and_anger_in_it_is_answered(
        sqlite_context: ServiceContext, text: str, replies: tuple[Reply, ...]) -> None:
    actor, talk = begun(sqlite_context)
    after = said(actor, sqlite_context, talk, text)
    assert (after.turns[-1].replies, after.person_asked_at) == (replies, None)
