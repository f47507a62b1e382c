"""Why a person cannot pay as agreed: the reasons a bank may act on.

Source: policy ``p70.eligibility`` (credit-card rules Art. 70, special circumstances) and ``p70.evidence`` (the proofs
that go with each); the list is this product's, in the order people are asked.
"""

from __future__ import annotations

from enum import StrEnum


class HardshipReason(StrEnum):
    """What happened; the words are ``reasons.hardship.<value>``."""

    JOB_LOSS = "job_loss"
    INCOME_DROP = "income_drop"
    BUSINESS_FAILURE = "business_failure"
    ILLNESS = "illness"
    CARING = "caring"
    """Caring for a child, a parent or a sick member of the household."""
    BEREAVEMENT = "bereavement"
    SEPARATION = "separation"
    DISASTER = "disaster"
    OVER_INDEBTED = "over_indebted"
    """Several debts at once, whose payments exceed what is left of the income."""
    OTHER = "other"
