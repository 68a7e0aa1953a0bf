"""Reading a results folder without changing anything in it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from experiments.results.agreement import RUN_KINDS
from experiments.results.arms import runs_of
from experiments.results.contents import ATTEMPT, one_row_each, rows_once
from experiments.results.merge import held, study_in
from experiments.results.shards import KINDS, read_shard, shards
from experiments.study.plan import Plan
from experiments.study.study import Study

if TYPE_CHECKING:
    import pandas as pd


class StoredRuns:
    """The runs of a results folder, as `Store` has them. Raises Damaged and Contradiction as it does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def runs(self, wanted: Iterable[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return rows of the wanted runs sorted by id, with all columns or those named."""
        names = KINDS["runs"].schema().names if columns is None else list(columns)
        needed = list(dict.fromkeys([*ATTEMPT, *names]))
        kinds = RUN_KINDS if wanted is not None else RUN_KINDS[:1]
        return one_row_each(_only(self._read(kinds, needed), wanted)).select(names)

    def series(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return series sorted by run id and period (all, or those wanted), each once."""
        return rows_once(_only(self._read(("series",), KINDS["series"].schema().names), wanted), KINDS["series"].keys)

    def holds(self, which: str) -> bool:
        """Return whether any rerun of that name is stored."""
        return bool(pc.any(pc.equal(self._read(("reruns",), ["rerun"])["rerun"], which)).as_py())

    def _read(self, kinds: Sequence[str], columns: list[str]) -> pa.Table:
        """Read the columns named of all shards of some kinds as one table."""
        schema = pa.schema([KINDS[kinds[0]].schema().field(name) for name in columns])
        while True:
            try:
                tables = [
                    read_shard(path, KINDS[kind].schema(), columns)
                    for kind in kinds
                    for path in shards(self._folder, kind)
                ]
            except FileNotFoundError:
                continue  # another process has just put shards together: look again
            return pa.concat_tables([schema.empty_table(), *tables])


def _only(table: pa.Table, wanted: Iterable[str] | None) -> pa.Table:
    """Return the rows of the wanted runs, all rows without any named."""
    if wanted is None:
        return table
    return table.filter(pc.is_in(table["run_id"], value_set=pa.array(sorted(wanted), type=pa.string())))


def stored_runs(folder: Path, columns: Sequence[str]) -> tuple[Study, "pd.DataFrame"]:
    """Return the study of a folder, and a row per arm whose run is stored: `runs_of` with the columns named."""
    manifest = held(folder)
    study = study_in(folder, manifest)
    plan = Plan.of(study, manifest.model, place=str(folder))
    return study, runs_of(plan, StoredRuns(folder), list(dict.fromkeys(columns)), some=True)
