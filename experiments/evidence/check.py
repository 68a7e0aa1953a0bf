"""The model against published effects of policy: paired runs of the arms of each fact, and a row per fact."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agents.kernel.decorators import source_hash
from experiments.evidence.measures import MEASURES, measures_version
from experiments.evidence.policy_fact import (
    COMPETITION,
    COMPETITION_MULTIPLES,
    NOT_JUDGED,
    VERDICTS,
    PairedStatistic,
    PolicyFact,
)
from experiments.evidence.policy_facts import ARMS, POLICY_FACTS
from experiments.fact_words import cited, range_in_words, value_in_words
from experiments.results.arms import runs_of
from experiments.results.columns import Measured
from experiments.results.store import MemoryStore, RuledFact, Store
from experiments.running.engines import Execution
from experiments.running.runner import Measurement, run_tasks
from experiments.statistics import Interval, bootstrap_interval
from experiments.study.plan import Plan
from experiments.study.study import DEFAULT_SEEDS, Study, seeds_from
from model.declaration.errors import unknown
from model.declaration.settings import bounds
from model.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

    from model.simulation import Run

EVIDENCE_COLUMNS = (
    "fact", "unit", "statistic", "value", "lower", "upper", "low", "high", "verdict", "n", "treatment", "source",
    "failure", "sentence",
)  # fmt: skip


@dataclass(frozen=True)
class PolicyEvidence:
    """A finished comparison with published effects.

    `table` has a row per fact, `runs` a row per setting, arm and seed. `values` holds the paired differences of facts
    that are means of these, by the fact's name.
    """

    table: "pd.DataFrame"
    runs: "pd.DataFrame"
    values: Mapping[str, np.ndarray]


class Group(NamedTuple):
    """Runs that are made together: the same setting, with or without the panel of firms."""

    setting: str
    panel: bool

    @property
    def name(self) -> str:
        """The name under which they are stored, empty for the study's own runs."""
        return " ".join(filter(None, (self.setting, "with firms" if self.panel else "")))


def check_policy_facts(
    facts: Iterable[str] = (),
    parameters: Parameters | None = None,
    seeds: Iterable[int] = (),
    execution: Execution | None = None,
    out: Path | str | None = None,
) -> "pd.DataFrame":
    """Compare the model with published effects of policy. Return a row per fact.

    `value` is what its `statistic` makes of paired seeds, `lower` and `upper` the ends of a 95 % interval, by a
    bootstrap over seeds. The published range is `low` to `high`, with an infinite end where only a direction is
    published, and NaN where neither is at hand. The `verdict` is one of `experiments.evidence.policy_fact.VERDICTS`.
    `n` counts the seeds in which all arms have a value.
    With `out`, runs are stored there and a restart computes only what is missing.
    Raises BadInput for an unknown fact or an `out` that holds something else.
    """
    return check_study(policy_study(parameters, seeds), find_policy_facts(facts), out, execution).table


def policy_study(parameters: Parameters | None = None, seeds: Iterable[int] = ()) -> Study:
    """Return the study of all arms of all facts, with slots for as many firms as an arm supports."""
    given = parameters or Parameters()
    room = max(given.slots, *(arm.champions for arm in ARMS.values()))
    return Study(
        name="policy-facts",
        parameters=given.replace(slots=room),
        policies=tuple(ARMS.values()),
        seeds=tuple(seeds) or seeds_from(DEFAULT_SEEDS),
        reference="laissez_faire",
    )


def find_policy_facts(names: Iterable[str] = ()) -> list[PolicyFact]:
    """Return facts by name, each once, or all if none is named. Raises BadInput with the nearest name."""
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in POLICY_FACTS:
            raise unknown("policy fact", name, POLICY_FACTS)
    return [POLICY_FACTS[name] for name in chosen or POLICY_FACTS]


def check_study(
    study: Study, facts: Sequence[PolicyFact], out: Path | str | None = None, execution: Execution | None = None
) -> PolicyEvidence:
    """Run what is missing of the arms that facts need, and compare them."""
    import pandas as pd

    model, groups = source_hash(), _groups(facts)
    own = _ruled(groups.get(Group("", False), ()))
    store = None if out is None else Store(Path(out), study, model, series=False, facts=own)
    made: dict[Group, tuple[pd.DataFrame, dict[tuple[str, str], float]]] = {}
    for group, members in groups.items():
        arms = {arm.name: arm for fact in members for arm in fact.arms}
        parameters = in_competition(study.parameters, COMPETITION_MULTIPLES[group.setting])
        plan = Plan.of(replace(study, parameters=parameters, policies=tuple(arms.values())), model)
        place: Store | MemoryStore = MemoryStore(series=False)
        if store:
            place = store.rerun(group.name, series=False, facts=_ruled(members)) if group.name else store
        run_tasks(plan, place, execution or Execution(), _measurement(members, group.panel))
        runs = runs_of(plan, place)
        made[group] = runs, _stored(place, runs["run_id"])
    if store:
        store.finish(run for runs, _ in made.values() for run in runs["run_id"])
    tables = {fact.name: paired(fact, *made[_group(fact)]) for fact in facts}
    rows = [_row(fact, tables[fact.name]) for fact in facts]
    values = {fact.name: table[0, 0] - table[1, 0] for fact in facts if fact.statistic == "difference"
              for table in [tables[fact.name]]}  # fmt: skip
    every = pd.concat([runs for runs, _ in made.values()], ignore_index=True)
    return PolicyEvidence(pd.DataFrame(rows, columns=EVIDENCE_COLUMNS), every, values)


