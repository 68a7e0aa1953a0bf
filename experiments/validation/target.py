"""The parts of a calibration: a target, a searched parameter, and the way to search."""

import math
from typing import NamedTuple

from experiments.validation.fact import Fact
from model.parameters import EFFICACIES, Parameters

POLICY_ONLY = (
    "displacement", "incidence", "subsidy_belief", "funds_cost", "infrastructure_decay", "science_decay", "talent_lag",
    "talent_decay", *EFFICACIES,
)  # fmt: skip
"""Parameters that act only under policy: no fact of the economy without policy depends on them."""

METHODS = ("cmaes", "tpe")
SCALES = ("linear", "log")
MOST_TRIALS = 1_000_000
DEFAULT_TRIALS = 300
DEFAULT_COUNT = 20
"""Seeds of a trial where the file gives no number."""

WORST = 10.0
"""The largest miss of a target, in widths of its range. A fact without a value, or not measured, costs this."""

NEAR = 0.02
"""Part of a searched range at either end of which a value counts as on its bound."""

FACT = "fact."
"""Before a fact's name as a column, since a parameter may have the same name."""


class Target(NamedTuple):
    """A fact, the range that its value should lie in, and its weight."""

    fact: Fact
    low: float
    high: float
    weight: float = 1.0

    def miss(self, value: float) -> float:
        """Return how far a value lies outside the range, in widths of the range, at most `WORST`.

        A range of one number is as wide as that number, or 1 where it is 0.
        """
        if math.isnan(value):
            return WORST
        width = self.high - self.low or abs(self.high) or 1.0
        return min(max(self.low - value, value - self.high, 0.0) / width, WORST)

    def met(self, value: float) -> bool:
        """Return whether a value lies in the range."""
        return self.low <= value <= self.high

    def touched(self, low: float, high: float) -> bool:
        """Return whether an interval from `low` to `high` touches the range."""
        return self.low <= high and low <= self.high


class Searched(NamedTuple):
    """A parameter that is searched, within a range on a linear or logarithmic scale."""

    name: str
    low: float
    high: float
    scale: str = SCALES[0]

    @property
    def whole(self) -> bool:
        """True where its values are whole numbers."""
        return Parameters.model_fields[self.name].annotation is int

    def near_bound(self, value: float) -> bool:
        """Return whether a value lies within `NEAR` of an end of the range, on its scale."""
        share = self.share(value)
        return share <= NEAR or share >= 1.0 - NEAR

    def share(self, value: float) -> float:
        """Return how far up in the range a value lies, on its scale: 0 at the low end, 1 at the high one."""
        low, high, here = (math.log(x) if self.scale == "log" else x for x in (self.low, self.high, value))
        return (here - low) / (high - low)

    def value(self, share: float) -> float:
        """Return the value at a share of the range, on its scale, rounded where values are whole."""
        if self.scale == "log":
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + share * (self.high - self.low)
        return min(max(round(value) if self.whole else value, self.low), self.high)


class Search(NamedTuple):
    """A way to search: the method, the number of trials, its seed, and the share of trials whose late facts count.

    `wave` is the number of trials of a wave, where an ensemble is looked for.
    """

    method: str = METHODS[0]
    trials: int = DEFAULT_TRIALS
    seed: int = 0
    share: float = 0.25
    wave: int = 64
