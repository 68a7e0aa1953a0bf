"""Does the economy without policy look like an innovating industry? Stylised facts against their targets."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from experiments.running.runner import Execution, prepare
from experiments.study.study import DEFAULT_SEEDS, seeds_from
from experiments.validation.facts import FACTS, Fact
from model.declaration.errors import unknown
from model.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

FACT_COLUMNS = ("fact", "unit", "median", "lower", "upper", "low", "high", "met", "n", "meaning", "source")


def validate(
    facts: Iterable[str] = (),
    parameters: Parameters | None = None,
    seeds: Iterable[int] = (),
    execution: Execution | None = None,
) -> "pd.DataFrame":
    """Measure stylised facts in runs without policy. A row per fact.

    `median` over seeds with the quartiles `lower` and `upper`; the target range `low` to `high`; `met`: whether the
    median lies in it; `n` seeds in which the fact could be measured (a time that was never reached counts as later
    than any). Raises BadInput for an unknown fact.
    """
    import pandas as pd
    from joblib import Parallel, delayed

    execution = execution or Execution()
    chosen = [_find(name) for name in dict.fromkeys(facts)] or list(FACTS.values())
    luck = tuple(seeds) or seeds_from(DEFAULT_SEEDS)
    prepare(execution.quiet)
    p = parameters or Parameters()
    parallel = Parallel(n_jobs=execution.jobs or -1, backend="threading")
    values = np.array(parallel(delayed(_measure)(chosen, p, seed) for seed in luck)).reshape(len(luck), len(chosen))
    return pd.DataFrame(
        [_row(fact, column) for fact, column in zip(chosen, values.T, strict=True)], columns=FACT_COLUMNS
    )


def _find(name: str) -> Fact:
    if name not in FACTS:
        raise unknown("fact", name, FACTS)
    return FACTS[name]


def _measure(facts: list[Fact], parameters: Parameters, seed: int) -> list[float]:
    from model.simulation import simulate

    run = simulate(parameters, "laissez_faire", seed, panel=True)
    return [fact.measure(run) for fact in facts]


def _row(fact: Fact, values: np.ndarray) -> tuple[object, ...]:
    reached = values[~np.isnan(values)]
    counted = np.where(np.isnan(values), np.inf, values) if fact.unit == "quarters" else reached
    lower, median, upper = _quartiles(counted)
    met = bool(fact.low <= median <= fact.high)
    return (
        fact.name, fact.unit, median, lower, upper, fact.low, fact.high, met, len(reached), fact.meaning, fact.source
    )  # fmt: skip


def _quartiles(values: np.ndarray) -> list[float]:
    """Quartiles; the value below where one would lie between a number and infinity, and NaN of nothing."""
    if not values.size:
        return [np.nan] * 3
    shares = [0.25, 0.5, 0.75]
    below = np.quantile(values, shares, method="lower")
    with np.errstate(invalid="ignore"):
        between = np.quantile(values, shares)
    return [float(value) for value in np.where(np.isfinite(between), between, below)]
