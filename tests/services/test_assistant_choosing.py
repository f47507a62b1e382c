"""From an offer to a request: what was shown is what is asked for, once, or nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.db.repositories import negotiations as negotiations_repository
from core.db.tables.accounts import cardholders
from core.db.tables.negotiations import negotiations
from core.db.tables.requests import proposals
from core.domain.actor import Actor, Authority, Role
from core.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.domain.hardship import HardshipReason
from core.domain.household import Evidence, Income
from core.domain.offers.as_request import terms_of
from core.domain.offers.model import Bound, Wish
from core.services import assessments, assistant, requests
from core.services.assessment_records import AssessmentInput
from core.services.assistant import Conversation, PersonCause, Reply, comparison, find_offer, is_open, transcripts
from core.services.assistant.proof import replay
from core.services.context import ServiceContext
from core.services.requests import Submitted
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cards import MISSED_SINCE_AUGUST, TODAY, Month, add_card, cardholder
from tests.services.cases import FAMILY, count, held, reviewer


def _chosen(actor: Actor, context: ServiceContext, talk: Conversation, label: str = "balanced", turn: int = 1,
            clicked: str = "") -> Submitted:
    return assistant.choose(actor, context, talk.conversation_id, turn, label, acknowledged=True,
                            idempotency_key=clicked or key())


@pytest.mark.parametrize("label", ["lightest", "cheapest", "balanced"])
def test_request_has_the_terms_of_the_offer_to_the_fen(context: ServiceContext, label: str) -> None:
    actor, talk = begun(context)
    assert talk.turns[0].negotiation is not None
    offer = find_offer(talk.turns[0].negotiation, label)
    assert offer is not None
    sent = _chosen(actor, context, talk, label)
    detail = requests.my_request(actor, context, sent.proposal_id)
    assert detail.summary.terms == terms_of(offer)
    assert detail.hardship_reason == HardshipReason.INCOME_DROP
    assert detail.schedule is not None
    assert max(row.amount_minor for row in detail.schedule.instalments) == offer.instalment_minor
    assert sum(row.amount_minor for row in detail.schedule.instalments) == offer.total_minor


def test_every_offer_that_may_be_taken_can_be_sent(sqlite_context: ServiceContext) -> None:
    actor, talk = begun(sqlite_context)
    talk = said(actor, sqlite_context, talk, "50 a month")
    assert talk.turns[-1].negotiation is not None
    refused = talk.turns[-1].negotiation.infeasible
    assert refused is not None
    assert find_offer(talk.turns[-1].negotiation, "nearest") == refused.nearest[0].plan
    assert find_offer(talk.turns[-1].negotiation, f"nearest:{refused.nearest[-1].name}") == refused.nearest[-1].plan
    _chosen(actor, sqlite_context, talk, f"nearest:{refused.nearest[0].name}", turn=2)


def test_answer_said_yes_to_is_the_one_sent(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "400 a month")
    accepts = said(actor, context, talk, "ok, agreed").turns[-1].accepts
    assert accepts is not None
    sent = _chosen(actor, context, talk, accepts.label, accepts.turn_number)
    after = assistant.conversation(actor, context, talk.conversation_id)
    assert (after.proposal_id, after.may_ask) == (sent.proposal_id, False)


def test_double_click_sends_one_request(context: ServiceContext) -> None:
    actor, talk = begun(context)
    first = _chosen(actor, context, talk, clicked="one click")
    assert _chosen(actor, context, talk, clicked="one click") == first
    with pytest.raises(Conflict) as over:
        _chosen(actor, context, talk, "cheapest")
    assert (over.value.code, over.value.data["proposal_id"]) == ("conversation_over", first.proposal_id)
    assert count(context, proposals) == 1


def test_nothing_is_sent_without_the_legal_effect_acknowledged(context: ServiceContext) -> None:
    actor, talk = begun(context)
    with pytest.raises(InvalidInput, match="legal effect"):
        assistant.choose(actor, context, talk.conversation_id, 1, "balanced", acknowledged=False,
                         idempotency_key=key())
    assert count(context, proposals) == 0


@pytest.mark.parametrize(("turn", "label"), [(1, "no such"), (1, "answer"), (1, "nearest"), (9, "balanced"),
                                             (0, "balanced"), (-1, "")])
def test_offer_nobody_showed_cannot_be_chosen(sqlite_context: ServiceContext, turn: int, label: str) -> None:
    actor, talk = begun(sqlite_context)
    with pytest.raises(Conflict) as refusal:
        _chosen(actor, sqlite_context, talk, label, turn)
    assert refusal.value.code == "offer_unknown"


def test_offer_of_yesterday_sends_nothing_and_shows_todays(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    time_.advance(days=1)
    with pytest.raises(Conflict) as refusal:
        _chosen(actor, context, talk)
    assert refusal.value.code == "offer_out_of_date"
    fresh = assistant.conversation(actor, context, refusal.value.data["conversation_id"])
    assert fresh.turns[0].replies == (Reply.FACTS_CHANGED, Reply.OFFERS)
    assert count(context, proposals) == 0
    _chosen(actor, context, fresh)


def test_offer_is_out_of_date_once_the_assessment_is_another(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    time_.advance(minutes=1)
    assessments.finish(actor, context, FAMILY, "again")
    with pytest.raises(Conflict) as refusal:
        _chosen(actor, context, talk)
    assert refusal.value.code == "offer_out_of_date"


def test_plan_that_only_shows_what_would_help_cannot_be_chosen(context: ServiceContext) -> None:
    actor, talk = begun(context)
    talk = moved(actor, context, talk, Wish(months_at_most=3))
    shown = talk.turns[-1].negotiation
    assert shown is not None
    assert shown.infeasible is not None
    shut = [change for change in shown.infeasible.nearest if not is_open(change.plan)]
    if not shut:
        talk = moved(actor, context, talk, Wish(months_at_most=3, monthly_at_most_minor=10_000))
        shown = talk.turns[-1].negotiation
        assert shown is not None
        assert shown.infeasible is not None
        shut = [change for change in shown.infeasible.nearest if not is_open(change.plan)]
    for change in shut:
        with pytest.raises(Conflict) as refusal:
            _chosen(actor, context, talk, f"nearest:{change.name}", talk.turns[-1].number)
        assert refusal.value.code == "offer_not_open"
    assert all(change.name is not Bound.AFFORDABLE for change in shown.infeasible.nearest if change not in shut)


def test_after_a_stop_what_was_shown_can_still_be_chosen(context: ServiceContext) -> None:
    actor, talk = begun(context)
    for amount in (50, 50):
        talk = said(actor, context, talk, f"{amount} a month")
    assert talk.stop is not None
    assert _chosen(actor, context, talk).reference


def test_request_of_who_spoke_of_self_harm_is_marked_for_particular_care(context: ServiceContext) -> None:
    actor, talk = begun(context)
    other, calm = begun(context, person="p2", card="c2")
    talk = said(actor, context, talk, "I want to kill myself")
    _chosen(actor, context, talk, "balanced")
    _chosen(other, context, calm, "balanced")
    with context.reading() as connection:
        marked = {row.account_id: row.vulnerable for row in connection.execute(sa.select(proposals))}
    assert marked == {talk.account_id: True, calm.account_id: False}


def test_another_persons_offer_cannot_be_chosen(context: ServiceContext) -> None:
    _, talk = begun(context)
    add_card(context, person="p2", card="c2")
    with pytest.raises(NotFound):
        _chosen(cardholder(context, "p2"), context, talk)
    assert count(context, proposals) == 0


def test_transcript_belongs_to_the_case(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "50 a month")
    sent = _chosen(actor, context, talk, "cheapest")
    for reader in (actor, _holder(context, sent.proposal_id)):
        found = assistant.transcript(reader, context, sent.proposal_id)
        assert [turn.said for turn in found.turns] == [None, "50 a month"]
        assert found.chosen is not None
        assert (found.chosen.turn_number, found.chosen.label) == (1, "cheapest")
        refused = found.turns[1].negotiation
        assert refused is not None
        assert refused.answer is not None
        assert not refused.answer.accepted
        assert refused.answer.reason


def test_transcript_has_the_conversations_of_the_days_before(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "50 a month")
    time_.advance(days=2)
    later = assistant.open_conversation(actor, context, talk.account_id, context.clock.today())
    sent = _chosen(actor, context, later)
    found = assistant.transcript(actor, context, sent.proposal_id)
    assert [part.conversation_id for part in found.parts] == [talk.conversation_id, later.conversation_id]
    assert [part.chosen is None for part in found.parts] == [True, False]


def test_transcript_of_who_looked_in_every_day_has_the_conversation_that_led_to_the_request(
        sqlite_context: ServiceContext, time_: TestTime) -> None:
    context = sqlite_context
    actor, talk = begun(context)
    for _ in range(negotiations_repository.MOST_OF_A_CASE):
        time_.advance(days=1)
        talk = assistant.open_conversation(actor, context, talk.account_id, context.clock.today())
    sent = _chosen(actor, context, talk)
    found = assistant.transcript(actor, context, sent.proposal_id)
    assert found.parts[-1].conversation_id == talk.conversation_id
    assert found.chosen is not None
    assert replay(context, sent.reference)[-1].turn_id == talk.turns[-1].turn_id


def test_transcript_is_for_its_cardholder_and_who_may_read_the_case(context: ServiceContext) -> None:
    actor, talk = begun(context)
    sent = _chosen(actor, context, talk)
    add_card(context, person="p2", card="c2")
    with pytest.raises(NotFound):
        assistant.transcript(cardholder(context, "p2"), context, sent.proposal_id)
    with pytest.raises(Conflict, match="nobody holds"):
        assistant.transcript(reviewer(context, "idle"), context, sent.proposal_id)
    with pytest.raises(NotPermitted):
        assistant.transcript(Actor("u", Role.STAFF), context, sent.proposal_id)


def test_request_that_was_filled_in_has_an_empty_transcript(context: ServiceContext) -> None:
    from tests.services.cases import asked

    actor, sent = asked(context)
    found = assistant.transcript(actor, context, sent.proposal_id)
    assert (found.parts, found.turns, found.chosen) == ((), (), None)


def test_who_waits_for_a_person_is_listed_by_urgency_until_somebody_takes_it_up(context: ServiceContext,
                                                                               time_: TestTime) -> None:
    collector, other = reviewer(context, "one"), reviewer(context, "two", Authority.L2)
    talks = {}
    for number, text in enumerate(("I want to talk to a person", "I want to die", "stop harassing me")):
        actor, talk = begun(context, person=f"p{number}", card=f"c{number}")
        talks[text] = said(actor, context, talk, text)
        time_.advance(minutes=1)
    waiting = assistant.waiting_for_person(collector, context)
    assert [one.cause for one in waiting] == [PersonCause.SELF_HARM, PersonCause.COMPLAINT, PersonCause.ASKED]
    first = waiting[0]
    taken = assistant.take_up(collector, context, first.conversation_id, idempotency_key=key())
    assert taken.cardholder_name == "Wang Fang"
    assert taken.part.turns[-1].said == "I want to die"
    assert len(assistant.waiting_for_person(other, context)) == 2
    with pytest.raises(Conflict) as refusal:
        assistant.take_up(other, context, first.conversation_id, idempotency_key=key())
    assert refusal.value.code == "person_taken"
    with pytest.raises(NotFound):
        assistant.taken_up(other, context, first.conversation_id)
    assert assistant.taken_up(collector, context, first.conversation_id) == taken
    assert [one.in_my_hands for one in assistant.waiting_for_person(collector, context)] == [True, False, False]
    time_.advance(days=2)
    assert [one.in_my_hands for one in assistant.waiting_for_person(collector, context)] == [False, False]
    with pytest.raises(NotFound):  # a name and what was said are not there for good
        assistant.taken_up(collector, context, first.conversation_id)


def test_who_is_in_danger_is_seen_however_many_wait_longer(context: ServiceContext, time_: TestTime,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "MOST_WAITING", 1)
    for number, text in enumerate(("I want to talk to a person", "I want to die")):
        actor, talk = begun(context, person=f"p{number}", card=f"c{number}")
        said(actor, context, talk, text)
        time_.advance(minutes=1)
    (waiting,) = assistant.waiting_for_person(reviewer(context, "one"), context)
    assert waiting.cause is PersonCause.SELF_HARM


def test_conversation_nobody_asked_a_person_for_is_nobodys_to_take_up(context: ServiceContext) -> None:
    _, talk = begun(context)
    with pytest.raises(NotFound):
        assistant.take_up(reviewer(context, "one"), context, talk.conversation_id, idempotency_key=key())
    assert assistant.waiting_for_person(reviewer(context, "two"), context) == ()


def test_who_was_taken_up_and_asks_again_is_in_the_line_again(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    assistant.take_up(reviewer(context, "one"), context, talk.conversation_id, idempotency_key=key())
    time_.advance(minutes=30)
    again = assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert again.person_asked_at == context.clock.now()
    assert len(assistant.waiting_for_person(reviewer(context, "two"), context)) == 1


def test_vulnerable_person_is_marked_in_the_line(context: ServiceContext) -> None:
    actor, talk = begun(context)
    with context.writing() as connection:
        connection.execute(cardholders.update().values(vulnerable=True))
    said(actor, context, talk, "500 a month")
    (waiting,) = assistant.waiting_for_person(reviewer(context, "one"), context)
    assert (waiting.vulnerable, waiting.cause) == (True, PersonCause.VULNERABLE)


def test_two_offers_clicked_in_two_tabs_make_one_request(context: ServiceContext) -> None:
    import threading

    actor, talk = begun(context)
    refused: list[str] = []

    def click(label: str) -> None:
        try:
            _chosen(actor, context, talk, label)
        except Conflict as clash:
            refused.append(clash.code)

    tabs = [threading.Thread(target=click, args=(label,)) for label in ("lightest", "cheapest", "balanced")]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(30)
    assert count(context, proposals) == 1
    assert refused == ["conversation_over"] * 2
    with context.reading() as connection:
        states = connection.execute(sa.select(negotiations.c.state)).scalars().all()
    assert states == ["chosen"]


def _holder(context: ServiceContext, proposal_id: str) -> Actor:
    collector = reviewer(context, "holder", Authority.L4)
    held(context, collector, proposal_id)
    return collector


def test_offer_shown_on_a_day_before_last_month_is_no_part_of_this_case(context: ServiceContext,
                                                                       time_: TestTime) -> None:
    actor, talk = begun(context)
    time_.advance(days=31)
    today = TODAY + timedelta(days=31)
    later = assistant.open_conversation(actor, context, talk.account_id, today)
    sent = _chosen(actor, context, later)
    assert len(assistant.transcript(actor, context, sent.proposal_id).parts) == 1


LATE_A_LITTLE = (Month(purchases=((3, 200_000),)), Month())
POOR = replace(FAMILY, income=(Income("salary", 650_000, Evidence.PROVIDED),))


def test_what_one_card_promises_of_a_month_no_other_card_is_offered_again(context: ServiceContext) -> None:
    cards = [add_card(context, LATE_A_LITTLE, card=card) for card in ("c1", "c22")]
    actor = cardholder(context)
    assessments.finish(actor, context, replace(FAMILY, income=(Income("salary", 800_000, Evidence.PROVIDED),)), "a")
    first, second = (assistant.open_conversation(actor, context, card, TODAY) for card in cards)
    once = {"promise_to_pay", "extension"}

    def offered(talk: Conversation) -> set[str]:
        assert talk.last_shown is not None
        assert talk.last_shown.negotiation is not None
        return {offer.label for offer in talk.last_shown.negotiation.offers} & once

    assert offered(first) == offered(second) == once
    promised = _chosen(actor, context, first, "promise_to_pay")
    again = assistant.open_conversation(actor, context, cards[1], TODAY)
    assert again.conversation_id != second.conversation_id
    assert offered(again) == {"extension"}
    sent = _chosen(actor, context, again, "extension")
    assert all(turn.equal for turn in replay(context, sent.reference))
    requests.withdraw(actor, context, promised.proposal_id, idempotency_key="back")


@pytest.mark.parametrize(("kind", "text", "months", "content"), [
    ("extension", None, LATE_A_LITTLE, FAMILY),
    ("promise_to_pay", None, LATE_A_LITTLE, FAMILY),
    ("settlement", "15500 yuan in one single payment", MISSED_SINCE_AUGUST, FAMILY),
    ("pause", None, MISSED_SINCE_AUGUST, POOR),
    ("token_payment", None, MISSED_SINCE_AUGUST, POOR),
    ("personalised_agreement", "I lost my job", MISSED_SINCE_AUGUST, FAMILY),
])
def test_every_kind_that_was_shown_becomes_a_request_and_is_proved(
        context: ServiceContext, kind: str, text: str | None, months: tuple[Month, ...],
        content: AssessmentInput) -> None:
    account_id = add_card(context, months)
    actor = cardholder(context)
    assessments.finish(actor, context, content, "assessment")
    talk = assistant.open_conversation(actor, context, account_id, TODAY)
    if text is not None:
        talk = said(actor, context, talk, text)
    assert talk.last_shown is not None
    assert talk.last_shown.negotiation is not None
    labels = [offer.label for offer in talk.last_shown.negotiation.offers if offer.kind == kind]
    assert labels
    sent = _chosen(actor, context, talk, labels[-1], talk.last_shown.number)
    assert requests.my_request(actor, context, sent.proposal_id).summary.kind == kind
    assert all(turn.equal for turn in replay(context, sent.reference))
    assert {row.kind for row in comparison(talk)} >= {"do_nothing", kind}
