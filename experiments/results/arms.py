"""The stored runs of a plan: a row for each of its arms, also where one run serves several."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from experiments.study.plan import Plan
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


class HoldsRuns(Protocol):
    """A place that holds stored runs."""

    def runs(self, wanted: Iterable[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the wanted runs with the columns named."""


class HoldsResults(HoldsRuns, Protocol):
    """A place that holds runs with their series, and runs made beside the study itself."""

    def series(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return series sorted by run id and period."""

    def holds(self, which: str) -> bool:
        """Return whether any rerun of that name is stored."""


def arms_of(plan: Plan) -> "pd.DataFrame":
    """Return `point, set, policy, seed, run_id` of every arm, by point, then by policy, set and seed as planned."""
    import pandas as pd

    rows = [(task.point, task.set, task.policy.name, task.seed, task.run_id) for task in plan.arms()]
    table = pd.DataFrame(rows, columns=["point", "set", "policy", "seed", "run_id"])
    place = {policy.name: number for number, policy in enumerate(plan.points[0].policies)}
    return table.iloc[np.lexsort([table["policy"].map(place), table["point"]])].reset_index(drop=True)


def runs_of(plan: Plan, store: HoldsRuns, columns: Sequence[str] | None = None, some: bool = False) -> "pd.DataFrame":
    """Return a row per arm whose run is stored: `point, set, policy, seed, run_id`, then the run's other columns.

    All of them, or those named. Raises BadInput where runs of the plan's shard are not stored, unless `some` do.
    """
    arms = arms_of(plan)
    stored = store.runs(arms["run_id"], None if columns is None else ["run_id", *columns])
    shared = [name for name in ("point", "set", "policy", "seed") if name in stored.column_names]
    found = arms.merge(stored.drop_columns(shared).to_pandas(), on="run_id")
    if not some and len(found) < len(arms):
        _refuse_gaps(plan, set(arms["run_id"]) - set(found["run_id"]))
    return found


def series_of(plan: Plan, store: HoldsResults) -> "pd.DataFrame":
    """Return a row per arm and period: `set, policy, seed, run_id, period` and the stored indicators."""
    arms = arms_of(plan).drop(columns="point")
    return arms.merge(store.series(arms["run_id"]).to_pandas(), on="run_id")


def _refuse_gaps(plan: Plan, absent: set[str]) -> None:
    """Raise BadInput where runs of the plan's shard are among those that are absent."""
    gone = len(absent.intersection(plan.run_ids()))
    if gone:
        raise BadInput("give the command again", problem=f"{gone} runs have gone from the results meanwhile")
