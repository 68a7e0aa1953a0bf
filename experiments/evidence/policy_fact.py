"""The declaration of a published effect of policy: the treatment, the statistic over paired seeds, and the finding."""

from typing import Literal, NamedTuple

import numpy as np

from experiments.statistics import Interval
from model.policy.policy import Policy

PairedStatistic = Literal["difference", "ratio", "ratios"]
"""How an effect is put together over seeds that all arms share.

`difference` is the mean of the first measure in the first arm less that in the second. `ratio` is the sum of that
difference over the sum of the same difference of the second measure. `ratios` is the `ratio` of the first arm to the
last less that of the second arm to the last.
"""

ARMS_OF: dict[PairedStatistic, int] = {"difference": 2, "ratio": 2, "ratios": 3}
MEASURES_OF: dict[PairedStatistic, int] = {"difference": 1, "ratio": 2, "ratios": 2}

COMPETITION_MULTIPLES: dict[str, float] = {"": 1.0, "weak competition": 0.5, "strong competition": 2.0}
"""Economies in which effects are measured: how often entry and users' review of providers are multiplied.

The multiples are an assumption. The publications do not say what they would be in this economy.
"""

COMPETITION = ("entry", "entry_profit", "reconsider")
"""Parameters that a setting multiplies."""

AGREES, DISAGREES, OPEN = "agrees", "does not agree", "open"
NOT_JUDGED, NO_VALUE = "not judged", "no value"
VERDICTS = {
    AGREES: "The model agrees.",
    DISAGREES: "The model does not agree.",
    OPEN: "These seeds do not decide.",
    NOT_JUDGED: "No published value is at hand, so nothing is judged.",
    NO_VALUE: "No seed gives a value.",
}
"""Verdicts in a word, and each in a sentence."""


class Published(NamedTuple):
    """A published range. An infinite end makes it a direction, which an effect of exactly zero does not have."""

    low: float = -np.inf
    high: float = np.inf

    def verdict(self, effect: Interval) -> str:
        """Return if the whole interval of an effect lies in the range, outside of it, or neither."""
        if np.isnan(effect.mean):
            return NO_VALUE
        if np.isnan(effect.low):
            return OPEN
        at_low = effect.high <= self.low if np.isinf(self.high) else effect.high < self.low
        at_high = effect.low >= self.high if np.isinf(self.low) else effect.low > self.high
        if at_low or at_high:
            return DISAGREES
        inside_low = effect.low > self.low if np.isinf(self.high) else effect.low >= self.low
        inside_high = effect.high < self.high if np.isinf(self.low) else effect.high <= self.high
        return AGREES if inside_low and inside_high else OPEN


HIGHER, LOWER = Published(low=0.0), Published(high=0.0)


class PolicyFact(NamedTuple):
    """A published effect of policy, and how the model measures it.

    `says` is a sentence with {} where the value stands in its unit. `arms` and `measures` are what the statistic asks
    for, the measures by name. `published` is None where the design documents give neither number nor direction.
    `failure` is what it means for the claims if the model does not agree. A `panel` keeps the firms of runs.
    """

    name: str
    unit: str
    published: Published | None
    treatment: str
    says: str
    source: str
    failure: str
    arms: tuple[Policy, ...]
    measures: tuple[str, ...]
    statistic: PairedStatistic = "difference"
    setting: str = ""
    panel: bool = False


class NotBuilt(NamedTuple):
    """A published effect of policy that the model cannot measure, and why."""

    finding: str
    source: str
    reason: str
