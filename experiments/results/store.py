"""A results folder: shards of finished runs that are whole or not there, and a manifest that names their study.

A shard is up to three files, `facts/NAME.parquet`, `series/NAME.parquet` and `runs/NAME.parquet`, written in this
order: a run is stored when its row is. NAME is a hash of the shard's runs and facts, so processes that share a folder
can only write the same file twice, never over each other's.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.files import TEMPORARY, write_whole
from experiments.results.columns import (
    Result,
    facts_schema,
    facts_table,
    run_schema,
    runs_table,
    series_schema,
    series_table,
)
from experiments.results.manifest import Manifest
from experiments.study.study import Study, digest
from model.declaration.errors import BadInput

DAMAGE = (pa.ArrowException, OSError, ValueError, KeyError)
"""Errors that reading a shard may raise when it is not whole."""

_BY_FACT = [(name, "ascending") for name in ("run_id", "fact", "rule")]

_DECIDING = ("run_id", "status", "error")
"""Columns that decide which of several rows of one run counts."""

MERGE_AT_MOST = 10_000
"""The most runs whose shards are put into one. A folder with more keeps its shards as they are."""

RuledFact = tuple[str, str]
"""A fact's name and the version of the rule that measures it."""


class MemoryStore:
    """Results kept in this process only, as for a comparison without a folder. Series are kept only if asked for."""

    def __init__(self, series: bool = True) -> None:
        self._results: list[Result] = []
        self._series = series

    def completed(self) -> set[str]:
        """Return the ids of the runs that succeeded."""
        return {result.run_id for result in self._results if result.row["status"] == "ok"}

    def add(self, results: list[Result]) -> None:
        """Keep results."""
        self._results += results if self._series else [result._replace(series={}) for result in results]

    def runs(self, wanted: Iterable[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return rows of runs sorted by id, with all columns or those named."""
        table = _only(runs_table(self._results), wanted).sort_by("run_id")
        return table if columns is None else table.select(columns)

    def series(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return series sorted by run id and period."""
        return _only(series_table(self._results), wanted).sort_by([("run_id", "ascending"), ("period", "ascending")])

    def facts(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return facts sorted by run id, name and rule."""
        return _only(facts_table(self._results), wanted).sort_by(_BY_FACT)


class Store:
    """The stored runs of one study, with their series and `facts` if asked for.

    `shards` are the parts of the study that are run into the folder.
    Raises BadInput if the folder holds something else, OSError if it cannot write.
    """

    def __init__(
        self,
        folder: Path,
        study: Study,
        model: str,
        series: bool = True,
        shards: Iterable[str] = (),
        facts: Iterable[RuledFact] = (),
    ) -> None:
        self.folder = folder
        self.manifest = claim(folder, study, model, shards)
        self._series = series
        self._facts = frozenset(facts)

    def completed(self) -> set[str]:
        """Return the ids of the runs that need not be run again.

        They succeeded, and left the series and facts that are wanted.
        """
        runs = self._read("runs", run_schema(), ["run_id", "status"])
        completed = set(runs.filter(pc.equal(runs["status"], "ok"))["run_id"].to_pylist())
        if self._series:
            completed &= set(pc.unique(self._read("series", series_schema(), ["run_id"])["run_id"]).to_pylist())
        if self._facts:
            completed &= self._with_facts()
        return completed

    def _with_facts(self) -> set[str]:
        """Return the ids of the runs of which every wanted fact is stored."""
        table = self.facts()
        found: dict[str, int] = {}
        for run, *fact in zip(*(table[name].to_pylist() for name in ("run_id", "fact", "rule")), strict=True):
            found[run] = found.get(run, 0) + (tuple(fact) in self._facts)
        return {run for run, number in found.items() if number == len(self._facts)}

    def add(self, results: list[Result]) -> None:
        """Write results as one shard, which is on disk and whole when this returns."""
        ordered = sorted(results, key=lambda result: result.run_id)
        series = series_table(ordered if self._series else ())
        self._write_shard(runs_table(ordered), series, facts_table(ordered))

    def runs(self, wanted: Iterable[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return rows of runs sorted by id, all or some, with all columns or those named.

        Each run has one row: the one that succeeded if any did.
        """
        needed = None if columns is None else list(dict.fromkeys([*_DECIDING, *columns]))
        table = _only(self._read("runs", run_schema(), needed), wanted)
        table = table.sort_by([("run_id", "ascending"), ("status", "descending"), ("error", "ascending")])
        table = table.take(_first_of_each(table["run_id"]))
        return table if columns is None else table.select(columns)

    def series(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return series sorted by run id and period (all, or those wanted), each once."""
        table = _only(self._read("series", series_schema()), wanted)
        table = table.sort_by([("run_id", "ascending"), ("period", "ascending")])
        return table.take(_first_of_each(table["run_id"], table["period"]))

    def facts(self, wanted: Iterable[str] | None = None) -> pa.Table:
        """Return facts sorted by run id, name and rule (all, or those of the wanted runs), each once."""
        table = _only(self._read("facts", facts_schema()), wanted).sort_by(_BY_FACT)
        return table.take(_first_of_each(table["run_id"], table["fact"], table["rule"]))

    def merge_shards(self) -> None:
        """Put all shards into one, so that other programs read each run once. Nothing is lost if this is killed."""
        before = {path for kind in ("runs", "series", "facts") for path in self._shards(kind)}
        if len({path.name for path in before}) < 2:
            return
        if pc.count_distinct(self._read("runs", run_schema(), ["run_id"])["run_id"]).as_py() > MERGE_AT_MOST:
            return
        written = self._write_shard(self.runs(), self.series(), self.facts())
        for path in before:
            if path.name != written:
                path.unlink(missing_ok=True)

    def finish(self, asked: Iterable[str]) -> None:
        """Tidy the shards and write into the manifest how many of the runs asked for are stored.

        When all are, the manifest gets its end.
        """
        self.merge_shards()
        wanted = set(asked)
        status = pc.value_counts(self.runs(wanted, ["status"])["status"]).to_pylist()
        counts = {"asked": len(wanted), **{str(count["values"]): count["counts"] for count in status}}
        latest = Manifest.read(self.folder) or self.manifest  # another process may have added its seeds
        self.manifest = latest.counted(counts)
        self.manifest.write(self.folder)

    def _write_shard(self, runs: pa.Table, series: pa.Table, facts: pa.Table) -> str:
        content = [runs["run_id"].to_pylist(), runs["status"].to_pylist()]
        if facts.num_rows:
            content += [facts[name].to_pylist() for name in ("run_id", "fact", "rule")]
        name = digest(content)[:16] + ".parquet"
        for kind, table in (("facts", facts), ("series", series), ("runs", runs)):
            if kind != "runs" and not table.num_rows:
                continue
            (self.folder / kind).mkdir(exist_ok=True)
            write_whole(self.folder / kind / name, to_parquet(table))
        return name

    def _shards(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.parquet"))

    def _read(self, kind: str, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
        """Read all whole shards of a kind as one table. Damaged ones are set aside, and their runs are missing."""
        while True:
            tables = []
            try:
                for path in self._shards(kind):
                    try:
                        tables.append(read_shard(path, schema, columns))
                    except (PermissionError, FileNotFoundError):
                        raise
                    except DAMAGE as error:
                        _set_aside(path, error)
            except FileNotFoundError:
                continue  # another process has just merged the shards: look again
            chosen = schema if columns is None else pa.schema([schema.field(name) for name in columns])
            return pa.concat_tables([chosen.empty_table(), *tables])


def status_of_runs(folder: Path) -> tuple[dict[str, str], int]:
    """Return the status by id of the runs in a folder (ok if any attempt was) and the number of damaged shards.

    Changes nothing.
    """
    status: dict[str, str] = {}
    damaged = 0
    for path in sorted((folder / "runs").glob("*.parquet")):
        try:
            rows = read_shard(path, run_schema(), ["run_id", "status"]).to_pylist()
        except DAMAGE:
            damaged += 1
        else:
            status |= {row["run_id"]: row["status"] for row in rows if status.get(row["run_id"]) != "ok"}
    return status, damaged


def count_runs(folder: Path) -> dict[str, int]:
    """Count the runs and the damaged shards of a results folder. Changes nothing."""
    status, damaged = status_of_runs(folder)
    found = list(status.values())
    return {"ok": found.count("ok"), "failed": found.count("failed"), "damaged": damaged}


def claim(folder: Path, study: Study, model: str, shards: Iterable[str] = ()) -> Manifest:
    """Return the manifest of a folder that holds this study or nothing. Raises BadInput otherwise, changing nothing."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise BadInput(f"--out {folder}: {existing} is a file; give a new folder or one that holds this study")
    # Listed before the manifest is read: another process may be starting the same study just now.
    held = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    known = Manifest.read(folder)
    identity = study.identity(model)
    if known is not None and known.hash != identity:
        whose = "by other sources of the model" if known.is_like(study) else f"of study '{known.study.get('name')}'"
        differ = f"{known.hash[:8]}, not {identity[:8]}"
        raise BadInput(f"--out {folder}: holds results {whose} ({differ}); give another folder")
    if known is None and any(not name.startswith(TEMPORARY) for name in held):
        raise BadInput(f"--out {folder}: is not empty and holds no results of nqpf; give a new folder")
    if known is None:
        folder.mkdir(parents=True, exist_ok=True)
    manifest = known or Manifest.begin(study, model)
    manifest = manifest.reopened(study, shards)
    manifest.write(folder)
    return manifest


def to_parquet(table: pa.Table) -> bytes:
    """Write a table as Parquet with a checksum on every page."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, write_page_checksum=True, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def read_shard(path: Path, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
    """Read a shard (or some of its columns) and check it. Raises one of DAMAGE when it is not whole."""
    data = path.read_bytes()
    table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(columns)
    expected = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    if not table.schema.equals(expected):
        raise ValueError("its columns are not those of this study")
    table.validate(full=True)
    return table


def _set_aside(path: Path, error: Exception) -> None:
    os.replace(path, path.with_name(path.name + ".corrupt"))
    reason = " ".join(str(error).split())[:80]
    print(f"nqpf: {path} is damaged ({reason}); set aside as .corrupt, its runs are computed again", file=sys.stderr)


def _only(table: pa.Table, wanted: Iterable[str] | None) -> pa.Table:
    if wanted is None:
        return table
    return table.filter(pc.is_in(table["run_id"], value_set=pa.array(sorted(wanted), type=pa.string())))


def _first_of_each(*keys: Any) -> pa.Array:
    """Return the positions of the first row of each group of equal keys in a sorted table."""
    import numpy as np

    length = len(keys[0])
    new = np.ones(length, dtype=bool)
    if length > 1:
        same = [np.asarray(pc.equal(key.slice(1), key.slice(0, length - 1))) for key in keys]
        new[1:] = ~np.logical_and.reduce(same)
    return pa.array(np.flatnonzero(new))
