"""One run: parameters, policy and seed in; series and summary out. Compiled, without the interpreter lock."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.kernel.decorators import source_hash
from agents.kernel.types import MOST_SLOTS
from model.branch import hand_over, starting_now
from model.check import check_identities
from model.compilation import TINY, compile_model
from model.declaration.errors import BadInput
from model.declaration.numbers import valid_seed, whole_number
from model.indicators.panel import Panel, adopter_rows, firm_rows, joined
from model.indicators.series import INDICATORS, Record
from model.indicators.summary import SUMMARY_NAMES, WITH_BASELINE, measure_series, measure_state, summarise
from model.opening import World, copy_world, open_run, open_world
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy, check_fits, withdrawn
from model.policy.presets import find_policies, find_policy, policies
from model.schedule import run_cases, run_quarters_together
from model.start.world import new_thread_workspace
from model.state.references import addresses_of, reference_to
from model.state.state import State, number_of_shares

if TYPE_CHECKING:
    from pandas import DataFrame

_KEPT = ("parameters", "policy", "past", "seed", "period", "at_withdrawal", "state", "start_output", "threads")
_AT_ONCE = 1 << 23
"""Users and domains of slots, times quarters, that one call of compiled code goes through at most where it may be less:
some tenths of a second, in which it cannot be interrupted."""


@dataclass(frozen=True)
class Run:
    """A finished run. `series` maps indicators to arrays of shape (horizon,); `summary` maps names to floats."""

    parameters: Parameters
    policy: Policy
    seed: int
    series: Mapping[str, np.ndarray]
    warnings: tuple[str, ...]
    firms: Panel | None
    adopters: Panel | None
    state: State
    own_summary: Mapping[str, float]

    @cached_property
    def summary(self) -> dict[str, float]:
        """Every summary indicator. Those that compare with laissez-faire run it once per (parameters, seed)."""
        found = dict(self.own_summary)
        comparing = found["budget_raised"] > 0.0 or not np.isnan(found["_supported_hazard"])
        baseline = _baselines.of(self.parameters, self.seed, self.policy.end) if comparing else found
        for name in WITH_BASELINE:
            found[name] = float(INDICATORS[name].measure(found, baseline))
        return {name: found[name] for name in SUMMARY_NAMES}

    def to_frame(self) -> "DataFrame":
        """Return the series as a pandas data frame: a row per quarter, named `period`, and a column per indicator."""
        from pandas import DataFrame, RangeIndex  # here: a run itself does not wait for pandas

        return DataFrame(dict(self.series), index=RangeIndex(self.parameters.horizon, name="period"))


class Simulation:
    """An economy under way: its state, and how far it has come. Both drivers of the model step through it.

    It takes over `world`, which is of these parameters and seed, or opens its own. `threads` share its users where
    there are enough of them: what comes out is the same to the last bit.
    """

    def __init__(
        self, parameters: Parameters, policy: Policy, seed: int, world: World | None = None, threads: int = 1
    ) -> None:
        check_fits(policy, parameters.slots)
        compile_model(quiet=False)
        self.parameters, self.seed, self.period = parameters, seed, 0
        self.at_withdrawal: dict[str, float] = {}
        self.threads = threads
        self.past: tuple[tuple[int, Policy], ...] = ((0, policy),)  # policies followed, by quarter
        self.state, reference = world or open_world(parameters, seed)
        self.start_output = self.state.users.output.copy()
        self._follow(withdrawn(policy, parameters.withdrawal), reference)

    def _follow(self, policy: Policy, reference: Any) -> None:
        """Run the quarters to come under a policy, in the state that `reference` points to."""
        self.policy = policy
        self.case = open_run(self.parameters, policy, self.seed, reference)
        self.reference = reference_to(self.case)
        helpers = min(self.threads, number_of_shares(self.parameters.users)) - 1
        self._helpers = [self._helper() for _ in range(helpers)]

    def _helper(self) -> Any:
        """Return a reference to the state for one more thread, with working space of its own."""
        return reference_to(self.state._replace(thread_workspace=new_thread_workspace(self.parameters)))

    def __getstate__(self) -> dict[str, Any]:
        """Return the contents of a copy: the numbers, without the addresses at which they stand."""
        return {name: value for name, value in vars(self).items() if name in _KEPT} | {"sources": source_hash()}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        """Go on from the numbers of a copy. Raises BadInput if other sources of the model have made them."""
        if kept.pop("sources") != source_hash():
            raise BadInput("this economy was saved by other sources of the model; use the version that saved it")
        compile_model(quiet=False)
        vars(self).update(kept)
        self._follow(self.policy, reference_to(self.state))

    def branch(self, policy: Policy) -> "Simulation":
        """Return a copy that goes on under a policy from the current quarter on.

        Under its own policy it goes on as the original does, to the last bit. Another policy takes over what the old
        one has not spent (`model.branch.hand_over`).
        """
        check_fits(policy, self.parameters.slots)
        other = deepcopy(self)
        planned = withdrawn(policy, self.parameters.withdrawal)
        if planned.replace(name=self.policy.name) != self.policy:
            hand_over(other.state, planned.outlays(self.parameters.horizon), self.period)
            planned = starting_now(planned, self.period)
        other._follow(planned, reference_to(other.state))
        other.past = (*self.past, (self.period, policy))
        return other

    def with_more_slots(self) -> "Simulation":
        """Return the same simulation with twice as many slots, run again from t = 0. Only who found no slot differs."""
        more = self.parameters.replace(slots=min(MOST_SLOTS, 2 * self.parameters.slots))
        (_, first), *changes = self.past
        other = Simulation(more, first, self.seed, threads=self.threads)
        for quarter, policy in changes:
            other.advance(quarter)
            other = other.branch(policy)
        other.advance(self.period)
        return other

    def advance(self, until: int) -> None:
        """Run quarters up to `until` (not included) in compiled code."""
        if not self._helpers:
            return advance_all([self], until)
        p, policy, outlays, seed, state = self.case.given
        while self.period < until:
            stop = self.next_stop(until)
            run_quarters_together(self.period, stop, p, policy, outlays, seed, [state, *self._helpers])
            self.arrive(stop)

    def next_stop(self, until: int) -> int:
        """Return the quarter to stop at next: the one in which policy ends, or else `until`."""
        return self.policy.end if self.period < self.policy.end < until else until

    def arrive(self, quarter: int) -> None:
        """Take note of the quarter reached, and measure the state when policy has just ended."""
        self.period = quarter
        if quarter == min(self.policy.end, self.parameters.horizon):
            self.at_withdrawal = measure_state(self.state, self.start_output)

    def record(self) -> Record:
        """Return the record of the quarters that have passed."""
        p, passed = self.parameters, self.period  # read once: another thread may be running the next quarter
        return Record(
            tallies=self.state.tallies[:passed].view(np.ndarray),  # columns are read sooner than of records
            moved=self.state.ledger.moved[:passed],
            size=1000.0 * p.market_size,
            funds_cost=p.funds_cost,
            integration=p.integration,
            friction=p.friction,
            gains=self.state.gains,
            placed=self.state.government.placed[:passed],
            supply_elasticity=p.supply_elasticity,
            displacement=p.displacement,
            withdrawal=min(self.policy.end, passed),
            shock=min(p.shocks.values(), default=p.horizon),
        )

    @property
    def refused(self) -> int:
        """The number of entrants for whom there was no slot."""
        return int(self.state.tallies["refused"][: self.period].sum())

    @property
    def lacks_slots(self) -> bool:
        """True where an entrant found no slot and there could be more of them."""
        return self.refused > 0 and self.parameters.slots < MOST_SLOTS

    def warnings(self) -> tuple[str, ...]:
        """Return a warning where slots were too few."""
        if not self.refused:
            return ()
        return (f"{self.refused} entrants found no place: set more slots than {self.parameters.slots}",)


def advance_all(simulations: Sequence[Simulation], until: int) -> None:
    """Run quarters up to `until` (not included) of several economies in one call of compiled code, or in one more
    where their policies end before that."""
    while behind := [simulation for simulation in simulations if simulation.period < until]:
        stops = [simulation.next_stop(until) for simulation in behind]
        references = [simulation.reference for simulation in behind]
        first, last = (np.array(quarters) for quarters in ([simulation.period for simulation in behind], stops))
        run_cases(first, last, addresses_of(references), references[0])
        for simulation, stop in zip(behind, stops, strict=True):
            simulation.arrive(stop)


def simulate(
    parameters: Parameters | Mapping[str, Any] | None = None,
    policy: Policy | str = "laissez_faire",
    seed: int = 0,
    *,
    check: bool = False,
    panel: bool = False,
    threads: int = 1,
) -> Run:
    """Run the economy to its horizon.

    `check` tests every accounting identity every quarter (raises AssertionError naming the first that fails);
    `panel` keeps a firm-by-quarter panel in `Run.firms` and those who adopt in `Run.adopters`;
    `threads` work side by side on more than 32,768 users, with
    the same result to the last bit.
    Raises BadInput for settings out of range, an unknown policy, a bad seed or a bad number of threads.
    """
    parameters = find_parameters(parameters)
    threads = whole_number("threads", threads, 1)
    return run_out(Simulation(parameters, find_policy(policy), valid_seed(seed), threads=threads), check, panel)


def run_out(simulation: Simulation, check: bool, panel: bool = False) -> Run:
    """Run a simulation to its horizon. Where slots were too few it is made again with twice as many.

    No draw depends on their number, so that nothing else changes.
    """
    asked, run = simulation.parameters, _run_out(simulation, check, panel)
    while simulation.lacks_slots:
        more = simulation.parameters.replace(slots=min(MOST_SLOTS, 2 * simulation.parameters.slots))
        simulation = Simulation(more, simulation.policy, simulation.seed, threads=simulation.threads)
        run = replace(_run_out(simulation, check, panel), parameters=asked)
    if not run.policy.mix:
        _baselines.keep(run)  # now, since a run for which slots were too few is no baseline
    return run


def _run_out(simulation: Simulation, check: bool, panel: bool) -> Run:
    """Run a simulation to its horizon with the slots that it has."""
    firms: list[dict[str, np.ndarray]] = []
    adopters: list[dict[str, np.ndarray]] = []
    for t in range(simulation.parameters.horizon) if check or panel else ():
        technology, mastery = simulation.state.users.technology.copy(), simulation.state.users.mastery.copy()
        simulation.advance(t + 1)
        if check:
            check_identities(simulation.state, t)
        if panel:
            firms.append(firm_rows(simulation.state, t))
            adopters.append(adopter_rows(simulation.parameters, simulation.state, t, technology, mastery))
    simulation.advance(simulation.parameters.horizon)
    return finish(simulation, joined(firms), joined(adopters))


def simulate_many(
    parameters: Parameters | Mapping[str, Any] | None,
    policies: Iterable[Policy | str],
    seeds: Iterable[int],
    *,
    check: bool = False,
) -> Iterator[Run]:
    """Run every policy under every seed, seed by seed, as `simulate` does: the same runs, sooner.

    The world of a seed is built once for all policies. A chunk of runs is one call of compiled code, without the
    interpreter lock (one more, where policies end before the horizon): as many as take some tenths of a second, one at
    least, and one with `check`. Chunks are made as they are asked for and not held. Raises what `simulate` raises, when
    it comes to the chunk in question.
    """
    parameters, arms = find_parameters(parameters), find_policies(policies)
    if isinstance(seeds, str) or not isinstance(seeds, Iterable):
        raise BadInput("must be a list of whole numbers", "seeds", seeds)
    compile_model(quiet=False)
    simulations = _open(parameters, arms, seeds)
    places = parameters.users + parameters.slots * parameters.domains
    together = 1 if check else max(1, _AT_ONCE // (places * parameters.horizon))
    while chunk := deque(islice(simulations, together)):
        if not check:
            advance_all(chunk, parameters.horizon)
        while chunk:
            yield run_out(chunk.popleft(), check)


def _open(parameters: Parameters, arms: Sequence[Policy], seeds: Iterable[int]) -> Iterator[Simulation]:
    """Open every policy under every seed at t = 0, in copies of one world per seed."""
    for seed in map(valid_seed, seeds):
        world = open_world(parameters, seed)
        for others, policy in zip(reversed(range(len(arms))), arms, strict=True):  # the last may have the world itself
            yield Simulation(parameters, policy, seed, copy_world(world) if others else world)


def finish(simulation: Simulation, firms: Panel | None = None, adopters: Panel | None = None) -> Run:
    """Return the results of a simulation that has reached its horizon."""
    record = simulation.record()
    series = measure_series(record)
    at_end = measure_state(simulation.state, simulation.start_output)
    return Run(
        parameters=simulation.parameters,
        policy=simulation.policy,
        seed=simulation.seed,
        series=series,
        warnings=simulation.warnings(),
        firms=firms,
        adopters=adopters,
        state=simulation.state,
        own_summary=summarise(record, series, at_end, simulation.at_withdrawal),
    )


class _Baselines:
    """Summaries of laissez-faire runs by (parameters, seed, end of policy), the last 64; safe among threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Parameters, int, int], Mapping[str, float]] = OrderedDict()
        self._lock = Lock()

    def keep(self, run: Run) -> None:
        with self._lock:
            self._kept[run.parameters.identified, run.seed, run.policy.end] = run.own_summary
            if len(self._kept) > 64:
                self._kept.popitem(last=False)

    def of(self, parameters: Parameters, seed: int, end: int) -> Mapping[str, float]:
        """Return the summary of the same seed without policy, with hazards counted from the same withdrawal."""
        found = self._kept.get((parameters.identified, seed, end))
        return found or simulate(parameters.identified, policies["laissez_faire"].replace(end=end), seed).own_summary


_baselines = _Baselines()


def warm_up(quiet: bool = False) -> bool:
    """Compile the kernels, or load them from the cache, once per process; True if they had to be compiled.

    Says so on stderr first unless `quiet`: the first compilation of given sources takes one to two minutes.
    """
    compiling = compile_model(quiet)
    simulate(TINY, "laissez_faire", 0)
    return compiling
