"""The trial of claims: their runs, the verdict of each, and the numbers behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.kernel.decorators import source_hash
from experiments.analysis.nested import SET_QUANTILES
from experiments.claims.claim import Axis, Claim
from experiments.claims.comparison import Compared, compare_in_cell
from experiments.claims.condition import Part, correlated, parts_of
from experiments.claims.grid import grid_cells
from experiments.claims.instruments_table import instruments_table
from experiments.claims.runs import (
    RunValues,
    check_variants,
    claim_measurement,
    measured_facts,
    plan_of,
    read_values,
    variants_of,
)
from experiments.claims.verdict import AGAINST, FOR, UNEQUAL, cell_verdict, claim_verdict, spread
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.study.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TriedClaim:
    """A claim with its verdict.

    The effect is the mean over the judged cells, in the claim's scale: above 0 it is as the essay expects. `low_sets`
    to `high_sets` hold the middle 95 % of the parameter sets' means, `low_seeds` to `high_seeds` are Student's t over
    seeds. `share_sets` is the share of sets with the sign that the essay expects. `cells` has a row per cell: its
    levels, `verdict, mean, low_seeds, high_seeds, share_for`. `by_set` are the sets' means. `parts` are the parts of
    the grid in which verdicts differ, `parameters` those of the sets that go with the effect.
    """

    claim: Claim
    verdict: str
    effect: float
    low_sets: float
    high_sets: float
    low_seeds: float
    high_seeds: float
    share_sets: float
    sets: int
    seeds: int
    cells: "pd.DataFrame"
    by_set: np.ndarray
    axes: tuple[Axis, ...]
    parts: list[Part] = field(default_factory=list)
    parameters: list[tuple[str, float]] = field(default_factory=list)
    instruments: "pd.DataFrame | None" = None

    @property
    def raw(self) -> tuple[float, ...]:
        """Treatment less reference, with its interval over sets and the one over seeds: five numbers."""
        numbers = (self.effect, self.low_sets, self.high_sets, self.low_seeds, self.high_seeds)
        if self.claim.expected > 0:
            return numbers
        return tuple(0.0 - numbers[place] for place in (0, 2, 1, 4, 3))

    @property
    def shares(self) -> tuple[float, float]:
        """Shares of the judged cells that are for and against the claim, NaN where none is judged."""
        judged = len(self.cells) - self.count(UNEQUAL)
        if not judged:
            return np.nan, np.nan
        return self.count(FOR) / judged, self.count(AGAINST) / judged

    def count(self, verdict: str) -> int:
        """Return the number of cells with a verdict."""
        return int((self.cells["verdict"] == verdict).sum())


@dataclass(frozen=True)
class Trial:
    """All claims that were tried, and the study of their runs.

    `runs` has a row per run: `status, policy, seed, error, warnings`.
    """

    study: Study
    tried: list[TriedClaim]
    quick: bool
    runs: "pd.DataFrame"

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return int((self.runs["status"] == "failed").sum())


def try_claims(
    study: Study,
    claims: Sequence[Claim],
    quick: bool = False,
    out: Path | str | None = None,
    execution: Execution | None = None,
) -> Trial:
    """Run what is missing of the runs that claims need, and judge each claim.

    Raises BadInput where the study's parameters do not allow a change that a claim makes.
    """
    model, variants = source_hash(), variants_of(claims, quick)
    check_variants(study.parameters, variants)
    plan = plan_of(study, variants, model)
    store: Store | MemoryStore = MemoryStore(series=False)
    if out is not None:
        store = Store(Path(out), study, model, series=False, facts=measured_facts())
    run_tasks(plan, store, execution or Execution(), claim_measurement())
    values = read_values(study, variants, plan, store)
    if isinstance(store, Store):
        store.finish(task.run_id for task in plan)
    return Trial(study, [judge(claim, values, study, quick) for claim in claims], quick, values.rows)


def judge(claim: Claim, values: RunValues, study: Study, quick: bool) -> TriedClaim:
    """Return a claim with its verdict, from the numbers of its runs."""
    import pandas as pd

    rows, shown = [], []
    compared = [(cell, compare_in_cell(claim, cell, values)) for cell in grid_cells(claim.axes, quick)]
    for cell, found in compared:
        row, table = _cell_row(found)
        rows.append({**cell, **row})
        shown.append(table)
    frame = pd.DataFrame(rows)
    every = _mean_of(shown)
    whole = whole_table(every)
    over = spread(whole)
    by_set = _by_set(every)
    known = by_set[np.isfinite(by_set)]
    low, high = np.quantile(known, SET_QUANTILES) if len(known) > 1 else (np.nan, np.nan)
    axes = tuple(axis._replace(levels=axis.quick) if quick else axis for axis in claim.axes)
    members = {} if study.ensemble is None else {number: dict(own) for number, own in study.ensemble.members.items()}
    share = float((known > 0.0).mean()) if len(known) else np.nan
    return TriedClaim(
        claim, claim_verdict(frame["verdict"].tolist()), over.mean, float(low), float(high), over.low_seeds,
        over.high_seeds, share, len(known), whole.shape[1], frame, by_set, axes,
        parts_of(frame, axes), correlated(by_set, members) if over.between else [],
        instruments_table(claim, axes, [(cell, found.best) for cell, found in compared], values, study),
    )  # fmt: skip


def _cell_row(found: Compared) -> tuple[dict[str, Any], np.ndarray]:
    """Return the verdict and numbers of a cell, and its differences as they are shown."""
    table = whole_table(found.gap)
    plain = spread(table)
    verdict = UNEQUAL if not table.size else cell_verdict(plain)
    by_set = table.mean(axis=1) if table.size else np.zeros(0)
    row = {
        "verdict": verdict,
        **{name: found.scale * getattr(plain, name) for name in ("mean", "low_seeds", "high_seeds")},
        "share_for": float((by_set > 0.0).mean()) if by_set.size else np.nan,
    }
    return row, found.scale * found.gap


def whole_table(values: np.ndarray) -> np.ndarray:
    """Return whole rows and columns of a table of sets and seeds: those of whole sets, or of whole seeds if more."""
    known = np.isfinite(values)
    by_set, by_seed = values[known.all(axis=1)], values[:, known.all(axis=0)]
    return by_set if by_set.size >= by_seed.size else by_seed


def _mean_of(tables: Iterable[np.ndarray]) -> np.ndarray:
    """Return the mean of the tables of all cells that were judged."""
    judged = [table for table in tables if np.isfinite(table).any()]
    return np.mean(judged, axis=0) if judged else np.zeros((0, 0))


def _by_set(table: np.ndarray) -> np.ndarray:
    """Return the mean of each set over the seeds that it has, NaN where it has none."""
    known = np.isfinite(table)
    count = known.sum(axis=1)
    return np.divide(np.where(known, table, 0.0).sum(axis=1), count, out=np.full(len(table), np.nan), where=count > 0)
