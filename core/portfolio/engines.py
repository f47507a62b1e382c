"""Where a portfolio's batches are worked on: in this process, in processes beside it, or on a Dask cluster.

An engine takes a function and the batches it is for and hands back what each came to, in the order in which
they finish. It knows nothing of accounts or databases. The function and the batches must be picklable; a
batch may be worked on twice when a worker dies, so the work must be safe to repeat.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol, TypeVar

from core.domain.errors import InvalidInput, PortalError

T = TypeVar("T")
R = TypeVar("R")

MOST_WORKERS = 256
"""More processes than this on one machine are a slip of the keyboard."""
RETRIES = 2
"""How often a cluster gives a batch to another worker when one died with it."""
CONNECT_SECONDS = 15
_AHEAD = 4
"""Batches handed out per worker: enough that none waits, few enough that little is lost with one."""


class WorkersLost(PortalError):
    """Workers died and their batches could not be finished elsewhere; what was finished stays finished."""

    def __init__(self, left: int) -> None:
        super().__init__("workers_lost", f"worker processes ended before their work did: {left} batches are left; "
                         "run the same command again", left=left)


class Engine(Protocol):
    """Runs work over batches."""

    def run(self, work: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
        """What ``work`` made of each batch, as they finish; raises what it raises."""
        ...


class Here:
    """One batch after the other, in this process."""

    def run(self, work: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
        """As ``Engine.run``, in the order of the batches."""
        return map(work, batches)


class Processes:
    """Processes beside this one, started anew so that they share no connection with it.

    ``begin(*arguments)`` is called once in each. They end with this process, however it ends.
    """

    def __init__(self, workers: int, begin: Callable[..., None] | None = None, arguments: tuple[Any, ...] = ()) -> None:
        if not 1 <= workers <= MOST_WORKERS:
            raise InvalidInput("workers_out_of_range", f"between 1 and {MOST_WORKERS} workers", field="workers")
        self.workers = workers
        self._begin = begin
        self._arguments = arguments

    def run(self, work: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
        """As ``Engine.run``. When a worker dies, what is unfinished is given to new ones, once.

        Raises ``WorkersLost`` when these die as well.
        """
        left = dict(enumerate(batches))
        for _ in range(2):
            try:
                yield from self._once(work, left)
            except BrokenProcessPool:
                continue
            return
        raise WorkersLost(len(left))

    def _once(self, work: Callable[[T], R], left: dict[int, T]) -> Iterator[R]:
        """Work on what is left and take out of it what is finished."""
        pool = ProcessPoolExecutor(min(self.workers, max(len(left), 1)), multiprocessing.get_context("spawn"),
                                   _begin_worker, (self._begin, self._arguments))
        waiting = iter(list(left.items()))
        running: dict[Future[R], int] = {}
        try:
            while True:
                while len(running) < self.workers * _AHEAD and (batch := next(waiting, None)) is not None:
                    running[pool.submit(work, batch[1])] = batch[0]
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    result = done.result()
                    del left[running.pop(done)]
                    yield result
        finally:
            pool.shutdown(cancel_futures=True)


def _begin_worker(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _end_with_parent() -> None:
    """A parent that was killed ends nobody; its workers would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Cluster:
    """A Dask cluster by the address of its scheduler (``tcp://`` or ``tls://``; extra ``cluster``).

    The workers must have this version installed. Raises ``InvalidInput`` when Dask is not installed or
    nobody answers at ``address``.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ModuleNotFoundError:
            raise InvalidInput("cluster_not_installed", "the engine dask needs the extra: "
                               "pip install 'debtor-portal[cluster]'", field="engine") from None
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as failure:
            raise InvalidInput("cluster_unreachable", f"no Dask scheduler answers at {address}",
                               field="address") from failure
        if not self._client.nthreads():
            self._client.close()
            raise InvalidInput("cluster_empty", f"the scheduler at {address} has no workers", field="address")

    def run(self, work: Callable[[T], R], batches: Sequence[T]) -> Iterator[R]:
        """As ``Engine.run``; the batches of a worker that died go to the others.

        Raises ``WorkersLost`` when a batch outlives ``RETRIES`` workers.
        """
        from distributed import CancelledError, as_completed
        from distributed.scheduler import KilledWorker

        left = len(batches)
        try:
            # Not pure: the same work on the same batch tomorrow is new work.
            futures = [self._client.submit(work, batch, pure=False, retries=RETRIES) for batch in batches]
            for done in as_completed(futures, loop=self._client.loop):
                result = done.result()
                left -= 1
                done.release()
                yield result
        except (KilledWorker, CancelledError) as lost:
            raise WorkersLost(left) from lost
        finally:
            self._client.close()
