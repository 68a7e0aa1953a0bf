"""Results folders below the one that is served: found, opened without a change, and refused where they lie outside."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.results.contents import FILE_COLUMNS
from experiments.results.manifest import FILE, Manifest
from experiments.results.merge import held, study_in
from experiments.results.shards import KINDS, shards
from experiments.study.design import DRAWN, Design, block_size
from experiments.study.factors import grid_values
from experiments.study.study import Study, with_reference
from model.declaration.errors import BadInput
from model.declaration.input_file import path_of

MOST_FOUND, MOST_VISITED, DEEPEST = 300, 20_000, 5
"""Results folders that are listed, folders that are looked into, and levels below the served one."""

MOST_MANIFEST = 8 * 1024 * 1024
MOST_RUNS = 200_000
MOST_FOLDER_BYTES = 1024 * 1024 * 1024
"""Bytes of a manifest, and runs and bytes of a folder, up to which it is shown."""

MOST_OFFERED = 40
"""Values of a factor up to which they are offered one by one."""


class FoundFolder(NamedTuple):
    """A results folder in a list: its name below the served folder, and what its manifest says."""

    name: str
    study: str
    policies: int
    runs: int
    failed: int
    start: str


@dataclass(frozen=True)
class ResultsFolder:
    """An opened results folder. `path` is relative to the working directory, which is the folder that is served.

    `study` is None where today's declarations cannot make it, and `why_not` then says so.
    """

    path: Path
    manifest: Manifest
    study: Study | None
    why_not: str = ""

    @property
    def name(self) -> str:
        """The name of the folder in an address."""
        return self.path.as_posix()

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors of the study's design, none of a comparison."""
        if self.study is None:
            return ()
        points = self.study.design.get("points") or [{}]
        return tuple(self.study.uncertain or points[0])

    @property
    def is_adaptive(self) -> bool:
        """Return whether the study is a search that asks for its points as it goes."""
        return self.study is not None and self.study.design.get("kind") == "adaptive"

    @property
    def arms(self) -> tuple[str, ...]:
        """The policies of the study, with its reference."""
        return () if self.study is None else tuple(policy.name for policy in with_reference(self.study).policies)


def open_folder(name: str) -> ResultsFolder:
    """Return the results folder of a name. Raises BadInput for what lies outside, or is none, or is too large."""
    path = _inside(name)
    for place in (path / FILE, *(path / kind for kind in KINDS)):
        _check_link(place)
    with suppress(OSError):
        if (path / FILE).stat().st_size > MOST_MANIFEST:
            raise BadInput("is larger than a page shows, use: nqpf status", place=str(path / FILE))
    manifest = held(path)
    try:
        _check_files(manifest.study)
        return ResultsFolder(path, manifest, study_in(path, manifest))
    except BadInput as error:
        return ResultsFolder(path, manifest, None, error.without_content())
    except Exception:  # a manifest may hold anything, and this one is not of this program
        return ResultsFolder(path, manifest, None, f"{path}: declares a study that cannot be read")


def check_size(folder: ResultsFolder) -> None:
    """Raise BadInput for a folder with more than a page can show, and for links that lead out of the served folder."""
    rows = size = 0
    for kind in KINDS:
        for path in shards(folder.path, kind):
            _check_link(path)
            size += path.stat().st_size
            with suppress(OSError, pa.ArrowException):  # a damaged one is named when it is read
                rows += pq.read_metadata(path).num_rows if kind == "runs" else 0
    if folder.study is not None:
        rows = max(rows, _asked(folder.study))
    if rows > MOST_RUNS or size > MOST_FOLDER_BYTES:
        raise BadInput(
            f"at most {MOST_RUNS:,} runs and {MOST_FOLDER_BYTES // 1024**2:,} MB are shown, read it with pandas",
            place=folder.name,
            problem=f"has {rows:,} runs in {size // 1024**2:,} MB",
        )


