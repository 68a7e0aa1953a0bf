"""The quarters in which a difference arises: an outcome of every quarter, measured in each run, and sums over some."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.results.columns import Measured
from experiments.results.store import MemoryStore, RuledFact, Store
from experiments.running.runner import Measurement
from model.indicators.summary import declaration

if TYPE_CHECKING:
    import pandas as pd

    from model.simulation import Run

RULE = "of the quarter"
"""The rule of these facts in the results."""

WINDOW = 20
"""Quarters of a window."""


def adds_up(outcome: str) -> bool:
    """Return whether an outcome is a sum over quarters, so that its difference arises in some of them."""
    from model.indicators.series import INDICATORS

    return outcome in INDICATORS and declaration(outcome).kind == "flow"


@dataclass(frozen=True)
class Quarterly:
    """The measurement of an outcome in each of the first quarters. It can be sent to a process."""

    outcome: str
    quarters: int

    @property
    def facts(self) -> list[RuledFact]:
        """The facts that each run leaves."""
        return [(_name(self.outcome, quarter), RULE) for quarter in range(self.quarters)]

    @property
    def measurement(self) -> Measurement:
        """The measurement of a run."""
        return Measurement(self._measure)

    def _measure(self, run: "Run") -> list[Measured]:
        series = run.series[self.outcome]
        return [Measured(_name(self.outcome, quarter), RULE, float(value)) for quarter, value in enumerate(series)]

    def read(self, store: Store | MemoryStore, runs: "pd.DataFrame", one: str, other: str) -> "pd.DataFrame":
        """Return the paired difference per quarter: a row per set and seed in which both succeeded."""
        table = store.facts(runs["run_id"]).to_pandas()
        named = table["fact"].str.rpartition("@")
        own = (table["rule"] == RULE) & (named[0] == self.outcome)
        table = table[own].assign(quarter=named.loc[own, 2].astype(int))
        wide = table.pivot(index="run_id", columns="quarter", values="value").reindex(columns=range(self.quarters))
        ok = runs[runs["status"] == "ok"]
        arms = {name: wide.reindex(arm["run_id"]).set_axis(_pairs(arm)) for name, arm in ok.groupby("policy")}
        return (arms[one] - arms[other]).dropna()


def windows(quarters: int) -> list[tuple[int, int]]:
    """Return the windows of a run: first quarter, and first quarter after it."""
    return [(start, min(start + WINDOW, quarters)) for start in range(0, quarters, WINDOW)]


def take_off(runs: "pd.DataFrame", quarters: int) -> "pd.Series":
    """Return the quarter in which the first of the two policies reaches adoption of 10 %, by set and seed.

    The number of quarters where neither does.
    """
    ok = runs[runs["status"] == "ok"]
    return ok.groupby(["set", "seed"])["time_to_10"].min().fillna(quarters)


def split_at(by_quarter: "pd.DataFrame", quarter: "pd.Series") -> tuple["pd.Series", "pd.Series"]:
    """Return the sums before and from a quarter on, by set and seed."""
    first = quarter.reindex(by_quarter.index).to_numpy()[:, None]
    early = np.arange(by_quarter.shape[1])[None, :] < first
    return by_quarter.where(early, 0.0).sum(axis=1), by_quarter.where(~early, 0.0).sum(axis=1)


def _name(outcome: str, quarter: int) -> str:
    return f"{outcome}@{quarter}"


def _pairs(arm: "pd.DataFrame") -> "pd.MultiIndex":
    import pandas as pd

    return pd.MultiIndex.from_frame(arm[["set", "seed"]])
