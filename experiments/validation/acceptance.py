"""The ensemble: parameter sets that meet the targets, found in waves, and confirmed on seeds that no wave has used.

A target is met when the fact's 95 % interval over seeds touches its range. A set that meets all in its wave is run
again on fresh seeds, and accepted if it meets all there too: the wave's own values are favoured by their selection.
All is less as many as the calibration allows to be missed. The sets of an earlier ensemble that was accepted in the
same way are taken over, and waves learn from them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from agents.kernel.decorators import source_hash
from experiments.files import write_whole
from experiments.running.engines import Execution
from experiments.running.progress import say
from experiments.study.study import seeds_from
from experiments.validation.calibration import measure, trials_table
from experiments.validation.emulator import to_cube
from experiments.validation.ensemble import Acceptance, EnsembleFile, write_ensemble
from experiments.validation.journal import open_storage
from experiments.validation.pins import pins
from experiments.validation.search import BATCH, Finished, Trials
from experiments.validation.target import FACT
from experiments.validation.targets import Calibration
from experiments.validation.waves import Waves
from model.declaration.errors import BadInput
from model.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

ENSEMBLE_FILE, WAVES_TABLE, PARAMETERS_TABLE = "ensemble.parquet", "waves.csv", "parameters.csv"
_T = TypeVar("_T")
FIRST_FRESH = 1000
"""The first seed of a confirmation, unless the search has used it."""

SHARES = (0.05, 0.5, 0.95)
"""Quantiles over the accepted sets of each parameter."""


class Wanted(NamedTuple):
    """An ensemble that is asked for: the number of sets, the most trials, the fresh seeds, and the command.

    `begin` is the ensemble whose sets are taken over.
    """

    sets: int
    trials: int
    fresh: tuple[int, ...]
    command: str = ""
    begin: EnsembleFile | None = None


@dataclass(frozen=True)
class Accepted:
    """An ensemble as far as it was found. `table` is that of its file, `trials` all that were measured on the way.

    `candidates` is the number of trials that met the targets before they were confirmed.
    """

    calibration: Calibration
    wanted: Wanted
    table: "pd.DataFrame"
    trials: Sequence[Finished]
    candidates: int

    def facts(self) -> list[dict[str, Any]]:
        """Return each target with the number of trials that met it, and its median value over the accepted sets."""
        return [
            {
                "fact": name,
                "unit": one.fact.unit,
                "low": one.low,
                "high": one.high,
                "required": name in self.calibration.required,
                "measured": sum(name in trial.ends for trial in self.trials),
                "met": sum(name in trial.ends and one.touched(*trial.ends[name]) for trial in self.trials),
                "accepted": float(self.table[FACT + name].median()),
            }
            for name, one in self.calibration.targets.items()
        ]

    @property
    def unmet(self) -> list[str]:
        """The targets that no trial met."""
        return [row["fact"] for row in self.facts() if not row["met"]]

    def parameters(self) -> list[dict[str, Any]]:
        """Return each searched parameter with its range, its quantiles over the accepted sets, and what pins it.

        `width` is the share of the range that the sets fill, `open` tells if that is nearly all of it, and `pinned_by`
        names the facts that move with the parameter over the trials (see `experiments.validation.pins`).
        """
        names = [one.name for one in self.calibration.searched]
        found = pins(self.calibration, self.trials, self.table[names].to_dict("records"))
        return [
            {
                "parameter": one.name,
                "low": one.low,
                "high": one.high,
                "scale": one.scale,
                **{f"q{100 * share:02.0f}": float(self.table[one.name].quantile(share)) for share in SHARES},
                "width": pin.width,
                "open": pin.open,
                "pinned_by": [fact for fact, _ in pin.facts],
            }
            for one, pin in zip(self.calibration.searched, found, strict=True)
        ]


def fresh_seeds(calibration: Calibration, count: int) -> tuple[int, ...]:
    """Return so many seeds that the search does not use. Raises BadInput where there are none, or not so many."""
    return seeds_from(count, max(FIRST_FRESH, max(calibration.seeds) + 1))


def accept(calibration: Calibration, wanted: Wanted, out: Path | None, execution: Execution) -> Accepted:
    """Run waves until as many sets are accepted as are wanted, or all trials are made. What is stored is not run again.

    Trials of a search in the same folder count as a wave before the first, and so do sets that are taken over. With
    `out`, the ensemble's file and a table of the waves' trials are written there.
    Raises BadInput for an ensemble to begin with that was accepted in another way.
    """
    taken = _taken_over(calibration, wanted)
    with open_storage(out, calibration) as storage:
        known = Trials(storage, calibration).finished()
        waves = Waves(storage, calibration, [*known, *taken])
        _keep_beginning(Trials(storage, calibration, "sets taken over"), taken, waves, out)
        name = f"seeds {wanted.fresh[0]} to {wanted.fresh[-1]}"
        fresh = Trials(storage, replace(calibration, seeds=wanted.fresh), name)
        if done := len(waves.finished()):
            say(f"{done} trials of waves are stored already", execution.quiet)
        try:
            while True:
                candidates = _candidates(calibration, known, waves, taken)
                confirmed = [*taken, *_confirm(fresh, candidates, wanted.sets - len(taken), execution)][: wanted.sets]
                say(_progress(waves, confirmed, candidates, wanted), execution.quiet)
                if len(confirmed) == wanted.sets or not (wave := waves.wave(wanted.trials)):
                    break
                _measure_wave(waves, wave, execution)
        finally:
            candidates = _candidates(calibration, known, waves, taken)
            table = _table(calibration, [*taken, *_confirmed(fresh, list(candidates))][: wanted.sets])
            found = Accepted(calibration, wanted, table, [*known, *waves.finished()], len(candidates))
            if out is not None:
                _write(found, waves, out)
    return found


def _taken_over(calibration: Calibration, wanted: Wanted) -> list[Finished]:
    """Return the sets that the ensemble begins with, with the facts that its file has of them on the fresh seeds."""
    if wanted.begin is None:
        return []
    file = wanted.begin
    now = replace(_record(calibration, wanted), command=file.acceptance.command)
    was, today = (json.loads(record.to_json()) for record in (file.acceptance, now))
    differ = [name for name, value in today.items() if was[name] != value]
    if differ:
        raise BadInput(f"was accepted with other {', '.join(differ)}", place=f"--begin {file.name}")
    names = [one.name for one in calibration.searched]
    if set(names) != set(file.searched):
        raise BadInput(f"must have the parameters {', '.join(names)}", place=f"--begin {file.name}")
    rows = file.table.to_dict("records")
    for one in calibration.searched:
        if not all(one.low <= row[one.name] <= one.high for row in rows):
            raise BadInput(f"must lie from {one.low:g} to {one.high:g}", one.name, place=f"--begin {file.name}")
    return [
        Finished(
            row["set"],
            row["distance"],
            {name: row[name] for name in names},
            {name: row[FACT + name] for name in calibration.targets},
            {name: (row[FACT + name], row[FACT + name]) for name in calibration.targets},
        )
        for row in rows
    ]


def _keep_beginning(kept: Trials, taken: Sequence[Finished], waves: Waves, out: Path | None) -> None:
    """Keep in the folder with which sets its waves began, and refuse to go on from others, or from none."""
    if not waves.count:
        for one in taken[kept.count :]:
            kept.add(one.parameters)
    if [kept.point(number) for number in range(kept.count)] != [one.parameters for one in taken]:
        raise BadInput(
            "its search began with other sets: give these by --begin, or another folder", place=f"--out {out}"
        )


def _progress(waves: Waves, confirmed: Sequence[Finished], candidates: dict[str, Finished], wanted: Wanted) -> str:
    trials = f"{len(waves.finished())} of at most {wanted.trials} trials"
    return f"{trials}, {len(candidates)} met the targets, {len(confirmed)} of {wanted.sets} sets are confirmed"


def _candidates(
    calibration: Calibration, known: Sequence[Finished], waves: Waves, taken: Sequence[Finished]
) -> dict[str, Finished]:
    """Return the trials that met the targets, by source and number. One that is a set already is none."""
    every, sets = {"search": known, "wave": waves.finished()}, [one.parameters for one in taken]
    return {
        f"{source} {one.trial}": one
        for source, trials in every.items()
        for one in trials
        if one.accepted(calibration) and one.parameters not in sets
    }


def _measure_wave(waves: Waves, wave: Sequence[int], execution: Execution) -> None:
    """Measure the first facts of a wave, then the late ones of the best share of it and of all that may be accepted."""
    calibration = waves.calibration
    for batch in _batches(wave):
        measure(waves, batch, calibration.early, execution)
    first = {
        number: calibration.distance({name: waves.values(number).get(name, np.nan) for name in calibration.early})
        for number in wave
    }
    most = np.quantile(list(first.values()), calibration.search.share, method="higher")
    best = [number for number in wave if first[number] <= most or calibration.may_be_accepted(waves.ends(number))]
    for batch in _batches(best):
        measure(waves, batch, calibration.late, execution)
    for number in wave:
        waves.tell(number)


def _batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield items in batches, each of which is stored before the next is run."""
    return (items[first : first + BATCH] for first in range(0, len(items), BATCH))


