"""The condition on which a claim depends: the levels of the grid at which its cells differ, and what sets differ in."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.claims.claim import Axis, Level
from experiments.claims.verdict import AGAINST, FOR, SPLIT, UNEQUAL

if TYPE_CHECKING:
    import pandas as pd

FEWEST_TO_CORRELATE = 20
"""Fewer parameter sets than these say nothing on a correlation with their parameters."""

LEAST_CORRELATION = 0.4
MOST_NAMED_PARAMETERS = 3


class Part(NamedTuple):
    """A part of the grid: levels by axis, and the shares of its judged cells that are for, against and split."""

    levels: tuple[tuple[str, tuple[object, ...]], ...]
    share_for: float
    share_against: float
    share_split: float
    cells: int


def parts_of(cells: "pd.DataFrame", axes: Sequence[Axis], depth: int = 2) -> list[Part]:
    """Cut the grid along the axes at which verdicts differ most, at most `depth` times.

    Each cut groups the levels of one axis by their most frequent verdict: the axis and groups that leave the least
    impurity (Gini, as in a regression tree; Breiman et al., 1984).
    """
    judged = cells[cells["verdict"] != UNEQUAL]
    return list(_cut(judged, [axis.name for axis in axes], (), depth))


def _cut(
    cells: "pd.DataFrame", axes: list[str], levels: tuple[tuple[str, tuple[object, ...]], ...], depth: int
) -> Iterator[Part]:
    cuts = [(impurity, name, groups) for name in axes for impurity, groups in [_grouped(cells, name)] if groups]
    best = min(cuts, default=None, key=lambda cut: cut[0])
    if not depth or best is None or best[0] >= _gini(cells) - 1e-9:
        is_for, is_against, is_split = (float((cells["verdict"] == one).mean()) for one in (FOR, AGAINST, SPLIT))
        yield Part(levels, is_for, is_against, is_split, len(cells))
        return
    _, name, groups = best
    for group in groups:
        inside = cells[cells[name].isin(group)]
        yield from _cut(inside, [one for one in axes if one != name], (*levels, (name, group)), depth - 1)


def _grouped(cells: "pd.DataFrame", name: str) -> tuple[float, list[tuple[object, ...]]]:
    """Return the impurity that is left when the levels of an axis are grouped by verdict, and these groups."""
    groups: dict[str, list[object]] = {}
    for level, block in cells.groupby(name, sort=False):
        groups.setdefault(str(block["verdict"].value_counts().sort_index().idxmax()), []).append(level)
    if len(groups) < 2:
        return np.inf, []
    blocks = [cells[cells[name].isin(group)] for group in groups.values()]
    left = sum(len(block) * _gini(block) for block in blocks) / max(len(cells), 1)
    return left, [tuple(group) for group in groups.values()]


def _gini(cells: "pd.DataFrame") -> float:
    shares = cells["verdict"].value_counts(normalize=True)
    return float(1.0 - (shares**2).sum())


def turns(cells: "pd.DataFrame", axis: Axis) -> list[float]:
    """Return where the mean difference changes its sign along a numeric axis, by straight lines between levels.

    Nowhere unless some cells are for the claim and others against it.
    """
    if not {FOR, AGAINST} <= set(cells["verdict"]):
        return []
    means = cells.dropna(subset="mean").groupby(axis.name)["mean"].mean()
    if len(means) < 2 or not all(isinstance(level, int | float) for level in means.index):
        return []
    levels, height = means.index.to_numpy(float), means.to_numpy(float)
    found = []
    for place in range(len(levels) - 1):
        first, second = height[place], height[place + 1]
        if first * second < 0.0:
            found.append(float(levels[place] + (levels[place + 1] - levels[place]) * first / (first - second)))
    return found


class AtLevel(NamedTuple):
    """The cells at a level of an axis: their mean difference, the worst and the best for the claim, and verdicts."""

    axis: Axis
    level: Level
    mean: float
    worst: float
    best: float
    share_for: float
    share_against: float


def by_level(cells: "pd.DataFrame", axes: Sequence[Axis]) -> list[AtLevel]:
    """Return a row per level of each axis, over the cells that were judged."""
    judged = cells[cells["verdict"] != UNEQUAL]
    found = []
    for axis in axes:
        for level in axis.levels:
            block = judged[judged[axis.name] == level]
            share_for, share_against = (float((block["verdict"] == verdict).mean()) for verdict in (FOR, AGAINST))
            mean = block["mean"]
            found.append(AtLevel(axis, level, mean.mean(), mean.min(), mean.max(), share_for, share_against))
    return found


def correlated(by_set: np.ndarray, members: dict[int, dict[str, float]]) -> list[tuple[str, float]]:
    """Return the parameters with which the sets' means go up or down most: Spearman's rank correlation of each.

    None among few sets, and none below LEAST_CORRELATION. A correlation is no cause: sets differ in all parameters.
    """
    from scipy.stats import spearmanr

    rows = list(members.values())
    if len(rows) < FEWEST_TO_CORRELATE or len(rows) != len(by_set):
        return []
    known = np.isfinite(by_set)
    found = []
    for name in rows[0]:
        values = np.array([float(row[name]) for row in rows])[known]
        if known.sum() >= FEWEST_TO_CORRELATE and np.ptp(values) > 0.0 and np.ptp(by_set[known]) > 0.0:
            found.append((name, float(spearmanr(values, by_set[known]).statistic)))
    strong = [pair for pair in found if abs(pair[1]) >= LEAST_CORRELATION]
    return sorted(strong, key=lambda pair: -abs(pair[1]))[:MOST_NAMED_PARAMETERS]
