"""The sweep: a study's policies at every point of a design, paired by seed, and their differences over the points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.equal_money import MONEY_COLUMNS, unequal_points
from experiments.analysis.nested import NESTED, nested
from experiments.analysis.paired import differences, gaps
from experiments.analysis.table import HEADLINE
from experiments.results.arms import runs_of
from experiments.results.merge import held, study_in
from experiments.results.reader import StoredRuns
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.study.plan import WHOLE, Plan, Shard
from experiments.study.study import Study, check_outcomes, find_seeds, with_reference
from model.indicators.summary import declaration
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy
from model.policy.presets import find_policies

if TYPE_CHECKING:
    import pandas as pd

POINT_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SUMMARY = (
    "policy", "indicator", "mean", *(f"q{100 * share:02.0f}" for share in POINT_QUANTILES), "share_better", "points",
    "unequal_money", *NESTED,
)  # fmt: skip


@dataclass(frozen=True)
class Sweep:
    """A finished sweep, or a shard of one. `runs` is as `sweep_study` returns it.

    `asked` is the number of its rows once all shards are done.
    """

    study: Study
    factors: tuple[str, ...]
    points: int
    asked: int
    runs: "pd.DataFrame"

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The indicators of interest."""
        return self.study.outcomes or HEADLINE

    @property
    def succeeded(self) -> set[str]:
        """Policies of which at least one run succeeded."""
        return set(self.runs.loc[self.runs["status"] == "ok", "policy"])


def sweep(
    uncertain: Mapping[str, Mapping[str, Any]] | None = None,
    design: Mapping[str, Any] | None = None,
    policies: Iterable[Policy | str] = ("rebate", "selective", "application"),
    parameters: Parameters | Mapping[str, Any] | None = None,
    seeds: int | Iterable[int] = 50,
    reference: str = "rebate",
    outcomes: Iterable[str] = (),
    out: Path | str | None = None,
    jobs: int | None = None,
    engine: str = "threads",
    check: bool = False,
    quiet: bool = True,
    ensemble: Path | str | None = None,
    scheduler: str | None = None,
) -> "pd.DataFrame":
    """Run policies over a design: `sweep({"policy.foresight": {"range": [0, 1]}}, {"kind": "lhs", "samples": 64})`.

    Returns a row per run as `sweep_study` does. With `out`, runs are stored there and a restart computes only what
    is missing. With an `ensemble`, a file or "default", each point is run at each of its parameter sets.
    Raises BadInput for what a study file may not hold either.
    """
    study = Study(
        name="sweep",
        parameters=find_parameters(parameters),
        policies=find_policies(policies),
        seeds=find_seeds(seeds),
        reference=reference,
        uncertain=uncertain or {},
        design=design or {},
        outcomes=check_outcomes(outcomes),
    )
    if ensemble is not None:
        from experiments.validation.ensemble import read_ensemble, with_ensemble

        study = with_ensemble(study, read_ensemble(ensemble))
    return sweep_study(study, out, Execution(jobs, engine, check, quiet, scheduler))


def sweep_study(
    study: Study,
    out: Path | str | None = None,
    execution: Execution | None = None,
    shard: Shard = WHOLE,
    series: bool = False,
) -> "pd.DataFrame":
    """Run what is missing of a study at every point of its design. Series are stored only if asked for.

    Returns a row per run that is there, by point, policy, set and seed: `point, set, policy, seed, run_id, status,
    error, warnings`, the design's factors, the study's outcomes (the headline indicators unless it names its own) and
    the money. A run that serves two policies or points has a row for each.
    """
    return run_sweep(study, out, execution, shard, series).runs


def run_sweep(
    study: Study,
    out: Path | str | None = None,
    execution: Execution | None = None,
    shard: Shard = WHOLE,
    series: bool = False,
    place: str = "",
) -> Sweep:
    """Do as `sweep_study` and return the design's factors and size too. Errors in points begin with `place`."""
    from agents.kernel.decorators import source_hash

    study, model = with_reference(study), source_hash()
    plan = Plan.of(study, model, shard, place)
    if out is None:
        store: Store | MemoryStore = MemoryStore(series)
    else:
        store = Store(Path(out), study, model, series, [str(shard)] if shard != WHOLE else [])
    run_tasks(plan, store, execution or Execution())
    runs = runs_of(plan, store, _columns(plan, study.outcomes))
    if isinstance(store, Store):
        store.finish(plan.run_ids(WHOLE))
    return Sweep(study, plan.factors, len(plan.points) // study.sets, plan.asked, runs)


def read_sweep(folder: Path, outcomes: Iterable[str] = ()) -> Sweep:
    """Return the runs that a folder holds as a sweep, of its own outcomes or others. Nothing is run or written.

    A folder of a comparison is one of a single point.
    """
    manifest = held(folder)
    study = with_reference(study_in(folder, manifest))
    study = replace(study, outcomes=tuple(outcomes) or study.outcomes)
    plan = Plan.of(study, manifest.model, place=str(folder))
    runs = runs_of(plan, StoredRuns(folder), _columns(plan, study.outcomes), some=True)
    return Sweep(study, plan.factors, len(plan.points) // study.sets, plan.asked, runs)


def _columns(plan: Plan, outcomes: Iterable[str]) -> list[str]:
    """Return the columns of a sweep's runs: outcomes are the headline indicators unless there are others."""
    wanted = tuple(outcomes) or HEADLINE
    return ["status", "error", "warnings", *plan.factors, *dict.fromkeys([*wanted, *MONEY_COLUMNS])]


def summarise_sweep(swept: Sweep) -> "pd.DataFrame":
    """Return a row per outcome and policy (columns SUMMARY): mean and quantiles over points of the paired difference.

    `share_better` is the share of points in which the difference speaks for the policy. `points` counts those with a
    difference (none where a time was never reached by both). `unequal_money` counts the points in which the policy's
    money is not equal to the reference's. They are left out of `share_better`: an effect of more money is no merit.
    The intervals over sets and over seeds (NESTED) are of the mean over points.
    """
    import pandas as pd

    reference = swept.study.reference
    if reference not in swept.succeeded:
        return pd.DataFrame(columns=list(SUMMARY))
    unequal = unequal_points(swept.runs, reference)
    rows = []
    for outcome in swept.outcomes:
        better = {"higher": 1.0, "lower": -1.0}.get(declaration(outcome).better, np.nan)
        by_pair = gaps(swept.runs, reference, outcome).groupby(level=["set", "seed"]).mean()
        for policy, every in differences(swept.runs, reference, outcome).groupby("policy", sort=False):
            block = every.dropna(subset="difference")
            apart = block["point"].isin(unequal.get(policy, ()))
            ranked = block["difference"][~apart] * better
            row = {"policy": policy, "indicator": outcome, "mean": block["difference"].mean(), "points": len(block)}
            row |= dict(zip(SUMMARY[3:8], block["difference"].quantile(list(POINT_QUANTILES)), strict=True))
            row |= {"share_better": (ranked > 0.0).mean() if ranked.notna().any() else np.nan}
            rows.append(row | {"unequal_money": int(apart.sum()), **nested(by_pair[policy]).apart})
    return pd.DataFrame(rows, columns=list(SUMMARY))
