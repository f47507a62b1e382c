"""`make bench`: import 30,000 rows, start a second time, and measure every interaction and the portfolio engine.

Alone, each replacing its rows: `python -m benchmarks portfolio` the engine, `close-day [ordinary|worst] [SIZE …]` the
close of a day over generated portfolios, `close-day-kill` its kill test, `histories` 10,000 random lives of accounts.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import close_day, histories, interactions, kill_test, offers, portfolio_engine
from benchmarks.portfolio import card_clients
from benchmarks.report import Row, at_most, merge, write
from tests.browser.installation import PORTAL, demo_environment, start_portal

_WALKED = 100
"""Plan spaces walked here; `python -m benchmarks offers` walks a thousand."""


def _timed(environment: dict[str, str], *arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([str(PORTAL), *arguments], env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Run everything in a throw-away folder and write the report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = demo_environment(folder / "portfolio") | {
            "PORTAL_DEMO": "0", "PORTAL_SECRET_KEY": secrets.token_urlsafe(48)}
        clients, note = card_clients(folder)
        _timed(environment, "db", "upgrade")
        seconds = _timed(environment, "import", "uci-card-clients", str(clients))
        rows = [at_most("import of 30,000 rows on SQLite", seconds, "s", 60, "the bar of the design"),
                *_starts(folder / "demo")]
        rows += interactions.measure(folder / "portfolio", environment)
        rows += portfolio_engine.measure(folder)
        rows += offers.measure(_WALKED)
        write(rows, note)


def _starts(folder: Path) -> list[Row]:
    folder.mkdir()
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        server = start_portal(folder)
        seconds.append(time.perf_counter() - began)
        server.stop()
    return [at_most("first start of the demo, 2,000 accounts", seconds[0], "s", 60, "a minute's patience"),
            at_most("second start", seconds[1], "s", 5, "the bar of the design")]


def portfolio() -> None:
    """The engine alone."""
    with tempfile.TemporaryDirectory() as name:
        merge(portfolio_engine.measure(Path(name)))


def close_of_day(*words: str) -> None:
    """The close of a day alone: of the days named, over portfolios of the sizes given."""
    sizes = [int(word) for word in words if word.isdigit()] or close_day.SIZES
    merge(close_day.measure(sizes, [word for word in words if not word.isdigit()] or ("ordinary", "worst")))


def kill(*counts: str) -> None:
    """The kill test alone, with so many accounts and kills."""
    merge(kill_test.measure(*map(int, counts)))


def lives(*counts: str) -> None:
    """So many random histories alone, against one replay of their facts."""
    merge(histories.measure(*map(int, counts)))


def negotiation(*counts: str) -> None:
    """The negotiation engine alone, and so many spaces walked plan by plan."""
    merge(offers.measure(int(counts[0]) if counts else offers.WALKED))


PARTS = {"portfolio": portfolio, "offers": negotiation, "close-day": close_of_day, "close-day-kill": kill,
         "histories": lives}

if __name__ == "__main__":
    PARTS[sys.argv[1]](*sys.argv[2:]) if sys.argv[1:] else main()
