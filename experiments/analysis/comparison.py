"""The paired comparison of policies: equal luck (the same seeds), equal money (or said so), one reference arm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.equal_money import ROUNDS, equal_money, matched, unmatched, yoked
from experiments.analysis.response import Responses, efficacies, respond
from experiments.analysis.statistics import holm, mean_interval, pairs_needed, wilcoxon
from experiments.results.arms import runs_of, series_of
from experiments.results.manifest import versions
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.running.runner import run_tasks
from experiments.study.plan import Plan
from experiments.study.points import Point
from experiments.study.study import DEFAULT_POLICIES, Study, find_seeds, refuse_uncertain, with_reference
from model.declaration.errors import BadInput
from model.indicators.indicator import Indicator
from model.indicators.summary import AT_WITHDRAWAL, declaration
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy, withdrawn
from model.policy.presets import find_policies

if TYPE_CHECKING:
    import pandas as pd

HEADLINE = (
    "welfare",
    "welfare_r1",
    "welfare_r2",
    "output",
    "useful_technology",
    "usefulness_ratio",
    "adoption",
    "time_to_50",
    "hhi",
    "firms",
    "bonsai_dependence_at_withdrawal",
    "old_industry_output",
    "welfare_per_unit",
)
"""Indicators of the table unless a study names its own outcomes."""

COMPARISON_COLUMNS = (
    "policy", "indicator", "mean", "difference", "low", "high", "share_better", "p_holm", "money_placed",
    "equal_money", "n", "per_unit", "n_own",
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A finished comparison.

    `table`: a row per policy and indicator (columns as `compare` returns them).
    `runs`: a row per policy and seed: `policy, seed, run_id, status, error, warnings`, every setting (`users`,
    `policy.budget`, ...), every summary indicator. `series`: a row per policy, seed and period of the runs that
    succeeded: `policy, seed, run_id, period` and the indicators of experiments.results.columns.SERIES.
    """

    study: Study
    reference: str
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    table: "pd.DataFrame"
    runs: "pd.DataFrame"
    series: "pd.DataFrame"
    versions: Mapping[str, str]
    out: Path | None = None
    responses: Responses | None = None

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return int((self.runs["status"] == "failed").sum())

    @property
    def assumed(self) -> list[str]:
        """Policies that rest on assumed efficacies: at one value of these they pay or do not, but have no rank."""
        return [policy.name for policy in self.study.policies if efficacies(policy)]

    @property
    def ending_apart(self) -> list[str]:
        """Policies that end in another quarter than the reference: at withdrawal the two cannot be compared."""
        return _ending_apart(self.study)

    @property
    def too_few_seeds(self) -> str:
        """A sentence, where the adjusted tests can tell nothing whatever the runs were; empty otherwise."""
        tests, seeds = int(self.table["p_holm"].notna().sum()), len(self.seeds)
        if not tests or seeds >= pairs_needed(tests):
            return ""
        return (
            f"With {seeds} seeds no difference can be significant after Holm's adjustment over {tests} tests, "
            f"however large: that takes {pairs_needed(tests)} seeds."
        )


def compare(
    policies: Iterable[Policy | str] | None = None,
    parameters: Parameters | Mapping[str, Any] | None = None,
    seeds: int | Iterable[int] = 100,
    reference: str = "rebate",
    out: Path | str | None = None,
    jobs: int | None = None,
    engine: str = "threads",
    check: bool = False,
    quiet: bool = True,
    match: bool = False,
    timing: str = "own",
) -> "pd.DataFrame":
    """Compare policies under equal luck; by default the presets of `nqpf compare`, against `rebate`.

    Returns a row per policy and headline indicator: `mean` over the policy's own seeds; `difference` to the
    reference, the mean over pairs with one seed, with its 95 % interval `low`, `high`; `share_better` of all seeds;
    `p_holm`, Wilcoxon's p adjusted over the whole table; `money_placed` per run; `equal_money` (None where
    nothing is raised); `n` pairs in which both reached a value; `per_unit`, the difference per unit placed of what is
    itself a sum of money; `n_own` values in the mean.
    `match` reruns the arms of a seed at the amount that all can place, `timing="yoked"` at the slowest's calendar.
    With `out`, runs are stored there and a restart computes only what is missing.
    Raises BadInput for unknown policies, parameters or an `out` that holds something else.
    """
    study = Study(
        parameters=find_parameters(parameters),
        policies=find_policies(DEFAULT_POLICIES if policies is None else policies),
        seeds=find_seeds(seeds),
        reference=reference,
        match=match,
        timing=timing,
    )
    return compare_study(study, out, Execution(jobs, engine, check, quiet)).table


