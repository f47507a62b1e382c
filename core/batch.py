"""What a worker process does with one batch: it wires itself once, then works with the services.

Batches carry ids and dates, never secrets or personal data. Processes on this machine are handed the
settings; workers of a cluster read their own environment, so no key travels. Either way the policy must be
the one the work was planned with.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from core import bootstrap
from core.domain.errors import Conflict, PortalError
from core.policy.overlay import overlaid
from core.portfolio.engines import Engine, Processes
from core.services.books.rules import RuleShelf
from core.services.close_day.batch import Tally, close_accounts
from core.services.close_day.day import RunBatches
from core.services.context import ServiceContext
from core.services.progress import Progress
from core.services.simulation import Comparison, RunAccounts, compare_accounts
from core.services.verification import Verification, verify
from core.settings import Settings

VERIFIED_AT_ONCE = 1_000
"""Accounts in one batch of a verification."""
OBJECTS_BETWEEN_COLLECTIONS = 50_000


@dataclass(frozen=True, slots=True)
class CloseBatch:
    """Accounts to close for ``day`` by the rules of ``policy_version``."""

    day: date
    account_ids: tuple[str, ...]
    policy_version: str


def close_batch(batch: CloseBatch) -> Tally:
    """Close the accounts of ``batch``. Raises ``Conflict`` when this worker has other policy files."""
    context = _planned_with(batch.policy_version)
    return close_accounts(context, batch.day, batch.account_ids, _shelf())


def closing_with(context: ServiceContext, engine: Engine) -> RunBatches:
    """``engine`` as the close of a day takes it."""
    def run(day: date, parts: Sequence[Sequence[str]]) -> Iterable[Tally]:
        return engine.run(close_batch, [CloseBatch(day, tuple(part), context.policy.version) for part in parts])
    return run


def processes(context: ServiceContext, workers: int) -> Processes:
    """``workers`` processes on this machine that work with the settings of ``context``."""
    return Processes(workers, use_settings, (context.settings,))


@dataclass(frozen=True, slots=True)
class VerifyBatch:
    """Accounts whose books are verified by the rules of ``policy_version``; ``replay`` plays their facts again."""

    account_ids: tuple[str, ...]
    replay: bool
    policy_version: str


def verify_batch(batch: VerifyBatch) -> Verification:
    """Verify the accounts of ``batch``. Raises ``Conflict`` when this worker has other policy files."""
    return verify(_planned_with(batch.policy_version), batch.account_ids, batch.replay)


def verify_with(context: ServiceContext, engine: Engine, account_ids: Sequence[str], replay: bool,
                progress: Progress) -> Verification:
    """Verify ``account_ids`` with ``engine``; the fault named is the first in the order of ids."""
    batches = [VerifyBatch(tuple(account_ids[at:at + VERIFIED_AT_ONCE]), replay, context.policy.version)
               for at in range(0, len(account_ids), VERIFIED_AT_ONCE)]
    found = Verification()
    for one in engine.run(verify_batch, batches):
        faults = [fault for fault in (found.first, one.first) if fault is not None]
        found = found.plus(one)
        if faults:
            found = replace(found, first=min(faults, key=lambda fault: fault.account_id))
        progress("verify", found.accounts, len(account_ids))
    return found


@dataclass(frozen=True, slots=True)
class SimulateBatch:
    """Accounts to compare on ``as_of``: the policy of ``policy_version`` against it with a changed file laid over."""

    as_of: date
    account_ids: tuple[str, ...]
    policy_version: str
    changed_name: str
    changed: bytes


def simulate_batch(batch: SimulateBatch) -> Comparison:
    """Compare the accounts of ``batch``. Raises ``Conflict`` when this worker has other policy files."""
    context = _planned_with(batch.policy_version)
    changed = overlaid(batch.changed_name, batch.changed, context.settings.policy_dir)
    return compare_accounts(context, changed, batch.as_of, batch.account_ids)


def simulating_with(context: ServiceContext, engine: Engine, changed_name: str, changed: bytes) -> RunAccounts:
    """``engine`` as the simulation takes it."""
    def run(as_of: date, parts: Sequence[Sequence[str]]) -> Iterable[Comparison]:
        return engine.run(simulate_batch, [
            SimulateBatch(as_of, tuple(part), context.policy.version, changed_name, changed) for part in parts])
    return run


def _planned_with(policy_version: str) -> ServiceContext:
    context = _context()
    if context.policy.version != policy_version:
        raise Conflict("policy_differs", f"a worker has policy {context.policy.version}, "
                       f"the work was planned with {policy_version}")
    return context


_settings: Settings | None = None


def use_settings(settings: Settings) -> None:
    """Let this process, which does nothing but work on batches, take ``settings`` instead of its environment's."""
    global _settings
    _settings = settings
    # What a batch makes goes with its last reference; looking for cycles as often as usual costs a seventh of all time.
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    _context.cache_clear()
    _shelf.cache_clear()


@lru_cache(maxsize=1)
def _context() -> ServiceContext:
    context = bootstrap.start(_settings)
    try:
        bootstrap.must_read_database(context)  # a worker of a cluster has a key from its own environment
    except PortalError:
        context.engine.dispose()
        raise
    return context


@lru_cache(maxsize=1)
def _shelf() -> RuleShelf:
    return RuleShelf(_context().policy)
