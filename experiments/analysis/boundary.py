"""The boundary between two policies: in the plane of two factors, where the one does better than the other."""

import pandas as pd

from experiments.analysis.paired import gaps, intervals
from experiments.analysis.statistics import Interval
from experiments.analysis.sweep import Sweep, unequal_points
from experiments.analysis.verdicts import IDENTICAL, NO_DATA, NOT_RANKED, OPEN_READING, reading
from model.indicators.summary import declaration

EDGE_COLUMNS = ("n", "difference", "low", "high", "equal_money", "reading")


def boundary(swept: Sweep, one: str, other: str) -> pd.DataFrame:
    """Return where `one` does better than `other`: their paired difference in the first outcome over two factors.

    A row per position in the plane of the first two factors (columns: the factors, then EDGE_COLUMNS). `difference`
    is over the n seeds, each with the mean of all points that share the position: these points have the same random
    draws and add no evidence. `equal_money` is False where at one of these points one of the two did not spend the
    sum that both should have: the effect of more or less money is no merit. `reading` says how `one` does
    (experiments.analysis.verdicts.READINGS). No row where one of the two never succeeded.
    """
    axes = list(swept.factors[:2])
    if not {one, other} <= swept.succeeded:
        return pd.DataFrame(columns=[*axes, *EDGE_COLUMNS])
    paired = gaps(swept.runs, other, swept.outcomes[0])[[one]]
    positions = swept.runs.drop_duplicates("point").set_index("point")[axes]
    by_seed = paired.join(positions, on="point").groupby([*axes, "seed"]).mean()
    unequal = {*unequal_points(swept.runs, other).get(one, ()), *unequal_points(swept.runs, one).get(other, ())}
    alike = positions.assign(equal_money=[point not in unequal for point in positions.index]).groupby(axes).all()
    edge = intervals(by_seed, axes).drop(columns="policy").join(alike, on=axes)
    better = declaration(swept.outcomes[0]).better
    readings = [
        reading(Interval(row.difference, row.low, row.high), better) if row.equal_money else NOT_RANKED
        for row in edge.itertuples()
    ]
    return edge.assign(reading=pd.Series(readings, index=edge.index, dtype=object))


def decided(edge: pd.DataFrame) -> pd.Series:
    """Return the positions at which the data show a difference for one of the two."""
    return ~edge["reading"].isin([OPEN_READING, IDENTICAL, NO_DATA, NOT_RANKED])


def changes_sign(edge: pd.DataFrame) -> bool:
    """Return whether the mean difference is above zero somewhere and below zero elsewhere."""
    return bool((edge["difference"] > 0.0).any() and (edge["difference"] < 0.0).any())


def count_readings(edge: pd.DataFrame) -> dict[str, int]:
    """Return the number of positions with each reading."""
    return {str(name): int(count) for name, count in edge["reading"].value_counts().items()}
