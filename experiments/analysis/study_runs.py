"""The runs that a comparison rests on: its arms, reruns with equal money, and more seeds until a goal is met."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from experiments.analysis.equal_money import ROUNDS, matched, unmatched, yoked
from experiments.analysis.precision import (
    FEWEST_SEEDS,
    Goal,
    GoalDifference,
    all_narrow,
    enough,
    first_seeds,
    goal_differences,
    next_seeds,
    widest,
)
from experiments.analysis.table import HEADLINE
from experiments.results.arms import HoldsResults, runs_of, series_of
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.running.runner import run_tasks
from experiments.study.plan import Plan
from experiments.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

MakeRuns = Callable[[Plan, str], None]
"""Makes the missing runs of a plan, with the name of the rerun that it is, if it is one."""


class StudyRuns(NamedTuple):
    """The runs of a study that has as many seeds as its goal needs, and the differences that this is about."""

    study: Study
    plan: Plan
    store: Store | MemoryStore
    runs: "pd.DataFrame"
    differences: list[GoalDifference]


def first_outcome(study: Study) -> str:
    """Return the indicator by which a study judges first."""
    return (study.outcomes or HEADLINE)[0]


def run_until(study: Study, out: Path | str | None, model: str, execution: Execution, goal: Goal) -> StudyRuns:
    """Run a study, with more seeds until its goal is reached or has no more. It depends on results alone, not on when.

    An interrupted command goes through the same batches again, whose runs are stored.
    """
    goal.pairs(study)
    study = first_seeds(study, goal)
    memory, batch, looks = MemoryStore(), max(len(study.seeds) // 5, FEWEST_SEEDS), list[bool]()
    while True:
        store = memory if out is None else Store(Path(out), study, model)
        plan = run_arms(study, Plan.of(study, model), store, _maker(store, execution), execution.quiet)
        runs = runs_of(plan, store)
        found = goal_differences(goal, study, runs, first_outcome(study))
        looks.append(all_narrow(found))
        if goal.precision is None or enough(looks) or len(study.seeds) >= goal.most:
            return StudyRuns(study, plan, store, runs, found)
        say(f"{len(study.seeds)} seeds: {widest(found)}", execution.quiet)
        study = replace(study, seeds=next_seeds(study.seeds, batch, goal.most))


def _maker(store: Store | MemoryStore, execution: Execution) -> MakeRuns:
    def make(plan: Plan, which: str) -> None:
        run_tasks(plan, store.rerun(which) if which else store, execution)

    return make


def run_arms(study: Study, plan: Plan, store: HoldsResults, make: MakeRuns, quiet: bool) -> Plan:
    """Run a plan, then again at the slowest arm's calendar and at an amount that all can place, if the study asks."""
    make(plan, "")
    if study.timing == "yoked":
        plan = yoked(plan, runs_of(plan, store), series_of(plan, store))
        make(plan, "yoke")
    if study.match:
        plan = _match(plan, store, make, quiet)
    return plan


def _match(plan: Plan, store: HoldsResults, make: MakeRuns, quiet: bool) -> Plan:
    """Rerun a plan at smaller amounts until all arms place theirs. Warn where some never do."""
    for _ in range(ROUNDS):
        smaller = matched(plan, runs_of(plan, store))
        if smaller == plan:
            return plan
        plan = smaller
        make(plan, "match")
    if left := unmatched(runs_of(plan, store)):
        say(f"--match: after {ROUNDS} reruns at smaller amounts still not all is spent by: {', '.join(left)}", quiet)
    return plan
