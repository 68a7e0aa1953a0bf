"""The boundary between two policies: in the plane of two factors, where the one does better than the other."""

import pandas as pd

from experiments.analysis.equal_money import unequal_points
from experiments.analysis.paired import gaps, intervals
from experiments.analysis.plane import Plane, not_crossed, on_plane
from experiments.analysis.sweep import Sweep
from experiments.analysis.verdicts import IDENTICAL, NO_DATA, NOT_RANKED, OPEN_READING, reading
from experiments.statistics import Interval
from model.indicators.summary import declaration

EDGE_COLUMNS = ("n", "difference", "low", "high", "equal_money", "reading")


TURNS = 0.05
"""Share of positions above which a mean over another factor hides that the ranking turns on it. One in twenty tests
shows a difference by chance."""


def boundary(swept: Sweep, one: str, other: str, plane: Plane | None = None) -> pd.DataFrame:
    """Return where `one` does better than `other`: their paired difference in the first outcome over two factors.

    A row per position in the plane, by default of the first two factors (columns: the factors, then EDGE_COLUMNS).
    `difference` is over the n pairs of set and seed, each with the mean of all points that share the position: these
    points have the same random draws and add no evidence. `equal_money` is False where at one of these points one of
    the two did not spend the sum that both should have: the effect of more or less money is no merit. `reading` says
    how `one` does (experiments.analysis.verdicts.READINGS). No row where one of the two never succeeded.
    """
    plane = plane or Plane(swept.factors[0], swept.factors[1])
    swept, axes = on_plane(swept, plane), plane.axes
    if not {one, other} <= swept.succeeded:
        return pd.DataFrame(columns=[*axes, *EDGE_COLUMNS])
    paired = gaps(swept.runs, other, swept.outcomes[0])[[one]]
    positions = swept.runs.drop_duplicates("point").set_index("point")[axes]
    by_seed = paired.join(positions, on="point").groupby([*axes, "set", "seed"]).mean()
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


def misleading(swept: Sweep, one: str, other: str, plane: Plane) -> str:
    """Return why the boundary over a plane would mislead, as text; empty where it would not.

    It does where the positions differ in other factors than the axes, and where a mean over another factor hides that
    the ranking turns on it.
    """
    names = " and ".join(plane.averaged)
    if not plane.averaged:
        return ""
    here = on_plane(swept, plane)
    if not_crossed(here, plane):
        return f"positions differ in their values of {names}, whose effect would mix into that of the axes"
    signs: dict[tuple[float, ...], set[int]] = {}
    for values, _ in here.runs.groupby(list(plane.averaged)):
        fixed = dict(zip(plane.averaged, values if isinstance(values, tuple) else (values,), strict=True))
        edge = boundary(here, one, other, Plane(plane.x, plane.y, fixed))
        clear = edge[decided(edge)]
        for row in clear[[*plane.axes, "difference"]].itertuples(index=False, name=None):
            signs.setdefault(row[:2], set()).add(1 if row[2] > 0.0 else -1)
    positions = len(here.runs[plane.axes].drop_duplicates())
    turning = sum(len(found) > 1 for found in signs.values())
    if turning <= TURNS * positions:
        return ""
    return f"at {turning} of {positions} positions {one} does better or worse than {other} depending on {names}"
