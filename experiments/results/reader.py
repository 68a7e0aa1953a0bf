"""Reading a results folder without changing anything in it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from experiments.results.agreement import RUN_KINDS
from experiments.results.arms import runs_of
from experiments.results.contents import ATTEMPT, one_row_each
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
        while True:
            try:
                tables = [
                    read_shard(path, KINDS[kind].schema(), needed)
                    for kind in (RUN_KINDS if wanted is not None else RUN_KINDS[:1])
                    for path in shards(self._folder, kind)
                ]
            except FileNotFoundError:
                continue  # another process has just put shards together: look again
            break
        schema = pa.schema([KINDS["runs"].schema().field(name) for name in needed])
        table = pa.concat_tables([schema.empty_table(), *tables])
        if wanted is not None:
            table = table.filter(pc.is_in(table["run_id"], value_set=pa.array(sorted(wanted), type=pa.string())))
        return one_row_each(table).select(names)


def stored_runs(folder: Path, columns: Sequence[str]) -> tuple[Study, "pd.DataFrame"]:
    """Return the study of a folder, and a row per arm whose run is stored: `runs_of` with the columns named."""
    manifest = held(folder)
    study = study_in(folder, manifest)
    plan = Plan.of(study, manifest.model, place=str(folder))
    return study, runs_of(plan, StoredRuns(folder), list(dict.fromkeys(columns)), some=True)
