"""The plots of docs/evaluation.md as SVG, the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.evaluation_tables import ROOT

IMAGES = ROOT / "docs" / "images"
SHOWN = {
    "portal": ("portal", "#0b5d51", "o"), "grid_interest_free": ("grid, no interest", "#8a5a00", "s"),
    "grid_contract_rate": ("grid, contract rate", "#b3402a", "s"),
    "maximum_concession": ("maximum concession", "#5b4b8a", "^"), "lender_greedy": ("lender-greedy", "#333333", "v"),
    "random_feasible": ("random feasible", "#777777", "x"), "oracle": ("oracle", "#1f6fb2", "D")}
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "evaluation", "font.family": "sans-serif",
                     "font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 80})


def draw(document: dict[str, Any]) -> None:
    """Every plot."""
    IMAGES.mkdir(exist_ok=True)
    _gains(document, IMAGES / "evaluation-gains.svg")
    _survival(document, IMAGES / "evaluation-worlds.svg")
    _recovery(document, IMAGES / "evaluation-recovery.svg")


def _gains(document: dict[str, Any], path: Path) -> None:
    """Both sides' gains, one panel a world."""
    figure, panels = plt.subplots(1, 2, figsize=(10, 4.6), sharex=True, sharey=True)
    for panel, (world, results) in zip(panels, document["results"].items(), strict=True):
        for name, (label, colour, marker) in SHOWN.items():
            debtor, lender = (results[name][side] for side in ("debtor_value", "lender_value_counted"))
            panel.errorbar(100 * debtor["value"], 100 * lender["value"], xerr=_error(debtor), yerr=_error(lender),
                           fmt=marker, color=colour, label=label, markersize=8, capsize=2)
        panel.set_title(f"world {world}")
        panel.set_xlabel("debtors' gain, % of what was owed")
        panel.grid(alpha=0.25)
    panels[0].set_ylabel("lender's gain, % of what was owed")
    _save(figure, path, panels[0])


def _error(figure: dict[str, float]) -> list[list[float]]:
    return [[100 * (figure["value"] - figure["low"])], [100 * (figure["high"] - figure["value"])]]


def _survival(document: dict[str, Any], path: Path) -> None:
    """The reference plan in each world, with what was published."""
    figure, panel = plt.subplots(figsize=(7, 4.2))
    for (name, world), colour in zip(document["worlds"].items(), ("#0b5d51", "#b3402a"), strict=True):
        broken = [0.0, *world["broken_by_month"]]
        panel.plot(range(len(broken)), [100 * one for one in broken], color=colour, label=f"world {name}, simulated")
        for number, known in enumerate(world["published"]):
            middle, half = 50 * (known["least"] + known["most"]), 50 * (known["most"] - known["least"])
            panel.errorbar(known["month"], middle, yerr=half, fmt="o", color=colour, capsize=4, markerfacecolor="white",
                           label=f"{name}, published" if not number else None)
    panel.set_xlabel("month of the reference plan")
    panel.set_ylabel("broken by then, %")
    panel.grid(alpha=0.25)
    panel.legend(frameon=False, fontsize=9)
    _save(figure, path)


def _recovery(document: dict[str, Any], path: Path) -> None:
    """What deals have brought in by each month."""
    figure, panels = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for panel, (world, dates) in zip(panels, document["dates"].items(), strict=True):
        for name, (label, colour, _) in SHOWN.items():
            paid = [0.0, *dates[name]["paid_by_month"]]
            panel.plot(range(len(paid)), [100 * one for one in paid], color=colour, label=label,
                       linewidth=2.6 if name == "portal" else 1.3)
        _label(panel, world)
    panels[0].set_ylabel("paid under deals, % of everything owed")
    _save(figure, path, panels[0])


def _label(panel: Axes, world: str) -> None:
    panel.set_title(f"world {world}")
    panel.set_xlabel("month")
    panel.grid(alpha=0.25)


def _save(figure: Any, path: Path, of: Axes | None = None) -> None:
    """Write it, with the legend ``of`` one panel below all of them."""
    figure.tight_layout(rect=(0, 0.12 if of else 0, 1, 1))
    if of:
        figure.legend(*of.get_legend_handles_labels(), loc="lower center", ncol=len(SHOWN), frameon=False, fontsize=8,
                      columnspacing=1.2, handletextpad=0.4)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
