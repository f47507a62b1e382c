"""Random numbers by purpose: every strategy meets the same person, the same months, the same luck."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What numbers are drawn for; each purpose has numbers of its own, so that none moves another's."""

    PEOPLE = 1
    PRIVATE = 2
    EVENTS = 3
    CHOICE = 4
    BOOTSTRAP = 5


def stream(seed: int, purpose: Stream, part: int = 0) -> np.random.Generator:
    """The numbers for one purpose of one seed."""
    return np.random.default_rng(np.random.SeedSequence((seed, int(purpose), part)))
