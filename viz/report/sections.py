"""The report's sections as plain data: what each table and figure shows, ready for report.html to lay out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.analysis import effects as findings
from experiments.analysis.comparison import is_money
from experiments.analysis.statistics import Interval
from model.indicators.summary import AT_WITHDRAWAL, declaration
from model.policy.policy import Policy
from viz.figures.charts import (
    FAN_QUANTILES,
    Fan,
    Frame,
    fan_panel,
    frame_of,
    interval_plot,
    stacked_bar,
    style_slots,
    swatch,
)
from viz.report import wording

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison

TWO_BY_TWO = ("welfare", "useful_technology")
GAINS = {
    "by layer of industry": ("gain_traditional", "gain_emerging", "gain_future"),
    "by size of user": ("gain_small", "gain_large"),
    "by region": ("gain_best_region", "gain_worst_region"),
}
_SPENT_PARTS = ("budget_placed", "budget_leaked", "budget_administration", "budget_returned")
BONSAI = ("bonsai_dependence_at_withdrawal", "bonsai_dependent_share_at_withdrawal", "bonsai_exit_excess")


class ReportContent:
    """What all sections share: the comparison, its policies in order, and the indicators shown so far."""

    def __init__(self, comparison: "Comparison", order: Sequence[Policy]) -> None:
        self.comparison = comparison
        self.order = order
        self.reference = comparison.reference
        self.standing = findings.money_standing(comparison)
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
        """Those of the indicators that the runs hold with at least one number."""
        return [name for name in names if name in self.comparison.runs and self.comparison.runs[name].notna().any()]

    def declared(self, name: str, label: str = "") -> dict[str, str]:
        """An indicator's label, unit and direction for a caption; remembers that it needs a definition."""
        entry = declaration(name)
        self.used.add(entry.name)
        return {"label": label or wording.plain(name), "unit": entry.unit, "better": entry.better}

    def values(self, name: str) -> pd.DataFrame:
        """An indicator as a table of seeds by policies."""
        return findings.by_seed(self.comparison, name)

    def ranks(self, name: str) -> dict[str, int]:
        """Places on an indicator among the policies that had equal money and rest on no assumed efficacy."""
        levels = findings.levels(self.comparison, name)
        ranked = {
            policy: level
            for policy, level in levels.items()
            if self.standing[policy] == "equal" and policy not in self.comparison.assumed
        }
        return findings.ranks(ranked, self.declared(name)["better"])


def _scale(found: Sequence[Interval]) -> tuple[float, float]:
    """A range for small interval plots that holds every interval and zero, with a margin."""
    bounds = [value for interval in found for value in interval if np.isfinite(value)] + [0.0]
    margin = 0.06 * (max(bounds) - min(bounds)) or 1.0
    return min(bounds) - margin, max(bounds) + margin


def _decimals(found: Sequence[Interval]) -> int:
    return wording.places(value for interval in found for value in interval)


def _cell(gap: Interval, decimals: int, scale: tuple[float, float], slot: int, signed: bool = True) -> dict[str, Any]:
    """A difference (or a mean, unsigned) ready to be shown: number, interval and small plot."""
    return {
        "mean": wording.number(gap.mean, decimals, signed),
        "span": wording.span(gap, decimals),
        "plot": Markup(interval_plot(*gap, scale, slot)),
    }


