"""What a test does behind the screens of a running portal: the same services on the same database."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core import bootstrap
from core.db.tables.accounts import accounts
from core.db.tables.identity import users
from core.db.tables.requests import proposals
from core.domain.actor import Actor, Authority, Role
from core.domain.proposal import OPEN_STATES
from core.services import identity, requests, review
from core.services.identity.people import new_token
from core.services.requests import AccountOption, RequestDraft
from core.services.review import QueueFilters
from core.settings import Settings
from portal.web.cookies import Cookies
from tests.browser.people import Person


class Backstage:
    """The services behind a running demo."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.context = bootstrap.start(Settings(DATABASE_URL=database_url, demo=True, var_dir=folder))

    def close(self) -> None:
        """Let go of the database; the next question opens it again."""
        self.context.engine.dispose()

    def actor(self, login: str) -> Actor:
        """The user called ``login``."""
        with self.context.reading() as connection:
            row = connection.execute(sa.select(users).where(users.c.login == login)).one()
        return Actor(row.id, Role(row.role), cardholder_id=row.cardholder_id,
                     authority=Authority(row.authority) if row.authority else None)

    def let_in(self, somebody: Person, login: str) -> None:
        """Sign ``somebody``'s browser in without the form: a session as the portal makes it, in its cookie."""
        binding = new_token()
        ticket = identity.issue_ticket(self.actor(login), self.context, binding)
        token = identity.redeem_ticket(self.context, ticket, binding)
        somebody.page.context.add_cookies([{
            "name": Cookies.of(self.context.settings).session, "value": token, "url": somebody.address,
            "httpOnly": True, "sameSite": "Strict"}])

    def cards(self, login: str) -> tuple[AccountOption, ...]:
        """What ``login`` may ask for, card by card."""
        today = self.context.clock.today()
        return requests.request_options(self.actor(login), self.context, today).accounts

    def sent(self, login: str) -> int:
        """How many requests ``login`` has sent, ever."""
        with self.context.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(proposals).where(
                proposals.c.cardholder_id == self.actor(login).cardholder_id)).scalar_one())

    def send(self, login: str, draft: RequestDraft) -> str:
        """Send a request as ``login``; returns its id."""
        return requests.submit(self.actor(login), self.context, draft, acknowledged=True,
                               idempotency_key=uuid.uuid4().hex).proposal_id

    def take(self, login: str, proposal_id: str) -> None:
        """Put a case into ``login``'s hands."""
        review.claim(self.actor(login), self.context, proposal_id, idempotency_key=uuid.uuid4().hex)

    def state(self, proposal_id: str) -> str:
        """Where a request stands."""
        with self.context.reading() as connection:
            return str(connection.execute(sa.select(proposals.c.state).where(
                proposals.c.id == proposal_id)).scalar_one())

    def take_back(self, login: str) -> None:
        """Withdraw what ``login`` has open, so that the next test finds both cards free."""
        actor = self.actor(login)
        with self.context.reading() as connection:
            waiting = connection.execute(sa.select(proposals.c.id).where(
                proposals.c.cardholder_id == actor.cardholder_id,
                proposals.c.state.in_(OPEN_STATES))).scalars().all()
        for proposal_id in waiting:
            requests.withdraw(actor, self.context, proposal_id, idempotency_key=uuid.uuid4().hex)

    def of_others(self, login: str) -> tuple[str, str]:
        """A request and an account that are not ``login``'s."""
        mine = self.actor(login).cardholder_id
        with self.context.reading() as connection:
            request = connection.execute(sa.select(proposals.c.id).where(
                proposals.c.cardholder_id != mine).limit(1)).scalar_one()
            account = connection.execute(sa.select(accounts.c.id).where(
                accounts.c.cardholder_id != mine).limit(1)).scalar_one()
        return request, account

    def latest_request(self, login: str) -> str:
        """The last request ``login`` sent."""
        with self.context.reading() as connection:
            return str(connection.execute(sa.select(proposals.c.id).where(
                proposals.c.cardholder_id == self.actor(login).cardholder_id,
            ).order_by(proposals.c.submitted_at.desc()).limit(1)).scalar_one())

    def terms(self, proposal_id: str) -> dict[str, Any]:
        """What a request asks for, as it was kept."""
        with self.context.reading() as connection:
            return dict(connection.execute(sa.select(proposals.c.terms).where(
                proposals.c.id == proposal_id)).scalar_one())

    def held_by(self, login: str) -> str:
        """A case in ``login``'s hands: the next one of the queue that they may decide."""
        taken = review.claim_next(self.actor(login), self.context, QueueFilters(within_authority=True),
                                  idempotency_key=uuid.uuid4().hex)
        assert taken is not None, "the demo's queue is empty"
        return taken.proposal_id
