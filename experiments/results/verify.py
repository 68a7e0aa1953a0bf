"""Verification: every byte of a results folder is read, and each damage named. Changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.results.agreement import RUN_KINDS, contradictions
from experiments.results.columns import SERIES
from experiments.results.manifest import FILE, Manifest
from experiments.results.shards import KINDS, Damaged, read_shard, shards, strangers
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.indicators.series import INDICATORS


class Damage(NamedTuple):
    """Something wrong in a results folder: where, and what."""

    place: str
    problem: str


def verify(folder: Path, manifest: Manifest, study: Study | None) -> Iterator[Damage]:
    """Yield all that is wrong in a folder whose manifest declares a `study`, None where it cannot be made today."""
    yield from _of_manifest(folder, manifest, study)
    for path in strangers(folder):
        yield Damage(str(path), "is no shard of results")
    for kind in KINDS:
        for path in shards(folder, kind):
            try:
                read_shard(path, KINDS[kind].schema())
            except Damaged as error:
                yield Damage(str(path), error.problem)
    for contradiction in contradictions([folder], manifest.model):
        yield Damage(contradiction.place, contradiction.problem)
    if study is not None:
        yield from _foreign(folder, set(Plan.of(study, manifest.model).run_ids()))
    yield from _of_series(folder)


def _of_manifest(folder: Path, manifest: Manifest, study: Study | None) -> Iterator[Damage]:
    place = str(folder / FILE)
    if not manifest.is_whole():
        yield Damage(place, "is damaged or was edited, its content does not have its checksum")
    if study is None:
        yield Damage(place, "declares a study that is not the one of its hash, or one of another version of nqpf")
    if manifest.end is None:
        return  # a command is adding shards, or was stopped
    for kind in KINDS:
        now, then = {path.name for path in shards(folder, kind)}, set(manifest.files.get(kind, ()))
        for name in sorted(then - now):
            yield Damage(str(folder / kind / name), "has gone since the last command ended")
        for name in sorted(now - then):
            yield Damage(str(folder / kind / name), "has come since the last command ended, and from none of nqpf")


def _foreign(folder: Path, asked: set[str]) -> Iterator[Damage]:
    """Yield the shards of `runs/` with runs that the study does not ask for."""
    for path, table in _readable(folder, "runs", ["run_id"]):
        foreign = [run for run in table["run_id"].to_pylist() if run not in asked]
        if foreign:
            yield Damage(str(path), f"{len(foreign)} of its runs are not of this study, as {foreign[0]}")


def _of_series(folder: Path) -> Iterator[Damage]:
    """Yield the shards of `series/` with series that are not as long as their run, or do not end in its numbers."""
    names = ["run_id", "status", "horizon", *SERIES]
    held = [table for kind in RUN_KINDS for _, table in _readable(folder, kind, names)]
    if not held:
        return
    runs = pa.concat_tables(held)
    runs = runs.filter(pc.equal(runs["status"], "ok"))
    rows = {run: row for row, run in enumerate(runs["run_id"].to_pylist())}
    horizon = runs["horizon"].to_numpy()
    summary = {name: runs[name].to_numpy() for name in SERIES}
    for path, table in _readable(folder, "series", None):
        table = table.sort_by([("run_id", "ascending"), ("period", "ascending")])
        ids, first, length = np.unique(np.array(table["run_id"].to_pylist()), return_index=True, return_counts=True)
        periods = table["period"].to_numpy()
        columns = {name: table[name].to_numpy() for name in SERIES}
        for run, start, quarters in zip(ids.tolist(), first.tolist(), length.tolist(), strict=True):
            if run not in rows:
                continue
            part, row = slice(start, start + quarters), rows[run]
            if not np.array_equal(periods[part], np.arange(horizon[row])):
                yield Damage(str(path), f"run {run} has not the quarters 0 to {horizon[row] - 1}")
                continue
            for name, values in columns.items():
                if not _fits(name, values[part], summary[name][row]):
                    yield Damage(str(path), f"the {name} of run {run} is not that of its row in runs/ or reruns/")
                    break


def _fits(name: str, values: np.ndarray, summary: float) -> bool:
    """Return whether a series ends in a level's summary, or adds up to a flow's."""
    made = values.sum() if INDICATORS[name].kind == "flow" else values[-1]
    return bool(np.isclose(made, summary, rtol=1e-9, atol=1e-12, equal_nan=True))


def _readable(folder: Path, kind: str, columns: list[str] | None) -> Iterator[tuple[Path, pa.Table]]:
    for path in shards(folder, kind):
        try:
            yield path, read_shard(path, KINDS[kind].schema(), columns)
        except Damaged:
            continue
