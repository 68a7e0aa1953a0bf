"""The search for the best mix: candidates from Optuna in batches, each with the seeds of the study, pairs as ever.

The sampler has a seed of its own and sees results in the order of candidates. So a search that was stopped asks for
the same candidates again, whose runs are stored, whatever --jobs is.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.analysis.equal_money import MONEY_COLUMNS, equal_money
from experiments.analysis.nested import nested
from experiments.optimisation.mixes import MixSpace
from experiments.results.arms import runs_of
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.running.runner import run_tasks
from experiments.statistics import Interval
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.indicators.summary import declaration
from model.policy.policy import Policy

if TYPE_CHECKING:
    import optuna
    import pandas as pd

AT_ONCE = 8
"""Candidates of a batch, which the sampler gives before it sees their results."""

RUNGS = (0.25, 0.5, 1.0)
"""Shares of the seeds after which a candidate may be given up, and the whole."""

FEWEST_TO_JUDGE = 5
"""Seeds below which no candidate is given up."""


@dataclass(frozen=True)
class Optimisation:
    """A search as declared: a study with its presets, the space of mixes, and one objective or two.

    `trials` is the number of candidates, `fresh` that of seeds for the validation, `seed` that of the sampler.
    """

    study: Study
    space: MixSpace
    objectives: tuple[str, ...]
    trials: int
    fresh: int
    seed: int = 0

    def gain(self, indicator: str) -> float:
        """Return 1 where more of an indicator is better, -1 where less is."""
        return 1.0 if declaration(indicator).better == "higher" else -1.0

    @property
    def fresh_seeds(self) -> tuple[int, ...]:
        """Seeds that the search has not seen: those after its last."""
        first = max(self.study.seeds) + 1
        return tuple(range(first, first + self.fresh))


class Candidate(NamedTuple):
    """A policy that was tried, with its differences to the reference, in the order of the objectives.

    `equal` is whether its money is shown to be equal. `seeds` are fewer than the study's where it was given up.
    """

    policy: Policy
    gaps: tuple[Interval, ...]
    equal: bool
    seeds: int
    given_up: bool = False


class Bench:
    """The place where policies are measured against the reference. Their runs are kept."""

    def __init__(self, declared: Optimisation, model: str, store: Store | MemoryStore, execution: Execution) -> None:
        self._declared, self._model, self._store = declared, model, store
        self._execution = replace(execution, quiet=True)  # a line for each batch of candidates is enough
        self._found: list[pd.DataFrame] = []

    def runs(self, policies: Sequence[Policy], seeds: Sequence[int], which: str) -> "pd.DataFrame":
        """Return the runs of policies and the reference, made where they are not stored yet."""
        self._found.append(self._runs(policies, seeds, which))
        return self._found[-1]

    def all_runs(self) -> "pd.DataFrame":
        """Return all runs that were asked for, each once."""
        import pandas as pd

        return pd.concat(self._found, ignore_index=True).drop_duplicates(["policy", "set", "seed"])

    def _runs(self, policies: Sequence[Policy], seeds: Sequence[int], which: str) -> "pd.DataFrame":
        study = self._declared.study
        reference = next(policy for policy in study.policies if policy.name == study.reference)
        arms = (reference, *(policy for policy in policies if policy.name != reference.name))
        plan = Plan.of(replace(study, policies=arms, seeds=tuple(seeds)), self._model)
        run_tasks(plan, self._store.rerun(which, series=False), self._execution)
        columns = ["status", "error", "warnings", *dict.fromkeys((*self._declared.objectives, *MONEY_COLUMNS))]
        return runs_of(plan, self._store, columns)

    def measured(self, policies: Sequence[Policy], seeds: Sequence[int], which: str = "search") -> list[Candidate]:
        """Return policies with their paired differences to the reference over some seeds."""
        runs = self.runs(policies, seeds, which)
        return [self.judged(runs, policy, len(seeds)) for policy in policies]

    def judged(self, runs: "pd.DataFrame", policy: Policy, seeds: int) -> Candidate:
        """Return a policy with its differences and whether its money is equal."""
        arm, other = (_arm(runs, name) for name in (policy.name, self._declared.study.reference))
        gaps = tuple(nested(arm[name] - other[name]).interval for name in self._declared.objectives)
        return Candidate(policy, gaps, bool(len(arm) and equal_money(arm, other)), seeds)

    def ahead(self, runs: "pd.DataFrame", first: str, second: str, objective: str) -> Interval:
        """Return by how much a policy is better than another, pair by pair."""
        gap = nested(_arm(runs, first)[objective] - _arm(runs, second)[objective]).interval
        gain = self._declared.gain(objective)
        return Interval(gain * gap.mean, *sorted((gain * gap.low, gain * gap.high)))


def _arm(runs: "pd.DataFrame", policy: str) -> "pd.DataFrame":
    return runs[(runs["policy"] == policy) & (runs["status"] == "ok")].set_index(["set", "seed"])


def find_mixes(declared: Optimisation, bench: Bench, quiet: bool = True) -> list[Candidate]:
    """Try candidates and return them in the order in which they were tried."""
    optuna_study, tried = _sampler(declared), list[Candidate]()
    best: Candidate | None = None
    while len(tried) < declared.trials:
        trials = [optuna_study.ask() for _ in range(min(AT_ONCE, declared.trials - len(tried)))]
        policies = [
            declared.space.policy(partial(trial.suggest_float, low=0.0, high=1.0), f"mix{trial.number + 1}")
            for trial in trials
        ]
        found = _raced(declared, bench, policies, best) if len(declared.objectives) == 1 else None
        for trial, one in zip(trials, found or bench.measured(policies, declared.study.seeds), strict=True):
            _tell(declared, optuna_study, trial, one)
            tried.append(one)
        best = best_of(declared, tried)
        say(f"{len(tried)} of {declared.trials} mixes", quiet)
    return tried


def _raced(declared: Optimisation, bench: Bench, policies: list[Policy], best: Candidate | None) -> list[Candidate]:
    """Measure candidates on more and more of the seeds, and give up those that are shown to be worse than the best."""
    seeds, (objective,) = declared.study.seeds, declared.objectives
    found: dict[str, Candidate] = {}
    racing = list(policies)
    for share in RUNGS:
        some = seeds[: math.ceil(share * len(seeds))]
        runs = bench.runs([*racing, *([best.policy] if best else [])], some, "search")
        for policy in racing:
            one = bench.judged(runs, policy, len(some))
            if best is not None and FEWEST_TO_JUDGE <= len(some) < len(seeds):
                ahead = bench.ahead(runs, policy.name, best.policy.name, objective)
                one = one._replace(given_up=bool(ahead.high < 0.0))
            found[policy.name] = one
        racing = [policy for policy in racing if not found[policy.name].given_up]
        if not racing:
            break
    return [found[policy.name] for policy in policies]


def best_of(declared: Optimisation, tried: Sequence[Candidate]) -> Candidate | None:
    """Return the candidate with the best first objective among those with equal money and all seeds, None without."""
    gain = declared.gain(declared.objectives[0])
    able = [one for one in tried if one.equal and not one.given_up and not math.isnan(one.gaps[0].mean)]
    return max(able, key=lambda one: gain * one.gaps[0].mean, default=None)


def undominated(declared: Optimisation, tried: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates with equal money that no other beats in one objective without losing in another."""
    able = [one for one in tried if one.equal and not one.given_up and not any(math.isnan(g.mean) for g in one.gaps)]
    gains = [declared.gain(name) for name in declared.objectives]
    values = [tuple(gain * gap.mean for gain, gap in zip(gains, one.gaps, strict=True)) for one in able]

    def beaten(own: tuple[float, ...]) -> bool:
        return any(all(a >= b for a, b in zip(other, own, strict=True)) and other != own for other in values)

    kept = {value: one for value, one in reversed(list(zip(values, able, strict=True))) if not beaten(value)}
    return [kept[value] for value in sorted(kept, reverse=True)]


