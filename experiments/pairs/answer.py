"""The answer after some pairs: the table of `compare`, quantiles over seeds by quarter, and whether it is final."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.equal_money import MONEY_COLUMNS
from experiments.analysis.over_seeds import PATH_QUANTILES
from experiments.analysis.ranks import money_standing
from experiments.analysis.response import efficacies
from experiments.analysis.table import HEADLINE, tabulate
from experiments.pairs.cache import KeptRun
from experiments.study.study import Study
from model.indicators.summary import AT_WITHDRAWAL, declaration

if TYPE_CHECKING:
    import pandas as pd

SHOWN_COLUMNS = (
    "policy", "indicator", "mean", "difference", "low", "high", "percent", "share_better", "p_holm", "n",
    "money_placed", "equal_money", "reading",
)  # fmt: skip
"""Columns of the table that a live comparison shows: they need no run without policy."""


def drawn_series(indicator: str) -> str:
    """Return the series that belongs to a summary indicator: of a time, the adoption that it times."""
    return "adoption" if declaration(indicator).kind == "time" else indicator.removesuffix(AT_WITHDRAWAL)


EACH_UP_TO, EACH_LATER = 20, 10
"""Pairs up to which each answer is worth showing, and how many pairs lie between two answers later."""

KEPT = tuple(dict.fromkeys((*HEADLINE, *MONEY_COLUMNS)))
"""Summary indicators that a live comparison reads."""

PATHS = tuple(dict.fromkeys(map(drawn_series, HEADLINE)))
"""Series that it draws."""


@dataclass(frozen=True)
class LiveAnswer:
    """The answer on the seeds of `study`. `arms` are the runs of each policy, in the order of the seeds.

    `most` is the number of pairs asked for, `narrow` whether the interval became narrow before.
    """

    study: Study
    arms: Mapping[str, tuple[KeptRun, ...]]
    most: int
    narrow: bool

    @property
    def pairs(self) -> int:
        """Number of seeds, each of which is one pair with the reference."""
        return len(self.study.seeds)

    @property
    def final(self) -> bool:
        """True when no further pair is made."""
        return self.narrow or self.pairs == self.most

    @property
    def worth_showing(self) -> bool:
        """True for the first answers, then at every tenth pair, and for the last: a table costs as much as a run."""
        return self.final or self.pairs <= EACH_UP_TO or self.pairs % EACH_LATER == 0

    @property
    def others(self) -> tuple[str, ...]:
        """Policies that are compared with the reference."""
        return tuple(policy.name for policy in self.study.policies if policy.name != self.study.reference)

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return sum(bool(run.error) for runs in self.arms.values() for run in runs)

    @property
    def whole_pairs(self) -> int:
        """Number of seeds under which every run succeeded."""
        return sum(not any(run.error for run in runs) for runs in zip(*self.arms.values(), strict=True))

    @cached_property
    def table(self) -> "pd.DataFrame":
        """The table of `compare`, as far as it needs no run of laissez-faire: a row per policy and indicator."""
        return tabulate(self.study, self._runs(), whole=False)[list(SHOWN_COLUMNS)]

    @property
    def standing(self) -> dict[str, str]:
        """Money per policy: "equal", "unequal", "none" (it raises none) or "unknown" (no run succeeded)."""
        return money_standing(self.table)

    @property
    def assumed(self) -> list[str]:
        """Policies that rest on assumed efficacies."""
        return [policy.name for policy in self.study.policies if efficacies(policy)]

    def row(self, policy: str, indicator: str) -> "pd.Series":
        """Return the row of a policy and an indicator."""
        table = self.table
        return table[(table["policy"] == policy) & (table["indicator"] == indicator)].iloc[0]

    def fans(self, indicator: str) -> dict[str, np.ndarray]:
        """Return quantiles over seeds of each policy's series, each of shape (len(PATH_QUANTILES), periods)."""
        return {name: _quantiles(self._paths(name, indicator)) for name in self.arms}

    def gap_fans(self, indicator: str) -> dict[str, np.ndarray]:
        """Return the same of each policy's series less the reference's under the same seed."""
        reference = self._paths(self.study.reference, indicator)
        return {name: _quantiles(self._paths(name, indicator) - reference) for name in self.others}

    def _paths(self, policy: str, indicator: str) -> np.ndarray:
        """Return a series by seed and quarter, NaN where the run failed."""
        name, none = drawn_series(indicator), np.full(self.study.parameters.horizon, np.nan)
        return np.array([run.series.get(name, none) for run in self.arms[policy]])

    def _runs(self) -> "pd.DataFrame":
        """Return a row per run as `tabulate` reads it."""
        import pandas as pd

        blocks = [
            {"set": 0, "policy": name, "seed": seed, "status": "failed" if run.error else "ok", **run.summary}
            for name, runs in self.arms.items()
            for seed, run in zip(self.study.seeds, runs, strict=True)
        ]
        return pd.DataFrame(blocks, columns=["set", "policy", "seed", "status", *KEPT])


def _quantiles(paths: np.ndarray) -> np.ndarray:
    """Return PATH_QUANTILES over the first axis, of the seeds that have a value in that quarter."""
    whole = ~np.isnan(paths).any(axis=0)
    found = np.full((len(PATH_QUANTILES), paths.shape[1]), np.nan)
    found[:, whole] = np.quantile(paths[:, whole], PATH_QUANTILES, axis=0)
    for quarter in np.flatnonzero(~whole):
        known = paths[~np.isnan(paths[:, quarter]), quarter]
        if len(known):
            found[:, quarter] = np.quantile(known, PATH_QUANTILES)
    return found