def _confirm(fresh: Trials, candidates: dict[str, Finished], wanted: int, execution: Execution) -> list[Finished]:
    """Run candidates on fresh seeds, in order, until as many are confirmed as are wanted. Return these."""
    calibration = fresh.calibration
    for batch in _batches(list(candidates)):
        if len(confirmed := list(_confirmed(fresh, list(candidates)))) >= wanted:
            return confirmed[: max(wanted, 0)]
        known = fresh.sources
        numbers = [
            known[source] if source in known else fresh.add(candidates[source].parameters, source) for source in batch
        ]
        waiting = [number for number in numbers if not fresh.ended(number)]
        measure(fresh, waiting, calibration.early, execution)
        hopeful = [one for one in waiting if calibration.may_be_accepted(fresh.ends(one))]
        measure(fresh, hopeful, calibration.late, execution)
        for number in waiting:
            fresh.tell(number)
    return list(_confirmed(fresh, list(candidates)))[: max(wanted, 0)]


def _confirmed(fresh: Trials, candidates: Sequence[str]) -> Iterator[Finished]:
    """Yield the candidates that meet the targets on fresh seeds too, as measured there."""
    known, finished = fresh.sources, {one.trial: one for one in fresh.finished()}
    for source in candidates:
        one = finished.get(known.get(source, -1))
        if one is not None and one.accepted(fresh.calibration):
            yield one


