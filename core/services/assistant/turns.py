"""What one step of a conversation leads to. Pure: the same ground, state and words give the same turn.

Nothing here looks at how often something was said, but to know when a person should take over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from core.domain.offers.conversation import Round, Stop, stop_reason
from core.domain.offers.hashing import canonical_hash
from core.domain.offers.model import NO_WISH, Wish
from core.domain.offers.negotiation import Negotiation
from core.domain.understanding import LastOffer, Understanding, understand
from core.domain.understanding.crisis import speaks_of_self_harm
from core.services.assistant.document import Worked, document, work_out
from core.services.assistant.earlier import make_way
from core.services.assistant.gently import ended, gently, goes_on, is_answered_by_anything, kindly
from core.services.assistant.ground import Ground
from core.services.assistant.model import Choice, PersonCause, Reply, TurnSource
from core.services.assistant.offers import has_plan, offer_named, on_the_table
from core.services.assistant.state import State, Step
from core.services.assistant.told import told
from core.services.assistant.wishes import added

_ASKS = {"which_amount": Reply.ASK_WHICH_AMOUNT, "period_of_amount": Reply.ASK_PERIOD_OF_AMOUNT,
         "which_offer": Reply.ASK_WHICH_OFFER, "how_long": Reply.ASK_HOW_LONG, "which_date": Reply.ASK_WHICH_DATE,
         "rephrase": Reply.UNCLEAR}


def opening(ground: Ground, state: State, *, told_on: date | None) -> Step:
    """The first turn: doing nothing and the offers. ``state``: what an earlier conversation leaves to this one.

    ``told_on``: the day of that conversation; None without one.
    """
    worked = _worked(ground, state)
    first = Reply.GREETING if told_on is None else Reply.FACTS_CHANGED
    step = Step(TurnSource.OPENING, state, (first, *_laid(ground, worked, with_answer=state.wish != NO_WISH)),
                worked=worked, facts_are_new=True)
    return step if told_on is None else _renewing(ground, step, state.hardship, told_on)


def said(ground: Ground, state: State, text: str) -> Step:
    """The answer to a message, already cleaned."""
    def understood(words: str) -> Understanding:
        return understand(words, ground.as_of, max(ground.position.total_minor, 0), _last_offer(state))

    heard = told(text, understood(text), understood)
    read = heard.read
    if ground.blocked_by is not None or (ground.facts is None and read.ask == "which_offer"):
        read = replace(read, ask=None)  # there is nothing to choose from: why not is the answer
    after = _heard(ground, state, read)
    if speaks_of_self_harm(text):
        return _cared_for(after, text, read)
    step = Step(TurnSource.TEXT, after, heard.replies, text, read, person=heard.person)
    if heard.meant is not None or ("accept" in read.intents and read.ask is None and not heard.answered):
        step = _accepted(ground, step, state, heard.meant)
    elif _says_something(state, after, read):
        # Once a person goes on, a wish is still answered, as the sliders answer it; it is no round any more.
        step = _answered(ground, _reconciled(ground, step, read), counts=read.ask is None and not after.over)
    elif after.over and not heard.answered and not (is_answered_by_anything(state) and (step.replies or read.ask)):
        step = replace(step, replies=(*step.replies, goes_on(state)))
    asked: tuple[Reply, ...] = () if read.ask is None else (_ASKS[read.ask],)
    if asked == (Reply.UNCLEAR,) and state.stop is Stop.VULNERABLE:
        asked = (goes_on(state),)  # whatever was meant, nobody there has to find better words
    if ground.facts is None and not asked and not step.replies and step.person is None:
        asked = _no_ground(ground)
    step = replace(step, replies=(*step.replies, *asked))
    if not state.renewal_asked:
        step = _renewing(ground, step, set(after.hardship) - set(state.hardship), ground.as_of)
    return _with_person(gently(step, state))


def adjusted(ground: Ground, state: State, wish: Wish, *, corrected: bool) -> Step:
    """The answer to a wish set by hand: the whole of it, not in addition to what was said."""
    source = TurnSource.CORRECTED if corrected else TurnSource.ADJUSTED
    after = replace(state, wish=wish)
    return _with_person(_answered(ground, Step(source, after, ()), counts=corrected and not state.over))


def ceiling_chosen(ground: Ground, state: State) -> Step:
    """The same wish again with what the ceiling allows; chosen knowingly, so no haggling."""
    after = replace(state, chose_ceiling=True)
    return _answered(ground, Step(TurnSource.CEILING, after, (Reply.CEILING_CHOSEN,)), counts=False)


def restarted(ground: Ground, state: State) -> Step:
    """Everything said is set aside and the first offers lie there again; who seems vulnerable keeps their person."""
    after = _forgotten(state)
    worked = _worked(ground, after)
    first = kindly(state) if after.stop is Stop.VULNERABLE else ()
    return Step(TurnSource.RESTARTED, after, (Reply.RESTART, *first, *_laid(ground, worked, with_answer=False)),
                worked=worked)


def person_called(state: State) -> Step:
    """A person was asked for."""
    return _with_person(Step(TurnSource.PERSON, state, (), person=PersonCause.ASKED))


def called_off(state: State) -> Step:
    """The person who was asked for is no longer needed: nobody goes on, so the conversation does."""
    after = replace(state, stop=None, rounds=()) if state.over else state
    return Step(TurnSource.CALLED_OFF, after, (Reply.PERSON_CALLED_OFF,))


def _heard(ground: Ground, state: State, read: Understanding) -> State:
    """The state with what a message adds to it."""
    before = _forgotten(state) if "restart" in read.intents else state
    hardship = tuple(sorted({*before.hardship, *read.hardship}))
    most_down = ground.rule.limits.max_down_payment_minor(ground.position.total_minor)
    return replace(before, wish=added(before.wish, read.wish, most_down), hardship=hardship)


def _forgotten(state: State) -> State:
    kept = Stop.VULNERABLE if state.stop is Stop.VULNERABLE else None
    return State(stop=kept, shown_turn=state.shown_turn, shown=state.shown, renewal_asked=state.renewal_asked,
                 waited_for=state.waited_for)


def _says_something(before: State, after: State, read: Understanding) -> bool:
    """Whether there is anything new to answer: a wish, first word of hardship, or everything forgotten."""
    told_of_hardship = after.hardship != before.hardship
    wished = bool(read.wish.stated()) or read.wish.starts_lighter
    return wished or told_of_hardship or "restart" in read.intents


def _reconciled(ground: Ground, step: Step, read: Understanding) -> Step:
    """The step without limits of earlier messages that alone keep what is wished now from an answer."""
    def answered(wish: Wish) -> Negotiation | None:
        worked = _worked(ground, replace(step.state, wish=wish))
        return None if worked is None else worked.negotiation

    wish = step.state.wish if read.ask is not None else make_way(step.state.wish, read.wish, answered)
    if wish == step.state.wish:
        return step
    return replace(step, state=replace(step.state, wish=wish), replies=(*step.replies, Reply.PUT_ASIDE))


def _answered(ground: Ground, step: Step, *, counts: bool) -> Step:
    """The step with the engine's answer to the wish of its state; ``counts``: as a round."""
    after = step.state
    worked = _worked(ground, after)
    # While something has to be asked back, what is clear moves the offers and is not answered yet.
    asking = step.understood is not None and step.understood.ask is not None
    if worked is None:
        return replace(step, replies=(*step.replies, *(() if asking else _kept_for_later(ground, step))))
    negotiation, wished = worked.negotiation, after.wish != NO_WISH
    replies = step.replies if asking else (*step.replies, *_laid(ground, worked, with_answer=wished))
    if counts and negotiation.answer is not None:
        plan = negotiation.answer.plan
        done = Round(None if plan is None else _plan_hash(worked), negotiation.answer.accepted, ground.vulnerable)
        rounds = (*after.rounds, done)
        after = replace(after, rounds=rounds, stop=stop_reason(rounds, ground.rule.many))
    elif after.stop is Stop.ACCEPTED:
        # Thinking it over after all.
        after = replace(after, stop=None)
    stopped = counts and after.over
    return replace(step, state=after, worked=worked, replies=(*replies, *((ended(after.stop),) if stopped else ())),
                   person=step.person or (_cause(after.stop) if stopped else None))


