"""``allocate`` and ``bucket``: what the days past due decide."""

from __future__ import annotations

from core.domain.allocation import Outstanding
from core.domain.allocation import allocate as allocate_payment
from core.domain.delinquency import asset_classes
from core.domain.delinquency import bucket as bucket_of
from core.policy.rules.account import allocation_rule, delinquency_rule
from core.services.calculator.fields import Absent, Amount, Day, DaysPastDue, Input, Output, Yuan
from core.services.calculator.kinds import Book


class OutstandingInput(Input):
    """What is owed, by component."""

    fees: Amount
    interest: Amount
    principal: Amount

    def owed(self) -> Outstanding:
        """The same for the domain."""
        return Outstanding(self.fees, self.interest, self.principal)


class OutstandingOutput(Output):
    """Amounts by component."""

    fees: Yuan
    interest: Yuan
    principal: Yuan

    @classmethod
    def of(cls, owed: Outstanding) -> OutstandingOutput:
        """From the domain's."""
        return cls(fees=owed.fees_minor, interest=owed.interest_minor, principal=owed.principal_minor)


class AllocateInput(Input):
    """What ``allocate`` reads."""

    amount: Amount
    days_past_due: DaysPastDue
    outstanding: OutstandingInput
    as_of: Day | Absent = None


class AllocateOutput(Output):
    """What ``allocate`` writes."""

    applied: OutstandingOutput
    remaining: OutstandingOutput
    unapplied: Yuan
    policy_version: str


def allocate(given: AllocateInput, book: Book) -> AllocateOutput:
    """Which part of the debt a payment pays first."""
    policy = book().on(given.as_of or book().newest_date)
    result = allocate_payment(given.amount, given.days_past_due, given.outstanding.owed(), allocation_rule(policy))
    return AllocateOutput(
        applied=OutstandingOutput.of(result.applied), remaining=OutstandingOutput.of(result.remaining),
        unapplied=result.unapplied_minor, policy_version=policy.version)


class BucketInput(Input):
    """What ``bucket`` reads."""

    days_past_due: DaysPastDue
    as_of: Day | Absent = None


class BucketOutput(Output):
    """What ``bucket`` writes; the class of 2023 is null on dates before that rule."""

    bucket: str
    asset_class_2011: str
    asset_class_2023: str | None
    asset_class: str
    policy_version: str


def bucket(given: BucketInput, book: Book) -> BucketOutput:
    """The band of days past due and the asset classes that go with it."""
    policy = book().on(given.as_of or book().newest_date)
    rule = delinquency_rule(policy)
    classes = asset_classes(given.days_past_due, rule)
    return BucketOutput(bucket=bucket_of(given.days_past_due, rule), asset_class_2011=classes.class_2011,
                        asset_class_2023=classes.class_2023, asset_class=classes.stricter,
                        policy_version=policy.version)
