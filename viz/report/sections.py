"""The report's sections as plain data: the content of each table and figure, ready for report.html to lay out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.analysis.effects import CELLS, QUESTION, REACHES, SIDES
from experiments.analysis.over_seeds import by_seed, means, quantile_paths, summarise_arms
from experiments.analysis.statistics import Interval
from experiments.analysis.table import is_money
from experiments.analysis.withdrawal import around_withdrawal
from model.indicators.summary import AT_WITHDRAWAL, declaration
from model.policy.policy import Policy
from viz.figures.charts import HIGHEST, LOWEST, MEDIAN, Fan, Frame, fan_panel, frame_of, interval_plot, stacked_bar
from viz.figures.standalone import download_link
from viz.figures.styles import style_slots, swatch
from viz.report import wording

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison

GAINS = {
    "by layer of industry": ("gain_traditional", "gain_emerging", "gain_future"),
    "by size of user": ("gain_small", "gain_large"),
    "by region": ("gain_best_region", "gain_worst_region"),
}
_SPENT_PARTS = ("budget_placed", "budget_leaked", "budget_administration", "budget_returned")
BONSAI = ("bonsai_dependence_at_withdrawal", "bonsai_dependent_share_at_withdrawal", "bonsai_exit_excess")


class ReportContent:
    """The content that all sections share: the comparison, its policies in order, and the indicators shown so far."""

    def __init__(self, comparison: "Comparison", order: Sequence[Policy]) -> None:
        self.comparison = comparison
        self.order = order
        self.reference = comparison.reference
        self.standing = comparison.standing
        self.slots = style_slots(order)
        self.rows: list[dict[str, Any]] = [
            {
                "name": policy.name,
                "swatch": Markup(swatch(self.slots[policy.name])),
                "money": self.standing[policy.name],
                "reference": policy.name == comparison.reference,
            }
            for policy in order
        ]
        self.headlines = list(dict.fromkeys(comparison.table["indicator"]))
        self.used: set[str] = set()

    def present(self, names: Sequence[str]) -> list[str]:
        """Return the indicators of which the runs hold at least one number."""
        return [name for name in names if name in self.comparison.runs and self.comparison.runs[name].notna().any()]

    def declared(self, name: str, label: str = "") -> dict[str, str]:
        """Return an indicator's label, unit and direction for a caption, and note that it needs a definition."""
        entry = declaration(name)
        self.used.add(entry.name)
        return {"label": label or wording.plain(name), "unit": entry.unit, "better": entry.better}

    def summary(self, name: str, absolute: bool = False) -> pd.DataFrame:
        """Return an indicator per policy as in `over_seeds.summarise_arms`: differences, or means if `absolute`."""
        values = by_seed(self.comparison.runs, self.comparison.policies, name)
        return summarise_arms(values, None if absolute else self.reference)


def _scale(found: Sequence[Interval]) -> tuple[float, float]:
    """Return a range for small interval plots that holds every interval and zero, with a margin."""
    bounds = [value for interval in found for value in interval if np.isfinite(value)] + [0.0]
    margin = 0.06 * (max(bounds) - min(bounds)) or 1.0
    return min(bounds) - margin, max(bounds) + margin


def _decimals(found: Sequence[Interval]) -> int:
    return wording.places(value for interval in found for value in interval)


def _cell(gap: Interval, decimals: int, scale: tuple[float, float], slot: int, signed: bool = True) -> dict[str, Any]:
    """Return a difference (or a mean, unsigned) as text: number, interval and small plot."""
    return {
        "mean": wording.number(gap.mean, decimals, signed),
        "span": wording.span(gap, decimals),
        "plot": Markup(interval_plot(*gap, scale, slot)),
    }


def headline(page: ReportContent, name: str) -> dict[str, Any]:
    """Return a headline indicator's table: a row per policy with all that the comparison's table holds on it."""
    declared = page.declared(name)
    table = page.comparison.table.query("indicator == @name").set_index("policy")
    found = _intervals(table, ("difference", "low", "high"))
    per_unit = _intervals(table, ("per_unit", "per_unit_low", "per_unit_high"))
    decimals, unit_decimals = _decimals(list(found.values())), _decimals(list(per_unit.values()))
    level_decimals = min(decimals, wording.places(table["mean"]) + 2)
    placed_decimals, seeds = wording.places(table["money_placed"]), len(page.comparison.seeds)
    rows = []
    for row in page.rows:
        own, gain = table.loc[row["name"]], per_unit[row["name"]]
        rows.append(
            row
            | _cell(found[row["name"]], decimals, _scale(list(found.values())), page.slots[row["name"]])
            | {
                "level": wording.number(own["mean"], level_decimals),
                "reached": f"{own['n_own']:.0f} of {seeds} seeds" if own["n_own"] < seeds else "",
                "pairs": f"{own['n']:.0f} pairs" if own["n"] < seeds else "",
                "reading": own["reading"],
                "share": wording.share(own["share_better"]),
                "p": wording.probability(own["p_holm"]),
                "rank": wording.DASH if pd.isna(own["rank"]) else own["rank"],
                "placed": wording.number(own["money_placed"], placed_decimals),
                "per_unit": wording.number(gain.mean, unit_decimals, signed=True),
                "per_unit_span": wording.span(gain, unit_decimals),
            }
        )
    per_unit_shown = "unequal" in page.standing.values() and is_money(declaration(name))
    return declared | {"rows": rows, "per_unit": per_unit_shown}


