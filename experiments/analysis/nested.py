"""Seeds nested in parameter sets: the mean of paired differences, and the uncertainty over sets and over seeds apart.

A set's difference is the mean over its seeds, and each set counts alike. The interval over sets is the range of the
middle 95 % of the sets' differences: it does not shrink with more sets, since they are what the facts leave open. The
interval over seeds is Student's t of the seeds' means over sets: all sets have the same seeds, so that their random
draws are no further evidence.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.statistics import Interval, mean_interval

if TYPE_CHECKING:
    import pandas as pd

SET_QUANTILES = (0.025, 0.975)
"""Ends of the interval over sets, as quantiles of the sets' differences."""

NESTED = ("low_sets", "high_sets", "low_seeds", "high_seeds", "share_sets")
"""Columns of a table that tell the two kinds of uncertainty apart."""


class Nested(NamedTuple):
    """A mean with its interval, and with the intervals over sets and over seeds apart.

    `low` and `high` are those over sets where there are two sets or more, otherwise those over seeds. `share_sets` is
    the share of sets whose difference has the sign of the mean. What needs two sets is NaN with one.
    """

    mean: float
    low: float
    high: float
    low_sets: float
    high_sets: float
    low_seeds: float
    high_seeds: float
    share_sets: float

    @property
    def interval(self) -> Interval:
        """The mean with its interval."""
        return Interval(self.mean, self.low, self.high)

    @property
    def apart(self) -> dict[str, float]:
        """The columns NESTED."""
        return {name: getattr(self, name) for name in NESTED}


def nested(values: "pd.Series") -> Nested:
    """Return the mean of values by set and seed with both kinds of uncertainty. Missing values are left out.

    An index without a level `set` is of one set.
    """
    known = values.dropna()
    by_set = known.groupby(level="set").mean() if "set" in known.index.names else known.iloc[:0]
    if len(by_set) < 2:
        mean, low, high = mean_interval(known)
        return Nested(mean, low, high, np.nan, np.nan, low, high, np.nan)
    mean = float(by_set.mean())
    low, high = map(float, by_set.quantile(list(SET_QUANTILES)))
    own, below, _ = mean_interval(over_sets(known))
    half = own - below
    share = float((np.sign(by_set) == np.sign(mean)).mean())
    return Nested(mean, low, high, low, high, mean - half, mean + half, share)


def over_sets(values: "pd.Series") -> "pd.Series":
    """Return the mean over sets of each seed, or the values themselves where there is no set."""
    known = values.dropna()
    return known.groupby(level="seed").mean() if "set" in known.index.names else known
