"""Engines: batches worked on elsewhere, workers that die, parents that are killed, clusters that are not there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.errors import Conflict, InvalidInput, PolicyMissing, PortalError
from core.portfolio.engines import Here, Processes, WorkersLost
from tests.services.portfolios import REPOSITORY

BATCHES = list(range(12))


def squared(number: int) -> int:
    return number * number


def begun(folder: str) -> None:
    Path(folder, str(os.getpid())).touch()


def dies_once(batch: tuple[str, int]) -> int:
    """Kills its worker the first time batch 5 is worked on."""
    folder, number = batch
    mark = Path(folder, "died")
    if number == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(number)


def dies(_number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def refuses(number: int) -> int:
    if number == 1:
        raise PolicyMissing("interest.daily_rate", "1999-01-01")
    raise Conflict("books_do_not_balance", "account 7: posted 1, facts lead to 2", account_id="7")


def tells_its_process(batch: tuple[str, int]) -> int:
    folder, number = batch
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)
    return number


def test_every_engine_comes_to_the_same(tmp_path: Path) -> None:
    wanted = [squared(number) for number in BATCHES]
    assert list(Here().run(squared, BATCHES)) == wanted
    assert sorted(Processes(2, begun, (str(tmp_path),)).run(squared, BATCHES)) == wanted
    assert 1 <= len(list(tmp_path.iterdir())) <= 2


def test_no_batches_are_no_work() -> None:
    assert list(Processes(2).run(squared, [])) == []


def test_batches_of_a_worker_that_died_are_worked_on_by_another(tmp_path: Path) -> None:
    done = list(Processes(2).run(dies_once, [(str(tmp_path), number) for number in BATCHES]))
    assert sorted(done) == [squared(number) for number in BATCHES]


def test_workers_that_keep_dying_are_given_up_with_what_is_left() -> None:
    with pytest.raises(WorkersLost) as lost:
        list(Processes(2).run(dies, BATCHES))
    assert lost.value.data["left"] == len(BATCHES)


@pytest.mark.parametrize("number", [1, 2])
def test_a_refusal_comes_back_from_a_worker_whole(number: int) -> None:
    with pytest.raises(PortalError) as here:
        refuses(number)
    with pytest.raises(PortalError) as there:
        list(Processes(1).run(refuses, [number]))
    assert type(there.value) is type(here.value)
    assert (there.value.code, str(there.value), there.value.data) == (
        here.value.code, str(here.value), here.value.data)


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script, workers = tmp_path / "parent.py", tmp_path / "workers"
    workers.mkdir()
    script.write_text(
        "from core.portfolio.engines import Processes\n"
        "from tests.services.test_engines import tells_its_process\n"
        f"if __name__ == '__main__':\n"
        f"    list(Processes(2).run(tells_its_process, [({str(workers)!r}, n) for n in range(2)]))\n", "utf-8")
    with subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                          stderr=subprocess.DEVNULL) as parent:
        _until(lambda: len(list(workers.iterdir())) == 2)
        parent.kill()
    _until(lambda: not any(_runs(int(worker.name)) for worker in workers.iterdir()))


@pytest.mark.parametrize("workers", [0, -1, 257])
def test_a_number_of_workers_that_makes_no_sense_is_refused(workers: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        Processes(workers)
    assert refused.value.code == "workers_out_of_range"


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)
