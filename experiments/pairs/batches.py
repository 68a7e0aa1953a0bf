"""Pairs made in small batches, with the answer after each: the numbers of `compare` for as many seeds as are made.

Whoever wants no more answers asks for no more: between two batches nothing runs.
"""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, product
from typing import TYPE_CHECKING

import numpy as np

from agents.kernel.decorators import source_hash
from experiments.pairs.answer import KEPT, PATHS, LiveAnswer
from experiments.pairs.cache import KeptRun, RunCache
from experiments.statistics import mean_interval
from experiments.study.digests import run_id
from experiments.study.study import Study
from model.parameters import Parameters
from model.policy.policy import Policy

if TYPE_CHECKING:
    from model.simulation import Run

PAIRS_AT_ONCE = 5
"""Pairs of a batch. Compiled code cannot be interrupted, so that work is given up between two batches."""

NARROW = 0.005
"""Half an interval is narrow where it is at most this share of the reference's mean.

The rule reads the width alone. One that looked at the sign would stop at the luckiest moment for some policy.
"""

FEWEST_NARROW = 20
"""Pairs from which an interval may count as narrow: the width of a few pairs is itself a matter of luck."""


def answers(study: Study, indicator: str, cache: RunCache) -> Iterator[LiveAnswer]:
    """Yield the answer after each batch of a study's seeds, up to the last one or until it is narrow on `indicator`.

    Batches of runs that are kept already have no answer of their own: the first answer is then on all of them.
    """
    made: dict[str, list[KeptRun]] = {policy.name: [] for policy in study.policies}
    batches = [study.seeds[first : first + PAIRS_AT_ONCE] for first in range(0, len(study.seeds), PAIRS_AT_ONCE)]
    for number, seeds in enumerate(batches):
        for name, runs in _made(study, seeds, cache).items():
            made[name] += runs
        pairs = sum(map(len, batches[: number + 1]))
        narrow = is_narrow(study, made, indicator)
        last = narrow or pairs == len(study.seeds)
        if last or not _all_kept(study, batches[number + 1], cache):
            arms = {name: tuple(runs) for name, runs in made.items()}
            yield LiveAnswer(replace(study, seeds=study.seeds[:pairs]), arms, len(study.seeds), narrow)
        if last:
            return


def is_narrow(study: Study, made: Mapping[str, Sequence[KeptRun]], indicator: str) -> bool:
    """Return whether every policy's difference to the reference is known within NARROW of the reference's mean."""
    values = {name: np.array([run.summary.get(indicator, np.nan) for run in runs]) for name, runs in made.items()}
    reference = values.pop(study.reference)
    level = reference[np.isfinite(reference)]
    for own in values.values():
        gaps = (own - reference)[np.isfinite(own) & np.isfinite(reference)]
        if len(gaps) < FEWEST_NARROW:
            return False
        _, low, high = mean_interval(gaps)
        if not (high - low) / 2.0 <= NARROW * abs(float(level.mean())):
            return False
    return True


def _made(study: Study, seeds: Sequence[int], cache: RunCache) -> dict[str, list[KeptRun]]:
    """Return the runs of each policy under some seeds, and keep those that had to be made."""
    model = source_hash()
    ids = {(seed, arm.name): run_id(study.parameters, arm, seed, model) for seed, arm in product(seeds, study.policies)}
    found = {identity: cache.get(identity) for identity in ids.values()}

    def missing(seed: int) -> tuple[Policy, ...]:
        by_id = {ids[seed, arm.name]: arm for arm in study.policies}
        return tuple(arm for identity, arm in by_id.items() if found[identity] is None)

    for arms, group in groupby(seeds, key=missing):
        for arm, seed, run in _simulated(study.parameters, arms, list(group)) if arms else ():
            found[ids[seed, arm.name]] = run
            cache.put(ids[seed, arm.name], run)
    kept = {identity: run for identity, run in found.items() if run is not None}
    return {arm.name: [kept[ids[seed, arm.name]] for seed in seeds] for arm in study.policies}


def _all_kept(study: Study, seeds: Sequence[int], cache: RunCache) -> bool:
    model = source_hash()
    return all(cache.holds(run_id(study.parameters, arm, seed, model)) for seed, arm in product(seeds, study.policies))


def _simulated(
    parameters: Parameters, arms: Sequence[Policy], seeds: Sequence[int]
) -> Iterator[tuple[Policy, int, KeptRun]]:
    """Make runs together, seed by seed. Where one of them fails, those that are left are made one by one."""
    from model.simulation import simulate, simulate_many

    wanted = [(arm, seed) for seed, arm in product(seeds, arms)]
    done = 0
    try:
        for (arm, seed), run in zip(wanted, simulate_many(parameters, arms, seeds), strict=True):
            yield arm, seed, _kept(run)
            done += 1
    except Exception:
        for arm, seed in wanted[done:]:
            try:
                yield arm, seed, _kept(simulate(parameters, arm, seed))
            except Exception:
                yield arm, seed, KeptRun({}, {}, traceback.format_exc())


def _kept(run: "Run") -> KeptRun:
    """Return the part of a run that is kept. Its own summary is enough, and saves a run of laissez-faire."""
    summary = {name: run.own_summary[name] for name in KEPT}
    return KeptRun(summary, {name: run.series[name].copy() for name in PATHS})
