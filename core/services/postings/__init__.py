"""Facts that reach the bank: payments, purchases, fees, corrections, holds, agreed terms, and their reversal.

Each command is one transaction: the account is brought forward to the day before, the fact meets the books of
its own day, and what follows from it is posted as the difference. ``desk`` has what all of them share.
"""

from core.services.postings.corrections import Correction, adjust, waive
from core.services.postings.debits import Debit, record_cash, record_other_fee, record_purchase
from core.services.postings.disputes import Dispute, hold, release
from core.services.postings.outcome import Posting, Receipt
from core.services.postings.payments import PaymentIn, post_payment
from core.services.postings.reversals import Reversal, reverse
from core.services.postings.terms import AgreedPause, AgreedRateIn, agree_pause, agree_rate

__all__ = [
    "AgreedPause", "AgreedRateIn", "Correction", "Debit", "Dispute", "PaymentIn", "Posting", "Receipt", "Reversal",
    "adjust", "agree_pause", "agree_rate", "hold", "post_payment", "record_cash", "record_other_fee",
    "record_purchase", "release", "reverse", "waive",
]