def compare_study(
    study: Study, out: Path | str | None = None, execution: Execution | None = None, responses: bool = False
) -> Comparison:
    """Run what is missing of a study and compare. `responses` adds reruns at other budgets and assumed efficacies.

    Raises BadInput for a study with uncertain factors.
    """
    from agents.kernel.decorators import source_hash

    refuse_uncertain(study, study.name)
    study, model = with_reference(study), source_hash()
    if len(study.policies) < 2:
        raise BadInput(f"policies = {study.reference}: nothing to compare the reference with; name another policy")
    execution = execution or Execution()
    store = MemoryStore() if out is None else Store(Path(out), study, model)
    plan = Plan((Point(0, study.parameters, study.policies, study.seeds),), model)
    plan = _run_arms(study, plan, store, execution)
    runs, series = runs_of(plan, store), series_of(plan, store)
    found = respond(study, (study.outcomes or HEADLINE)[0], model, store, execution) if responses else None
    if isinstance(store, Store):
        store.finish(store.runs(columns=["run_id"])["run_id"].to_pylist())
    table = tabulate(study, runs)
    return Comparison(
        study=study,
        reference=study.reference,
        policies=tuple(policy.name for policy in study.policies),
        seeds=study.seeds,
        table=table,
        runs=runs,
        series=series,
        versions={**versions(), "model": model},
        out=None if out is None else Path(out),
        responses=found,
    )


def _run_arms(study: Study, plan: Plan, store: Store | MemoryStore, execution: Execution) -> Plan:
    """Run a plan, then again at the slowest arm's calendar and at an amount that all can place, if the study asks."""
    run_tasks(plan, store, execution)
    if study.timing == "yoked":
        plan = yoked(plan, runs_of(plan, store), series_of(plan, store))
        run_tasks(plan, store, execution)
    if study.match:
        plan = _match(plan, store, execution)
    return plan


def _match(plan: Plan, store: Store | MemoryStore, execution: Execution) -> Plan:
    """Rerun a plan at smaller amounts until all arms place theirs. Warn where some never do."""
    for _ in range(ROUNDS):
        smaller = matched(plan, runs_of(plan, store))
        if smaller == plan:
            return plan
        plan = smaller
        run_tasks(plan, store, execution)
    if left := unmatched(runs_of(plan, store)):
        say(
            f"--match: after {ROUNDS} reruns at smaller amounts still not all is spent by: {', '.join(left)}",
            execution.quiet,
        )
    return plan


def tabulate(study: Study, runs: "pd.DataFrame") -> "pd.DataFrame":
    """The table of a comparison from its runs (columns as in `compare`)."""
    import pandas as pd

    succeeded = runs[runs["status"] == "ok"]
    by_arm = {name: arm.set_index("seed") for name, arm in succeeded.groupby("policy")}
    empty = succeeded.iloc[:0].set_index("seed")
    apart = _ending_apart(study)
    rows = []
    for policy in study.policies:
        arm, reference = by_arm.get(policy.name, empty), by_arm.get(study.reference, empty)
        money = {"money_placed": _mean(arm["budget_placed"]), "equal_money": equal_money(arm, reference)}
        for name in study.outcomes or HEADLINE:
            declared, own = declaration(name), int(arm[name].count())
            row: dict[str, Any] = {"policy": policy.name, "indicator": name, "mean": _mean(arm[name]), **money}
            row |= {"n": own, "n_own": own}
            if policy.name != study.reference and not (name.endswith(AT_WITHDRAWAL) and policy.name in apart):
                row |= _paired(declared, arm[name], reference[name])
                if is_money(declared) and money["money_placed"]:
                    row["per_unit"] = row["difference"] / money["money_placed"]
            rows.append(row)
    table = pd.DataFrame(rows, columns=[*COMPARISON_COLUMNS, "p"]).astype({"equal_money": object})
    not_ranked = table["equal_money"].eq(False)
    table.loc[not_ranked, ["share_better", "p"]] = np.nan
    table["p_holm"] = holm(table["p"])
    return table[list(COMPARISON_COLUMNS)]


def _ending_apart(study: Study) -> list[str]:
    p = study.parameters
    ends = {policy.name: min(withdrawn(policy, p.withdrawal).end, p.horizon) for policy in study.policies}
    return [name for name, end in ends.items() if end != ends[study.reference]]


def _paired(indicator: Indicator, arm: "pd.Series", reference: "pd.Series") -> dict[str, Any]:
    """Difference, interval, share better and p of one indicator over the seeds that both arms have.

    A time that is never reached has no difference, but it counts as later than any in `share_better`.
    """
    seeds = arm.index.intersection(reference.index)
    ours, theirs = arm[seeds].to_numpy(float), reference[seeds].to_numpy(float)
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    differences = ours[both] - theirs[both]
    mean, low, high = mean_interval(differences)
    if indicator.kind == "time":
        ours, theirs = (np.where(np.isnan(values), np.inf, values) for values in (ours, theirs))
    else:
        ours, theirs = ours[both], theirs[both]
    share = np.nan
    if indicator.better and len(ours):
        share = float(np.mean(ours > theirs if indicator.better == "higher" else ours < theirs))
    p = wilcoxon(differences)
    return {"difference": mean, "low": low, "high": high, "share_better": share, "p": p, "n": both.sum()}


def is_money(indicator: Indicator) -> bool:
    """A sum of money over a run, which can be held against the money placed."""
    return indicator.kind == "flow" and indicator.unit == "money"


def _mean(values: "pd.Series") -> float:
    return float(values.mean())
