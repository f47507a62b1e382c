"""Words of self-harm: whoever says them meets a person, whatever else the message says."""

from __future__ import annotations

from core.domain.understanding.lexicon import cue
from core.domain.understanding.script import normalise


def speaks_of_self_harm(text: str) -> bool:
    """Whether ``text`` has words of suicide or self-harm, meant or not: nobody is asked to prove it."""
    return cue("cues", "intents", "suicide").search(normalise(text)) is not None
