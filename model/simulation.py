"""One run: parameters, policy and seed in; series and summary out. Compiled, without the interpreter lock."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import Any

import numpy as np

from model.check import check_identities
from model.compilation import TINY, compile_model
from model.declaration.errors import BadInput
from model.declaration.numbers import valid_seed, whole_number
from model.indicators.series import INDICATORS, Record
from model.indicators.summary import SUMMARY_NAMES, WITH_BASELINE, measure_series, measure_state, summarise
from model.opening import World, copy_world, open_run, open_world
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy, check_fits, withdrawn
from model.policy.presets import find_policies, find_policy, policies
from model.schedule import run_cases, run_quarters_together
from model.start.world import new_desk
from model.state.references import addresses_of, reference_to
from model.state.state import State, number_of_shares

_CROWDED = 0.9
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
    firms: dict[str, np.ndarray] | None
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
        self.parameters, self.policy, self.seed = parameters, withdrawn(policy, parameters.withdrawal), seed
        self.state, reference = world or open_world(parameters, seed)
        self.start_output = self.state.users.output.copy()
        self.at_withdrawal: dict[str, float] = {}
        self.period = 0
        self.case = open_run(parameters, self.policy, seed, reference)
        self.reference = reference_to(self.case)
        helpers = min(threads, number_of_shares(parameters.users)) - 1
        self._helpers = [reference_to(self.state._replace(desk=new_desk(parameters))) for _ in range(helpers)]

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
        """The quarter to stop at next: that in which policy ends, or else `until`."""
        return self.policy.end if self.period < self.policy.end < until else until

    def arrive(self, quarter: int) -> None:
        """What is to be seen once all quarters before this one are run."""
        self.period = quarter
        if quarter == min(self.policy.end, self.parameters.horizon):
            self.at_withdrawal = measure_state(self.state, self.start_output)

    def record(self) -> Record:
        """What has been recorded so far."""
        p = self.parameters
        return Record(
            tallies=self.state.tallies[: self.period].view(np.ndarray),  # columns are read sooner than of records
            moved=self.state.ledger.moved[: self.period],
            size=1000.0 * p.market_size,
            funds_cost=p.funds_cost,
            integration=p.integration,
            gains=self.state.gains,
            placed=self.state.government.placed[: self.period],
            supply_elasticity=p.supply_elasticity,
            withdrawal=min(self.policy.end, self.period),
            shock=min(p.shocks.values(), default=p.horizon),
        )

    def warnings(self) -> tuple[str, ...]:
        """What a reader of the run must know: slots that were nearly all in use."""
        crowding = self.state.tallies["crowding"][: self.period].max(initial=0.0)
        if crowding <= _CROWDED:
            return ()
        return (
            f"up to {crowding:.0%} of slots = {self.parameters.slots} were in use; set more slots, they must not bind",
        )


def advance_all(courses: Sequence[Simulation], until: int) -> None:
    """Run quarters up to `until` (not included) of several economies in one call of compiled code, or in one more
    where their policies end before that."""
    while behind := [course for course in courses if course.period < until]:
        stops = [course.next_stop(until) for course in behind]
        references = [course.reference for course in behind]
        first, last = (np.array(quarters) for quarters in ([course.period for course in behind], stops))
        run_cases(first, last, addresses_of(references), references[0])
        for course, stop in zip(behind, stops, strict=True):
            course.arrive(stop)


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
    `panel` keeps a firm-by-quarter panel in `Run.firms`; `threads` work side by side on more than 32,768 users, with
    the same result to the last bit.
    Raises BadInput for settings out of range, an unknown policy, a bad seed or a bad number of threads.
    """
    parameters = find_parameters(parameters)
    threads = whole_number("threads", threads, 1)
    return run_out(Simulation(parameters, find_policy(policy), valid_seed(seed), threads=threads), check, panel)


def run_out(course: Simulation, check: bool, panel: bool = False) -> Run:
    """A course to its horizon."""
    rows: list[dict[str, Any]] = []
    if check or panel:
        for t in range(course.parameters.horizon):
            course.advance(t + 1)
            if check:
                check_identities(course.state, t)
            if panel:
                rows.append(firm_rows(course.state, t))
    else:
        course.advance(course.parameters.horizon)
    return finish(course, rows)


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
    courses = _open(parameters, arms, seeds)
    places = parameters.users + parameters.slots * parameters.domains
    together = 1 if check else max(1, _AT_ONCE // (places * parameters.horizon))
    while chunk := deque(islice(courses, together)):
        if not check:
            advance_all(chunk, parameters.horizon)
        while chunk:
            yield run_out(chunk.popleft(), check)


def _open(parameters: Parameters, arms: Sequence[Policy], seeds: Iterable[int]) -> Iterator[Simulation]:
    """Every policy under every seed at t = 0, in worlds that are copies of one per seed."""
    for seed in map(valid_seed, seeds):
        world = open_world(parameters, seed)
        for others, policy in zip(reversed(range(len(arms))), arms, strict=True):  # the last may have the world itself
            yield Simulation(parameters, policy, seed, copy_world(world) if others else world)


def finish(course: Simulation, rows: list[dict[str, Any]]) -> Run:
    """The results of a course that has come to its end."""
    record = course.record()
    series = measure_series(record)
    at_end = measure_state(course.state, course.start_output)
    firms = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]} if rows else None
    run = Run(
        parameters=course.parameters,
        policy=course.policy,
        seed=course.seed,
        series=series,
        warnings=course.warnings(),
        firms=firms,
        state=course.state,
        own_summary=summarise(record, series, at_end, course.at_withdrawal),
    )
    if not course.policy.mix:
        _baselines.keep(run)
    return run


def firm_rows(state: State, t: int) -> dict[str, np.ndarray]:
    """Columns of the firm-by-quarter panel for living firms at quarter t. Arrays of shape (firms,)."""
    innovators = state.innovators
    alive = innovators.alive
    columns = {
        name: values[alive]
        for name, values in zip(innovators._fields, innovators, strict=True)
        if values.ndim == 1 and name not in ("alive", "death", "watched")
    }
    slot = np.flatnonzero(alive)
    capability = innovators.capability[alive].mean(axis=1)
    return {
        "period": np.full(slot.shape, t),
        "slot": slot,
        "cash": state.ledger.cash[slot],
        "capability": capability,
        **columns,
    }


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
        """The summary of the same seed without policy, whose hazards are counted from the same withdrawal."""
        found = self._kept.get((parameters.identified, seed, end))
        return found or simulate(parameters.identified, policies["laissez_faire"].replace(end=end), seed).own_summary


_baselines = _Baselines()


def warm_up(quiet: bool = False) -> bool:
    """Compile the kernels, or load them from the cache, once per process; True if they had to be compiled.

    Says so on stderr first unless `quiet`: the first compilation of given sources takes up to a minute.
    """
    compiling = compile_model(quiet)
    simulate(TINY, "laissez_faire", 0)
    return compiling
