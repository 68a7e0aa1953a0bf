"""The economy without policy against stylised facts of innovating industries, each with its target."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agents.kernel.decorators import source_hash
from experiments.fact_words import fact_sentence
from experiments.results.arms import runs_of
from experiments.results.columns import Measured
from experiments.results.store import MemoryStore, RuledFact, Store
from experiments.running.engines import Execution
from experiments.running.runner import Measurement, run_tasks
from experiments.statistics import bootstrap_interval
from experiments.study.plan import Plan
from experiments.study.study import DEFAULT_SEEDS, Study, seeds_from
from experiments.validation.fact import PANELS, SETTINGS, Fact, Statistic
from experiments.validation.facts import FACTS
from model.declaration.errors import unknown
from model.parameters import Parameters
from model.policy.presets import find_policy

if TYPE_CHECKING:
    import pandas as pd

    from model.simulation import Run

NO_POLICY = "laissez_faire"
FACT_COLUMNS = (
    "fact", "unit", "statistic", "value", "lower", "upper", "low", "high", "met", "n", "meaning", "source", "sentence",
)  # fmt: skip


@dataclass(frozen=True)
class Validation:
    """A finished validation.

    `table` has a row per fact, `runs` a row per setting and seed: its status and summary. `values` holds a fact in each
    seed that has a value, by the fact's name, for facts that are medians.
    """

    table: "pd.DataFrame"
    runs: "pd.DataFrame"
    values: Mapping[str, np.ndarray]


def validate(
    facts: Iterable[str] = (),
    parameters: Parameters | None = None,
    seeds: Iterable[int] = (),
    execution: Execution | None = None,
    out: Path | str | None = None,
) -> "pd.DataFrame":
    """Measure stylised facts in runs without policy. Return a row per fact.

    `value` is what its `statistic` makes of the seeds: most often their median, with the quartiles `lower` and `upper`.
    Those of the other statistics are the ends of a 95 % interval, by a bootstrap over seeds. The target range is `low`
    to `high`, and the fact is `met` when the value lies in it. `n` counts the seeds in which it could be measured. A
    time that was never reached counts as later than any. Seeds whose run failed are left out.
    With `out`, runs and facts are stored there and a restart computes only what is missing.
    Raises BadInput for an unknown fact or an `out` that holds something else.
    """
    return validate_study(validation_study(parameters, seeds), find_facts(facts), out, execution).table


def validation_study(parameters: Parameters | None = None, seeds: Iterable[int] = ()) -> Study:
    """Return the study of a validation: the economy without policy at one point of the parameters."""
    return Study(
        name="validate",
        parameters=parameters or Parameters(),
        policies=(find_policy(NO_POLICY),),
        seeds=tuple(seeds) or seeds_from(DEFAULT_SEEDS),
        reference=NO_POLICY,
    )


def validate_study(
    study: Study, facts: Sequence[Fact], out: Path | str | None = None, execution: Execution | None = None
) -> Validation:
    """Run what is missing of a study without policy, in the settings that facts need, and compare it with them."""
    import pandas as pd

    model = source_hash()
    store = None if out is None else Store(Path(out), study, model, series=False, facts=_ruled(facts, ""))
    made = _measure(study, facts, store, execution or Execution())
    if store:
        store.finish(run for found in made.values() for run in found.runs["run_id"])
    runs = pd.concat([found.runs for found in made.values()], ignore_index=True)
    values = {fact.name: seeds_of(fact, made)[0] for fact in facts if fact.statistic == "median"}
    return Validation(facts_of(facts, made), runs, {name: found[~np.isnan(found)] for name, found in values.items()})


def fact_intervals(
    parameters: Parameters, seeds: Iterable[int], facts: Iterable[str] = ()
) -> dict[str, tuple[float, float]]:
    """Return the ends of the 95 % interval of each fact over seeds, by which parameter sets are accepted."""
    chosen = find_facts(facts)
    return ends_of(chosen, _measure(validation_study(parameters, seeds), chosen, None, Execution()))


def _measure(
    study: Study, facts: Sequence[Fact], store: Store | None, execution: Execution
) -> "dict[str, Measurements]":
    """Run what is missing in each setting that facts need, and return what was measured there."""
    model, made = source_hash(), {}
    for setting in settings_of(facts):
        plan = Plan.of(replace(study, parameters=in_setting(study.parameters, setting)), model)
        place: Store | MemoryStore = MemoryStore(series=False)
        if store:
            place = store.rerun(setting, series=False, facts=_ruled(facts, setting)) if setting else store
        run_tasks(plan, place, execution, measurement_of(facts, setting))
        made[setting] = Measurements.of(plan, place)
    return made


def facts_of(facts: Iterable[Fact], made: "Mapping[str, Measurements]") -> "pd.DataFrame":
    """Return a row per fact, measured over the runs of its settings that succeeded."""
    import pandas as pd

    return pd.DataFrame([_row(fact, seeds_of(fact, made)) for fact in facts], columns=FACT_COLUMNS)


def seeds_of(fact: Fact, made: "Mapping[str, Measurements]") -> np.ndarray:
    """Return the measures of a fact in the seeds that succeeded in all of its settings, NaN without a value.

    Shape (settings, seeds), or (2 settings, seeds) with those of the second measure below. A time never reached is
    infinite.
    """
    settings = [made[setting] for setting in fact.settings]
    found = [setting.values(fact.name, fact) for setting in settings]
    if fact.per:
        found += [setting.values(f"{fact.name} per", fact) for setting in settings]
    seeds = sorted(set.intersection(*(set(values) for values in found)))
    table = np.array([[values[seed] for seed in seeds] for values in found]).reshape(len(found), len(seeds))
    return np.where(np.isnan(table), np.inf, table) if fact.time else table


def ends_of(facts: Iterable[Fact], made: "Mapping[str, Measurements]") -> dict[str, tuple[float, float]]:
    """Return the ends of the 95 % interval of each fact over seeds, NaN where it has no value.

    That of a median is between order statistics (of few seeds the least and the largest), of the others a bootstrap.
    """
    found = {}
    for fact in facts:
        table = seeds_of(fact, made)
        known = np.sort(table[0][~np.isnan(table[0])])
        if fact.statistic != "median":
            found[fact.name] = together(fact.statistic, table)[1:]
        elif known.size:
            below = _below_median(known.size)
            found[fact.name] = (float(known[below]), float(known[-1 - below]))
        else:
            found[fact.name] = (np.nan, np.nan)
    return found


def _below_median(count: int) -> int:
    """Return how many of so many values may be left out at either end, so that a 95 % interval of the median is left.

    The number of values below the median is binomial, with chance one half.
    """
    chances = np.cumsum([math.comb(count, number) * 0.5**count for number in range(count // 2)])
    return max(int(np.searchsorted(chances, 0.025, side="right")) - 1, 0)


def in_setting(parameters: Parameters, setting: str) -> Parameters:
    """Return the parameters as a setting changes them, with room for all founders."""
    changes = dict(SETTINGS[setting])
    slots = max(parameters.slots, int(changes.get("founders", 0)))
    return parameters.replace(**(changes | {"slots": slots}))


def settings_of(facts: Iterable[Fact]) -> list[str]:
    """Return the settings in which facts are measured, in the order of their declaration."""
    asked = {name for fact in facts for name in fact.settings}
    return [name for name in SETTINGS if name in asked]


@dataclass(frozen=True)
class Measurements:
    """The runs of a setting, a row per seed, and what was measured in them by run id and measure."""

    runs: "pd.DataFrame"
    stored: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, plan: Plan, store: Store | MemoryStore, some: bool = False) -> Self:
        """Return what a plan has made, or raise BadInput where runs are missing, unless `some` do."""
        runs = runs_of(plan, store, some=some)
        return cls(runs, _stored_facts(store, runs["run_id"]))

    def at(self, point: int) -> Self:
        """Return what was made at a point of the plan."""
        return replace(self, runs=self.runs[self.runs["point"] == point])

    @cached_property
    def summaries(self) -> list[dict[str, Any]]:
        """The runs that succeeded as rows. Pandas' own way takes as long as the runs: they have hundreds of columns."""
        succeeded = self.runs[self.runs["status"] == "ok"]
        columns = [succeeded[name].tolist() for name in succeeded]
        return [dict(zip(succeeded, row, strict=True)) for row in zip(*columns, strict=True)]

    def values(self, name: str, fact: Fact) -> dict[int, float]:
        """Return the values of a measure by seed, NaN where a run has none. Failed runs are left out."""
        if fact.need == "summary":
            return {row["seed"]: float(fact.measure(row)) for row in self.summaries}
        return {row["seed"]: self.stored.get((row["run_id"], name), np.nan) for row in self.summaries}


