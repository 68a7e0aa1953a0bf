"""The paired comparison of policies: equal luck (the same seeds), equal money (or said so), one reference arm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.analysis.benefit import BENEFIT_COLUMNS
from experiments.analysis.effects import cells, effects_table
from experiments.analysis.over_seeds import whole_pairs
from experiments.analysis.precision import Goal, GoalDifference, goal_of
from experiments.analysis.ranks import money_standing
from experiments.analysis.response import Responses, break_even, efficacies, respond
from experiments.analysis.study_runs import first_outcome, run_arms, run_until
from experiments.analysis.table import tabulate
from experiments.analysis.withdrawal import ending_apart
from experiments.results.arms import runs_of, series_of
from experiments.results.manifest import versions
from experiments.results.merge import held, study_in
from experiments.results.reader import StoredRuns
from experiments.results.store import Store
from experiments.running.engines import Execution
from experiments.statistics import pairs_needed
from experiments.study.plan import Plan
from experiments.study.study import DEFAULT_POLICIES, Study, default_seeds, find_seeds, refuse_uncertain, with_reference
from experiments.validation.ensemble import read_ensemble, with_ensemble
from model.declaration.errors import BadInput
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy
from model.policy.presets import find_policies

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """A finished comparison.

    `table`: a row per policy and indicator (columns as `compare` returns them). `effects`: a row per indicator and
    effect of the 2x2 (columns as in experiments.analysis.effects.effects_table).
    `runs`: a row per policy, set and seed: `set, policy, seed, run_id, status, error, warnings`, every setting
    (`users`, `policy.budget`, ...), every summary indicator. `series`: a row per run that succeeded and period:
    `set, policy, seed, run_id, period` and the indicators of experiments.results.columns.SERIES. `goal`: the
    differences that a precision or a margin of equivalence was asked for.
    """

    study: Study
    reference: str
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    table: "pd.DataFrame"
    effects: "pd.DataFrame"
    runs: "pd.DataFrame"
    series: "pd.DataFrame"
    versions: Mapping[str, str]
    out: Path | None = None
    responses: Responses | None = None
    goal: tuple[GoalDifference, ...] = ()

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return int((self.runs["status"] == "failed").sum())

    @property
    def standing(self) -> dict[str, str]:
        """Money per policy: "equal", "unequal", "none" (it raises none) or "unknown" (no run succeeded)."""
        return money_standing(self.table)

    @property
    def benefit(self) -> "pd.DataFrame":
        """Benefit of each policy's money, a row per policy (columns as in experiments.analysis.benefit)."""
        return self.table.drop_duplicates("policy").set_index("policy")[list(BENEFIT_COLUMNS)]

    @property
    def cells(self) -> dict[tuple[str, str], str]:
        """Policies in the cells (side, reach) of the 2x2, as far as there are any."""
        return cells(self.study.policies)

    @property
    def assumed(self) -> list[str]:
        """Policies that rest on assumed efficacies. They have no rank, since they pay at some values only."""
        return [policy.name for policy in self.study.policies if efficacies(policy)]

    @property
    def ending_apart(self) -> list[str]:
        """Policies that end in another quarter than the reference: at withdrawal the two cannot be compared."""
        return ending_apart(self.study)

    @property
    def break_even(self) -> "pd.DataFrame":
        """Multiple of the assumed efficacies at which each policy that was rerun at several begins to pay.

        Columns `policy, multiple, low, high`: 0 is below and infinity above all multiples tried.
        """
        import pandas as pd

        efficacy = None if self.responses is None else self.responses.efficacy
        names = [] if efficacy is None else efficacy["policy"].unique()
        rows = [(name, *break_even(efficacy, name)) for name in names]
        return pd.DataFrame(rows, columns=["policy", "multiple", "low", "high"])

    @cached_property
    def whole_pairs(self) -> "pd.DataFrame":
        """A table of sets and seeds by policies but the reference: whether both runs of the pair succeeded."""
        return whole_pairs(self.runs, self.policies, self.reference)

    @property
    def paired_seeds(self) -> tuple[int, ...]:
        """Number of seeds with a whole pair for each policy but the reference."""
        return tuple(map(int, self.whole_pairs.groupby(level="seed").any().sum()))

    @property
    def too_few_seeds(self) -> str:
        """A sentence where no adjusted test can be significant with so few seeds; empty otherwise."""
        tests, seeds = int(self.table["p_holm"].notna().sum()), max(self.paired_seeds, default=0)
        if not tests or seeds >= pairs_needed(tests):
            return ""
        needed, word = pairs_needed(tests), "seed" if seeds == 1 else "seeds"
        return f"With {seeds} {word} Holm's adjustment over {tests} tests never rejects; that takes {needed} seeds."