def _sampler(declared: Optimisation) -> "optuna.Study":
    """Return Optuna's study: TPE for one objective (Bergstra et al. 2011), NSGA-II for two (Deb et al. 2002)."""
    import optuna
    from optuna.samplers import BaseSampler, NSGAIISampler, TPESampler

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    directions: list[Any] = ["maximize" if declared.gain(name) > 0.0 else "minimize" for name in declared.objectives]
    sampler: BaseSampler
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Optuna 5 has another way too, which Optuna 4 lacks
        if len(directions) == 1:
            sampler = TPESampler(seed=declared.seed, n_startup_trials=2 * AT_ONCE, constraints_func=_lacking)
        else:
            sampler = NSGAIISampler(seed=declared.seed, population_size=2 * AT_ONCE, constraints_func=_lacking)
    return optuna.create_study(directions=directions, sampler=sampler)


def _lacking(trial: "optuna.trial.FrozenTrial") -> tuple[float]:
    """Return by how much a candidate lacks equal money, 0 or less where it does not."""
    return (float(trial.user_attrs.get("lacking", 1.0)),)


def _tell(declared: Optimisation, optuna_study: "optuna.Study", trial: "optuna.Trial", one: Candidate) -> None:
    """Tell the sampler what came of a candidate."""
    from optuna.trial import TrialState

    values = [gap.mean for gap in one.gaps]
    trial.set_user_attr("lacking", 0.0 if one.equal else 1.0)
    if any(math.isnan(value) for value in values):
        optuna_study.tell(trial, state=TrialState.FAIL)
    elif one.given_up:
        trial.report(values[0], one.seeds)
        optuna_study.tell(trial, state=TrialState.PRUNED)
    else:
        optuna_study.tell(trial, values)
