"""Twelve weeks of requests on the demo portfolio, in every state, made by the real services.

Each request is a little play told step by step (assess, send, claim, decide, …). The plays are woven
together by time, so that the books read as if the days had passed: nothing is written past the services.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from core.clock import fixed
from core.domain.actor import Actor, Authority
from core.domain.affordability import Outcome
from core.domain.decision import ApproveReason, InformationItem, RefuseReason
from core.domain.decision import Outcome as Decided
from core.domain.errors import AuthorityExceeded, Conflict, InvalidInput
from core.domain.proposal import ProposalKind
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
)
from core.services import assessments, requests, review
from core.services.context import ServiceContext
from core.services.demo.fates import Fate, office_hours
from core.services.demo.lists import lists
from core.services.demo.people import Person
from core.services.demo.talks import Talker, talk
from core.services.progress import Progress
from core.services.request_expiry import expire_unanswered

_STEP = 40
_REASONS = {
    ProposalKind.EXTENSION: ApproveReason.SHORT_DELAY, ProposalKind.PERSONALISED_AGREEMENT: ApproveReason.AFFORDABLE,
    ProposalKind.SETTLEMENT: ApproveReason.ENDS_THE_DEBT, ProposalKind.TOKEN_PAYMENT: ApproveReason.HARDSHIP_SHOWN,
    ProposalKind.PAUSE: ApproveReason.HARDSHIP_SHOWN, ProposalKind.PROMISE_TO_PAY: ApproveReason.PROMISE_TAKEN}

Play = Iterator[datetime]
"""Yields the instant of its next step and carries the step out when it is resumed."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A person with the account they ask for."""

    actor: Actor
    person: Person
    account_id: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who decides: an L1 collector, an L2 team lead, an L3 supervisor."""

    collector: Actor
    teamlead: Actor
    supervisor: Actor

    def holder_of(self, level: Authority) -> Actor | None:
        """Who may grant what needs ``level``; None: nobody here may."""
        return {Authority.L1: self.collector, Authority.L2: self.teamlead, Authority.L3: self.supervisor}.get(level)


def play_all(plays: Sequence[Play], progress: Progress) -> None:
    """Carry out every step of every play in the order of their instants."""
    waiting: list[tuple[datetime, int, Play]] = []
    for number, play in enumerate(plays):
        first = next(play, None)
        if first is not None:
            heapq.heappush(waiting, (first, number, play))
    done = 0
    while waiting:
        _, number, play = heapq.heappop(waiting)
        following = next(play, None)
        if following is not None:
            heapq.heappush(waiting, (following, number, play))
            continue
        done += 1
        if done % _STEP == 0 or done == len(plays):
            progress("requests", done, len(plays))


def request_play(random: Random, context: ServiceContext, asker: Asker, cast: Cast, fate: Fate, key: str,
                 now: datetime) -> Play:
    """One request from the assessment to its end."""
    at = fate.sent_at - timedelta(minutes=random.randint(20, 90))
    yield at
    found = assessments.finish(asker.actor, _at(context, at), asker.person.household, f"{key}-assess")
    sent = (yield from talk(context, Talker(asker.actor, asker.account_id), key, fate.sent_at)) if fate.talks else None
    if sent is None:
        yield fate.sent_at
        sent = _send(random, _at(context, fate.sent_at), asker, key, fate.kind)
    if sent is None or fate.ending == "waiting":
        return
    proposal_id, kind, level = sent
    hardly = kind is ProposalKind.PERSONALISED_AGREEMENT and found.outcome in (Outcome.NO_INCOME, Outcome.NO_SURPLUS)
    if hardly and fate.ending == "approved" and random.random() < 0.8:
        fate = replace(fate, ending="refused")
    stage = _Stage(random, context, asker, cast, proposal_id, kind, key, now)
    yield from stage.play(fate, level)


def _at(context: ServiceContext, instant: datetime) -> ServiceContext:
    """The services as they were at ``instant``."""
    return replace(context, clock=fixed(instant))


def _send(random: Random, context: ServiceContext, asker: Asker, key: str, kind: ProposalKind | None
          ) -> tuple[str, ProposalKind, Authority] | None:
    """Send a request a person in this position might send; None where the rules leave nothing to ask for."""
    draft = _draft(random, context, asker, kind)
    if draft is None:
        return None
    shown = requests.preview(asker.actor, context, draft, context.clock.today())
    if kind is not None and shown.nearest_terms is not None:
        # The assistant offers only what passes.
        draft = replace(draft, terms=shown.nearest_terms)
        shown = requests.preview(asker.actor, context, draft, context.clock.today())
    if not shown.may_send:
        return None
    sent = requests.submit(asker.actor, context, draft, acknowledged=True, idempotency_key=f"{key}-submit")
    return sent.proposal_id, draft.kind, shown.needed_authority.level


def _draft(random: Random, context: ServiceContext, asker: Asker,
           wanted: ProposalKind | None) -> requests.RequestDraft | None:
    options = requests.request_options(asker.actor, context, context.clock.today())
    option = next(one for one in options.accounts if one.account_id == asker.account_id)
    if option.blocked_by is not None:
        return None
    short = option.days_past_due <= 60 and ProposalKind.EXTENSION in option.kinds and random.random() < 0.55
    kind = wanted or (ProposalKind.EXTENSION if short else ProposalKind.PERSONALISED_AGREEMENT)
    terms: Terms
    if wanted is not None:
        terms = _rare_terms(option, wanted, context.clock.today())
    elif short:
        terms = ExtensionTerms(random.choice((7, 10, 14, 15, 21, 30, 30, 45, 60)))
    elif option.suggested_agreement is not None and random.random() < 0.75:
        terms = option.suggested_agreement
    else:
        first = option.first_due_from + timedelta(days=random.randint(0, 20))
        terms = AgreementTerms(random.choice((12, 18, 24, 24, 36, 48, 60)), first)
    note = random.choice(lists()["notes"][kind.value]) if random.random() < 0.7 else ""
    return requests.RequestDraft(asker.account_id, kind, terms, asker.person.hardship, note)


def _rare_terms(option: requests.AccountOption, kind: ProposalKind, today: date) -> Terms:
    """What somebody would hope for; ``requests.preview`` knows the nearest that passes."""
    match kind:
        case ProposalKind.SETTLEMENT:
            return SettlementTerms(option.balance_minor * 9 // 10, today + timedelta(days=12))
        case ProposalKind.TOKEN_PAYMENT:
            return TokenPaymentTerms(5_000, 6, option.first_due_from)
        case ProposalKind.PAUSE:
            return PauseTerms(2)
        case _:
            return PromiseTerms(max(option.amount_due_minor, 1), today + timedelta(days=5))


@dataclass(slots=True)
class _Stage:
    """A request that has been sent, and everybody who has to do with it."""

    random: Random
    context: ServiceContext
    asker: Asker
    cast: Cast
    proposal_id: str
    kind: ProposalKind
    key: str
    now: datetime

    def play(self, fate: Fate, level: Authority) -> Play:
        """What becomes of the request."""
        ends = office_hours(fate.sent_at + fate.takes, self.now)
        match fate.ending:
            case "in_review":
                yield self.now - timedelta(minutes=4)
                self._claim(self.cast.teamlead, self.now - timedelta(minutes=4))
            case "asked":
                yield ends
                self._ask(ends)
            case "referred":
                yield ends
                self._refer(ends)
            case "withdrawn":
                yield ends
                requests.withdraw(self.asker.actor, _at(self.context, ends), self.proposal_id,
                                  idempotency_key=f"{self.key}-withdraw")
            case "expired":
                yield from self._expire(fate)
            case _:
                yield from self._decide(fate, level, ends)

    def _decide(self, fate: Fate, level: Authority, ends: datetime) -> Play:
        start = fate.sent_at + (ends - fate.sent_at) * 0.4
        if fate.asked_first:
            yield start
            self._ask(start)
            start += (ends - start) * 0.5
            yield start
            requests.answer_information_request(self.asker.actor, _at(self.context, start), self.proposal_id,
                                                lists()["messages"]["answer"], idempotency_key=f"{self.key}-answer")
        approving = fate.ending == "approved"
        decider = self.cast.holder_of(level) if approving else self.cast.collector
        if decider is None or (approving and level is not Authority.L1):
            start += (ends - start) * 0.5
            yield start
            self._refer(start)
        if decider is None:
            return  # a balance for the committee: it waits
        yield ends
        self._conclude(decider, ends, approving)

    def _conclude(self, decider: Actor, at: datetime, approving: bool) -> None:
        context, words = _at(self.context, at), lists()["messages"]
        try:
            version = self._claim(decider, at)
            if approving:
                reasons = [_REASONS[self.kind]]
                review.approve(decider, context, self.proposal_id, expected_version=version, reasons=reasons,
                               message=words["approved"], internal_note=words["recommendation"],
                               idempotency_key=f"{self.key}-approve")
            else:
                reason = self.random.choice((RefuseReason.NOT_AFFORDABLE, RefuseReason.NOT_AFFORDABLE,
                                             RefuseReason.HARDSHIP_NOT_SHOWN, RefuseReason.WITHIN_ABILITY,
                                             RefuseReason.EVIDENCE_MISSING))
                review.refuse(decider, context, self.proposal_id, expected_version=version, reasons=[reason],
                              message=words["refused"], idempotency_key=f"{self.key}-refuse")
        except (AuthorityExceeded, Conflict, InvalidInput):
            return  # the balance grew past a bound meanwhile: the case stays where it is, as it would

    def _expire(self, fate: Fate) -> Play:
        asked_at = fate.sent_at + timedelta(hours=5)
        yield asked_at
        self._ask(asked_at)
        over = asked_at + timedelta(days=16)
        if over < self.now:
            yield over
            expire_unanswered(_at(self.context, over))

    def _claim(self, who: Actor, at: datetime) -> int:
        return review.claim(who, _at(self.context, at), self.proposal_id,
                            idempotency_key=f"{self.key}-claim-{at.isoformat()}").version

    def _ask(self, at: datetime) -> None:
        version = self._claim(self.cast.collector, at)
        review.request_information(
            self.cast.collector, _at(self.context, at), self.proposal_id, expected_version=version,
            items=[InformationItem.INCOME_OR_BANK_FLOW], message=lists()["messages"]["information"],
            idempotency_key=f"{self.key}-ask")

    def _refer(self, at: datetime) -> None:
        version = self._claim(self.cast.collector, at)
        review.refer(self.cast.collector, _at(self.context, at), self.proposal_id, expected_version=version,
                     recommendation=Decided.APPROVED, internal_note=lists()["messages"]["recommendation"],
                     idempotency_key=f"{self.key}-refer")
