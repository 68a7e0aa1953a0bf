"""Measures of sensitivity that a design was made for: Morris' elementary effects and Sobol's shares of variance.

Each has two intervals. The one over the design draws its trajectories or blocks anew: it shrinks with more samples.
The one over seeds draws the seeds anew: it shrinks with more seeds.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from experiments.analysis.by_point import ByPoint

RESAMPLES = 200
FEWEST_BLOCKS = 4
"""Trajectories or blocks below which no interval is worth printing, and no measure is made."""

Measures = Mapping[str, np.ndarray]


class DesignMeasures(NamedTuple):
    """Measures by name, each of shape (factors,), with their 95 % intervals over the design and over seeds."""

    values: Measures
    low: Measures
    high: Measures
    low_seeds: Measures
    high_seeds: Measures
    blocks: int
    dropped: int


def measured(evidence: ByPoint, quick: bool = False) -> DesignMeasures | None:
    """Return the measures of a Morris or Saltelli design, None where too few of its blocks are whole.

    A block is a trajectory, or the points of a row of Saltelli's matrices. It is whole if each point has a value.
    """
    factors, size = len(evidence.factors), evidence.block
    morris = evidence.design["kind"] == "morris"
    mean = evidence.mean.reshape(-1, size)
    whole = np.isfinite(mean).all(axis=1)
    if whole.sum() < FEWEST_BLOCKS:
        return None
    shares = evidence.shares.reshape(len(mean), size, factors)[whole]
    pairs = evidence.pairs.to_numpy(float).reshape(len(mean), size, -1)[whole]
    of = _elementary if morris else _variance
    draws, generator = RESAMPLES // (4 if quick else 1), np.random.default_rng(0)
    chosen = generator.integers(0, len(shares), (draws, len(shares)))
    over_design = [of(shares[rows], mean[whole][rows]) for rows in chosen]
    over_seeds = [of(shares, values) for values in _seeds_anew(evidence, pairs, draws, generator)]
    low, high = _ends(over_design)
    low_seeds, high_seeds = _ends(over_seeds)
    found = of(shares, mean[whole])
    return DesignMeasures(found, low, high, low_seeds, high_seeds, int(whole.sum()), int((~whole).sum()))


def _seeds_anew(evidence: ByPoint, pairs: np.ndarray, draws: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Return the means of points over seeds that are drawn anew, the same at all points; none for a single seed."""
    seeds = evidence.pairs.columns.get_level_values("seed").to_numpy()
    own = np.unique(seeds)
    if len(own) < 2:
        return []
    columns = {seed: np.flatnonzero(seeds == seed) for seed in own}
    found = []
    for _ in range(draws):
        drawn = np.concatenate([columns[seed] for seed in generator.choice(own, len(own))])
        values = pairs[:, :, drawn]
        if np.isfinite(values).any(axis=2).all():
            found.append(np.nanmean(values, axis=2))
    return found


def _ends(drawn: list[Measures]) -> tuple[Measures, Measures]:
    """Return the ends of the middle 95 % of measures, NaN without any."""
    names = drawn[0] if drawn else ()
    ends = {name: np.nanquantile([one[name] for one in drawn], (0.025, 0.975), axis=0) for name in names}
    return {name: low for name, (low, _) in ends.items()}, {name: high for name, (_, high) in ends.items()}


def _elementary(shares: np.ndarray, values: np.ndarray) -> Measures:
    """Return mean size, spread and mean of the elementary effects (Morris 1991, Campolongo et al. 2007).

    An effect is the change of the value over the change of the one share that differs between neighbouring points.
    `shares` have shape (trajectories, factors + 1, factors), `values` (trajectories, factors + 1).
    """
    steps = np.diff(shares, axis=1)
    moved = np.abs(steps).argmax(axis=2)
    sizes = np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    effects = np.empty(moved.shape)
    np.put_along_axis(effects, moved, np.diff(values, axis=1) / sizes, axis=1)
    mean_size, mean = np.abs(effects).mean(axis=0), effects.mean(axis=0)
    return {"mu_star": mean_size, "sigma": effects.std(axis=0, ddof=1), "mu": mean}


def _variance(shares: np.ndarray, values: np.ndarray) -> Measures:
    """Return shares of the variance, total and first order (Saltelli et al. 2010), by SALib's estimators.

    `values` have shape (blocks, factors + 2): the first matrix, one for each exchanged factor, the second matrix.
    """
    from SALib.analyze.sobol import first_order, total_order

    scaled = (values - values.mean()) / (values.std() or 1.0)
    one, exchanged, other = scaled[:, 0], scaled[:, 1:-1].T, scaled[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):  # a draw of equal blocks has no variance
        total = np.array([total_order(one, mixed, other) for mixed in exchanged])
        first = np.array([first_order(one, mixed, other) for mixed in exchanged])
    return {"total": total, "first": first}
