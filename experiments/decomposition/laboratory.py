"""The runs behind a decomposition: every variant under the same seeds, through the one runner into the one store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.analysis.equal_money import MONEY_COLUMNS, ROUNDS, matched, unequal_points
from experiments.analysis.paired import gaps
from experiments.decomposition.quarters import Quarterly, adds_up, take_off
from experiments.decomposition.variant import OWN, Variant
from experiments.results.arms import runs_of
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import Measurement, run_tasks
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.indicators.present_values import present_value_name

if TYPE_CHECKING:
    import pandas as pd

UNIT_RATE = 1.0
"""Rate in % a quarter of what is given per unit of money, about 4 % a year."""

RESEARCH = tuple(f"{kind}_rd_{when}_takeoff" for when in ("before", "after") for kind in ("public", "planned"))
"""Columns with public R&D money and planned private R&D, before and after adoption of 10 %."""

REMATCH = "match"
"""Name of the reruns at smaller amounts."""


@dataclass(frozen=True)
class MadeVariant:
    """A variant that was run. `equal_money`: neither of the two spent another sum than both should have.

    `quarters` is the paired difference of each quarter, None where it was not measured.
    """

    variant: Variant
    one: str
    other: str
    outcome: str
    runs: "pd.DataFrame"
    equal_money: bool
    quarters: "pd.DataFrame | None" = None

    def gap(self, outcome: str = "") -> "pd.Series":
        """Return the paired difference of an outcome by set and seed, by default of the outcome in question.

        Empty where no run of one of the two succeeded.
        """
        import pandas as pd

        if not {self.one, self.other} <= set(self.runs.loc[self.runs["status"] == "ok", "policy"]):
            empty = pd.MultiIndex.from_arrays([[], []], names=["set", "seed"])
            return pd.Series(index=empty, dtype=float)
        return gaps(self.runs, self.other, outcome or self.outcome)[self.one].droplevel("point")

    def mean(self, policy: str, column: str) -> float:
        """Return the mean of a column over the runs of a policy that succeeded."""
        arm = self.runs[(self.runs["policy"] == policy) & (self.runs["status"] == "ok")]
        return float(arm[column].mean())

    @property
    def takeoff(self) -> "pd.Series":
        """The quarter in which the first of the two reaches adoption of 10 %, by set and seed."""
        return take_off(self.runs, 0 if self.quarters is None else self.quarters.shape[1])


class Laboratory:
    """Runs variants of a study of two policies. The study itself is run first."""

    def __init__(
        self, study: Study, model: str, store: Store | MemoryStore, execution: Execution, outcome: str, match: bool
    ) -> None:
        self._study, self._model, self._store, self._execution = study, model, store, execution
        self._outcome, self._match = outcome, match
        self.asked: set[str] = set()
        self._made = 0
        (self.own,) = self.make([Variant(OWN, "")], quarterly=True)

    def make(self, variants: Sequence[Variant], quarterly: bool = False) -> list[MadeVariant]:
        """Run variants, and measure the outcome of every quarter if it is wanted and the outcome adds up."""
        if not variants:
            return []
        plans = [
            Plan(tuple(variant.points(self._study, self._made + n)), self._model) for n, variant in enumerate(variants)
        ]
        self._made += len(variants)
        measured = [self._quarterly(plan) if quarterly else None for plan in plans]
        self._run(plans, variants[0].kind, measured)
        if self._match:
            plans = self._matched(plans, variants[0].kind, measured)
        return self._read(variants, plans, measured)

    def _quarterly(self, plan: Plan) -> Quarterly | None:
        return Quarterly(self._outcome, plan.points[0].parameters.horizon) if adds_up(self._outcome) else None

    def _run(self, plans: Sequence[Plan], kind: str, measured: Sequence[Quarterly | None]) -> None:
        """Run plans that share a measurement together."""
        for quarterly in dict.fromkeys(measured):
            alike = [plan for plan, own in zip(plans, measured, strict=True) if own == quarterly]
            joined = Plan.joined(alike, self._model)
            facts = () if quarterly is None else quarterly.facts
            store = self._store if kind == OWN else self._store.rerun(kind, series=False, facts=facts)
            measurement: Measurement | None = None if quarterly is None else quarterly.measurement
            run_tasks(joined, store, self._execution, measurement)
            if kind == OWN:
                self.asked |= {task.run_id for task in joined.arms()}

    def _matched(self, plans: list[Plan], kind: str, measured: Sequence[Quarterly | None]) -> list[Plan]:
        """Rerun each plan at smaller amounts until both policies place theirs, at most ROUNDS times."""
        for _ in range(ROUNDS):
            smaller = [matched(plan, runs_of(plan, self._store)) for plan in plans]
            if smaller == plans:
                break
            plans = smaller
            self._run(plans, REMATCH, measured)
        return plans

    def _read(
        self, variants: Sequence[Variant], plans: Sequence[Plan], measured: Sequence[Quarterly | None]
    ) -> list[MadeVariant]:
        one, other = (policy.name for policy in self._study.policies)
        money = [present_value_name(stem, UNIT_RATE) for stem in ("welfare", "tax")]
        columns = ["status", "error", "warnings", self._outcome, "time_to_10", *money, *MONEY_COLUMNS, *RESEARCH]
        runs = [runs_of(plan, self._store, list(dict.fromkeys(columns))) for plan in plans]
        equal = equal_in(runs, one, other)
        quarters = [
            None if quarterly is None else quarterly.read(self._store, own, one, other)
            for quarterly, own in zip(measured, runs, strict=True)
        ]
        return [
            MadeVariant(variant, one, other, self._outcome, *found)
            for variant, *found in zip(variants, runs, equal, quarters, strict=True)
        ]


def equal_in(runs: Sequence["pd.DataFrame"], one: str, other: str) -> list[bool]:
    """Return for the runs of each variant if neither of two policies spent another sum than both should have.

    Each variant has a point of its own. False where no run of one of the two succeeded.
    """
    import pandas as pd

    together = pd.concat(runs)
    ok = together[together["status"] == "ok"].groupby("point")["policy"].nunique()
    if not (ok == 2).any():
        return [False] * len(runs)
    both = together[together["point"].isin(ok.index[ok == 2])]
    apart = {*unequal_points(both, other).get(one, ()), *unequal_points(both, one).get(other, ())}
    return [ok.get(own["point"].iloc[0], 0) == 2 and own["point"].iloc[0] not in apart for own in runs]