def _intervals(table: pd.DataFrame, columns: Sequence[str]) -> dict[str, Interval]:
    """Rows of a table as intervals by the table's index."""
    return {str(name): Interval(*row) for name, *row in table[list(columns)].itertuples(name=None)}


def grid(page: ReportContent) -> dict[str, Any]:
    """Return the 2x2: each cell's difference to the reference, and the effects, for each of its indicators."""
    filled = page.comparison.cells
    tables = []
    for name in page.present(QUESTION) if filled else []:
        gaps = _intervals(page.summary(name), ("mean", "low", "high"))
        rows = page.comparison.effects.query("indicator == @name").set_index("effect")
        effects = _intervals(rows, ("mean", "low", "high"))
        shown = [gaps[policy] for policy in filled.values()] + list(effects.values())
        style = _decimals(shown), _scale(shown)
        tables.append(
            page.declared(name)
            | {
                "cells": {
                    cell: {"name": policy, "money": page.standing[policy]}
                    | _cell(gaps[policy], *style, page.slots[policy])
                    for cell, policy in filled.items()
                },
                "effects": {effect: _cell(gap, *style, 1) for effect, gap in effects.items()},
            }
        )
    return {
        "tables": tables,
        "missing": [f"{side} side, {reach}" for side, reach in CELLS if (side, reach) not in filled],
        "unequal": [policy for policy in filled.values() if page.standing[policy] == "unequal"],
        "sides": SIDES,
        "reaches": REACHES,
    }


def matrix(
    page: ReportContent, columns: Sequence[tuple[dict[str, str], pd.DataFrame]], absolute: bool = False
) -> dict[str, Any]:
    """Return a row per policy and a column per (declaration, summary over seeds), with intervals in the cells.

    The cells are differences to the reference, whose own row gives its means; `absolute`: all rows give means.
    Columns of one unit share decimals and the scale of their plots.
    """
    found = [_intervals(summary, ("mean", "low", "high")) for _, summary in columns]
    units = [declared["unit"] for declared, _ in columns]
    rows: list[dict[str, Any]] = [
        row | {"cells": [], "reference": row["reference"] and not absolute} for row in page.rows
    ]
    for (_, summary), own, own_unit in zip(columns, found, units, strict=True):
        alike = [gap for unit, column in zip(units, found, strict=True) if unit == own_unit for gap in column.values()]
        decimals = _decimals(alike)
        level_decimals = min(decimals, wording.places(summary["level"]) + 2)
        for row in rows:
            cell = _cell(own[row["name"]], decimals, _scale(alike), page.slots[row["name"]], not absolute)
            row["cells"].append(cell | {"level": wording.number(summary["level"][row["name"]], level_decimals)})
    unit = units[0] if len(set(units)) == 1 else ""
    return {"columns": [declared for declared, _ in columns], "rows": rows, "unit": unit}


def alike(page: ReportContent, name: str) -> str:
    """Return the one sentence on an indicator that is the same under every policy; empty where it is not.

    It has no value in any run, or no difference to the reference, or is a share that ends within 1 % everywhere.
    """
    table = page.comparison.table[page.comparison.table["indicator"] == name]
    label, levels = wording.capital(wording.plain(name)), table["mean"].dropna()
    if levels.empty:
        reached = "is reached in no run" if page.declared(name)["unit"] == "quarter" else "has no value in any run"
        return f"{label} {reached}."
    gaps = table[["difference", "low", "high"]].dropna()
    identical = len(levels) == len(table) and len(table) > 1 and bool((gaps == 0.0).all(axis=None)) and len(gaps) > 0
    is_share = page.declared(name)["unit"].startswith("share")
    if identical or (is_share and len(levels) == len(table) > 1 and float(levels.max() - levels.min()) <= SAME_SHARE):
        return f"{label} ends at {wording.number(float(levels.mean()), 2)} under every policy."
    return ""


SAME_SHARE = 0.01
"""Shares that differ by no more are the same to a reader."""


def withdrawal(page: ReportContent) -> list[dict[str, Any]]:
    """Return a table per headline indicator: when policy ends, at the end of the run, and the change in between."""
    tables = []
    for name in page.present(page.headlines):
        if page.present([name + AT_WITHDRAWAL]):
            moments = around_withdrawal(page.comparison.study, page.comparison.runs, name)
            columns = [(page.declared(name, label), summary) for label, summary in moments.items()]
            tables.append({"label": wording.plain(name), "alike": alike(page, name)} | matrix(page, columns))
    return tables


def bonsai(page: ReportContent) -> dict[str, Any]:
    """Return how far firms live on policy money: means, as an excess of exits is itself a difference."""
    columns = [(page.declared(name), page.summary(name, absolute=True)) for name in page.present(BONSAI)]
    return matrix(page, columns, absolute=True)


