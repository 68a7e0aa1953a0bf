"""The economy without policy against stylised facts of innovating industries, each with its target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.results.arms import runs_of
from experiments.results.columns import Measured
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import Measurement, run_tasks
from experiments.study.plan import Plan
from experiments.study.study import DEFAULT_SEEDS, Study, seeds_from
from experiments.validation import facts as declared
from experiments.validation.facts import FACTS, Fact
from model.declaration.errors import unknown
from model.parameters import Parameters
from model.policy.presets import find_policy

if TYPE_CHECKING:
    import pandas as pd

    from model.simulation import Run

NO_POLICY = "laissez_faire"
FACT_COLUMNS = ("fact", "unit", "median", "lower", "upper", "low", "high", "met", "n", "meaning", "source")


@dataclass(frozen=True)
class Validation:
    """A finished validation. `table` has a row per fact, `runs` a row per seed with its status and summary."""

    table: "pd.DataFrame"
    runs: "pd.DataFrame"


def validate(
    facts: Iterable[str] = (),
    parameters: Parameters | None = None,
    seeds: Iterable[int] = (),
    execution: Execution | None = None,
    out: Path | str | None = None,
) -> "pd.DataFrame":
    """Measure stylised facts in runs without policy. Return a row per fact.

    `median` over seeds with the quartiles `lower` and `upper`. The target range is `low` to `high`, and the fact is
    `met` when the median lies in it. `n` counts the seeds in which it could be measured. A time that was never reached
    counts as later than any. Seeds whose run failed are left out.
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
    """Run what is missing of a study without policy and hold it against facts."""
    import pandas as pd

    from agents.kernel.decorators import source_hash

    measured = [fact for fact in facts if fact.need != "summary"]
    wanted = [(fact.name, rule_version()) for fact in measured]
    model = source_hash()
    plan = Plan.of(study, model)
    store = MemoryStore(series=False) if out is None else Store(Path(out), study, model, series=False, facts=wanted)
    run_tasks(plan, store, execution or Execution(), _measurement(measured))
    if isinstance(store, Store):
        store.finish(task.run_id for task in plan)
    runs = runs_of(plan, store)
    succeeded = runs[runs["status"] == "ok"]
    stored = _stored_facts(store, succeeded["run_id"])
    rows = [_row(fact, _values(fact, succeeded, stored)) for fact in facts]
    return Validation(pd.DataFrame(rows, columns=FACT_COLUMNS), runs)


@cache
def rule_version() -> str:
    """Return the version of the facts' measures: a digest of their source. Facts of another version are measured anew.

    The model's sources are no part of it: a run's id stands for them.
    """
    return sha256(Path(declared.__file__).read_bytes()).hexdigest()[:16]


def measure_facts(facts: Sequence[str], run: "Run") -> list[Measured]:
    """Measure facts of these names in a run."""
    return [
        Measured(name, rule_version(), float(FACTS[name].measure(getattr(run, FACTS[name].need)))) for name in facts
    ]


def _measurement(facts: Sequence[Fact]) -> Measurement | None:
    """Return the measurement of facts that need more of a run than its summary."""
    if not facts:
        return None
    measure = partial(measure_facts, [fact.name for fact in facts])
    return Measurement(measure, panel=any(fact.need == "firms" for fact in facts))


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


def _values(fact: Fact, runs: "pd.DataFrame", stored: dict[tuple[str, str], float]) -> np.ndarray:
    """Return a fact's value in each run, NaN where it has none. Shape (runs,)."""
    if fact.need == "summary":
        return np.array([fact.measure(row) for row in runs.to_dict("records")], dtype=float)
    return np.array([stored.get((run, fact.name), np.nan) for run in runs["run_id"]], dtype=float)


def _row(fact: Fact, values: np.ndarray) -> tuple[object, ...]:
    reached = values[~np.isnan(values)]
    counted = np.where(np.isnan(values), np.inf, values) if fact.unit == "quarters" else reached
    lower, median, upper = _quartiles(counted)
    met = bool(fact.low <= median <= fact.high)
    return (
        fact.name, fact.unit, median, lower, upper, fact.low, fact.high, met, len(reached), fact.meaning, fact.source
    )  # fmt: skip


def _quartiles(values: np.ndarray) -> list[float]:
    """Return quartiles: the value below where one would lie between a number and infinity, and NaN of nothing."""
    if not values.size:
        return [np.nan] * 3
    shares = [0.25, 0.5, 0.75]
    below = np.quantile(values, shares, method="lower")
    with np.errstate(invalid="ignore"):
        between = np.quantile(values, shares)
    return [float(value) for value in np.where(np.isfinite(between), between, below)]
