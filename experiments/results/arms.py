"""The stored runs of a plan: a row for each of its arms, also where one run serves several."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.results.store import MemoryStore, Store
from experiments.study.plan import Plan

if TYPE_CHECKING:
    import pandas as pd


def arms_of(plan: Plan) -> "pd.DataFrame":
    """Return `point, policy, seed, run_id` of every arm, by point, then by policy and seed as the plan has them."""
    import pandas as pd

    rows = [(task.point, task.policy.name, task.seed, task.run_id) for task in plan.arms()]
    table = pd.DataFrame(rows, columns=["point", "policy", "seed", "run_id"])
    place = {policy.name: number for number, policy in enumerate(plan.points[0].policies)}
    return table.iloc[np.lexsort([table["policy"].map(place), table["point"]])].reset_index(drop=True)


def runs_of(plan: Plan, store: Store | MemoryStore, columns: Sequence[str] | None = None) -> "pd.DataFrame":
    """Return a row per arm whose run is stored: `point, policy, seed, run_id`, then the run's other columns.

    All of them, or those named.
    """
    arms = arms_of(plan)
    stored = store.runs(arms["run_id"], None if columns is None else ["run_id", *columns])
    shared = [name for name in ("point", "policy", "seed") if name in stored.column_names]
    return arms.merge(stored.drop_columns(shared).to_pandas(), on="run_id")


def series_of(plan: Plan, store: Store | MemoryStore) -> "pd.DataFrame":
    """Return a row per arm and period: `policy, seed, run_id, period` and the stored indicators."""
    arms = arms_of(plan).drop(columns="point")
    return arms.merge(store.series(arms["run_id"]).to_pandas(), on="run_id")
