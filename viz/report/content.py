"""The content that the report's sections share: its policies and indicators, and cells of tables as text and plots."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.analysis.over_seeds import by_seed, summarise_arms
from experiments.statistics import Interval
from model.indicators.summary import declaration
from model.policy.policy import Policy
from viz.figures.charts import interval_plot
from viz.figures.styles import style_slots, swatch
from viz.report import wording

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison


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


def scale_of(found: Sequence[Interval]) -> tuple[float, float]:
    """Return a range for small interval plots that holds every interval and zero, with a margin."""
    bounds = [value for interval in found for value in interval if np.isfinite(value)] + [0.0]
    margin = 0.06 * (max(bounds) - min(bounds)) or 1.0
    return min(bounds) - margin, max(bounds) + margin


def decimals_of(found: Sequence[Interval]) -> int:
    return wording.places(value for interval in found for value in interval)


def cell_of(gap: Interval, decimals: int, scale: tuple[float, float], slot: int, signed: bool = True) -> dict[str, Any]:
    """Return a difference (or a mean, unsigned) as text: number, interval and small plot."""
    return {
        "mean": wording.number(gap.mean, decimals, signed),
        "span": wording.span(gap, decimals),
        "plot": Markup(interval_plot(*gap, scale, slot)),
    }


def of_indicator(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return table[table["indicator"] == indicator]


def intervals_of(table: pd.DataFrame, columns: Sequence[str]) -> dict[str, Interval]:
    """Rows of a table as intervals by the table's index."""
    return {str(name): Interval(*row) for name, *row in table[list(columns)].itertuples(name=None)}


def matrix(
    page: ReportContent, columns: Sequence[tuple[dict[str, str], pd.DataFrame]], absolute: bool = False
) -> dict[str, Any]:
    """Return a row per policy and a column per (declaration, summary over seeds), with intervals in the cells.

    The cells are differences to the reference, whose own row gives its means; `absolute`: all rows give means.
    Columns of one unit share decimals and the scale of their plots.
    """
    found = [intervals_of(summary, ("mean", "low", "high")) for _, summary in columns]
    units = [declared["unit"] for declared, _ in columns]
    rows: list[dict[str, Any]] = [
        row | {"cells": [], "reference": row["reference"] and not absolute} for row in page.rows
    ]
    for (_, summary), own, own_unit in zip(columns, found, units, strict=True):
        alike = [gap for unit, column in zip(units, found, strict=True) if unit == own_unit for gap in column.values()]
        decimals = decimals_of(alike)
        level_decimals = min(decimals, wording.places(summary["level"]) + 2)
        for row in rows:
            cell = cell_of(own[row["name"]], decimals, scale_of(alike), page.slots[row["name"]], not absolute)
            row["cells"].append(cell | {"level": wording.number(summary["level"][row["name"]], level_decimals)})
    unit = units[0] if len(set(units)) == 1 else ""
    return {"columns": [declared for declared, _ in columns], "rows": rows, "unit": unit}
