"""``python -m portal.catalogue``: prints every fault and exits 1 if there is any. Part of ``make check``."""

from __future__ import annotations

import sys

from portal.catalogue.check import CHINESE, ROOT, catalogues, check
from portal.catalogue.keys import DYNAMIC


def main() -> int:
    """Print the faults; the exit status."""
    faults = check(ROOT, DYNAMIC)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} fault(s) in the message catalogues", file=sys.stderr)
        return 1
    texts, _ = catalogues(ROOT)
    print(f"{len(texts[CHINESE])} texts in {len(texts)} languages: complete")
    return 0


if __name__ == "__main__":
    sys.exit(main())
