"""One day's ageing of a portfolio: days past due, the bucket and the asset classes of every account.

The same as ``core.domain.delinquency`` for each. Columns in: ``oldest_unpaid_due_date``, the oldest due
date whose minimum payment is unpaid. Columns out: ``days_past_due`` (``int64``), ``bucket`` (0 is M0, 7 is
M7+, see ``BUCKETS``), ``class_2011``, ``class_2023`` and ``stricter`` (0 is normal, 4 is loss, see
``ASSET_CLASSES``; ``class_2023`` is -1 on dates before that ladder was in force), all ``int8``.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.delinquency import ASSET_CLASSES, BUCKETS, DelinquencyRule, asset_classes, bucket
from core.domain.errors import InvalidInput
from core.portfolio.arrays import Ints, chunks, day_number, ticks_of

BANDS = ("bucket", "class_2011", "class_2023", "stricter")
NO_CLASS = -1
_CHUNK_ROWS = 32_768
"""Three arrays at a time leave room in the cache for more rows than a projection's many."""
_LONGEST_TABLE = 100_000


def age_accounts(frame: pd.DataFrame, as_of: date, rule: DelinquencyRule) -> pd.DataFrame:
    """Age every account to ``as_of``. Raises ``InvalidInput`` for a missing or mistyped column."""
    column = "oldest_unpaid_due_date"
    if column not in frame:
        raise InvalidInput("column_missing", f"the frame needs a column {column}", field=column)
    past_due, packed = age_days(*ticks_of(frame[column], column), as_of, rule)
    bands = packed.view(np.int8).reshape(-1, len(BANDS)).T
    columns = {"days_past_due": past_due} | dict(zip(BANDS, bands, strict=True))
    return pd.DataFrame(columns, index=frame.index, copy=False)


def age_days(due: Ints, per_day: int, as_of: date, rule: DelinquencyRule) -> tuple[Ints, NDArray[np.uint32]]:
    """Days past due and the four bands packed into 32 bits, for due dates in ticks of ``per_day`` a day."""
    table = band_table(rule)
    today = day_number(as_of) * per_day
    if today < 0:
        raise InvalidInput("date_out_of_range", "portfolios are aged from 1970 on", field="as_of")
    past_due, packed = np.empty(len(due), np.int64), np.empty(len(due), np.uint32)
    nothing = np.zeros(min(len(due), _CHUNK_ROWS), np.int64)  # faster to compare with than the number 0
    for part in chunks(len(due), _CHUNK_ROWS):
        late = past_due[part]
        # No date is the least integer: the difference wraps to a negative number, and so to nothing past due.
        np.subtract(today, due[part], out=late)
        np.maximum(late, nothing[: len(late)], out=late)
        if per_day != 1:
            unsigned = late.view(np.uint64)
            np.floor_divide(unsigned, np.uint64(per_day), out=unsigned)
        np.take(table, late, out=packed[part], mode="clip")
    return past_due, packed


@lru_cache(maxsize=64)
def band_table(rule: DelinquencyRule) -> NDArray[np.uint32]:
    """The four bands for each number of days past due; the last entry holds for all that are more."""
    ladders = [rule.bucket_first_days, rule.ladder_2011, rule.ladder_2023 or (1,)]
    last = max(first_days[-1] for first_days in ladders)
    if last > _LONGEST_TABLE:
        raise InvalidInput("bands_malformed", "a band starts after centuries", field="bands")
    rows = np.empty((last + 1, len(BANDS)), np.int8)
    for dpd in range(last + 1):
        classes = asset_classes(dpd, rule)
        rows[dpd] = (BUCKETS.index(bucket(dpd, rule)), ASSET_CLASSES.index(classes.class_2011),
                     NO_CLASS if classes.class_2023 is None else ASSET_CLASSES.index(classes.class_2023),
                     ASSET_CLASSES.index(classes.stricter))
    return rows.view(np.uint32).reshape(-1)


def bucket_table(rule: DelinquencyRule) -> NDArray[np.int8]:
    """The bucket alone for each number of days past due, the last entry for all that are more."""
    return np.ascontiguousarray(band_table(rule).view(np.int8).reshape(-1, len(BANDS))[:, 0])
