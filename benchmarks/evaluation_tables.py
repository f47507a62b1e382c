"""The tables of docs/evaluation.md, made from benchmarks/evaluation.json: no figure there is typed by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

Document = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
LATEST = ROOT / "benchmarks" / "evaluation.json"
PAGE = ROOT / "docs" / "evaluation.md"
_PLACE = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

NAMES = {
    "portal": "**portal**", "portal_up_to_ceiling": "portal, up to the ceiling by choice",
    "portal_recommended_only": "portal, recommended offer only", "portal_debtor_picks": "portal, debtor picks an offer",
    "grid_interest_free": "grid 12/24/36/60, no interest", "grid_contract_rate": "grid 12/24/36/60, contract rate",
    "maximum_concession": "maximum concession", "lender_greedy": "lender-greedy", "random_feasible": "random feasible",
    "oracle": "full-information oracle", "grid_interest_free_unbound": "grid, no interest, unbound",
    "grid_contract_rate_unbound": "grid, contract rate, unbound",
    "maximum_concession_unbound": "maximum concession, unbound"}
BASELINES = tuple(name for name in NAMES if not name.startswith("portal"))
_STRESSED = ("grid_interest_free", "grid_contract_rate", "maximum_concession", "oracle")


def write_page(document: Document) -> None:
    """Put every table in its place."""
    PAGE.write_text(filled(PAGE.read_text("utf-8"), document), "utf-8")


def filled(text: str, document: Document) -> str:
    """The page with its tables made anew. Raises ``KeyError`` for a table nobody makes."""
    return _PLACE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]](document)}\n\n{found[3]}", text)


def read_latest() -> Document:
    """The report of the last run."""
    document: Document = json.loads(LATEST.read_text("utf-8"))
    return document


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|---|" + "---:|" * (len(headings) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _percent(value: float, digits: int = 1) -> str:
    return f"{100 * value:.{digits}f}"


def _between(figure: dict[str, float]) -> str:
    return f"{100 * figure['value']:+.1f} ({100 * figure['low']:+.1f} to {100 * figure['high']:+.1f})"


def population(document: Document) -> str:
    """What the debtors are like."""
    found = document["population"]
    return _table(("figure", "value"), [
        ("debtors", f"{document['debtors']:,}"),
        ("balance, quartiles", " / ".join(f"{found[name]:,.0f}" for name in (
            "balance_lower_quartile", "balance_median", "balance_upper_quartile"))),
        ("left over each month, median", f"{found['disposable_median']:,.0f}"),
        ("cannot afford the least instalment", f"{_percent(found['nothing_left_share'])} %"),
        ("in hardship", f"{_percent(found['hardship_share'])} %"),
        ("both: in hardship, and cannot afford the least instalment",
         f"{_percent(found['hardship_and_nothing_left_share'])} %"),
        ("one / two / three / four and more months late", " / ".join(_percent(one) for one in (
            *(found[f"months_late_{number}_share"] for number in (1, 2, 3)),
            sum(found[f"months_late_{number}_share"] for number in (4, 5, 6, 7)))) + " %")])


def worlds(document: Document) -> str:
    """Published and fitted."""
    rows = []
    for name, world in document["worlds"].items():
        for known in world["published"]:
            low, high = _percent(known["least"]), _percent(known["most"])
            rows.append((f"`{name}`: broken by month {known['month']}", low if low == high else f"{low} to {high}",
                         _percent(known["fitted"])))
    return _table(("reference plan, %", "published", "simulated"), rows)


def _results(world: str) -> Callable[[Document], str]:
    columns = {"agreement": "deals", "completed_of_deals": "of deals kept", "completed_of_debtors": "of all, kept",
               "recovery": "recovered", "lender_value_counted": "lender", "lender_value": "lender, cash",
               "debtor_value": "debtor", "frontier_gap": "off frontier", "breaching": "breaching"}

    def table(document: Document) -> str:
        results = document["results"][world]
        return _table(("%", *columns.values(), "months in difficulty", "length"), [
            (NAMES[name], *(_percent(figures[ratio]["value"]) for ratio in columns),
             f"{figures['months_in_difficulty']['value']:.1f}", f"{figures['length']['value']:.0f}")
            for name, figures in results.items()])
    return table


def _differences(world: str) -> Callable[[Document], str]:
    columns = {"completed_of_debtors": "of all, kept", "completed_of_deals": "of deals, kept",
               "lender_value_counted": "lender", "lender_value": "lender, cash", "debtor_value": "debtor"}

    def table(document: Document) -> str:
        found = document["differences"][world]
        return _table(("portal less …, points", *columns.values()), [
            (NAMES[name], *(_between(found[name][ratio]) for ratio in columns)) for name in BASELINES])
    return table


def verdicts(document: Document) -> str:
    """Who has more, where the interval leaves no doubt."""
    def word(figure: dict[str, float]) -> str:
        return "more" if figure["low"] > 0 else "**less**" if figure["high"] < 0 else "the same"

    headings = ["portal against …"]
    headings += [f"{side}, `{world}`" for world in document["worlds"] for side in ("lender", "debtor", "kept")]
    return _table(headings, [
        (NAMES[name], *(word(document["differences"][world][name][ratio]) for world in document["worlds"]
                        for ratio in ("lender_value_counted", "debtor_value", "completed_of_debtors")))
        for name in BASELINES])


def dates(document: Document) -> str:
    """When a quarter and half of everything owed had come in, and of each debtor's own."""
    def month(value: int | None) -> str:
        return "never" if value is None else str(value)

    def row(name: str) -> tuple[str, ...]:
        cells = [NAMES[name]]
        for world in document["worlds"]:
            when, reached = document["dates"][world][name], document["results"][world][name]
            cells += [month(when["portfolio_25"]), month(when["portfolio_50"]), *(
                f"{_percent(reached[f'reached_{mark}']['value'])} % ({month(when[f'median_{mark}'])})"
                for mark in (25, 50, 100))]
        return tuple(cells)

    headings = ["month"]
    for world in document["worlds"]:
        headings += [f"`{world}`: 25 % of all", "50 % of all", "debtors at 25 %", "at 50 %", "at 100 %"]
    return _table(headings, [row(name) for name in NAMES])