def gains(page: ReportContent) -> list[dict[str, Any]]:
    """Return who gains: a table for each grouping of users that the runs have indicators for."""
    tables = []
    for grouping, names in GAINS.items():
        columns = [
            (page.declared(name, wording.plain(name.removeprefix("gain_"))), page.summary(name))
            for name in page.present(names)
        ]
        if columns:
            tables.append({"label": f"gain {grouping}"} | matrix(page, columns))
    return tables


def money_spent(page: ReportContent) -> dict[str, Any]:
    """Return the use of each arm's money, as a bar and as a row of the table."""
    names = page.present(("budget_raised", *_SPENT_PARTS))
    parts = [name for name in _SPENT_PARTS if name in names]
    spent = means(page.comparison.runs, page.comparison.policies, names)
    largest = float(spent[parts].sum(axis=1).max()) if parts else 0.0
    decimals = wording.places(spent.to_numpy().ravel())
    rows = []
    for row in page.rows:
        own = spent.loc[row["name"]]
        numbers = {name: wording.number(own[name], decimals) for name in names}
        in_words = ", ".join(f"{_part(name)} {numbers[name]}" for name in parts)
        bar = stacked_bar([own[name] for name in parts], largest, f"{row['name']}: {in_words}")
        rows.append(row | {"numbers": list(numbers.values()), "bar": Markup(bar)})
    columns = [page.declared(name, _part(name)) for name in names]
    return {"columns": columns, "rows": rows, "parts": [_part(name) for name in parts]}


def _part(name: str) -> str:
    return wording.plain(name.removeprefix("budget_"))


def _fans(page: ReportContent, name: str) -> dict[str, np.ndarray]:
    """Quantiles over seeds per policy, in the report's order; empty without the series."""
    paths = quantile_paths(page.comparison.series, name)
    if paths:
        page.declared(name)
    return {policy.name: paths[policy.name] for policy in page.order if policy.name in paths}


def _panel(policy: Policy, fans: Sequence[Fan], frame: Frame, description: str) -> dict[str, Any]:
    """Return a policy's panel, with a mark on the time in which it spends money."""
    spends = (policy.start, policy.end) if policy.budget > 0.0 and policy.mix else None
    svg = fan_panel(fans, frame, spends, description)
    return {"name": policy.name, "svg": Markup(svg), "file": Markup(download_link(svg))}


def _ends(quantiles: np.ndarray) -> str:
    """Write the last period of a fan in words."""
    low, median, high = (wording.number(value) for value in quantiles[[LOWEST, MEDIAN, HIGHEST], -1])
    return f"{median} (90 % of seeds from {low} to {high})"


def adoption(page: ReportContent) -> dict[str, Any]:
    """Return fan charts of adoption: all medians together, then a panel per policy over the reference's median."""
    fans = _fans(page, "adoption")
    if not fans:
        return {}
    frame = frame_of(list(fans.values()), page.declared("adoption")["unit"])
    panels = []
    for policy in (policy for policy in page.order if policy.name in fans):
        own = fans[policy.name]
        drawn = [Fan(wording.number(own[MEDIAN, -1], 2), page.slots[policy.name], own)]
        if page.reference in fans and policy.name != page.reference:
            drawn.insert(0, Fan("", None, fans[page.reference], banded=False, dash="3 2"))
        panels.append(_panel(policy, drawn, frame, f"Adoption under {policy.name}: median at the end {_ends(own)}."))
    lines = [Fan(_short(name), page.slots[name], own, banded=False) for name, own in fans.items()]
    ends = "; ".join(f"{name} {wording.number(own[MEDIAN, -1])}" for name, own in fans.items())
    together = fan_panel(lines, frame._replace(room=128), None, f"Median adoption of all policies. At the end: {ends}.")
    ended = {wording.number(own[MEDIAN, -1], 2) for own in fans.values()}
    alike = f"It ends at {ended.pop()} under every policy." if len(ended) == 1 < len(fans) else ""
    return {"together": Markup(together), "file": Markup(download_link(together)), "panels": panels, "alike": alike}


def _short(name: str, length: int = 19) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"


def technology(page: ReportContent) -> list[dict[str, Any]]:
    """Return a panel per policy: useful technology against lab technology, on shared axes."""
    useful, lab = _fans(page, "useful_technology"), _fans(page, "lab_technology")
    both = [policy for policy in page.order if policy.name in useful and policy.name in lab]
    if not both:
        return []
    frame = frame_of([*useful.values(), *lab.values()], "quality or capability")
    panels = []
    for policy in both:
        ours, theirs = useful[policy.name], lab[policy.name]
        drawn = [Fan("lab", None, theirs, dash="2 2"), Fan("useful", page.slots[policy.name], ours, dash="")]
        words = f"Under {policy.name}, at the end: useful technology {_ends(ours)}, lab technology {_ends(theirs)}."
        panels.append(_panel(policy, drawn, frame, words))
    return panels
