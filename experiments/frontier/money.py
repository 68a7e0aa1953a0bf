"""Money at the points of a frontier: by how much the sums of two policies differ from what both should have spent."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.analysis.equal_money import MONEY_MARGIN, SPENT
from experiments.frontier.surrogate import CONFIDENCE, Surrogate, moderated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAR = 4.0 * MONEY_MARGIN
"""The gap as which any larger one counts, since a surrogate has one noise and one scale for the whole square.

A point where some seeds spend nothing would otherwise lend its noise to points where all seeds spend all, and a cliff
from all to nothing would hide the margin. On planted cliffs this gave less area to the wrong side.
"""


def money_gaps(runs: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Return `mean, variance, n` of the widest gap of money by point, as a share of the money raised.

    The gaps of `experiments.analysis.equal_money`: what each of the two left unspent, and what one raised beyond the
    other. A policy that raises nothing has no sum to spend. Without any money the gap is 0. The variance
    counts the gap of a seed as at most FAR.
    """
    ok = runs[runs["status"] == "ok"]
    wide = ok.assign(spent=ok[list(SPENT)].sum(axis=1)).pivot(
        index=["point", "set", "seed"], columns="policy", values=["budget_raised", "spent"]
    )
    raised, spent = wide["budget_raised"].astype(float), wide["spent"].astype(float)
    level = raised.groupby("point").transform("mean").where(lambda sums: sums > 0.0)
    gaps = pd.DataFrame({name: (spent[name] - raised[name]) / level[name] for name in (one, other)})
    gaps["raised"] = (raised[one] - raised[other]) / level[other].where(level[one].notna())
    gaps = gaps.fillna(0.0)
    mean, count = gaps.groupby("point").mean(), gaps.groupby("point").count()
    variance = gaps.clip(-FAR, FAR).groupby("point").var()
    rows = [
        {"point": point, "mean": row[widest], "variance": variance.loc[point, widest], "n": count.loc[point, widest]}
        for point, row in mean.iterrows()
        for widest in [row.abs().idxmax()]
    ]
    return pd.DataFrame(rows, columns=["point", "mean", "variance", "n"]).set_index("point")


def money_surrogate(gaps: pd.DataFrame, positions: "Floats") -> Surrogate | None:
    """Return a surrogate of the gaps at their positions; None where no point's mean gap leaves MONEY_MARGIN.

    Money then counts as equal everywhere.
    """
    means = gaps["mean"].clip(-FAR, FAR).to_numpy(float)
    if (np.abs(means) <= MONEY_MARGIN).all():
        return None
    return Surrogate(positions, means, moderated(gaps["variance"].to_numpy(float), gaps["n"].to_numpy(float)))


def not_shown_equal(money: Surrogate | None, positions: "Floats") -> "NDArray[np.bool_]":
    """Return where the 95 % interval of the gap does not lie wholly within MONEY_MARGIN."""
    if money is None:
        return np.zeros(len(positions), dtype=bool)
    mean, deviation = money.predict(positions)
    return np.asarray(np.abs(mean) + CONFIDENCE * deviation > MONEY_MARGIN)


def surely_unequal(money: Surrogate | None, positions: "Floats") -> "NDArray[np.bool_]":
    """Return where the 95 % interval of the gap lies wholly outside MONEY_MARGIN."""
    if money is None:
        return np.zeros(len(positions), dtype=bool)
    mean, deviation = money.predict(positions)
    return np.asarray(np.abs(mean) - CONFIDENCE * deviation > MONEY_MARGIN)