def elasticity(document: Document) -> str:
    """The portal against those it is close to where payments weigh otherwise than the engine thinks."""
    rows = sorted((one for one in document["elasticity"] if one["strategy"] in _STRESSED),
                  key=lambda one: (BASELINES.index(one["strategy"]), one["world"] != "iva", one["elasticity"]))
    return _table(("portal less …, points", "world", "ε", "of all, kept", "lender", "debtor"), [
        (NAMES[one["strategy"]], f"`{one['world']}`", f"{one['elasticity']:g}",
         *(_between(one["against"][ratio]) for ratio in ("completed_of_debtors", "lender_value_counted",
                                                         "debtor_value"))) for one in rows])


def chances(document: Document) -> str:
    """The chance shown and what came of it."""
    found = document["shown_chances"]
    bins = sorted({one["least"] for rows in found.values() for one in rows})
    by_bin = {world: {one["least"]: one for one in rows} for world, rows in found.items()}
    first = next(iter(by_bin.values()))
    return _table(("chance shown, %", "deals", *(f"kept in `{world}`, %" for world in found)), [
        (_percent(first[least]["shown"]), f"{first[least]['deals']:,}",
         *(_percent(rows[least]["completed"]) for rows in by_bin.values())) for least in bins])


def refitted(document: Document) -> str:
    """The engine with chances of another world."""
    rows = []
    for one in document["refitted"]:
        for world, figures in one["worlds"].items():
            rows.append((f"`{one['fitted_on']}` (× {one['factor']:g})", f"`{world}`", *(
                _percent(figures[ratio]["value"]) for ratio in (
                    "shown_chance", "completed_of_deals", "agreement", "completed_of_debtors", "lender_value_counted",
                    "debtor_value"))))
    return _table(("chances fitted on", "lived in", "chance shown", "of deals kept", "deals", "of all, kept", "lender",
                   "debtor"), rows)


