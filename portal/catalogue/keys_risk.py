"""Keys of the risk view in a case that code puts together while running; see ``portal.catalogue.keys``."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.risk.record import Part
from core.domain.risk.view import Ability, Cover, Sign, Willingness
from portal.catalogue.endings import Endings

_AGREEMENTS = (Sign.AGREEMENTS_KEPT, Sign.AGREEMENTS_MISSED)
_SHARES = (Part.PAID_SHARE, Part.PAID_TREND, Part.UTILISATION)

DYNAMIC: Mapping[str, Endings] = {
    "collector.risk.covered.": lambda root: list(Cover),
    "collector.risk.ability.": lambda root: list(Ability),
    "collector.risk.willingness.": lambda root: list(Willingness),
    "collector.risk.meaning.": lambda root: [f"{one}_{other}" for one in Ability for other in Willingness],
    "collector.risk.sign.": lambda root: [sign for sign in Sign if sign not in _AGREEMENTS],
    "collector.risk.part.": lambda root: [part for part in Part if part is not Part.PAID_TREND],
    "collector.risk.trend.": lambda root: ["rose", "fell", "same"],
    "collector.risk.unmeasured.": lambda root: _SHARES,
}
"""Each beginning with where its endings come from: a new part or sign without words fails the check."""
