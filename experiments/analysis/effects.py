"""What the report says in numbers: paired differences per policy, the 2x2's contrasts, and who had equal money.

Everything is read from a comparison's own table and runs; nothing here simulates or chooses an indicator.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.analysis.statistics import Interval, mean_interval
from model.indicators.summary import declaration
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison

SIDES = ("R&D", "application")
REACHES = ("broad", "selective")
CELLS = tuple((side, reach) for side in SIDES for reach in REACHES)

# Weights on the cells, in the order of CELLS.
CONTRASTS = {
    "side": (-0.5, -0.5, 0.5, 0.5),
    "reach": (0.5, -0.5, 0.5, -0.5),
    "interaction": (-1.0, 1.0, 1.0, -1.0),
}


def sign(interval: Interval) -> int:
    """1 or -1 when the interval lies on one side of zero, else 0: no difference can be told."""
    return int(interval.low > 0.0) - int(interval.high < 0.0)


def interval_over_seeds(values: pd.Series) -> Interval:
    """The mean with its 95 % interval over the seeds that have a value."""
    return mean_interval(values.dropna())


def by_seed(comparison: "Comparison", indicator: str) -> pd.DataFrame:
    """An indicator as a table of seeds by policies; NaN where a run failed or never reached it."""
    names = list(comparison.policies)
    if indicator not in comparison.runs:
        return pd.DataFrame(columns=names, dtype=float)
    return comparison.runs.pivot(index="seed", columns="policy", values=indicator).reindex(columns=names).astype(float)


def differences_by_policy(values: pd.DataFrame, reference: str) -> dict[str, Interval]:
    """Each policy (column) less the reference, paired by seed (row)."""
    return {str(policy): interval_over_seeds(values[policy] - values[reference]) for policy in values}


def cells(policies: Iterable[Policy]) -> dict[tuple[str, str], str]:
    """The first policy that spends all its money through one instrument of each (side, reach) cell."""
    found: dict[tuple[str, str], str] = {}
    for policy in policies:
        used = [INSTRUMENTS[name] for name, share in policy.mix if share > 0.0]
        if len(used) == 1 and used[0].side in SIDES:
            found.setdefault((used[0].side, used[0].reach), policy.name)
    return found


def contrasts(values: pd.DataFrame, filled: Mapping[tuple[str, str], str]) -> dict[str, Interval]:
    """Main effects and interaction of the 2x2, seed by seed where all four cells are known; empty if one lacks.

    side = mean of application cells - mean of R&D cells; reach = mean of broad cells - mean of selective
    cells; interaction = (broad - selective on the application side) - (the same on the R&D side).
    """
    if any(cell not in filled for cell in CELLS):
        return {}
    grid = values[[filled[cell] for cell in CELLS]]
    return {name: interval_over_seeds(grid @ np.array(weights)) for name, weights in CONTRASTS.items()}


def money_standing(comparison: "Comparison") -> dict[str, str]:
    """Per policy "equal" or "unequal" money, "none" where none is raised, "unknown" where no run succeeded."""
    rows = comparison.table.drop_duplicates("policy").set_index("policy")
    standing = {}
    for policy in comparison.policies:
        equal, placed = rows["equal_money"].get(policy), rows["money_placed"].get(policy, np.nan)
        if not pd.isna(equal):
            standing[policy] = "equal" if equal else "unequal"
        else:
            standing[policy] = "unknown" if pd.isna(placed) else "none"
    return standing


def levels(comparison: "Comparison", indicator: str) -> dict[str, float]:
    """What policies are ranked by: the mean over seeds; of a time the median, a time never reached being infinite.

    The mean of those seeds that reached it would favour a policy that does so in a few quick ones.
    """
    runs = comparison.runs[comparison.runs["status"] == "ok"]
    values = runs[indicator].astype(float)
    if declaration(indicator).kind == "time":
        found = values.fillna(np.inf).groupby(runs["policy"]).median()
    else:
        found = values.groupby(runs["policy"]).mean()
    return {str(policy): float(level) for policy, level in found.items()}


def ranks(levels: Mapping[str, float], better: str) -> dict[str, int]:
    """Place of each policy by its level, 1 the best; equals share a place; empty where neither way is better."""
    if better not in ("higher", "lower"):
        return {}
    cost = {policy: -level if better == "higher" else level for policy, level in levels.items() if not np.isnan(level)}
    return {policy: 1 + sum(other < own for other in cost.values()) for policy, own in cost.items()}
