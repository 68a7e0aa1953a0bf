"""The shipped ensemble: taken from the folder of `nqpf calibrate`, or kept after a change that changes no result.

`python -m docs.ensemble FOLDER` ships the ensemble in a folder, with its trials and what pins what. Without a folder,
it measures the facts of the first two sets again, as after a change of a comment. Where they are those of the file to
the last bit, it writes the hash of today's sources into the file. Otherwise the ensemble must be made again.
"""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from agents.kernel.decorators import source_hash
from experiments.files import write_whole
from experiments.validation.acceptance import ENSEMBLE_FILE, PARAMETERS_TABLE, WAVES_TABLE
from experiments.validation.ensemble import KEY, SHIPPED_ENSEMBLE, Acceptance, read_ensemble, write_ensemble
from experiments.validation.target import FACT
from experiments.validation.targets import read_calibration
from experiments.validation.validate import validate
from model import Parameters

SETS = 2
WAVES, PINNED = (Path(__file__).with_name(name) for name in ("waves.csv", "ensemble.csv"))
"""The tables `waves.csv` and `parameters.csv` of the shipped ensemble's calibration."""

_COLUMNS = ("trial", "state", "distance", "met")


class SearchCounts(NamedTuple):
    """What the search for the shipped ensemble came to: trials of waves, those that met the targets, and sets."""

    trials: int
    met: int
    sets: int


def search_counts() -> SearchCounts:
    """Return the counts of the committed search."""
    with WAVES.open(newline="", encoding="utf-8") as lines:
        met = [row["met"] == "True" for row in csv.DictReader(lines)]
    return SearchCounts(len(met), sum(met), len(read_ensemble("default").members))


def values_met() -> Iterator[tuple[str, int]]:
    """Yield each fact with the number of sets whose value, over the fresh seeds, lies in the fact's range."""
    file = read_ensemble("default")
    for name, (low, high) in file.acceptance.targets.items():
        yield name, int(file.table[FACT + name].between(low, high).sum())


def differ_at_most(one: str, other: str, most: float) -> int:
    """Return the number of sets in which two facts differ by at most so much."""
    table = read_ensemble("default").table
    return int(((table[FACT + one] - table[FACT + other]).abs() <= most).sum())


class Distances(NamedTuple):
    """How far sets lie apart, in widths of the searched ranges, over all parameters together.

    `pair` is the median distance of two sets. `even` is the root of the mean square distance of two points drawn evenly
    from the ranges, sqrt(parameters / 6). `near` is the number of sets within 1 of the first.
    """

    pair: float
    even: float
    near: int


def distances() -> Distances:
    """Return how far the shipped sets lie apart."""
    import numpy as np
    from scipy.spatial.distance import pdist, squareform

    from experiments.validation.emulator import to_cube

    sets = read_ensemble("default").table
    points = to_cube(read_calibration(Path("default")), sets.to_dict("records"))
    apart = pdist(points)
    near = int((squareform(apart)[0] <= 1.0).sum())
    return Distances(float(np.median(apart)), float(np.sqrt(points.shape[1] / 6.0)), near)


def ship(folder: Path) -> None:
    """Copy the ensemble of a folder, the trials of its waves and what pins what to where they are shipped.

    Where all shipped sets are in it, it began with them. Its trials stand below the others, but for its first wave,
    which is theirs measured again. What pins what stays, since the longer search had more trials.
    """
    import pandas as pd

    before, after = (read_ensemble(path) for path in (SHIPPED_ENSEMBLE, folder / ENSEMBLE_FILE))
    waves, pinned = pd.read_csv(folder / WAVES_TABLE), pd.read_csv(folder / PARAMETERS_TABLE)
    if all(one in after.members.values() for one in before.members.values()):
        first = read_calibration(Path("default")).search.wave
        waves = pd.concat([waves[:first], pd.read_csv(WAVES)[first:], waves[first:]])
        pinned = pinned.assign(pinned_by=pd.read_csv(PINNED)["pinned_by"])
    waves = waves.assign(trial=range(len(waves)))[list(_COLUMNS)]
    write_whole(SHIPPED_ENSEMBLE, (folder / ENSEMBLE_FILE).read_bytes())
    for path, table in ((PINNED, pinned), (WAVES, waves)):
        write_whole(path, table.to_csv(index=False, float_format="%.4g").encode())


def renew() -> str:
    """Write the hash of today's sources into the file if they give its facts. Return what is wrong, or nothing."""
    import pyarrow.parquet as pq

    stored = pq.read_table(SHIPPED_ENSEMBLE)
    table, record = stored.to_pandas(ignore_metadata=True), Acceptance(**json.loads(stored.schema.metadata[KEY]))
    for row in table.head(SETS).to_dict("records"):
        if differ := _differing(row, record):
            return f"set {row['set']}: {', '.join(differ)} changed; make it again by: {record.command}"
    write_ensemble(SHIPPED_ENSEMBLE, table, replace(record, model=source_hash()))
    return ""


def _differing(row: dict[Any, Any], record: Acceptance) -> list[str]:
    """Return the facts of a set that are not to the last bit what the file says."""
    facts = [str(name).removeprefix(FACT) for name in row if str(name).startswith(FACT)]
    own = {str(name): value for name, value in row.items() if name in Parameters.model_fields}
    measured = validate(facts, Parameters(**record.fixed).replace(**own), record.fresh).set_index("fact")["value"]
    return [name for name in facts if measured[name] != row[FACT + name]]


def main(arguments: list[str]) -> int:
    """Ship a folder, or renew the file. Return 1 where a fact differs."""
    if arguments:
        ship(Path(arguments[0]))
    elif wrong := renew():
        print(wrong, file=sys.stderr)
        return 1
    else:
        print(f"{SETS} sets have the facts of the file: it is of the sources {source_hash()} now")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