def compare(
    policies: Iterable[Policy | str] | None = None,
    parameters: Parameters | Mapping[str, Any] | None = None,
    seeds: int | Iterable[int] | None = None,
    reference: str = "rebate",
    out: Path | str | None = None,
    jobs: int | None = None,
    engine: str = "threads",
    check: bool = False,
    quiet: bool = True,
    match: bool = False,
    timing: str = "own",
    ensemble: Path | str | None = None,
    scheduler: str | None = None,
    precision: float | str | None = None,
    between: str | None = None,
    most_seeds: int | None = None,
) -> "pd.DataFrame":
    """Compare policies with equal random draws; by default the presets of `nqpf compare`, against `rebate`.

    There are 100 seeds, or 15 at each set of an `ensemble`, unless `seeds` says otherwise.

    Returns a row per policy and headline indicator:
    `mean` over the `n_own` seeds in which the policy has a value; `difference` to the reference, the mean over the `n`
    pairs with one seed in which both have a value, with its 95 % interval `low`, `high`; `percent`, the difference
    in % of the size of the reference's mean; `share_better`, of all seeds; `p_holm`, Wilcoxon's p adjusted over the
    whole table; `money_placed` per run; `equal_money` (None where nothing is raised); `rank` among policies with equal
    money that rest on no assumed efficacy; what experiments.analysis.benefit explains: `benefit_cost` at 1 % a quarter
    with its bootstrap interval `benefit_cost_low`, `benefit_cost_high`, the same at 0.5 % (`benefit_cost_0_5`, ...) and
    at 2 %, `rate_of_return` in % a quarter or the `rate_of_return_reason` why there is none,
    `public_over_private_rd_before_takeoff` and `..._after_takeoff`; `reading` of the difference
    (experiments.analysis.verdicts.READINGS); `per_unit`, the difference in a sum of money per unit of money placed,
    with `per_unit_low`, `per_unit_high`, both discounted alike; `spent_share`, the share of the money raised that was
    spent, with `spent_low`, `spent_high`.
    With an `ensemble`, a file or "default", pairs share parameter set and seed, and `low, high` are over sets. Apart
    are `low_sets, high_sets`, `low_seeds, high_seeds`, and `share_sets`, the share of sets with the difference's sign.
    `match` reruns the arms of a seed at the amount that all can place, `timing="yoked"` at the slowest's calendar.
    With `out`, runs are stored there and a restart computes only what is missing.
    With a `precision`, as 500 or "0.5%", batches of seeds are added until the interval of each difference in the first
    indicator, or of that `between` two policies as "application,selective", is at most so much to either side.
    Raises BadInput for unknown policies, parameters or an `out` that holds something else.
    """
    study = Study(
        parameters=find_parameters(parameters),
        policies=find_policies(DEFAULT_POLICIES if policies is None else policies),
        seeds=default_seeds(ensemble is not None) if seeds is None else find_seeds(seeds),
        reference=reference,
        match=match,
        timing=timing,
    )
    study = study if ensemble is None else with_ensemble(study, read_ensemble(ensemble))
    goal = goal_of(precision, None, between, most_seeds)
    return compare_study(study, out, Execution(jobs, engine, check, quiet, scheduler), goal=goal).table


def compare_study(
    study: Study,
    out: Path | str | None = None,
    execution: Execution | None = None,
    responses: bool = False,
    goal: Goal | None = None,
) -> Comparison:
    """Run what is missing of a study and compare. `responses` adds reruns at other budgets and assumed efficacies.

    A `goal` may ask for more seeds. Raises BadInput for a study with uncertain factors.
    """
    from agents.kernel.decorators import source_hash

    refuse_uncertain(study, study.name)
    study, model = with_reference(study), source_hash()
    if len(study.policies) < 2:
        raise BadInput("nothing to compare the reference with; name another policy", "policies", study.reference)
    execution = execution or Execution()
    study, plan, store, runs, differences = run_until(study, out, model, execution, goal or Goal())
    made = execution if responses else None  # without, what is stored of them is shown all the same
    found = respond(study, first_outcome(study), model, store, made)
    compared = _compared(study, runs, series_of(plan, store), found, {**versions(), "model": model}, out)
    if isinstance(store, Store):
        store.finish(Plan.of(study, model).run_ids())
    return replace(compared, goal=tuple(differences))


def read_comparison(folder: Path, outcomes: Iterable[str] = ()) -> Comparison:
    """Compare the runs that a folder holds, on its own outcomes or others. Nothing is run or written.

    Raises BadInput for a folder without results, for a study with uncertain factors, and where reruns with equal money
    are asked for and not all stored.
    """
    manifest = held(folder)
    study, store = with_reference(study_in(folder, manifest)), StoredRuns(folder)
    study = replace(study, outcomes=tuple(outcomes) or study.outcomes)
    refuse_uncertain(study, str(folder))
    plan = run_arms(study, Plan.of(study, manifest.model), store, lambda plan, which: None, quiet=True)
    runs = runs_of(plan, store, some=True)
    found = respond(study, first_outcome(study), manifest.model, store, None)
    made_by = {**manifest.versions, "model": manifest.model}
    return _compared(study, runs, series_of(plan, store), found, made_by, folder)


def _compared(
    study: Study,
    runs: "pd.DataFrame",
    series: "pd.DataFrame",
    responses: Responses | None,
    made_by: Mapping[str, str],
    out: Path | str | None,
) -> Comparison:
    table = tabulate(study, runs, series)
    return Comparison(
        study=study,
        reference=study.reference,
        policies=tuple(policy.name for policy in study.policies),
        seeds=study.seeds,
        table=table,
        effects=effects_table(study, runs, table),
        runs=runs,
        series=series,
        versions=made_by,
        out=None if out is None else Path(out),
        responses=responses,
    )