def given_up(document: Document) -> str:
    """What the lender left on the table, and what insisting moved."""
    results = document["results"]
    world = next(iter(results))
    names = [name for name in NAMES if not name.endswith("unbound")]
    return _table(("% of what was owed in the deals", "waived", "short of the best acceptable plan"), [
        (NAMES[name], _percent(results[world][name]["waived"]["value"]),
         _percent(results[world][name]["given_up"]["value"])) for name in names])


def honesty(document: Document) -> str:
    """Trials of the engine."""
    found = document["honesty"]
    loss = found["bluff_lender_loss"] / max(found["bluff_balance"], 1)
    return _table(("tried", "result"), [
        (f"{found['tried']:,} debtors asked again, a third time, or after other wishes",
         f"{found['moved_by_insisting']} answers moved"),
        (f"{found['tried']:,} debtors under another's sex, age band and manner",
         f"{found['moved_by_bystanders']} deals moved"),
        (f"{found['bluffed']:,} debtors who named 70 % of an offer they would have taken",
         f"{_percent(loss)} % of the balance lost to the lender, by the model")])


def groups(document: Document) -> str:
    """By what the portal does not know."""
    words = {"sex": ("one", "the other"), "age_band": ("first", "second", "third", "fourth"),
             "manner": ("calm", "pressing", "silent")}
    return _table(("group", "debtors", "can afford an instalment, %", "deals, %", "waived, % of balance",
                   "chance shown, %"), [
        (f"{one['by'].replace('_', ' ')}: {words[one['by']][one['group']]}", f"{one['debtors']:,}",
         _percent(one["able"]), _percent(one["agreement"]), _percent(one["waived"], 2), _percent(one["completion"]))
        for one in document["groups"]])


def _counterparties(world: str) -> Callable[[Document], str]:
    columns = {"agreement": "deals", "completed_of_deals": "of deals kept", "lender_value_counted": "lender",
               "lender_value": "lender, cash", "debtor_value": "debtor", "frontier_gap": "off frontier",
               "given_up": "given up"}

    def name_of(name: str) -> str:
        if name == "portal":
            return NAMES[name]
        words = name.removeprefix("negmas_").split("_")
        return f"{' '.join(words[:-1]).replace('tit for tat', 'tit-for-tat')} lender, {words[-1]} debtor"

    def table(document: Document) -> str:
        return _table(("%", *columns.values()), [
            (name_of(name), *(_percent(figures[ratio]["value"]) for ratio in columns))
            for name, figures in document["counterparties"]["results"][world].items()])
    return table


def toughness(document: Document) -> str:
    """What holding out brings a debtor."""
    found = document["counterparties"]
    rows = [(f"{one['lender'].replace('_', ' ')}", f"{one['deals']:,}", _percent(one["gained"]))
            for one in found["toughness"]]
    if document["honesty"]["moved_by_insisting"] == 0:
        # What holding out cannot move is the same deal for a tough debtor as for a soft one: all the portal's count.
        agreed = next(iter(found["results"].values()))["portal"]["agreement"]["value"]
        rows.append((NAMES["portal"], f"{round(agreed * found['debtors']):,}", _percent(0)))
    return _table(("lender", "deals", "a tough debtor pays less than a soft one by, % of the balance"), rows)


TABLES: dict[str, Callable[[Document], str]] = {
    "population": population, "worlds": worlds, "results-iva": _results("iva"), "results-dmp": _results("dmp"),
    "differences-iva": _differences("iva"), "differences-dmp": _differences("dmp"), "verdicts": verdicts,
    "dates": dates, "elasticity": elasticity, "chances": chances, "refitted": refitted, "given-up": given_up,
    "honesty": honesty, "groups": groups, "counterparties-iva": _counterparties("iva"),
    "counterparties-dmp": _counterparties("dmp"), "toughness": toughness}
