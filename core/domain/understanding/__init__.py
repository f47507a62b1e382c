"""Understanding free text by a fixed grammar: what somebody in arrears asks, offers and tells.

The same words are always read the same way, by rules and lists of words anybody can look up. What is
uncertain is asked back and never guessed, and nothing understood grants anything.
"""

from core.domain.understanding.reading import understand
from core.domain.understanding.result import LastOffer, Understanding, Wish

__all__ = ["LastOffer", "Understanding", "Wish", "understand"]
