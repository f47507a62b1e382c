"""Editions of the answer to a wish: what a question was answered with once, it is answered with again.

A question says which edition it was put to; one that says nothing is of the first. So what was shown before an
answer learned something new still comes out of its document to the letter, and is told from what was altered.
"""

from __future__ import annotations

FIRST = 1
"""The answer, and what stands in the way."""
SECOND = 2
"""Beside the answer the plan nearest to what was named; a pause answers the whole wish, or is a way to less of it;
what is offered beside instalments keeps to the day named; a settlement that would help is paid on that day."""
LATEST = SECOND
"""What is asked now."""
