"""Which level a case needs and which one the reader holds, and what each level may grant."""

from __future__ import annotations

from core.services.case_model import AuthorityView, LevelGrant
from portal.components.money import plain, table
from portal.i18n import money, percent, t, tn


def authority(view: AuthorityView) -> str:
    """Which level it needs, which one the reader holds, and what to do if that is not enough."""
    held = view.held.value if view.held else t("collector.authority.none")
    lines = [t("collector.authority.needs", level=view.need.level.value,
               because=t(f"collector.authority.because.{view.need.limit}"), held=held)]
    if view.recommendation is not None:
        lines.append(t(f"collector.authority.recommended.{view.recommendation}", by=plain(view.recommended_by or "")))
    if view.obstacle is not None:
        lines.append(f"**{t(f'collector.authority.obstacle.{view.obstacle}', level=view.need.level.value)}**")
    return "\n\n".join(lines)


def levels(view: AuthorityView) -> str:
    """What each level may grant."""
    rows = [(level.level.value, tn("common.days", level.extension_days),
             tn("common.months", level.plan_months) if level.plan_months else t("collector.authority.nothing"))
            for level in view.levels]
    heads = [t("collector.authority.level"), t("collector.authority.extension"), t("collector.authority.plan")]
    large = t("collector.authority.large", amount=money(view.large_balance_minor), level=view.large_balance_level.value)
    return "\n\n".join([table(heads, rows), _waivers(view), large])


def _waivers(view: AuthorityView) -> str:
    """What each level may give up of what is owed: lines, because the column is narrow."""
    nothing = t("collector.authority.nothing")
    lines = [t("collector.authority.gives_up", level=level.level.value, fees=_fees(level),
               interest=percent(level.interest_ratio) if level.interest_ratio else nothing,
               principal=t("collector.authority.from_days", length=tn("common.days", level.principal_from_days))
               if level.principal_from_days is not None else nothing) for level in view.levels]
    return t("collector.authority.waivers") + "\n\n" + "\n".join(f"- {line}" for line in lines)


def _fees(level: LevelGrant) -> str:
    share = percent(level.late_fee_ratio)
    if level.late_fee_amount_minor is None:
        return share
    return t("collector.authority.up_to", share=share, amount=money(level.late_fee_amount_minor))