def _measured(facts: Iterable[Fact], setting: str) -> list[Fact]:
    """Return the facts that are measured in more than the summary of runs of a setting."""
    return [fact for fact in facts if fact.need != "summary" and setting in fact.settings]


def _measures(fact: Fact) -> dict[str, Callable[[Any], float]]:
    """Return what is measured for a fact, by the name under which it is stored."""
    return {fact.name: fact.measure} | ({f"{fact.name} per": fact.per} if fact.per else {})


def _ruled(facts: Iterable[Fact], setting: str) -> list[RuledFact]:
    """Return the measures of a setting that are stored, each with the version of the rules."""
    return [(name, rule_version()) for fact in _measured(facts, setting) for name in _measures(fact)]


@cache
def rule_version() -> str:
    """Return the version of the facts' measures: a digest of their source. Facts of another version are measured anew.

    The model's sources are no part of it: a run's id stands for them.
    """
    files = sorted(Path(__file__).parent.glob("*fact*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def measure_facts(facts: Sequence[str], run: "Run") -> list[Measured]:
    """Measure facts of these names in a run."""
    return [
        Measured(stored, rule_version(), float(measure(getattr(run, FACTS[name].need))))
        for name in facts
        for stored, measure in _measures(FACTS[name]).items()
    ]


def measurement_of(facts: Iterable[Fact], setting: str = "") -> Measurement | None:
    """Return the measurement of the facts of a setting that need more of a run than its summary, None if none does."""
    measured = _measured(facts, setting)
    if not measured:
        return None
    measure = partial(measure_facts, [fact.name for fact in measured])
    return Measurement(measure, panel=any(fact.need in PANELS for fact in measured))


def find_facts(names: Iterable[str] = ()) -> list[Fact]:
    """Return facts by name, each once, or all if none is named. Raises BadInput with the nearest name."""
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in FACTS:
            raise unknown("fact", name, FACTS)
    return [FACTS[name] for name in chosen or FACTS]


def _stored_facts(store: Store | MemoryStore, runs: Iterable[str]) -> dict[tuple[str, str], float]:
    """Return stored values by run id and fact, of the measures as they are today."""
    table = store.facts(runs).to_pandas()
    table = table[table["rule"] == rule_version()]
    return dict(zip(zip(table["run_id"], table["fact"], strict=True), table["value"], strict=True))


def _row(fact: Fact, table: np.ndarray) -> tuple[object, ...]:
    reached = int(np.isfinite(table).all(axis=0).sum())
    value, lower, upper = together(fact.statistic, table)
    met = bool(fact.low <= value <= fact.high)
    return (
        fact.name, fact.unit, fact.statistic, value, lower, upper, fact.low, fact.high, met, reached, fact.meaning,
        fact.source, fact_sentence(fact.says, value, fact.low, fact.high, fact.unit, fact.source),
    )  # fmt: skip


def together(statistic: Statistic, table: np.ndarray) -> tuple[float, float, float]:
    """Return what a statistic makes of values (settings, seeds), and the ends of an interval.

    The interval is that of quartiles for a median, else the 95 % interval of a bootstrap that draws seeds anew, which
    one seed does not have.
    """
    if statistic == "median":
        lower, median, upper = _quartiles(table[0][~np.isnan(table[0])])
        return median, lower, upper
    return bootstrap_interval(_OVER_SEEDS[statistic], table)


def _mean(table: np.ndarray) -> float:
    known = table[0][~np.isnan(table[0])]
    return float(known.mean()) if known.size else np.nan


def _spread(table: np.ndarray) -> float:
    """Return the largest median of the settings over the smallest, less 1."""
    medians = [_quartiles(values[~np.isnan(values)])[1] for values in table]
    return float(max(medians) / min(medians) - 1.0) if np.isfinite(medians).all() and min(medians) > 0.0 else np.nan


def _ratio(table: np.ndarray) -> float:
    """Return the sum over seeds of the change of a measure between two settings, over that of a second measure."""
    first, second, per_first, per_second = table
    denominator = (per_second - per_first).sum()
    return float((second - first).sum() / denominator) if denominator != 0.0 else np.nan


_OVER_SEEDS: dict[str, Callable[[np.ndarray], float]] = {"mean": _mean, "spread": _spread, "ratio": _ratio}


def _quartiles(values: np.ndarray) -> list[float]:
    """Return quartiles: the value below where one would lie between a number and infinity, and NaN of nothing."""
    if not values.size:
        return [np.nan] * 3
    shares = [0.25, 0.5, 0.75]
    below = np.quantile(values, shares, method="lower")
    with np.errstate(invalid="ignore"):
        between = np.quantile(values, shares)
    return [float(value) for value in np.where(np.isfinite(between), between, below)]
