"""The search for a frontier: points are asked for in batches where the sign of the difference is open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.equal_money import MONEY_COLUMNS
from experiments.analysis.paired import gaps
from experiments.frontier.asking import points_to_ask
from experiments.frontier.edge import Everywhere, edge, everywhere, surface
from experiments.frontier.money import money_gaps, money_surrogate, not_shown_equal, surely_unequal
from experiments.frontier.result import ALL_EQUAL, NARROW_ENOUGH, NO_MONEY, NO_PAIRS, SPENT_UP, Frontier, outcome_of
from experiments.frontier.square import CANDIDATES, Square
from experiments.frontier.surrogate import Surrogate, moderated
from experiments.results.arms import HoldsRuns, runs_of
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.running.runner import run_tasks
from experiments.statistics import half_width
from experiments.study.addresses import set_parameters, set_traits
from experiments.study.plan import Plan
from experiments.study.points import Point
from experiments.study.study import Study
from model.declaration.errors import BadInput, inside
from model.policy.policy import check_fits

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Positions = NDArray[np.float64]

RUNS = 600
"""Most runs that are asked for, where nothing else is said."""

REPLICATES = 4
"""Seeds of each point, where nothing else is said. Each point has seeds of its own."""

FIRST_POINTS, BATCH = 12, 8
"""Points before anything is fitted, and points that are asked for at a time."""

POINTS_TO_END = 24
"""Points from which a narrow band ends the search: with fewer, a surrogate may be too sure of itself."""

NARROW_AREA = 0.05
"""Open share of the square at which the search ends."""


@dataclass
class FrontierSearch:
    """The state of a search: the points so far, at positions of the square."""

    study: Study
    model: str
    place: str
    points: list[Point] = field(default_factory=list)
    positions: list["Positions"] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_adaptive(self.study)
        self.square = Square.of(self.study.uncertain)
        design = self.study.design
        self.replicates = int(design.get("replicates", REPLICATES))
        self.most = int(design.get("runs", RUNS))
        seed = int(design.get("seed", 0))
        self.candidates = self.square.sobol(CANDIDATES, seed)
        for position in self.candidates:
            self._point(position)  # so that what is not valid is refused before anything is run
        self._first = self.square.sobol(FIRST_POINTS - 4, seed + 1)
        self._money: Surrogate | None = None

    def run(self, store: Store | MemoryStore, execution: Execution) -> Frontier:
        """Ask for points until the band is narrow or the budget is spent."""
        *_, found = self.rounds(store, execution)
        return found

    def rounds(self, store: Store | MemoryStore, execution: Execution) -> Iterator[Frontier]:
        """Run one batch of points after the other, and yield what is known after each. The last one has `stopped`."""

        def make(plan: Plan) -> bool:
            run_tasks(plan, store, execution)
            return True

        for found in self._batches(store, make):
            if found.stopped not in (NO_PAIRS, ALL_EQUAL):
                share = f"{found.area.open:.0%} of the plane is open"
                say(f"{len(found.runs)} of at most {self.most} runs: {share}", execution.quiet)
            yield found

    def stored(self, store: HoldsRuns) -> Frontier | None:
        """Return what is known from the batches that are stored as a whole, None where none is. Nothing is run."""
        ids = set(store.runs(columns=["run_id"])["run_id"].to_pylist())
        found = list(self._batches(store, lambda plan: all(task.run_id in ids for task in plan)))
        return found[-1] if found else None

    def _batches(self, store: HoldsRuns, make: Callable[[Plan], bool]) -> Iterator[Frontier]:
        """Yield what is known after each batch. `make` makes its runs, and returns whether they are there."""
        from threadpoolctl import threadpool_limits

        wanted = self._first
        while True:
            new = [self._add(position) for position in wanted[: self._room()]]
            if not make(self.plan(new)):
                return
            runs = runs_of(self.plan(self.points), store, self._columns())
            with threadpool_limits(1):  # sums in another order would ask for other points
                found, surrogate = self._found(runs)
            yield found
            if surrogate is None or found.stopped:
                return
            with threadpool_limits(1):
                wanted = self._next(surrogate)

    def plan(self, points: list[Point]) -> Plan:
        """Return the runs of some points."""
        return Plan(tuple(points), self.model, factors=tuple(self.square.names))

    def _room(self) -> int:
        """Return how many more points the budget allows."""
        return self.most // (2 * self.replicates) - len(self.points)

    def _add(self, position: "Positions") -> Point:
        self.points.append(self._point(position))
        self.positions.append(position)
        return self.points[-1]

    def _point(self, position: "Positions") -> Point:
        """Return the next point, at a position, with seeds that no other point has."""
        number, settings, own = len(self.points), self.square.settings(position), self.study.seeds
        turns = (divmod(place, len(own)) for place in range(number * self.replicates, (number + 1) * self.replicates))
        width = max(own) - min(own) + 1
        seeds = tuple(own[place] + turn * width for turn, place in turns)
        try:
            parameters = set_parameters(self.study.parameters, settings)
            policies = tuple(set_traits(policy, settings) for policy in self.study.policies)
            for policy in policies:
                with inside("policy"):
                    check_fits(policy, parameters.slots)
        except BadInput as error:
            error.at(f"{self.place}: {', '.join(f'{name} = {value}' for name, value in settings.items())}")
            raise
        return Point(number, parameters, policies, seeds)

    def _columns(self) -> list[str]:
        money = [*self.square.names, outcome_of(self.study), *MONEY_COLUMNS]
        return ["status", "error", "warnings", *dict.fromkeys(money)]

    def _next(self, surrogate: Surrogate) -> "Positions":
        """Return the next positions, none of them where money is surely unequal unless it is so everywhere."""
        open_to = self.candidates[~surely_unequal(self._money, self.candidates)]
        return points_to_ask(surrogate, open_to if len(open_to) else self.candidates, self.square.coarse, BATCH)

    def _found(self, runs: "pd.DataFrame") -> tuple[Frontier, Surrogate | None]:
        """Return what is known so far, with the surrogate behind it; none where there are too few pairs."""
        import pandas as pd

        one, other = (policy.name for policy in self.study.policies)
        empty = pd.DataFrame({"side": pd.Series(dtype=object)})
        unknown_sign = Everywhere(np.nan, np.nan, False)
        known = Frontier(
            study=self.study, one=one, other=other, square=self.square, points=pd.DataFrame(), surface=empty,
            edge=pd.DataFrame(), sign=unknown_sign, skill=None, stopped="", runs=runs,
        )  # fmt: skip
        if not {one, other} <= set(runs.loc[runs["status"] == "ok", "policy"]):
            return replace(known, stopped=NO_PAIRS), None
        by_point = gaps(runs, other, outcome_of(self.study))[one].groupby(level="point").agg(["mean", "var", "count"])
        by_point = by_point[by_point["count"] > 0]
        money = money_gaps(runs, one, other).loc[by_point.index]
        points = self._table(by_point, money)
        known = replace(known, points=points)
        if len(by_point) < FIRST_POINTS // 2:
            return replace(known, stopped=NO_PAIRS), None
        if not by_point["mean"].any():
            return replace(known, stopped=ALL_EQUAL), None
        return self._fitted(known, by_point, money)

    def _fitted(self, known: Frontier, by_point: "pd.DataFrame", money: "pd.DataFrame") -> tuple[Frontier, Surrogate]:
        positions = np.array(self.positions)[by_point.index]
        variances = moderated(by_point["var"].to_numpy(float), by_point["count"].to_numpy(float))
        surrogate = Surrogate(positions, by_point["mean"].to_numpy(float), variances)
        self._money = money_surrogate(money, positions)
        found = surface(self.square, surrogate, not_shown_equal(self._money, self.square.mesh))
        known = replace(known, surface=found)
        enough = len(by_point) >= POINTS_TO_END
        reason = NO_MONEY if enough and known.area.unequal > 1.0 - NARROW_AREA else SPENT_UP
        if enough and known.area.open <= NARROW_AREA and reason != NO_MONEY:
            reason = NARROW_ENOUGH
        if reason == SPENT_UP and self._room() > 0:
            return known, surrogate
        equal = ~not_shown_equal(self._money, self.square.coarse)
        known = replace(
            known,
            edge=edge(self.square, found),
            sign=everywhere(surrogate, self.square.coarse[equal]),
            skill=surrogate.skill(),
            stopped=reason,
        )
        return known, surrogate

    def _table(self, by_point: "pd.DataFrame", money: "pd.DataFrame") -> "pd.DataFrame":
        """Return the points that were run, with Student's t interval over each one's own seeds."""
        import pandas as pd

        settings = [self.square.settings(self.positions[number]) for number in by_point.index]
        half = half_width(np.sqrt(by_point["var"]), by_point["count"])
        table = pd.DataFrame(settings, index=by_point.index)
        return table.assign(
            n=by_point["count"], difference=by_point["mean"], low=by_point["mean"] - half,
            high=by_point["mean"] + half, money_gap=money["mean"],
        ).reset_index()  # fmt: skip


def check_adaptive(study: Study) -> None:
    """Raise BadInput for a study of which no frontier can be searched."""
    if study.design.get("kind") != "adaptive":
        raise BadInput("must be adaptive", "design.kind", study.design.get("kind"))
    if len(study.policies) != 2:
        raise BadInput("must be two", "policies", [policy.name for policy in study.policies])
    if len(study.uncertain) != 2:
        raise BadInput("must be two factors", "uncertain", list(study.uncertain))
    least = 2 * FIRST_POINTS * int(study.design.get("replicates", REPLICATES))
    if int(study.design.get("runs", RUNS)) < least:
        raise BadInput(
            f"must be at least {least}: {FIRST_POINTS} points of two policies", "design.runs", study.design["runs"]
        )
