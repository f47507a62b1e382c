"""The assistant on the screen: whatever is said gets an answer, a way on, and a person one click away."""

from __future__ import annotations

from typing import Any

import pytest

from core.db.tables.requests import proposals
from core.domain.actor import Actor
from core.domain.offers.model import Bound
from core.domain.understanding import understand
from core.services import requests
from core.services.assistant import Reply, TurnSource
from core.services.context import ServiceContext
from portal import i18n
from tests.conftest import CountedQueries, TestTime
from tests.screens.cardholders import ASSISTANT, assert_speaks, words
from tests.screens.conftest import OpenAs
from tests.screens.talking import LOCALES, count, has_person, keys, say, talk_of, unfold
from tests.services.cards import TODAY
from tests.services.cases import extension


@pytest.mark.parametrize("locale", LOCALES)
def test_doing_nothing_and_every_offer_stand_side_by_side_with_a_button_each(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    assert_speaks(app)
    found = talk_of(sqlite_context, who)
    assert found.nothing is not None
    assert found.last_shown is not None
    assert found.last_shown.negotiation is not None
    with i18n.speaking(locale):
        shown = words(app)
        assert i18n.money(found.nothing.total_minor) in shown
        for offer in found.last_shown.negotiation.offers:
            for text in (i18n.t(f"assistant.label.{offer.label}"), i18n.t(f"assistant.why.{offer.label}"),
                         i18n.money(offer.instalment_minor), i18n.money(offer.total_minor)):
                assert text in shown
            assert f"choose_{found.last_shown.number}_{offer.label}" in keys(app)
        assert shown.count(f"· {i18n.t('assistant.offers.recommended')}") == 1
    assert has_person(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_refusal_names_what_stands_in_the_way_and_the_nearest_plan_with_a_button_to_take_it(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="100"))
        assert_speaks(app)
        found = talk_of(sqlite_context, who)
        answer = found.turns[-1]
        assert answer.replies == (Reply.REFUSED_WISH,)
        assert answer.negotiation is not None
        assert answer.negotiation.infeasible is not None
        nearest = answer.negotiation.infeasible.smallest_change
        assert nearest is not None
        assert nearest.name is Bound.WISH_MONTHLY
        shown = words(app)
        assert i18n.t("assistant.answer.no") in shown
        assert i18n.money(int(nearest.amount)) in shown
        assert i18n.money(nearest.plan.monthly_minor) in shown
        app.button(key=f"choose_{answer.number}_answer").click().run()
        assert_speaks(app)
        assert i18n.t("assistant.send.title") in words(app)
        assert i18n.money(nearest.plan.monthly_minor) in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_offer_becomes_a_request_once_its_legal_effect_is_acknowledged_and_only_once(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        app.button(key="choose_1_lightest").click().run()
        assert i18n.t("reasons.effect.restarts_limitation") in words(app)
        app.button(key="assistant_send").click().run()
        assert app.error
        assert count(sqlite_context, proposals) == 0
        next(box for box in app.checkbox if box.label == i18n.t("cardholder.request.acknowledge")).check().run()
        app.button(key="assistant_send").click().run()
        assert_speaks(app)
        assert count(sqlite_context, proposals) == 1
        sent = requests.my_requests(who, sqlite_context)[0]
        assert sent.reference in words(app)
        assert i18n.moment(sent.promised_by) in words(app)


def test_leaving_the_send_step_sends_nothing_and_keeps_the_conversation(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, ASSISTANT)
    app.button(key="choose_1_lightest").click().run()
    app.button(key="assistant_back").click().run()
    assert "choose_1_lightest" in keys(app)
    assert count(sqlite_context, proposals) == 0


def test_an_offer_that_the_facts_have_overtaken_is_not_sent_and_the_new_ones_are_shown(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime) -> None:
    app = open_as(who.user_id, ASSISTANT)
    app.button(key="choose_1_lightest").click().run()
    next(box for box in app.checkbox if box.label == i18n.t("cardholder.request.acknowledge")).check().run()
    other = requests.request_options(who, sqlite_context, TODAY).accounts[0].account_id
    requests.submit(who, sqlite_context, extension(other), acknowledged=True, idempotency_key="elsewhere")
    app.button(key="assistant_send").click().run()
    assert_speaks(app)
    assert count(sqlite_context, proposals) == 1
    assert i18n.t("assistant.blocked.open_request") in words(app)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("asked", [Reply.ASK_WHICH_AMOUNT, Reply.ASK_PERIOD_OF_AMOUNT, Reply.ASK_HOW_LONG,
                                   Reply.ASK_WHICH_DATE, Reply.UNCLEAR])
def test_what_is_uncertain_is_asked_back_kindly_and_every_tap_is_an_answer(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str, asked: Reply) -> None:
    said = {Reply.ASK_WHICH_AMOUNT: "I want to pay in instalments", Reply.ASK_PERIOD_OF_AMOUNT: "I can pay 500",
            Reply.ASK_HOW_LONG: "I need a break from paying", Reply.ASK_WHICH_DATE: "I want to start paying soon",
            Reply.UNCLEAR: "the weather is nice"}[asked]
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, said)
        assert_speaks(app)
        assert asked in talk_of(sqlite_context, who).turns[-1].replies
        assert i18n.t(f"assistant.reply.{asked}") in words(app)
        taps = [key for key in keys(app) if key.startswith("tap_")]
        if asked is Reply.UNCLEAR:
            assert not taps
            assert i18n.t("assistant.say.examples") in words(app)
            return
        assert len(taps) >= 2
        app.button(key=taps[0]).click().run()
        assert_speaks(app)
        newest = talk_of(sqlite_context, who).turns[-1]
        assert not {reply for reply in newest.replies if reply.startswith("ask_") or reply is Reply.UNCLEAR}


@pytest.mark.parametrize(("said", "reply"), [
    ("how is the interest calculated?", Reply.QUESTION), ("that charge is not mine", Reply.DISPUTE),
    ("you are rude to me", Reply.COMPLAIN), ("no, that is too much", Reply.REJECT),
    ("let me think about it", Reply.UNDECIDED), ("I lost my job", Reply.HARDSHIP_NOTED),
    ("start over", Reply.RESTART), ("I want to kill myself", Reply.CARE), ("agreed", Reply.ACCEPT)])
@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_of_word_gets_an_answer_of_its_own_and_a_person_stays_one_click_away(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str, said: str, reply: Reply) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, said)
        assert_speaks(app)
        newest = talk_of(sqlite_context, who).turns[-1]
        assert reply in newest.replies
        assert i18n.t(f"assistant.reply.{reply}") in words(app)
        assert has_person(app)
        if Reply.PERSON_CALLED in newest.replies:
            assert i18n.t("assistant.person.asked", at=i18n.moment(newest.at)) in words(app)
        if reply is Reply.CARE:
            assert not [key for key in keys(app) if key.startswith(("choose_", "chip_"))]
        if reply is Reply.ACCEPT:
            app.button(key=f"accepts_{newest.turn_id}").click().run()
            assert i18n.t("assistant.send.title") in words(app)
            assert count(sqlite_context, proposals) == 0


