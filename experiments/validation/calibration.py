"""The search for parameters at which the economy without policy meets stylised facts. No policy is ever compared.

The distance of a trial is the square root of the mean, over targets, of weight * miss^2. A target's miss is how far the
fact's value lies outside its range, in widths of the range. The value is the one that `validate` reports: the median
over seeds. A fact without a value costs `WORST` widths, and no miss costs more. All trials share their seeds, so that
they differ by parameters alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.kernel.decorators import source_hash
from experiments.files import write_whole
from experiments.results.store import MemoryStore
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.running.runner import run_tasks
from experiments.study.plan import Plan
from experiments.study.points import Point
from experiments.validation.fact import Fact
from experiments.validation.journal import open_storage
from experiments.validation.search import Asked, Finished, Trials
from experiments.validation.target import FACT
from experiments.validation.targets import Calibration, read_calibration
from experiments.validation.validate import (
    NO_POLICY,
    Measurements,
    ends_of,
    facts_of,
    in_setting,
    measurement_of,
    settings_of,
)
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.presets import find_policy

if TYPE_CHECKING:
    import pandas as pd

TABLE = "trials.csv"
ACCEPTED, MISSED, FIRST_STAGE, FAILED, REFUSED = "accepted", "missed", "first stage", "failed", "refused"
"""States of a trial: all targets met; some missed; late facts not measured; runs failed; parameters do not fit."""


@dataclass(frozen=True)
class Calibrated:
    """A calibration with its trials: a row each with `trial, state, distance, error`, parameters, and `fact.NAME`."""

    calibration: Calibration
    trials: "pd.DataFrame"

    @property
    def best(self) -> "pd.Series[Any]":
        """The trial with the least distance, the first of several."""
        return self.trials.loc[self.trials["distance"].idxmin()]

    @property
    def accepted(self) -> int:
        """The number of trials that meet all targets."""
        return int((self.trials["state"] == ACCEPTED).sum())

    def facts(self) -> list[dict[str, Any]]:
        """Return each target with its value in the best trial."""
        return [
            {
                "fact": name,
                "unit": one.fact.unit,
                "value": float(self.best[FACT + name]),
                "low": one.low,
                "high": one.high,
                "weight": one.weight,
                "met": one.met(float(self.best[FACT + name])),
            }
            for name, one in self.calibration.targets.items()
        ]

    def parameters(self) -> list[dict[str, Any]]:
        """Return each searched parameter with its value in the best trial, and whether it is on its bound."""
        return [
            {
                "parameter": one.name,
                "value": int(self.best[one.name]) if one.whole else float(self.best[one.name]),
                "low": one.low,
                "high": one.high,
                "scale": one.scale,
                "default": Parameters.model_fields[one.name].default,
                "on_bound": one.near_bound(float(self.best[one.name])),
            }
            for one in self.calibration.searched
        ]


def calibrate(
    targets: Calibration | Mapping[str, Any] | Path | str,
    execution: Execution | None = None,
    out: Path | str | None = None,
) -> "pd.DataFrame":
    """Search for parameters that meet targets without policy. Return a row per trial.

    `targets` is a file, the name of a shipped calibration, or the content of a file. A row has the trial's `state`
    (see `ACCEPTED`), its `distance`, searched parameters and facts. With `out`, trials are stored there, and a restart
    goes on with the same trials as without a stop.
    Raises BadInput for targets that are not allowed or an `out` that holds something else.
    """
    if isinstance(targets, Mapping):
        declared = Calibration.from_content(targets)
    else:
        declared = targets if isinstance(targets, Calibration) else read_calibration(Path(targets))
    return run_calibration(declared, None if out is None else Path(out), execution or Execution()).trials


def run_calibration(calibration: Calibration, out: Path | None, execution: Execution) -> Calibrated:
    """Measure the trials that are missing. Each batch is stored before the next is asked for."""
    with open_storage(out, calibration) as storage:
        asked = Asked(storage, calibration)
        if done := len(asked.finished()):
            say(f"{done} of {calibration.search.trials} trials are stored already", execution.quiet)
        try:
            while batch := asked.batch():
                _measure_batch(asked, calibration, batch, execution)
                found = Calibrated(calibration, trials_table(calibration, asked.finished()))
                least = f"least distance {found.best['distance']:.4g}, {found.accepted} accepted"
                say(f"{len(found.trials)} of {calibration.search.trials} trials, {least}", execution.quiet)
        finally:
            found = Calibrated(calibration, trials_table(calibration, asked.finished()))
            if out is not None:
                write_whole(out / TABLE, found.trials.to_csv(index=False).encode())
    return found


def _measure_batch(asked: Asked, calibration: Calibration, batch: list[int], execution: Execution) -> None:
    """Measure the first facts of a batch, then the late ones of those among the best of all trials, and tell all."""
    measure(asked, batch, calibration.early, execution)
    if calibration.late:
        measure(asked, _survivors(asked, calibration, batch), calibration.late, execution)
    for number in batch:
        asked.tell(number)


def _survivors(asked: Asked, calibration: Calibration, batch: list[int]) -> list[int]:
    """Return the trials of a batch whose distance on the first facts is within the best share of all trials so far."""

    def distance(number: int) -> float:
        values = asked.values(number)
        return calibration.distance({name: value for name, value in values.items() if name not in calibration.late})

    distances = {number: distance(number) for number in range(batch[-1] + 1)}
    most = np.quantile(list(distances.values()), calibration.search.share, method="higher")
    return [number for number in batch if distances[number] <= most and not asked.failed(number)]


def measure(asked: Trials, numbers: Iterable[int], names: Iterable[str], execution: Execution) -> None:
    """Measure facts in trials that do not have them yet. Those that are measured are kept, whatever happens."""
    calibration = asked.calibration
    facts = [calibration.targets[name].fact for name in names]
    points = []
    for number in numbers:
        if asked.failed(number) or asked.values(number).keys() >= {fact.name for fact in facts}:
            continue
        try:
            parameters = calibration.parameters(asked.point(number))
            points.append(Point(number, parameters, (find_policy(NO_POLICY),), calibration.seeds))
        except BadInput as error:
            asked.keep(number, {}, f"{REFUSED}: {error}")
    if not points:
        return
    made: dict[str, Measurements] = {}
    for setting in settings_of(facts):
        varied = [point._replace(parameters=in_setting(point.parameters, setting)) for point in points]
        plan, store = Plan(varied, source_hash()), MemoryStore(series=False)
        try:
            run_tasks(plan, store, execution, measurement_of(facts, setting))
        finally:
            made[setting] = Measurements.of(plan, store, some=True)
            if len(made) == len(settings_of(facts)):
                _keep_whole(asked, points, made, facts)


def _keep_whole(asked: Trials, points: list[Point], made: dict[str, Measurements], facts: list[Fact]) -> None:
    """Keep the facts of the trials all of whose runs are there. A trial with a failed run keeps its error instead."""
    import pandas as pd

    for point in points:
        here = {setting: found.at(point.number) for setting, found in made.items()}
        own = pd.concat([found.runs for found in here.values()])
        if len(own) < len(point.seeds) * len(here):
            continue  # interrupted
        errors = own.loc[own["status"] == "failed", ["seed", "error"]]
        if len(errors):
            first = errors.iloc[0]
            asked.keep(point.number, {}, f"{len(errors)} of {len(own)} runs, first seed {first.seed}: {first.error}")
        else:
            table = facts_of(facts, here)
            values = dict(zip(table["fact"], table["value"].astype(float), strict=True))
            asked.keep(point.number, values, ends=ends_of(facts, here))


def trials_table(calibration: Calibration, trials: Iterable[Finished]) -> "pd.DataFrame":
    """Return trials that have ended as a table, as in `Calibrated`."""
    import pandas as pd

    names = [one.name for one in calibration.searched]
    rows = [
        {
            "trial": one.trial,
            "state": _state(calibration, one.facts, one.error),
            "distance": one.distance,
            **{name: one.parameters[name] for name in names},
            **{FACT + name: one.facts.get(name, np.nan) for name in calibration.targets},
            "error": one.error,
        }
        for one in trials
    ]
    columns = ["trial", "state", "distance", *names, *(FACT + name for name in calibration.targets), "error"]
    return pd.DataFrame(rows, columns=columns)


def _state(calibration: Calibration, values: Mapping[str, float], error: str) -> str:
    if error:
        return REFUSED if error.startswith(REFUSED) else FAILED
    if not values.keys() >= calibration.targets.keys():
        return FIRST_STAGE
    met = all(one.met(values[name]) for name, one in calibration.targets.items())
    return ACCEPTED if met else MISSED
