"""Words to who seems vulnerable, and once a person goes on: never that one will call where nobody is waited for."""

from __future__ import annotations

from dataclasses import replace

from core.domain.offers.conversation import Stop
from core.services.assistant.model import Reply
from core.services.assistant.state import State, Step


def ended(stop: Stop | None) -> Reply:
    """What is said once a person goes on."""
    return Reply(f"ended_{stop}")


def gently(step: Step, before: State) -> Step:
    """Answered as anybody is, but not pressed: who seemed vulnerable before hears first that nothing is urgent."""
    if before.stop is not Stop.VULNERABLE:
        return step
    if Reply.RESTART in step.replies:
        return replace(step, replies=(Reply.RESTART, *kindly(before), *step.replies[1:]))
    said_so = Reply.UNDECIDED in step.replies or step.replies == (goes_on(before),)
    return step if said_so else replace(step, replies=(Reply.GENTLY, *step.replies))


def kindly(state: State) -> tuple[Reply, ...]:
    """What is said with starting again to who seemed vulnerable: that the person still calls, where one does."""
    return (Reply.PERSON_STAYS if state.waited_for else Reply.GENTLY,)


def goes_on(state: State) -> Reply:
    """What is said where nothing else is once the engine has stopped: that a person will call only where one will."""
    return ended(state.stop) if state.waited_for else Reply.STILL_HERE


def is_answered_by_anything(state: State) -> bool:
    """Whether an answer of any kind is enough: nobody is told again and again that a person goes on."""
    return state.stop is Stop.VULNERABLE or not state.waited_for