def test_what_was_understood_is_taken_away_again_with_a_tap(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, ASSISTANT)
    say(app, "at most 500 a month, for at most 36 months")
    chips = [key for key in keys(app) if key.startswith("chip_")]
    assert {key.rpartition("_")[2] for key in chips} == {"minor", "most"}
    app.button(key=next(key for key in chips if key.endswith("months_at_most"))).click().run()
    newest = talk_of(sqlite_context, who).turns[-1]
    assert newest.source is TurnSource.CORRECTED
    assert newest.wish.months_at_most is None
    assert newest.wish.monthly_at_most_minor == 50_000


@pytest.mark.parametrize("locale", LOCALES)
def test_a_slider_is_answered_at_once_and_counts_as_no_round(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    key = f"assistant_adjust_{talk_of(sqlite_context, who).conversation_id}"
    unfold(app, key)
    for months in (40, 30, 20, 18, 16, 14):
        app.slider(key=f"{key}_months").set_value(months).run()
        assert_speaks(app)
    found = talk_of(sqlite_context, who)
    assert [turn.source for turn in found.turns[1:]] == [TurnSource.ADJUSTED] * 6
    assert found.wish.months_at_most == 14
    assert found.stop is None
    answer = found.turns[-1].negotiation.answer
    assert answer is not None
    assert answer.plan is not None
    with i18n.speaking(locale):
        assert i18n.money(answer.plan.monthly_minor) in words(app)
        assert i18n.t("assistant.history", count=1) in words(app)  # the opening; the moves before the last are one


@pytest.mark.parametrize(("name", "value", "wished"), [
    ("due_day", 15, ("due_day", 15)), ("limit", 500, ("monthly_at_most_minor", 50_000)),
    ("down", 1_000, ("down_payment_minor", 100_000)), ("lump", "9,000", ("lump_sum_minor", 900_000))])
def test_everything_that_can_be_moved_is_the_wish_it_says(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, name: str, value: Any,
        wished: tuple[str, Any]) -> None:
    app = open_as(who.user_id, ASSISTANT)
    key = f"assistant_adjust_{talk_of(sqlite_context, who).conversation_id}"
    unfold(app, key)
    kind = {"due_day": app.selectbox, "lump": app.text_input}.get(name, app.slider)
    kind(key=f"{key}_{name}").set_value(value).run()
    assert_speaks(app)
    assert getattr(talk_of(sqlite_context, who).wish, wished[0]) == wished[1]


@pytest.mark.parametrize("way", ["chip", "control", "slider"])
def test_an_amount_a_week_never_becomes_the_same_amount_a_month(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, way: str) -> None:
    app = open_as(who.user_id, ASSISTANT)
    say(app, "at most 200 every week")
    found = talk_of(sqlite_context, who)
    assert found.wish.instalment_at_most_minor == 20_000
    key = f"assistant_adjust_{found.conversation_id}"
    if way == "chip":
        app.button(key=f"chip_{found.conversation_id}_frequency").click().run()
    else:
        unfold(app, key)
        moved, value = {"control": (app.button_group(key=f"{key}_frequency"), "fortnightly"),
                        "slider": (app.slider(key=f"{key}_limit"), 300)}[way]
        moved.set_value(value).run()
    assert_speaks(app)
    wish = talk_of(sqlite_context, who).wish
    # 200 a week is 400 every fortnight and 866.67 a month; a slider moves what is paid each time.
    each = {"chip": (None, 86_667), "control": (40_000, None), "slider": (30_000, None)}[way]
    assert (wish.instalment_at_most_minor, wish.monthly_at_most_minor) == each
    assert wish.frequency == {"chip": "monthly", "control": "fortnightly", "slider": "weekly"}[way]


@pytest.mark.parametrize("locale", LOCALES)
def test_paying_more_than_is_affordable_takes_a_warning_first_and_then_a_choice(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    found = talk_of(sqlite_context, who)
    assert found.facts is not None
    unfold(app, f"assistant_adjust_{found.conversation_id}")
    assert "assistant_ceiling" not in keys(app)
    unfold(app, f"ceiling_{found.conversation_id}")
    with i18n.speaking(locale):
        amounts = {"affordable": i18n.money(found.facts.affordable_minor),
                   "ceiling": i18n.money(found.facts.ceiling_minor)}
        assert i18n.t("assistant.ceiling.warning", **amounts) in words(app)
        app.button(key="assistant_ceiling").click().run()
        assert_speaks(app)
        assert i18n.t("assistant.ceiling.chosen", **amounts) in words(app)
    assert talk_of(sqlite_context, who).chose_ceiling


@pytest.mark.parametrize("locale", LOCALES)
def test_asking_for_a_person_says_what_happens_next_and_is_kept_on_every_later_turn(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        app.button(key="assistant_person").click().run()
        assert_speaks(app)
        asked_at = talk_of(sqlite_context, who).person_asked_at
        assert asked_at is not None
        assert i18n.t("assistant.person.asked", at=i18n.moment(asked_at)) in words(app)
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="500"))
        assert i18n.t("assistant.person.asked", at=i18n.moment(asked_at)) in words(app)


def test_the_conversation_is_there_again_after_a_reload_and_can_be_begun_afresh(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, ASSISTANT)
    say(app, "at most 500 a month")
    say(app, "starting on 20 December")
    again = open_as(who.user_id, ASSISTANT)
    assert "starting on 20 December" in words(again)
    found = talk_of(sqlite_context, who)
    unfold(again, f"assistant_history_{found.conversation_id}")
    assert i18n.t("assistant.you_said_line", said="at most 500 a month") in words(again)
    again.button(key="assistant_restart").click().run()
    assert_speaks(again)
    assert i18n.t("assistant.reply.restart") in words(again)
    assert not [key for key in keys(again) if key.startswith("chip_")]


def test_the_page_takes_a_bounded_number_of_queries(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, counted_queries: CountedQueries) -> None:
    app = open_as(who.user_id, ASSISTANT)
    with counted_queries(sqlite_context.engine) as opened:
        app.run()
    with counted_queries(sqlite_context.engine) as talked:
        say(app, "at most 500 a month")
    key = f"assistant_adjust_{talk_of(sqlite_context, who).conversation_id}"
    unfold(app, key)
    with counted_queries(sqlite_context.engine) as moved:
        app.slider(key=f"{key}_months").set_value(20).run()
    for number in range(6):
        app.slider(key=f"{key}_months").set_value(30 + number).run()
    with counted_queries(sqlite_context.engine) as later:
        app.run()
    assert len(opened) == len(later)
    # In the browser the last two draw the conversation alone; here the whole page comes on top.
    assert len(opened) <= 22
    assert len(talked) <= 36
    assert len(moved) <= 36


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_what_the_page_says_one_could_say_is_understood(locale: str) -> None:
    with i18n.speaking(locale):
        examples = [line[2:] for line in i18n.t("assistant.say.examples").splitlines() if line.startswith("- ")]
    assert len(examples) >= 5
    for example in examples:
        read = understand(example, TODAY, 50_000_00)
        assert read.wish.stated(), example
        assert read.ask is None, example


@pytest.mark.parametrize("locale", LOCALES)
def test_who_would_settle_is_asked_for_one_sum_and_not_for_so_much_a_month(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "I have 8000, can I settle it all at once?")
        shown = words(app)
        assert i18n.t("assistant.ask_one_payment").split(".")[0][:12] in shown
        assert i18n.t("assistant.reply.ask_which_amount")[:20] not in shown
    assert not [key for key in keys(app) if key.startswith("tap_")]
