"""How to reach the bank: the installation's number, or the one on the card."""

from __future__ import annotations

from portal.i18n import t
from portal.wiring import services


def line() -> str:
    """The bank's number as it stands in a sentence (``{bank}`` in the catalogues)."""
    phone = services().settings.bank_line
    return t("common.bank.number", phone=phone) if phone else t("common.bank.on_card")
