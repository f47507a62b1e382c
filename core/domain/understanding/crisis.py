"""Words of self-harm: whoever says them meets a person, whatever else the message says."""

from __future__ import annotations

from functools import lru_cache

from core.domain.understanding.lexicon import Cue, words
from core.domain.understanding.script import normalise

MOST_READ = 10_000


def speaks_of_self_harm(text: str) -> bool:
    """Whether ``text`` has words of suicide or self-harm, meant or not: nobody is asked to prove it."""
    return has_words_of_self_harm(normalise(text))


def around_self_harm(text: str, longest: int) -> str:
    """``text``; of one longer than ``longest`` signs the first part as long that has words of self-harm, if any has.

    Looked for in the first ``MOST_READ`` signs: nobody types more, and reading on would keep a server busy.
    """
    if len(text) <= longest:
        return text
    parts = (text[start:start + longest] for start in range(0, min(len(text), MOST_READ), longest // 2))
    return next((part for part in parts if speaks_of_self_harm(part)), text)


def has_words_of_self_harm(plain: str) -> bool:
    """The same of a text that is normalised already."""
    return _words().search(plain) is not None


@lru_cache(maxsize=1)
def _words() -> Cue:
    return Cue(entry for listed in words("crisis").values() for entry in listed)
