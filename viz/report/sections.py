"""The report's tables as plain data, ready for report.html to lay out: what differs, for whom, and what it costs."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.analysis.benefit import RESEARCH_RATIOS
from experiments.analysis.effects import CELLS, QUESTION, REACHES, SIDES
from experiments.analysis.over_seeds import means
from experiments.analysis.table import is_money
from experiments.analysis.withdrawal import around_withdrawal
from experiments.statistics import Interval
from model.indicators.present_values import PRESENT_VALUES
from model.indicators.summary import AT_WITHDRAWAL, declaration
from viz.figures.charts import stacked_bar
from viz.report import wording
from viz.report.content import ReportContent, cell_of, decimals_of, intervals_of, matrix, of_indicator, scale_of

GAINS = {
    "by layer of industry": ("gain_traditional", "gain_emerging", "gain_future"),
    "by size of user": ("gain_small", "gain_large"),
    "by region": ("gain_best_region", "gain_worst_region"),
}
_SPENT_PARTS = ("budget_placed", "budget_leaked", "budget_administration", "budget_returned")
BONSAI = ("bonsai_dependence_at_withdrawal", "bonsai_dependent_share_at_withdrawal", "bonsai_exit_excess")


def headline(page: ReportContent, name: str) -> dict[str, Any]:
    """Return a headline indicator's table: a row per policy with all that the comparison's table holds on it."""
    declared = page.declared(name)
    table = of_indicator(page.comparison.table, name).set_index("policy")
    found = intervals_of(table, ("difference", "low", "high"))
    per_unit = intervals_of(table, ("per_unit", "per_unit_low", "per_unit_high"))
    decimals, unit_decimals = decimals_of(list(found.values())), decimals_of(list(per_unit.values()))
    level_decimals = min(decimals, wording.places(table["mean"]) + 2)
    placed_decimals, pairs = (
        wording.places(table["money_placed"]),
        len(page.comparison.seeds) * page.comparison.study.sets,
    )
    of = "seeds" if page.comparison.study.sets == 1 else "runs"
    rows = []
    for row in page.rows:
        own, gain = table.loc[row["name"]], per_unit[row["name"]]
        rows.append(
            row
            | cell_of(found[row["name"]], decimals, scale_of(list(found.values())), page.slots[row["name"]])
            | {
                "level": wording.number(own["mean"], level_decimals),
                "reached": f"{own['n_own']:.0f} of {pairs} {of}" if own["n_own"] < pairs else "",
                "pairs": f"{own['n']:.0f} pairs" if own["n"] < pairs else "",
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


def grid(page: ReportContent) -> dict[str, Any]:
    """Return the 2x2: each cell's difference to the reference, and the effects, for each of its indicators."""
    filled = page.comparison.cells
    tables = []
    for name in page.present(QUESTION) if filled else []:
        gaps = intervals_of(page.summary(name), ("mean", "low", "high"))
        rows = of_indicator(page.comparison.effects, name).set_index("effect")
        effects = intervals_of(rows, ("mean", "low", "high"))
        shown = [gaps[policy] for policy in filled.values()] + list(effects.values())
        style = decimals_of(shown), scale_of(shown)
        tables.append(
            page.declared(name)
            | {
                "cells": {
                    cell: {"name": policy, "money": page.standing[policy]}
                    | cell_of(gaps[policy], *style, page.slots[policy])
                    for cell, policy in filled.items()
                },
                "effects": {effect: cell_of(gap, *style, 1) for effect, gap in effects.items()},
            }
        )
    return {
        "tables": tables,
        "missing": [f"{side} side, {reach}" for side, reach in CELLS if (side, reach) not in filled],
        "unequal": [policy for policy in filled.values() if page.standing[policy] == "unequal"],
        "sides": SIDES,
        "reaches": REACHES,
    }


def alike(page: ReportContent, name: str) -> str:
    """Return the one sentence on an indicator that is the same under every policy; empty where it is not.

    It has no value in any run, or no difference to the reference, or is a share that ends within 1 % everywhere.
    """
    table = of_indicator(page.comparison.table, name)
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


def benefit(page: ReportContent) -> list[dict[str, Any]]:
    """Return the benefit of each policy's money: beside welfare, per unit placed, per unit of net taxes, and as a rate.

    Per unit placed is the first present value of the table over that of the money placed, as a difference.
    """
    comparison = page.comparison
    found = {rate: _ratio_at(comparison.benefit, rate) for rate in ("_0_5", "", "_2")}
    reasons = comparison.benefit["rate_of_return_reason"].fillna("")
    table = comparison.table.set_index("policy")
    welfare = of_indicator(table, "welfare")["percent"]
    discounted = [name for name in page.headlines if name in PRESENT_VALUES]
    placed = of_indicator(table, discounted[0])["per_unit"] if discounted else None
    rows = []
    for row in page.rows:
        name, own = row["name"], comparison.benefit.loc[row["name"]]
        rows.append(
            row
            | {
                "welfare": wording.number(welfare.get(name, np.nan), 1, signed=True),
                "per_unit": wording.number(np.nan if placed is None else placed[name], signed=True),
                "ratios": [
                    {"mean": wording.number(gap[name].mean, 2), "span": wording.span(gap[name], 2)}
                    for gap in found.values()
                ],
                "rate": wording.number(own["rate_of_return"], 1),
                "reason": reasons[name],
                "research": [wording.number(own[column], 2) for column in RESEARCH_RATIOS],
            }
        )
    return rows


def _ratio_at(table: pd.DataFrame, rate: str) -> dict[str, Interval]:
    name = f"benefit_cost{rate}"
    return intervals_of(table, (name, f"{name}_low", f"{name}_high"))


def _part(name: str) -> str:
    return wording.plain(name.removeprefix("budget_"))
