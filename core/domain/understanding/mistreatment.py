"""Complaints about how somebody was treated, told apart from anger: a person of the bank hears them."""

from __future__ import annotations

from core.domain.understanding.lexicon import cue


def tells_of_mistreatment(plain: str) -> bool:
    """Whether a complaint names what nobody may do (threats, insults, calls to others), or is a formal one.

    Asked only of what was understood as a complaint. What it misses is offered a person instead of being called one.
    ``plain``: the text as ``script.normalise`` leaves it.
    """
    return cue("mistreatment", "conduct").search(plain) is not None
