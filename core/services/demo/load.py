"""Fill an empty database with the demo portfolio; never one that holds anything else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import sqlalchemy as sa

from core.clock import fixed
from core.db.tables.accounts import accounts, cardholders, imports
from core.db.tables.identity import users
from core.db.tables.records import audit_log
from core.domain.actor import SYSTEM
from core.domain.errors import Conflict, InvalidInput
from core.services import records
from core.services.context import ServiceContext
from core.services.demo.journeys import play_requests
from core.services.demo.portfolio import SOURCE, make_portfolio
from core.services.demo.users import create_demo_users, must_be_demo
from core.services.importing.load import Batch, LoadReport, file_sha256, load
from core.services.progress import Progress, quiet

SEED = 20261122
ACCOUNTS = 2_000
MOST_ACCOUNTS = 50_000
_MARK = "demo"
"""The last step of a load leaves an audit row about this kind of object."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo holds after loading."""

    as_of: date
    people: int
    loaded: LoadReport
    requests: int


def ensure_loaded(context: ServiceContext, progress: Progress = quiet, *, count: int = ACCOUNTS) -> bool:
    """Load the demo unless it is there, or finish a load that was cut short; one quick query when all is there.

    True when it wrote anything. Raises ``Conflict`` when the database holds accounts that are not the demo's.
    """
    must_be_demo(context)
    with context.reading() as connection:
        if _is_complete(connection):
            return False
        begun = connection.execute(sa.select(imports.c.options).where(imports.c.kind == SOURCE).limit(1)).scalar()
        if begun is None and not _is_empty(connection):
            raise Conflict("database_not_demo", "the database holds accounts or users of its own: start without "
                           "PORTAL_DEMO, or point it at an empty database")
    if begun is None:
        load_demo(context, count=count, progress=progress)
    else:
        _carry_on(context, int(begun["seed"]), int(begun["accounts"]), date.fromisoformat(begun["as_of"]), progress)
    return True


def load_demo(context: ServiceContext, *, seed: int = SEED, count: int = ACCOUNTS, as_of: date | None = None,
              progress: Progress = quiet) -> DemoReport:
    """Load people, cards and their histories, sign-ins, assessments and requests.

    The same seed, count and day give the same accounts with the same ids. Raises ``NotFound`` outside demo
    mode, ``Conflict("database_not_empty")`` when there is anything already, ``InvalidInput`` for a count
    or a day out of range.
    """
    must_be_demo(context)
    as_of = as_of or context.clock.today()
    if not 1 <= count <= MOST_ACCOUNTS:
        raise InvalidInput("count_out_of_range", f"1 to {MOST_ACCOUNTS} accounts", field="accounts")
    if as_of > context.clock.today():
        raise InvalidInput("as_of_in_future", "the demo cannot stand at a future day", field="as_of")
    with context.reading() as connection:
        if not _is_empty(connection):
            raise Conflict("database_not_empty", "the demo is loaded into an empty database only")
    return _carry_on(context, seed, count, as_of, progress)


def _carry_on(context: ServiceContext, seed: int, count: int, as_of: date, progress: Progress) -> DemoReport:
    """Every step leaves alone what it finds done, so a load that was cut short is finished by another."""
    portfolio = make_portfolio(context.policy, seed, count, as_of, progress)
    opened = replace(context, clock=fixed(datetime.combine(as_of - timedelta(days=120), time(1), UTC)))
    batch = Batch(SOURCE, SOURCE, as_of, file_sha256(f"{seed} {count} {as_of}".encode()),
                  options={"seed": seed, "accounts": count, "as_of": as_of.isoformat()})
    loaded = load(SYSTEM, opened, portfolio.bundles, batch, progress=progress, make_id=_ids(seed))
    staff = create_demo_users(opened, portfolio)
    today = as_of == context.clock.today()
    now = context.clock.now() if today else datetime.combine(as_of, time(4), UTC)
    requests = play_requests(context, portfolio, staff, seed, now, progress)
    with context.writing() as connection:
        records.audit(connection, SYSTEM, "demo_loaded", _MARK, SOURCE, now, seed=seed, accounts=count)
    return DemoReport(as_of, len(portfolio.people), loaded, requests)


def _ids(seed: int) -> Callable[[], str]:
    """Ids of the shape of ``new_id``, the same ones each time. Fit for synthetic rows only."""
    random = Random(f"ids {seed}")  # noqa: S311 - ids of synthetic people
    return lambda: base64.urlsafe_b64encode(random.randbytes(16)).rstrip(b"=").decode()


def _is_complete(connection: sa.Connection) -> bool:
    return connection.execute(sa.select(audit_log.c.sequence).where(
        audit_log.c.object_kind == _MARK, audit_log.c.object_id == SOURCE).limit(1)).first() is not None


def _is_empty(connection: sa.Connection) -> bool:
    return not any(connection.execute(sa.select(table.c.id).limit(1)).first()
                   for table in (accounts, cardholders, users))
