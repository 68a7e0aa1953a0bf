"""A results folder: shards of finished runs that are whole or not there, and a manifest that names their study.

`runs/` holds the runs of the study itself, `reruns/` those of its arms at other budgets, efficacies and calendars,
`series/` and `facts/` what was measured in either. A run's row is written last: a run is stored when its row is.
What is damaged is found before it is decided what to run, and its runs are then missing. A reader that finds damage
later, or results that contradict each other, raises an error.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from experiments.files import TEMPORARY, refuse_no_folder, remove_leftovers
from experiments.results.agreement import RUN_KINDS, refuse_contradictions
from experiments.results.columns import Result, facts_table, run_schema, runs_table, series_table
from experiments.results.compaction import compact, tidy
from experiments.results.contents import ATTEMPT, one_row_each, rows_once
from experiments.results.manifest import FILE, Manifest
from experiments.results.shards import (
    KINDS,
    Damaged,
    notice,
    read_shard,
    set_aside,
    shards,
    strangers,
    taken_over,
    write_shard,
)
from experiments.study.study import Study
from model.declaration.errors import BadInput

RuledFact = tuple[str, str]
"""A fact's name and the version of the rule that measures it."""

OWN = ("runs",)
"""The kind of shards with the runs of the study itself."""


class MemoryStore:
    """Results kept in this process only, as for a comparison without a folder. Series are kept only if asked for."""

    def __init__(self, series: bool = True) -> None:
        self._results: list[Result] = []
        self._series = series

    def completed(self, failed: bool = False) -> set[str]:
        """Return the ids of the runs that succeeded, with those that failed if wanted."""
        return {result.run_id for result in self._results if failed or result.row["status"] == "ok"}

    def rerun(self, which: str, series: bool = True, facts: Iterable[RuledFact] = ()) -> Self:
        """Return the place for reruns, which is the same here."""
        return self

    def holds(self, which: str) -> bool:
        """Return whether any rerun of that name is stored beyond this call."""
        return False

    def add(self, results: list[Result]) -> None:
        """Keep results."""
        self._results += results if self._series else [result._replace(series={}) for result in results]

    def runs(self, wanted: Iterable[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return rows of runs sorted by id, with all columns or those named."""
        table = one_row_each(_only(runs_table(self._results), wanted))
        return table if columns is None else table.select(columns)

    def series(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return series sorted by run id and period."""
        return rows_once(_only(series_table(self._results), wanted), KINDS["series"].keys)

    def facts(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return facts sorted by run id, name and rule."""
        return rows_once(_only(facts_table(self._results), wanted), KINDS["facts"].keys)


class Store:
    """The stored runs of one study, with their series and `facts` if asked for.

    `parts` are the parts of the study that are run into the folder.
    Raises BadInput if the folder holds something else, OSError if it cannot write.
    """

    def __init__(
        self,
        folder: Path,
        study: Study,
        model: str,
        series: bool = True,
        parts: Iterable[str] = (),
        facts: Iterable[RuledFact] = (),
    ) -> None:
        self.folder = folder
        self.manifest = claim(folder, study, model, parts)
        self._model = model
        self._series = series
        self._facts = frozenset(facts)
        self._rerun = ""
        self._checked: set[str] = set()  # names of shards whose rows were held against their ids
        for place in (folder, *(folder / kind for kind in KINDS)):
            remove_leftovers(place)
        for path in strangers(folder):
            if path.name in KINDS:
                raise BadInput("must be a folder", place=str(path))
            notice(f"{path}: is no shard of results, left alone")

    def rerun(self, which: str, series: bool = True, facts: Iterable[RuledFact] = ()) -> Self:
        """Return the place for runs made beside the study itself: in `reruns/`, with `which` in a column."""
        other = copy(self)
        other._rerun, other._series, other._facts = which, series, frozenset(facts)
        return other

    def completed(self, failed: bool = False) -> set[str]:
        """Return the ids of the runs that need not be run again, with those that `failed` if wanted.

        They succeeded, and left the series and facts that are wanted. Damaged shards are moved to `damaged/`, so
        that their runs are missing. Raises Contradiction where rows do not agree with each other or with their ids.
        """
        self.set_damage_aside()
        refuse_contradictions([self.folder], self._model, [RUN_KINDS], self._checked)
        runs = self._rows(RUN_KINDS if self._rerun else OWN, ["run_id", "status"])
        ok = pc.equal(runs["status"], "ok")
        completed = set(runs.filter(ok)["run_id"].to_pylist())
        if self._series:
            completed &= set(pc.unique(self._read("series", ["run_id"])["run_id"]).to_pylist())
        if self._facts:
            completed &= self._with_facts()
        return completed | set(runs.filter(pc.invert(ok))["run_id"].to_pylist()) if failed else completed

    def holds(self, which: str) -> bool:
        """Return whether any rerun of that name is stored."""
        return bool(pc.any(pc.equal(self._read("reruns", ["rerun"])["rerun"], which)).as_py())

    def add(self, results: list[Result]) -> None:
        """Write results as shards, which are on disk and whole when this returns."""
        ordered = sorted(results, key=lambda result: result.run_id)
        tables = {
            "facts": facts_table(ordered),
            "series": series_table(ordered if self._series else ()),
            "reruns" if self._rerun else "runs": runs_table(ordered, self._rerun),
        }
        for kind, table in tables.items():
            if table.num_rows:
                self._checked.add(write_shard(self.folder, kind, table))
        compact(self.folder)

    def runs(self, wanted: Iterable[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return rows of runs sorted by id, with all columns or those named: wanted ones, or all of the study itself.

        Each run has one row: the one that succeeded if any did. Raises Damaged, and Contradiction.
        """
        names = run_schema().names if columns is None else list(columns)
        needed = list(dict.fromkeys([*ATTEMPT, *names]))
        return one_row_each(_only(self._rows(OWN if wanted is None else RUN_KINDS, needed), wanted)).select(names)

    def series(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return series sorted by run id and period (all, or those wanted), each once."""
        return rows_once(_only(self._read("series"), wanted), KINDS["series"].keys)

    def facts(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return facts sorted by run id, name and rule (all, or those of the wanted runs), each once."""
        return rows_once(_only(self._read("facts"), wanted), KINDS["facts"].keys)

    def merge_shards(self) -> None:
        """Put the shards of each kind into few, or one, so that other programs read each run once."""
        compact(self.folder, all_of_them=True)

    def finish(self, asked: Iterable[str]) -> None:
        """Put the shards together and write into the manifest how many of the runs asked for are stored.

        When all are, the manifest gets its end.
        """
        self.merge_shards()
        wanted = set(asked)
        status = pc.value_counts(self.runs(wanted, ["status"])["status"]).to_pylist()
        counts = {"asked": len(wanted), **{str(count["values"]): count["counts"] for count in status}}
        latest = Manifest.read(self.folder) or self.manifest  # another process may have added its seeds
        files = {kind: [path.name for path in shards(self.folder, kind)] for kind in KINDS}
        self.manifest = latest.counted(counts, files)
        self.manifest.write(self.folder)

    def _with_facts(self) -> set[str]:
        """Return the ids of the runs of which every wanted fact is stored."""
        table = self.facts()
        found: dict[str, int] = {}
        for run, *fact in zip(*(table[name].to_pylist() for name in ("run_id", "fact", "rule")), strict=True):
            found[run] = found.get(run, 0) + (tuple(fact) in self._facts)
        return {run for run, number in found.items() if number == len(self._facts)}

    def set_damage_aside(self) -> list[Path]:
        """Move damaged shards out of the way and return them. Remove those that a killed compaction has left."""
        replaced, damaged = False, []
        for kind in KINDS:
            for path in shards(self.folder, kind):
                try:
                    read_shard(path, KINDS[kind].schema(), ["run_id"])
                    replaced |= any((path.parent / name).exists() for name in taken_over(path))
                except FileNotFoundError:
                    continue  # another process has just put it into a larger one
                except Damaged as error:
                    set_aside(path, error)
                    damaged.append(path)
        if replaced:
            tidy(self.folder)
        return damaged

    def _rows(self, kinds: Sequence[str], columns: list[str]) -> pa.Table:
        return pa.concat_tables([self._read(kind, columns) for kind in kinds])

    def _read(self, kind: str, columns: list[str] | None = None) -> pa.Table:
        """Read all shards of a kind as one table."""
        schema = KINDS[kind].schema()
        chosen = schema if columns is None else pa.schema([schema.field(name) for name in columns])
        while True:
            try:
                tables = [read_shard(path, schema, columns) for path in shards(self.folder, kind)]
            except FileNotFoundError:
                continue  # another process has just put shards together: look again
            return pa.concat_tables([chosen.empty_table(), *tables])


def status_of_runs(folder: Path) -> tuple[dict[str, str], list[Path]]:
    """Return the status by id of a folder's runs and reruns (ok if any attempt was) and the damaged shards.

    Changes nothing.
    """
    while True:
        try:
            return _status_of_runs(folder)
        except FileNotFoundError:
            continue  # another process has just put shards together: look again


def _status_of_runs(folder: Path) -> tuple[dict[str, str], list[Path]]:
    status: dict[str, str] = {}
    damaged = []
    for kind in RUN_KINDS:
        for path in shards(folder, kind):
            try:
                rows = read_shard(path, KINDS[kind].schema(), ["run_id", "status"]).to_pylist()
            except Damaged:
                damaged.append(path)
            else:
                status |= {row["run_id"]: row["status"] for row in rows if status.get(row["run_id"]) != "ok"}
    return status, damaged


def count_runs(folder: Path) -> dict[str, int]:
    """Count the runs and the damaged shards of a results folder. Changes nothing."""
    status, damaged = status_of_runs(folder)
    found = list(status.values())
    return {"ok": found.count("ok"), "failed": found.count("failed"), "damaged": len(damaged)}


def claim(folder: Path, study: Study, model: str, parts: Iterable[str] = ()) -> Manifest:
    """Return the manifest of a folder that holds this study or nothing. Raises BadInput otherwise, changing nothing."""
    place = f"--out {folder}"
    refuse_no_folder(folder, place)
    # Listed before the manifest is read: another process may be starting the same study just now.
    held = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    known = Manifest.read(folder)
    identity = study.identity(model)
    if known is not None and known.hash != identity:
        whose = "by other sources of the model" if known.is_like(study) else f"of study '{known.study.get('name')}'"
        differ = f"{known.hash[:8]}, not {identity[:8]}"
        raise BadInput(f"holds results {whose} ({differ}); give another folder", place=place)
    if known is None and any(not name.startswith(TEMPORARY) for name in held):
        raise BadInput("is not empty and holds no results of nqpf; give a new folder", place=place)
    if known is not None and not known.is_whole():
        notice(f"{folder / FILE}: is damaged or was edited, it is written anew")
    if known is None:
        folder.mkdir(parents=True, exist_ok=True)
    manifest = known or Manifest.begin(study, model)
    manifest = manifest.reopened(study, parts)
    manifest.write(folder)
    return manifest


def _only(table: pa.Table, wanted: Iterable[str] | None) -> pa.Table:
    if wanted is None:
        return table
    return table.filter(pc.is_in(table["run_id"], value_set=pa.array(sorted(wanted), type=pa.string())))
