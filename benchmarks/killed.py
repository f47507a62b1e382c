"""A close of many days, killed again and again: ``python -m benchmarks.killed FIRST LAST KILLS SECONDS SEED``.

Closes every day from FIRST to LAST in the database of ``DATABASE_URL``. Each close runs in a process of its
own that is ended by SIGKILL after a random time, until KILLS of them have been, and is then started again as
an operator would. SECONDS is how long all of it takes undisturbed: it spreads the kills over the work. Prints
one line of JSON. With KILLS 0 it is the undisturbed run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from core import bootstrap
from core.clock import fixed
from core.domain.actor import SYSTEM
from core.domain.errors import Unavailable
from core.policy.book import PolicyBook
from core.services.close_day.day import close_day

AWAY = 75
LONGEST_RUN_SECONDS = 600
_LOOK_SECONDS = 0.001


@dataclass
class Outcome:
    """How often a close was killed, started, and found its database away; how long all of it took."""

    kills: int = 0
    starts: int = 0
    away: int = 0
    seconds: float = 0.0


def close_killed(first: date, last: date, kills: int, seconds: float, seed: int) -> Outcome:
    """Close the days, killing ``kills`` closes on the way."""
    PolicyBook.load()  # read once here: a child shall be killed at work, not at its start
    chance, outcome, began = random.Random(seed), Outcome(), time.monotonic()
    mean = 0.6 * seconds / (kills + 1)  # each start costs a little that an undisturbed run has once
    day = first
    while day <= last:
        delay = chance.uniform(0, 2 * mean) if outcome.kills < kills else LONGEST_RUN_SECONDS
        outcome.starts += 1
        status = _run(day, last, delay)
        if os.WIFSIGNALED(status):
            outcome.kills += 1
        elif os.WEXITSTATUS(status) == AWAY:
            outcome.away += 1
        elif os.WEXITSTATUS(status) == 0:
            day += timedelta(days=1)
        else:
            raise RuntimeError(f"the close of {day} failed")
    outcome.seconds = round(time.monotonic() - began, 3)
    return outcome


def _run(day: date, last: date, delay: float) -> int:
    """Close ``day`` in a child that has ``delay`` seconds to do it; its wait status."""
    child = os.fork()
    if child == 0:
        os._exit(_close(day, last))
    ends = time.monotonic() + delay
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        if time.monotonic() >= ends:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1]
        time.sleep(_LOOK_SECONDS)


def _close(day: date, last: date) -> int:
    try:
        noon = datetime.combine(last + timedelta(days=1), time_of_day(4), UTC)
        close_day(SYSTEM, bootstrap.start(clock=fixed(noon)), day)
    except Unavailable:
        return AWAY
    except BaseException as failure:  # the child must never run on as a second parent
        print(f"{type(failure).__name__}: {failure}", file=sys.stderr)
        return 1
    return 0


def main() -> None:
    """Read the arguments, print the outcome."""
    first, last, kills, seconds, seed = sys.argv[1:6]
    outcome = close_killed(date.fromisoformat(first), date.fromisoformat(last), int(kills), float(seconds), int(seed))
    print(json.dumps(outcome.__dict__))


if __name__ == "__main__":
    main()
