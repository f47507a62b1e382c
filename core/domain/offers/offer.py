"""What is shown and stored: an offer of any kind, an answer to a wish, a refusal with its way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.evaluation import financed_minor
from core.domain.offers.model import Bound, Facts, Ledger, OfferKind, Slack
from core.domain.offers.plan import Option
from core.domain.plan_shape import LEVEL, PlanShape, runs
from core.domain.request_terms import PERIODS_PER_YEAR
from core.domain.schedule import annualised_rate


@dataclass(frozen=True, slots=True)
class Constraint:
    """One line of an offer's ledger; ``binding``: without it a better offer of the same kind would exist."""

    name: Bound
    slack: Slack
    binding: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """So many equal instalments from a day on, in fen; the plan's very last may be a few fen less."""

    first_due_date: date
    count: int
    instalment_minor: int


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of any kind, money in fen. ``label`` says what it is best at, or its kind.

    ``annualised_percent`` follows PBOC announcement 2021 No. 3. ``lender_value_minor`` is for collectors.
    """

    label: str
    kind: OfferKind
    months: int
    frequency: Frequency
    count: int
    first_due_date: date
    last_due_date: date
    instalment_minor: int
    monthly_minor: int
    total_minor: int
    annual_rate: Decimal
    annualised_percent: Decimal
    completion: Decimal
    authority: Authority
    lender_value_minor: int
    constraints: tuple[Constraint, ...]
    down_payment_minor: int = 0
    financed_minor: int = 0
    interest_free_months: int = 0
    late_fee_waived_minor: int = 0
    interest_waived_minor: int = 0
    principal_waived_minor: int = 0
    shape: PlanShape = LEVEL
    stages: tuple[Stage, ...] = ()
    """Where instalments differ: its stretches in order. ``instalment_minor`` is the dearest."""
    days: int = 0
    """Length of an extension; its last day may lie later, because a day off moves it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """To what was asked. ``reason`` is a code: ``offer_stands``, ``meets_every_limit``, or the name of a bound."""

    accepted: bool
    plan: Offer | None
    reason: str
    as_named: Offer | None = None
    """Beside it the plan nearest to the instalment or the length that was named, where that is another one."""


@dataclass(frozen=True, slots=True)
class Change:
    """By how much one constraint would have to give way, and the plan that then passes everything else."""

    name: Bound
    amount: Slack
    plan: Offer


@dataclass(frozen=True, slots=True)
class Infeasible:
    """Nothing meets everything: what stands in the way and what would help, the smallest change first.

    ``binding`` is None when no single constraint does: then a person looks.
    """

    binding: Bound | None
    nearest: tuple[Change, ...]

    @property
    def smallest_change(self) -> Change | None:
        """The change to be named first."""
        return self.nearest[0] if self.nearest else None


def offer_of(label: str, option: Option, facts: Facts, binding: frozenset[Bound] = frozenset()) -> Offer:
    """An instalment plan as an offer."""
    terms, given = option.terms, option.terms.concession
    return Offer(
        label, OfferKind.PERSONALISED_AGREEMENT, terms.months, terms.frequency, len(option.schedule.instalments),
        terms.first_due_date, option.last_due_date, option.instalment_minor, option.monthly_minor, option.total_minor,
        terms.price.annual_rate, annualised_rate(option.schedule).monthly_irr_x12, option.completion, option.authority,
        option.lender_value_minor, ledger_lines(option.slacks, binding), given.down_payment_minor,
        financed_minor(terms, facts), terms.price.interest_free_months, given.late_fee_waived_minor,
        given.interest_waived_minor, shape=terms.shape, stages=_stages(option))


def _stages(option: Option) -> tuple[Stage, ...]:
    terms, rows = option.terms, option.schedule.instalments
    if terms.shape.is_level:
        return ()
    sizes = terms.shape.sizes([row.due_date for row in rows], PERIODS_PER_YEAR[terms.frequency])
    return tuple(Stage(rows[first].due_date, count, rows[first].amount_minor) for first, count in runs(sizes))


def ledger_lines(ledger: Ledger, binding: frozenset[Bound] = frozenset()) -> tuple[Constraint, ...]:
    """The ledger in its order."""
    return tuple(Constraint(name, slack, name in binding) for name, slack in ledger.items())