def in_competition(parameters: Parameters, multiple: float) -> Parameters:
    """Return the parameters with entry and users' reviews multiplied, each within its range."""
    changed = {}
    for name in COMPETITION if multiple != 1.0 else ():
        low, high = bounds(Parameters.model_fields[name])
        changed[name] = float(np.clip(multiple * getattr(parameters, name), low, high))
    return parameters.replace(**changed)


def paired(fact: PolicyFact, runs: "pd.DataFrame", stored: Mapping[tuple[str, str], float]) -> np.ndarray:
    """Return the measures of a fact in the seeds in which all of its arms have them. Shape (arms, measures, seeds)."""
    succeeded = runs[runs["status"] == "ok"]
    by_arm = [dict(zip(own["seed"], own["run_id"], strict=True)) for arm in fact.arms
              for own in [succeeded[succeeded["policy"] == arm.name]]]  # fmt: skip
    seeds = sorted(set.intersection(*(set(runs_by_seed) for runs_by_seed in by_arm)))
    table = np.array(
        [[[stored.get((own[seed], name), np.nan) for seed in seeds] for name in fact.measures] for own in by_arm]
    ).reshape(len(fact.arms), len(fact.measures), len(seeds))
    return table[:, :, np.isfinite(table).all(axis=(0, 1))]


def effect(statistic: PairedStatistic, table: np.ndarray) -> Interval:
    """Return an effect over seeds with its 95 % interval. `table` has shape (arms, measures, seeds)."""
    return bootstrap_interval(_STATISTICS[statistic], table)


def _difference(table: np.ndarray) -> float:
    return float((table[0, 0] - table[1, 0]).mean()) if table.shape[2] else np.nan


def _ratio(table: np.ndarray) -> float:
    above, below = (table[0] - table[1]).sum(axis=1)
    return float(above / below) if below != 0.0 else np.nan


def _ratios(table: np.ndarray) -> float:
    return _ratio(table[[0, 2]]) - _ratio(table[[1, 2]])


_STATISTICS: dict[PairedStatistic, Callable[[np.ndarray], float]] = {
    "difference": _difference, "ratio": _ratio, "ratios": _ratios,
}  # fmt: skip


def _group(fact: PolicyFact) -> Group:
    return Group(fact.setting, fact.panel)


def _groups(facts: Iterable[PolicyFact]) -> dict[Group, list[PolicyFact]]:
    groups: dict[Group, list[PolicyFact]] = {}
    for fact in facts:
        groups.setdefault(_group(fact), []).append(fact)
    return groups


def _measures(facts: Iterable[PolicyFact]) -> list[str]:
    return list(dict.fromkeys(name for fact in facts for name in fact.measures))


def _ruled(facts: Iterable[PolicyFact]) -> list[RuledFact]:
    return [(name, measures_version()) for name in _measures(facts)]


def _measurement(facts: Iterable[PolicyFact], panel: bool) -> Measurement:
    return Measurement(partial(measure_run, _measures(facts)), panel)


def measure_run(names: Sequence[str], run: "Run") -> list[Measured]:
    """Return measures of these names in a run."""
    return [Measured(name, measures_version(), float(MEASURES[name](run))) for name in names]


def _stored(store: Store | MemoryStore, runs: Iterable[str]) -> dict[tuple[str, str], float]:
    """Return stored values by run id and measure, of the measures as they are today."""
    table = store.facts(runs).to_pandas()
    table = table[table["rule"] == measures_version()]
    return dict(zip(zip(table["run_id"], table["fact"], strict=True), table["value"], strict=True))


def _row(fact: PolicyFact, table: np.ndarray) -> tuple[object, ...]:
    found = effect(fact.statistic, table)
    low, high = fact.published or (np.nan, np.nan)
    verdict = fact.published.verdict(found) if fact.published else NOT_JUDGED
    return (
        fact.name, fact.unit, fact.statistic, *found, low, high, verdict, table.shape[2], fact.treatment, fact.source,
        fact.failure, _sentence(fact, found, verdict),
    )  # fmt: skip


def _sentence(fact: PolicyFact, found: Interval, verdict: str) -> str:
    """Return an effect in sentences: its value, the published range with its source, and the verdict."""
    low, high = fact.published or (-np.inf, np.inf)
    said = ""
    if not np.isnan(found.mean):
        said = f"{fact.says.format(value_in_words(found.mean, low, high, fact.unit))}. "
    published = f"Published: {range_in_words(low, high, fact.unit)} ({cited(fact.source)}). " if fact.published else ""
    return f"{said}{published}{VERDICTS[verdict]}"