def headline(page: ReportContent, name: str) -> dict[str, Any]:
    """A headline indicator's table: a row per policy with all that the comparison says about it."""
    declared = page.declared(name)
    table = page.comparison.table.query("indicator == @name").set_index("policy")
    found = {str(row.Index): Interval(row.difference, row.low, row.high) for row in table.itertuples()}
    per_unit = {policy: _per_unit(gap, table["money_placed"][policy]) for policy, gap in found.items()}
    ranks = page.ranks(name)
    decimals, unit_decimals = _decimals(list(found.values())), _decimals(list(per_unit.values()))
    level_decimals = min(decimals, wording.places(table["mean"]) + 2)
    placed_decimals, seeds = wording.places(table["money_placed"]), len(page.comparison.seeds)
    rows = []
    for row in page.rows:
        own = table.loc[row["name"]]
        gap = found[row["name"]]
        judged = row["money"] != "unequal"
        rows.append(
            row
            | _cell(gap, decimals, _scale(list(found.values())), page.slots[row["name"]])
            | {
                "level": wording.number(own["mean"], level_decimals),
                "reached": f"{own['n_own']:.0f} of {seeds} seeds" if own["n_own"] < seeds else "",
                "pairs": f"{own['n']:.0f} pairs" if own["n"] < seeds else "",
                "reading": wording.reading(gap, declared["better"], own["p_holm"]) if judged else "not ranked",
                "share": wording.share(own["share_better"]),
                "p": wording.probability(own["p_holm"]),
                "rank": ranks.get(row["name"], wording.DASH),
                "placed": wording.number(own["money_placed"], placed_decimals),
                "per_unit": wording.number(per_unit[row["name"]].mean, unit_decimals, signed=True),
                "per_unit_span": wording.span(per_unit[row["name"]], unit_decimals),
            }
        )
    per_unit_shown = "unequal" in page.standing.values() and is_money(declaration(name))
    return declared | {"rows": rows, "per_unit": per_unit_shown}


def _per_unit(gap: Interval, placed: float) -> Interval:
    """A difference and its interval per unit of money placed; NaN where none was."""
    return Interval(*(np.array(gap) / placed)) if placed > 0.0 else Interval(np.nan, np.nan, np.nan)


def grid(page: ReportContent) -> dict[str, Any]:
    """The 2x2: each cell's difference to the reference, and the contrasts, for each of its indicators."""
    filled = findings.cells(page.order)
    tables = []
    for name in page.present(TWO_BY_TWO) if filled else []:
        values = page.values(name)
        gaps = findings.differences_by_policy(values, page.reference)
        effects = findings.contrasts(values, filled)
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
        "missing": [f"{side} side, {reach}" for side, reach in findings.CELLS if (side, reach) not in filled],
        "unequal": [policy for policy in filled.values() if page.standing[policy] == "unequal"],
        "sides": findings.SIDES,
        "reaches": findings.REACHES,
    }


def matrix(
    page: ReportContent, columns: Sequence[tuple[dict[str, str], pd.DataFrame]], absolute: bool = False
) -> dict[str, Any]:
    """A row per policy, a column per (declaration, seeds-by-policies values), intervals in the cells.

    The cells are differences to the reference, whose own row gives its means; `absolute`: all rows give means.
    Columns of one unit share decimals and the scale of their plots.
    """
    found = [
        _means(values) if absolute else findings.differences_by_policy(values, page.reference) for _, values in columns
    ]
    units = [declared["unit"] for declared, _ in columns]
    rows: list[dict[str, Any]] = [
        row | {"cells": [], "reference": row["reference"] and not absolute} for row in page.rows
    ]
    for place, (_, values) in enumerate(columns):
        alike = [
            one for unit, column in zip(units, found, strict=True) if unit == units[place] for one in column.values()
        ]
        decimals = _decimals(alike)
        level_decimals = min(decimals, wording.places(values.mean()) + 2)
        for row in rows:
            cell = _cell(found[place][row["name"]], decimals, _scale(alike), page.slots[row["name"]], not absolute)
            row["cells"].append(cell | {"level": wording.number(values[row["name"]].mean(), level_decimals)})
    unit = units[0] if len(set(units)) == 1 else ""
    return {"columns": [declared for declared, _ in columns], "rows": rows, "unit": unit}


def _means(values: pd.DataFrame) -> dict[str, Interval]:
    return {str(policy): findings.interval_over_seeds(values[policy]) for policy in values}


def withdrawal(page: ReportContent) -> list[dict[str, Any]]:
    """Per headline indicator: when policy ends, at the end of the run, and what was added in between."""
    tables = []
    for name in page.present(page.headlines):
        if page.present([name + AT_WITHDRAWAL]):
            then, end = page.values(name + AT_WITHDRAWAL), page.values(name)
            then.loc[:, [policy for policy in then if policy in page.comparison.ending_apart]] = np.nan
            moments = (("at withdrawal", then), ("at the end", end), ("end less withdrawal", end - then))
            columns = [(page.declared(name, label), values) for label, values in moments]
            tables.append({"label": wording.plain(name)} | matrix(page, columns))
    return tables