def _table(calibration: Calibration, sets: Sequence[Finished]) -> "pd.DataFrame":
    """Return the table of an ensemble's file, in the order of `standing_for_all`."""
    import pandas as pd

    names = [one.name for one in calibration.searched]
    order = standing_for_all(to_cube(calibration, [one.parameters for one in sets]))
    rows = [
        {
            "set": number,
            **{name: sets[place].parameters[name] for name in names},
            "distance": sets[place].distance,
            **{FACT + name: sets[place].facts.get(name, np.nan) for name in calibration.targets},
        }
        for number, place in enumerate(order, 1)
    ]
    return pd.DataFrame(rows, columns=["set", *names, "distance", *(FACT + name for name in calibration.targets)])


def standing_for_all(points: np.ndarray) -> list[int]:
    """Return an order of points in which the first few stand for all: the first is the one nearest to all others.

    Each next one lowers most the mean distance of all points to the nearest that was taken (greedy k-medoids).
    """
    apart = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    nearest, order = np.full(len(points), np.inf), list[int]()
    for _ in range(len(points)):
        cost = np.minimum(apart, nearest).mean(axis=1)
        cost[order] = np.inf
        order.append(int(cost.argmin()))
        nearest = np.minimum(nearest, apart[order[-1]])
    return order


def _write(found: Accepted, waves: Waves, out: Path) -> None:
    """Write the waves' trials and the table of parameters, and the ensemble where there is any set."""
    import pandas as pd

    trials = waves.finished()
    table = trials_table(found.calibration, trials).assign(met=[one.accepted(found.calibration) for one in trials])
    write_whole(out / WAVES_TABLE, table.to_csv(index=False).encode())
    pinned = pd.DataFrame(found.parameters()).assign(pinned_by=lambda table: table["pinned_by"].map(" ".join))
    write_whole(out / PARAMETERS_TABLE, pinned.to_csv(index=False, float_format="%.4g").encode())
    if found.table.empty:
        return
    write_ensemble(out / ENSEMBLE_FILE, found.table, _record(found.calibration, found.wanted))


def _record(calibration: Calibration, wanted: Wanted) -> Acceptance:
    """Return the record of sets that are accepted today."""
    fixed, defaults = calibration.fixed.model_dump(mode="json"), Parameters().content()
    return Acceptance(
        model=source_hash(),
        fixed={name: value for name, value in fixed.items() if calibration.fixed.content()[name] != defaults[name]},
        seeds=list(calibration.seeds),
        fresh=list(wanted.fresh),
        command=wanted.command,
        targets={name: [one.low, one.high] for name, one in calibration.targets.items()},
        allowed_misses=list(calibration.allowed_misses),
        most_missed=calibration.most_missed,
    )