def _laid(ground: Ground, worked: Worked | None, *, with_answer: bool) -> tuple[Reply, ...]:
    """What is said to a negotiation: the answer to the wish, and what lies on the table."""
    if worked is None:
        return _no_ground(ground)
    negotiation = worked.negotiation
    answer = negotiation.answer if with_answer else None
    if answer is not None:
        if answer.accepted:
            return (Reply.ACCEPTED_WISH,)
        return (Reply.REFUSED_WISH,) if answer.plan is not None else (Reply.NOTHING_LEFT,)
    if has_plan(negotiation):
        return (Reply.OFFERS,)
    return (Reply.RELIEF,) if negotiation.offers else (Reply.NOTHING_LEFT,)


def _kept_for_later(ground: Ground, step: Step) -> tuple[Reply, ...]:
    """What is said to a wish where nothing can be worked out: why not, or that it counts from the assessment on."""
    read = step.understood
    wished = step.state.wish != NO_WISH and (read is None or bool(read.wish.stated()) or read.wish.starts_lighter)
    return (Reply.WISH_NOTED,) if wished and ground.blocked_by is None else _no_ground(ground)


def _no_ground(ground: Ground) -> tuple[Reply, ...]:
    """Why there is nothing to offer."""
    found = {"nothing_owed": Reply.NOTHING_OWED, "open_request": Reply.REQUEST_OPEN,
             "arrangement": Reply.ARRANGEMENT_HOLDS}
    return (found.get(ground.blocked_by or "", Reply.NO_ASSESSMENT),)


