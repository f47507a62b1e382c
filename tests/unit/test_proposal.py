"""The life of a request: every state, every step, and nothing that is not in the table."""

from __future__ import annotations

import itertools

import pytest

from core.domain.errors import IllegalTransition
from core.domain.proposal import (
    CLOSED_STATES,
    OPEN_STATES,
    TRANSITIONS,
    ProposalEvent,
    ProposalState,
    after,
    permits,
    public_status,
)


@pytest.mark.parametrize(("state", "event"), list(itertools.product([None, *ProposalState], ProposalEvent)))
def test_every_pair_either_is_in_the_table_or_is_refused_naming_both(state: ProposalState | None,
                                                                     event: ProposalEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
        return
    with pytest.raises(IllegalTransition) as refusal:
        after(state, event)
    assert refusal.value.data["event"] == event.value
    assert refusal.value.data["state"] == (state.value if state else "none")


def test_every_state_is_reached_from_the_beginning_and_every_event_is_used() -> None:
    reached: set[ProposalState | None] = {None}
    while True:
        following = reached | {to for (state, _), to in TRANSITIONS.items() if state in reached}
        if following == reached:
            break
        reached = following
    assert reached == {None, *ProposalState}
    assert {event for _, event in TRANSITIONS} == set(ProposalEvent)


def test_open_states_lead_on_and_closed_ones_do_not() -> None:
    assert set(OPEN_STATES) | set(CLOSED_STATES) == set(ProposalState)
    assert not set(OPEN_STATES) & set(CLOSED_STATES)
    for state in ProposalState:
        leads_on = any(permits(state, event) for event in ProposalEvent)
        assert leads_on == (state in OPEN_STATES)


def test_only_a_decision_approves_or_refuses() -> None:
    for (_, event), state in TRANSITIONS.items():
        if state is ProposalState.APPROVED:
            assert event is ProposalEvent.APPROVE
        if state is ProposalState.REFUSED:
            assert event is ProposalEvent.REFUSE


def test_every_state_has_words_for_the_cardholder_and_withdrawal_is_always_open_until_decided() -> None:
    for state in ProposalState:
        assert public_status(state)
    assert all(permits(state, ProposalEvent.WITHDRAW) for state in OPEN_STATES)
