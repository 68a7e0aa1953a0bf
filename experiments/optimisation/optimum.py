"""The best mixes that a search found, judged on seeds that it has not seen, beside the presets of the study.

The best of many candidates owes part of its lead to the seeds that chose it. So what is reported is measured on fresh
seeds: which mixes and which preset are held against each other there was settled before.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.optimisation.search import Bench, Candidate, Optimisation, best_of, find_mixes, undominated
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.statistics import Interval
from experiments.study.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

MOST_FINAL = 12
"""The most mixes that are judged on fresh seeds."""

FINAL = 3
"""The mixes that are judged on fresh seeds where there is one objective: the best, and two beside it."""


@dataclass(frozen=True)
class Optimum:
    """A finished optimisation.

    `tried` are all candidates as the search saw them. `final` are the best of them, the first one first, and `presets`
    the study's own policies, both on fresh seeds. `rival` is the preset that was best on the seeds of the search, and
    `ahead` by how much the first mix is better than it on fresh seeds, NaN without a rival. `runs` are the fresh ones,
    `all_runs` those of the search too.
    """

    declared: Optimisation
    tried: tuple[Candidate, ...]
    final: tuple[Candidate, ...]
    presets: tuple[Candidate, ...]
    rival: str
    ahead: Interval
    runs: "pd.DataFrame"
    all_runs: "pd.DataFrame"

    def seen(self, name: str) -> Candidate:
        """Return a mix as the search saw it."""
        return next(one for one in self.tried if one.policy.name == name)


def optimise_study(
    declared: Optimisation, out: Path | str | None = None, execution: Execution | None = None
) -> Optimum:
    """Search for the best mix of a study, and judge it on fresh seeds. A restart goes on where it stopped."""
    from agents.kernel.decorators import source_hash

    study, model, execution = declared.study, source_hash(), execution or Execution()
    store = MemoryStore(series=False) if out is None else Store(Path(out), study, model, series=False)
    own = Plan.of(study, model)
    run_tasks(own, store, execution)
    bench = Bench(declared, model, store, execution)
    presets = [policy for policy in study.policies if policy.name != study.reference]
    before = bench.measured(presets, study.seeds)
    tried = find_mixes(declared, bench, execution.quiet)
    chosen = [one.policy for one in _chosen(declared, tried)]
    runs = bench.runs([*chosen, *presets], declared.fresh_seeds, "fresh")
    judged = [bench.judged(runs, policy, declared.fresh) for policy in (*chosen, *presets)]
    rival = best_of(declared, before)
    ahead = Interval(math.nan, math.nan, math.nan)
    if rival is not None and chosen:
        ahead = bench.ahead(runs, chosen[0].name, rival.policy.name, declared.objectives[0])
    if isinstance(store, Store):
        store.finish(own.run_ids())
    final, after = judged[: len(chosen)], judged[len(chosen) :]
    name = "" if rival is None else rival.policy.name
    return Optimum(declared, tuple(tried), tuple(final), tuple(after), name, ahead, runs, bench.all_runs())


def _chosen(declared: Optimisation, tried: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates to be judged on fresh seeds: the best ones, or some of those that none beats in both."""
    if len(declared.objectives) > 1:
        front = undominated(declared, tried)
        places = np.unique(np.linspace(0, len(front) - 1, min(len(front), MOST_FINAL)).round().astype(int))
        return [front[place] for place in places] if front else []
    left, best = list(tried), list[Candidate]()
    while len(best) < FINAL and (one := best_of(declared, left)) is not None:
        best.append(one)
        same = (one.policy.mix, one.policy.later_mix, one.policy.later_from, one.policy.calendar)
        left = [
            other
            for other in left
            if (other.policy.mix, other.policy.later_mix, other.policy.later_from, other.policy.calendar) != same
        ]
    return best