def _worked(ground: Ground, state: State) -> Worked | None:
    facts = ground.facts_with(state.hardship, chose_ceiling=state.chose_ceiling)
    if facts is None:
        return None
    told = document(facts, state.wish, sorted({*ground.declared, *state.hardship}), ground.position.issuer)
    return work_out(told, ground.stored_rule.record, ground.policy_version)


def _plan_hash(worked: Worked) -> str:
    """Of the plan answered with, whatever it was asked with: the same plan twice is the same answer."""
    plan = worked.result["answer"]["plan"]
    return canonical_hash({name: value for name, value in plan.items() if name not in ("label", "constraints")})


def _last_offer(state: State) -> LastOffer | None:
    found = None if state.shown is None else on_the_table(state.shown)
    return None if found is None or not found[1].monthly_minor else LastOffer(found[1].monthly_minor, found[1].months)


def _accepted(ground: Ground, step: Step, before: State, meant: str | None) -> Step:
    """The way to the send step; nothing is sent by saying yes. ``meant``: which offer was named, if any was."""
    if before.shown is None:
        return replace(step, replies=(*step.replies, *_no_ground(ground)))
    if before.unseen is not None:
        return replace(step, replies=(*step.replies, before.unseen, Reply.ASK_WHICH_OFFER))
    found = offer_named(before.shown, meant, before.wish)
    if found is None:
        asked = Reply.ASK_WHICH_OFFER if before.shown.offers else Reply.NOTHING_LEFT
        return replace(step, replies=(*step.replies, asked))
    after = step.state if step.state.over else replace(step.state, stop=Stop.ACCEPTED)
    return replace(step, state=after, accepts=Choice(before.shown_turn, found[0]),
                   replies=(*step.replies, Reply.ACCEPT))


def _renewing(ground: Ground, step: Step, said: Collection[str], told_on: date) -> Step:
    """Ask for a newer assessment where what was said may have changed what is affordable."""
    asked = (Reply.RENEW_ASSESSMENT,) if ground.outdated_by(said, told_on) else ()
    return replace(step, replies=(*step.replies, *asked))


def _cared_for(state: State, text: str, read: Understanding) -> Step:
    """Nothing about money: help, and a person. What was wished is kept for when they want to look at it."""
    after = replace(state, rounds=(*state.rounds, Round(None, vulnerable=True)), stop=Stop.VULNERABLE)
    return Step(TurnSource.TEXT, after, (Reply.CARE, Reply.PERSON_CALLED, Reply.ENDED_VULNERABLE), text, read,
                person=PersonCause.SELF_HARM)


def _cause(stop: Stop | None) -> PersonCause:
    return PersonCause.VULNERABLE if stop is Stop.VULNERABLE else PersonCause.STOPPED


def _with_person(step: Step) -> Step:
    """What is said where somebody asked for a person, complained or disputes."""
    if step.person is None or step.person in (PersonCause.STOPPED, PersonCause.VULNERABLE):
        return step
    return replace(step, replies=(*step.replies, Reply.PERSON_CALLED))