def bonsai(page: ReportContent) -> dict[str, Any]:
    """How far firms live on policy money: means, as an excess of exits is itself a difference to laissez-faire."""
    return matrix(page, [(page.declared(name), page.values(name)) for name in page.present(BONSAI)], absolute=True)


def gains(page: ReportContent) -> list[dict[str, Any]]:
    """Who gains: a table for each grouping of users that the runs have indicators for."""
    tables = []
    for grouping, names in GAINS.items():
        columns = [
            (page.declared(name, wording.plain(name.removeprefix("gain_"))), page.values(name))
            for name in page.present(names)
        ]
        if columns:
            tables.append({"label": f"gain {grouping}"} | matrix(page, columns))
    return tables


def money_spent(page: ReportContent) -> dict[str, Any]:
    """Where each arm's money went, as a bar and a row of the table."""
    names = page.present(("budget_raised", *_SPENT_PARTS))
    means = {name: page.values(name).mean() for name in names}
    parts = [name for name in _SPENT_PARTS if name in names]
    largest = max((sum(np.nan_to_num(means[name][row["name"]]) for name in parts) for row in page.rows), default=0.0)
    decimals = wording.places(value for name in names for value in means[name])
    rows = []
    for row in page.rows:
        numbers = {name: wording.number(means[name][row["name"]], decimals) for name in names}
        said = ", ".join(f"{_part(name)} {numbers[name]}" for name in parts)
        bar = stacked_bar([means[name][row["name"]] for name in parts], largest, f"{row['name']}: {said}")
        rows.append(row | {"numbers": list(numbers.values()), "bar": Markup(bar)})
    columns = [page.declared(name, _part(name)) for name in names]
    return {"columns": columns, "rows": rows, "parts": [_part(name) for name in parts]}


def _part(name: str) -> str:
    return wording.plain(name.removeprefix("budget_"))


def _fans(page: ReportContent, name: str) -> dict[str, np.ndarray]:
    """Quantiles over seeds per policy, each of shape (len(QUANTILES), periods); empty without the series."""
    series = page.comparison.series
    if name not in series or not series[name].notna().any():
        return {}
    page.declared(name)
    paths = {
        policy: rows.pivot(index="seed", columns="period", values=name) for policy, rows in series.groupby("policy")
    }
    return {
        policy.name: paths[policy.name].quantile(list(FAN_QUANTILES)).to_numpy()
        for policy in page.order
        if policy.name in paths
    }


def _panel(policy: Policy, fans: Sequence[Fan], frame: Frame, description: str) -> dict[str, Any]:
    """A policy's panel; the time in which it spends money is marked."""
    spends = (policy.start, policy.end) if policy.budget > 0.0 and policy.mix else None
    return {"name": policy.name, "svg": Markup(fan_panel(fans, frame, spends, description))}


def _ends(quantiles: np.ndarray) -> str:
    """The last period of a fan in words."""
    low, _, median, _, high = (wording.number(value) for value in quantiles[:, -1])
    return f"{median} (90 % of seeds from {low} to {high})"


def adoption(page: ReportContent) -> dict[str, Any]:
    """Fan charts of adoption: all medians together, then a panel per policy over the reference's median."""
    fans = _fans(page, "adoption")
    if not fans:
        return {}
    frame = frame_of(list(fans.values()), page.declared("adoption")["unit"])
    panels = []
    for policy in (policy for policy in page.order if policy.name in fans):
        own = fans[policy.name]
        drawn = [Fan(wording.number(own[2, -1], 2), page.slots[policy.name], own)]
        if page.reference in fans and policy.name != page.reference:
            drawn.insert(0, Fan("", None, fans[page.reference], banded=False, dash="3 2"))
        panels.append(_panel(policy, drawn, frame, f"Adoption under {policy.name}: median at the end {_ends(own)}."))
    lines = [Fan(_short(name), page.slots[name], own, banded=False) for name, own in fans.items()]
    ends = "; ".join(f"{name} {wording.number(own[2, -1])}" for name, own in fans.items())
    together = fan_panel(lines, frame._replace(room=106), None, f"Median adoption of all policies. At the end: {ends}.")
    return {"together": Markup(together), "panels": panels}


def _short(name: str, length: int = 14) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"


def technology(page: ReportContent) -> list[dict[str, Any]]:
    """A panel per policy: useful technology against lab technology, on shared axes."""
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
