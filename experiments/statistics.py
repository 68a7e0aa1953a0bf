"""Statistics of paired comparisons.

Interval: Student's t on the paired differences. A hundred pairs make the mean of even a skewed difference close to
normal; unlike a bootstrap it needs no random numbers, and it stays defined (and wide) for a handful of seeds.
Only a ratio of two means has a bootstrap interval.
Test: Wilcoxon's signed ranks, which a few extreme seeds cannot carry; Holm's step-down over all tests of a table.
`scipy.special` only: importing `scipy.stats` takes longer than a whole stored comparison (tests compare with it).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtrit

EXACT_UP_TO = 200
"""Pairs up to which the distribution of signed ranks is exact; normal above."""

BOOTSTRAPS = 500


class Interval(NamedTuple):
    """A mean and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def mean_interval(differences: ArrayLike, level: float = 0.95) -> Interval:
    """Mean of the differences with its t interval: mean +- t_{n-1} * s / sqrt(n). NaN where undefined (n < 2)."""
    values = np.asarray(differences, dtype=float)
    if not len(values):
        return Interval(np.nan, np.nan, np.nan)
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, np.nan, np.nan)
    half = float(half_width(values.std(ddof=1), len(values), level))
    return Interval(mean, mean - half, mean + half)


def ratio_of_means(top: ArrayLike, bottom: ArrayLike, level: float = 0.95) -> Interval:
    """Return the mean of `top` over the mean of `bottom`, with an interval by bootstrap of the pairs (Efron, 1979).

    The ends are quantiles of the ratio over the samples. NaN where undefined: without pairs or where the mean of
    `bottom` is not positive, and the ends for fewer than two pairs or where some sample's is not.
    """
    above, below = np.asarray(top, dtype=float), np.asarray(bottom, dtype=float)
    order = np.lexsort((above, below))  # so that the ends do not depend on the order of the pairs
    above, below = above[order], below[order]
    if not len(below) or not below.mean() > 0.0:
        return Interval(np.nan, np.nan, np.nan)
    ratio = float(above.mean() / below.mean())
    if len(below) < 2:
        return Interval(ratio, np.nan, np.nan)
    drawn = np.random.default_rng(0).integers(0, len(below), (BOOTSTRAPS, len(below)))
    means = below[drawn].mean(axis=1)
    if not (means > 0.0).all():
        return Interval(ratio, np.nan, np.nan)
    low, high = np.quantile(above[drawn].mean(axis=1) / means, (0.5 - level / 2, 0.5 + level / 2))
    return Interval(ratio, float(low), float(high))


def bootstrap_interval(statistic: Callable[[np.ndarray], float], table: np.ndarray) -> Interval:
    """Statistic of seeds with its 95 % interval: the quantiles of BOOTSTRAPS tables whose seeds are drawn anew.

    `table` has the seeds as its last axis. NaN ends where the statistic is not finite or there are fewer than 2 seeds.
    """
    value, seeds = statistic(table), table.shape[-1]
    if not np.isfinite(value) or seeds < 2:
        return Interval(value, np.nan, np.nan)
    draw = np.random.default_rng(0).integers(0, seeds, (BOOTSTRAPS, seeds))
    drawn = [statistic(table[..., chosen]) for chosen in draw]
    low, high = np.nanquantile(drawn, (0.025, 0.975), method="nearest")
    return Interval(value, float(low), float(high))


def half_width(deviation: Any, n: Any, level: float = 0.95) -> Any:
    """Return t_{n-1} * s / sqrt(n), half a t interval of a mean, of numbers or arrays. NaN where n < 2."""
    return stdtrit(n - 1, 0.5 + level / 2) * deviation / np.sqrt(n)


def wilcoxon(differences: ArrayLike) -> float:
    """Two-sided p of Wilcoxon's signed-rank test (1945): zeros dropped, ties given their mean rank.

    Exact, given the ties, up to EXACT_UP_TO pairs. 1 when all differences are zero; NaN without any.
    """
    values = np.asarray(differences, dtype=float)
    if not len(values):
        return float("nan")
    values = values[values != 0.0]
    if not len(values):
        return 1.0
    _, position, counts = np.unique(np.abs(values), return_inverse=True, return_counts=True)
    doubled_ranks = (2 * np.cumsum(counts) - counts + 1)[position]  # whole numbers although ties share mean ranks
    statistic = int(doubled_ranks[values > 0.0].sum())
    if len(values) > EXACT_UP_TO:
        z = (statistic - doubled_ranks.sum() / 2) / np.sqrt((doubled_ranks.astype(float) ** 2).sum() / 4)
        return float(2 * ndtr(-abs(z)))
    probability = _sums_of_signed(doubled_ranks)
    return float(min(1.0, 2 * min(probability[: statistic + 1].sum(), probability[statistic:].sum())))


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Holm's step-down adjustment (1979): p_(k) * (m - k + 1), made monotone, at most 1. NaN is no test."""
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return adjusted


def pairs_needed(tests: int, level: float = 0.05) -> int:
    """Fewest pairs n with which a test can be significant after Holm's adjustment: tests * 2 * 2^-n < level.

    2 * 2^-n is the smallest p of Wilcoxon's test, when all n differences have one sign.
    """
    return int(np.floor(np.log2(2 * tests / level))) + 1


def _sums_of_signed(ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability of each sum of positive ranks when every sign is a fair coin. Shape (sum of ranks + 1,)."""
    probability = np.zeros(int(ranks.sum()) + 1)
    probability[0] = 1.0
    for rank in ranks:
        shifted = np.zeros_like(probability)
        shifted[rank:] = probability[: len(probability) - rank]
        probability = (probability + shifted) / 2
    return probability
