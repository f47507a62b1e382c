"""Words of self-harm: whoever says them meets a person, whatever else the message says."""

from __future__ import annotations

from functools import lru_cache

from core.domain.understanding.lexicon import Cue, words
from core.domain.understanding.script import normalise


def speaks_of_self_harm(text: str) -> bool:
    """Whether ``text`` has words of suicide or self-harm, meant or not: nobody is asked to prove it."""
    return has_words_of_self_harm(normalise(text))


def has_words_of_self_harm(plain: str) -> bool:
    """The same of a text that is normalised already."""
    return _words().search(plain) is not None


@lru_cache(maxsize=1)
def _words() -> Cue:
    return Cue(entry for listed in words("crisis").values() for entry in listed)
