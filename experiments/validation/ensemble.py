"""The file of an ensemble: parameter sets that meet the targets, and the record of how they were found.

A Parquet file with a row per set: `set`, its number, from 1 on in the order in which a study takes them; one column per
searched parameter; `distance` from the targets; and `fact.NAME`, each fact's value on fresh seeds. Its metadata hold
the model that the sets were accepted for, which alone may run them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.kernel.decorators import source_hash
from experiments.files import write_whole
from experiments.study.digests import digest
from experiments.study.ensemble import Ensemble
from experiments.study.study import Study
from experiments.validation.content import check_acts
from experiments.validation.target import FACT, POLICY_ONLY
from model.declaration.errors import BadInput, inside
from model.declaration.numbers import whole_number
from model.declaration.settings import bounds
from model.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

DEFAULT = "default"
"""The name under which the shipped ensemble is asked for."""

SHIPPED_ENSEMBLE = Path(__file__).parent / "shipped" / "ensemble.parquet"
KEY = b"nqpf.ensemble"
"""Key of the record in the file's metadata."""

MOST_SETS = 1_000_000
_OWN = ("set", "distance")


@dataclass(frozen=True)
class Acceptance:
    """The record of an acceptance: `model` is the hash of the sources of the model that accepted the sets.

    `fixed` are the parameters that all sets share, where they are not the defaults. `seeds` are those of the search,
    `fresh` those of the confirmation, `command` made the file. `targets` are the ranges of the facts by name, and
    `allowed_misses` the facts that a set need not meet, and `most_missed` how many of the others it may miss.
    """

    model: str
    fixed: Mapping[str, Any] = field(default_factory=dict)
    seeds: Sequence[int] = ()
    fresh: Sequence[int] = ()
    command: str = ""
    targets: Mapping[str, Sequence[float]] = field(default_factory=dict)
    allowed_misses: Sequence[str] = ()
    most_missed: int = 0

    def to_json(self) -> str:
        """Return the record as it stands in the file."""
        return json.dumps(self.__dict__, sort_keys=True)


@dataclass(frozen=True)
class EnsembleFile:
    """An ensemble as read: its table in the order of `set`, and its record."""

    path: Path
    table: "pd.DataFrame"
    acceptance: Acceptance

    @property
    def name(self) -> str:
        """The name by which the command line asks for it: "default" for the shipped one, wherever that lies."""
        return DEFAULT if self.path == SHIPPED_ENSEMBLE else str(self.path)

    @property
    def searched(self) -> list[str]:
        """The parameters in which sets differ."""
        return [name for name in self.table if name not in _OWN and not name.startswith(FACT)]

    @property
    def base(self) -> Parameters:
        """The parameters that all sets share."""
        return Parameters(**self.acceptance.fixed)

    @property
    def members(self) -> dict[int, Parameters]:
        """All parameters of each set, by its number."""
        rows = self.table[self.searched].to_dict("records")
        return {int(number): self.base.replace(**row) for number, row in zip(self.table["set"], rows, strict=True)}


def write_ensemble(path: Path, table: "pd.DataFrame", record: Acceptance) -> None:
    """Write sets (columns as above) as the file of an ensemble, whole or not at all. Equal sets give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = pa.Table.from_pandas(table, preserve_index=False)
    content = content.replace_schema_metadata({KEY: record.to_json()})
    sink = pa.BufferOutputStream()
    pq.write_table(content, sink, write_page_checksum=True)
    write_whole(path, sink.getvalue().to_pybytes())


def read_ensemble(given: Path | str, option: str = "--ensemble") -> EnsembleFile:
    """Return the ensemble of a file, or the shipped one for "default". Errors name the `option` that asked for it.

    Raises BadInput for what is no ensemble, or was accepted for other sources of the model.
    """
    try:
        path = SHIPPED_ENSEMBLE if str(given) == DEFAULT else Path(given)
        if path == SHIPPED_ENSEMBLE and not path.exists():
            make = "make one by: nqpf calibrate default --accept 100, and give its file"
            raise BadInput(make, problem="no ensemble is shipped with this version")
        table, record = _read(path)
        for name in record.fixed:
            check_acts(name)
        found = EnsembleFile(path, _checked(table), record)
        for number, row in enumerate(found.table[found.searched].to_dict("records")):
            with inside(f"row {number}"):
                found.base.replace(**row)
    except BadInput as error:
        error.at(f"{option} {given}")
        raise
    return found


def _read(path: Path) -> tuple["pd.DataFrame", Acceptance]:
    """Return the table of a file and its record, which must be of today's sources of the model."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = pq.read_table(BytesIO(path.read_bytes()), page_checksum_verification=True)
        table = content.to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError) as error:
        reason = getattr(error, "strerror", None)
        raise BadInput(reason.lower() if reason else "is no Parquet file, or is damaged") from None
    try:
        record = Acceptance(**json.loads((content.schema.metadata or {})[KEY]))
    except (KeyError, TypeError, ValueError):
        raise BadInput("must be made by: nqpf calibrate TARGETS.yaml --accept N", problem="holds no ensemble") from None
    if record.model != source_hash():
        made = record.command or "nqpf calibrate TARGETS.yaml --accept N"
        problem = f"was accepted for the model {record.model}, not {source_hash()}"
        raise BadInput(f"make it again by: {made}", problem=problem)
    return table, record


def _checked(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table in the order of `set`. Raises BadInput for columns or numbers that no ensemble has."""
    names = [str(name) for name in table.columns]
    for name in _OWN:
        if name not in names:
            raise BadInput(f"an ensemble has the columns {', '.join(_OWN)} and its parameters", problem=f"no {name}")
    searched = [name for name in names if name not in _OWN and not name.startswith(FACT)]
    if not searched:
        raise BadInput("an ensemble has a column per parameter", problem="no parameter")
    for name in searched:
        check_acts(name)
        if bounds(Parameters.model_fields[name])[0] is None:
            raise BadInput("is no number, only numbers differ between sets", name)
    if table.empty:
        raise BadInput("must have a row per set", problem="holds no set")
    numbers = [whole_number("set", number, 1, MOST_SETS) for number in table["set"].tolist()]
    if len(set(numbers)) < len(numbers):
        raise BadInput("must be there once", "set", next(one for one in numbers if numbers.count(one) > 1))
    return table.assign(set=numbers).sort_values("set", ignore_index=True)


def with_ensemble(study: Study, file: EnsembleFile, count: int | None = None) -> Study:
    """Return the study at the sets of an ensemble, or the first `count` of them.

    Constants and factors of the study win over the file's. Those that then differ from what was accepted, and that
    facts without policy depend on, are named in the ensemble as `overruled`.
    """
    constants = {name: getattr(study.parameters, name) for name in study.parameters.model_fields_set}
    varied = {*study.uncertain, *(name for point in study.design.get("points", ()) for name in point)}
    accepted = file.members
    names = [name for name in file.searched if name not in constants and name not in varied]
    sets = {number: {name: getattr(one, name) for name in names} for number, one in accepted.items()}

    def changed(name: str) -> bool:
        return any(getattr(one, name) != constants.get(name, getattr(one, name)) for one in accepted.values())

    pinned = [name for name in Parameters.model_fields if name not in POLICY_ONLY]
    overruled = tuple(name for name in pinned if name in varied or changed(name))
    origin = digest({str(number): values for number, values in sets.items()})
    ensemble = Ensemble(sets, file.name, origin, overruled)
    if count is not None:
        ensemble = ensemble.first(count)
    return replace(study, parameters=Parameters(**{**file.acceptance.fixed, **constants}), ensemble=ensemble)