def shards_in(folder: ResultsFolder) -> tuple[tuple[str, int, int], ...]:
    """Return name, bytes and time of each file with results: where these are the same, so is what is stored."""
    found = [(path, path.stat()) for kind in KINDS for path in shards(folder.path, kind)]
    return tuple((path.as_posix(), status.st_size, status.st_mtime_ns) for path, status in found)


def folders_below() -> list[FoundFolder]:
    """Return the results folders below the working directory by name, the first MOST_FOUND that are met."""
    found: list[FoundFolder] = []
    for path in _visited():
        with suppress(BadInput, OSError):
            found.append(_line(open_folder(path.as_posix())))
        if len(found) == MOST_FOUND:
            break
    return sorted(found)


def factor_values(study: Study) -> dict[str, list[Any]]:
    """Return the values that points have of each factor that takes few of them, by the factor's name."""
    kind, found = study.design.get("kind"), {}
    if kind == "grid":
        levels = study.design.get("levels") or 1
        found = {name: grid_values(name, entry, entry.get("levels", levels)) for name, entry in study.uncertain.items()}
    elif kind == "list":
        points = study.design["points"]
        found = {name: sorted({point[name] for point in points}, key=_order) for name in points[0]}
    return {name: values for name, values in found.items() if 1 < len(values) <= MOST_OFFERED}


def _order(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def _inside(name: str) -> Path:
    """Return the path of a folder below the working directory, links resolved, relative to it."""
    root = Path.cwd().resolve()
    try:
        resolved = (root / name).resolve()
        inside, there = resolved.is_relative_to(root), resolved.is_dir()
    except (OSError, RuntimeError, ValueError):  # a circle of links, a name with a null character or too long
        inside = there = False
    if not inside:
        raise BadInput("must be a results folder below the one that is served", "folder", name)
    if not there:
        raise BadInput("there is no such folder below the one that is served", "folder", name)
    return resolved.relative_to(root)


def _check_link(path: Path) -> None:
    """Raise BadInput for a link that leads out of the served folder."""
    try:
        inside = path.resolve().is_relative_to(Path.cwd().resolve())
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise BadInput("leads out of the folder that is served", place=str(path))


def _check_files(study: dict[str, Any]) -> None:
    """Raise BadInput where a study names an input file outside the served folder, before anything reads it."""
    given = [study.get("parameters", {}), *study.get("design", {}).get("points", [])]
    values = [settings.get(name) for settings in given for name in FILE_COLUMNS]
    values += [value for name in FILE_COLUMNS for value in study.get("uncertain", {}).get(name, {}).get("values", [])]
    for value in values:
        if isinstance(value, str) and value:
            _check_link(Path(path_of(value)))


def _asked(study: Study) -> int:
    """Return the number of runs that a study asks for, without making its points."""
    design = study.design
    if design.get("kind") in DRAWN:
        points = int(design.get("samples", 0)) * block_size(design["kind"], len(study.uncertain))
    elif design.get("kind") == "adaptive":
        return int(design.get("runs", 0))
    else:
        points = Design(study).count
    return points * study.sets * (len(study.policies) + 1) * len(study.seeds)


def _visited() -> Iterator[Path]:
    """Yield folders with a manifest below the working directory, level by level. Links are not followed."""
    level, visited = [Path()], 0
    for _ in range(DEEPEST):
        below: list[Path] = []
        for folder in level:
            visited += 1
            if visited > MOST_VISITED:
                return
            with suppress(OSError), os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
                if any(entry.name == FILE and entry.is_file() for entry in listed):
                    yield folder
                    continue  # what lies in a results folder is its own
                below += [
                    folder / entry.name
                    for entry in listed
                    if entry.is_dir(follow_symlinks=False) and not entry.name.startswith((".", "__"))
                ]
        level = below


def _line(folder: ResultsFolder) -> FoundFolder:
    manifest = folder.manifest
    counts = {key: int(value) for key, value in manifest.counts.items()}
    policies = manifest.study.get("policies")
    return FoundFolder(
        folder.name,
        str(manifest.study.get("name", "")),
        len(policies) if isinstance(policies, list) else 0,
        counts.get("ok", 0) + counts.get("failed", 0),
        counts.get("failed", 0),
        manifest.start,
    )
