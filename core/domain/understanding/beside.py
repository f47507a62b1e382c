"""What a message says beside intents and wishes: which of the offers shown is meant; less at first, more later."""

from __future__ import annotations

from functools import lru_cache

from core.domain.understanding.lexicon import Cue, cue, words


def offer_meant(plain: str) -> str | None:
    """Which of the offers before them somebody chooses, where the message is nothing but that choice.

    ``cheapest``, ``lightest``, ``recommended``, ``balanced``, ``starts_lighter``, ``first`` to ``third`` in the order
    shown, or ``either`` (the lowest, of what is not said); None for anything else, questions and refusals among it.
    ``plain``: the text as ``script.normalise`` leaves it.
    """
    if "?" in plain:
        return None
    plain = plain.strip(" .,!~")
    return next((kind for kind in words("beside")["choice"]["kinds"] if _choice(kind).fullmatch(plain)), None)


def wants_less_at_first(plain: str) -> bool:
    """Whether a text asks for instalments that grow; ``plain``: as ``script.normalise`` leaves it."""
    return cue("beside", "starts_lighter", "words").search(plain) is not None


@lru_cache(maxsize=16)
def _choice(kind: str) -> Cue:
    """The whole of a message that chooses this kind: what leads up to it, the kind, what follows, in one script."""
    listed = words("beside")["choice"]
    entries = []
    for entry in listed["kinds"][kind]:
        script = 1 if entry.isascii() else 0
        entries.append(f"{listed['lead'][script]}(?:{entry}){listed['tail'][script]}")
    return Cue(entries)
