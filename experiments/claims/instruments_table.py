"""The instruments among which a claim takes the best: what each spends and brings, by budget."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.claims.claim import Axis, Cell, Choice, Claim
from experiments.claims.comparison import name_in_cell
from experiments.claims.grid import BUDGET, grid_cells
from experiments.claims.runs import BENEFIT_STEMS, ArmInCell, RunValues, variant_of
from experiments.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

INSTRUMENT_COLUMNS = (
    "side", "choice", "budget", "instrument", "spent", "benefit_cost", "benefit_worst", "benefit_best", "chosen",
)  # fmt: skip


def instruments_table(
    claim: Claim, axes: Sequence[Axis], best: Iterable[tuple[Cell, tuple[tuple[str, ...], ...]]], values: RunValues,
    study: Study,
) -> "pd.DataFrame | None":  # fmt: skip
    """Return a row per instrument and budget, None where a claim chooses among none.

    `spent` is the least share of its money that it spends on average in a cell. `benefit_cost` is the benefit per unit
    of net taxes at 1 % a quarter (`experiments.analysis.benefit`), the mean over cells with its worst and best cell.
    `chosen` is the share of cells and halves of seeds in which it is the best.
    """
    import pandas as pd

    sides = (("treatment", claim.treatment), ("reference", claim.reference))
    choices = [(side, number, choice) for side, given in sides for number, choice in enumerate(given)]
    if all(len(choice) == 1 for *_, choice in choices):
        return None
    found = list(best)
    budgets = next((axis.levels for axis in axes if axis.name == BUDGET.name), (None,))
    rows = []
    for place, (side, number, choice) in enumerate(choices):
        for budget in budgets:
            at_budget = [(cell, chosen[place]) for cell, chosen in found if cell.get(BUDGET.name) == budget]
            rows += _rows(choice, axes, budget, at_budget, values, study, (side, number))
    return pd.DataFrame(rows, columns=list(INSTRUMENT_COLUMNS))


def _rows(
    choice: Choice, axes: Sequence[Axis], budget: object, found: Sequence[tuple[Cell, tuple[str, ...]]],
    values: RunValues, study: Study, head: tuple[str, int],
) -> list[tuple[object, ...]]:  # fmt: skip
    chosen = [name for _, names in found for name in names]
    own = [cell for cell in grid_cells(axes, quick=False) if cell.get(BUDGET.name) == budget]
    rows: list[tuple[object, ...]] = []
    for arm in choice:
        variants = list(dict.fromkeys(variant_of(arm, cell) for cell in own))
        spent = [float(np.nanmean(values.at("share spent", one))) for one in variants]
        brings = np.array([_benefit(one, values, study) for one in variants])
        name = name_in_cell(arm, own[0])
        share = chosen.count(name) / len(chosen) if chosen else np.nan
        level = np.nan if budget is None else budget
        rows.append((*head, level, name, min(spent), brings.mean(), brings.min(), brings.max(), share))
    return rows


def _benefit(variant: ArmInCell, values: RunValues, study: Study) -> float:
    """Return benefit over cost of a variant, of means over all sets and seeds."""
    gain, tax, cost = (float(np.nanmean(values.at(name, variant))) for name in BENEFIT_STEMS)
    return (gain + study.parameters.funds_cost * tax + cost) / cost if cost > 0.0 else np.nan
