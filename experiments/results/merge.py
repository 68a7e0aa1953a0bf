"""Joining results folders of one study. Whole shards are copied, so a kill loses nothing and a second try goes on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from experiments.files import write_whole
from experiments.results.agreement import refuse_contradictions
from experiments.results.manifest import FILE, Manifest
from experiments.results.shards import KINDS, Damaged, has_shards, notice, read_bytes, shards, taken_over
from experiments.results.store import Store
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.declaration.errors import BadInput


class Merged(NamedTuple):
    """The folder that holds all runs now, and the shards that were left out as damaged."""

    folder: Path
    left_out: tuple[Path, ...]


def merge_folders(folders: Sequence[Path], out: Path | None = None) -> Merged:
    """Put the runs of all folders into the first, or into `out` if given.

    The others stay as they are. A report in the folder is removed if it does not show all of these runs.

    Raises BadInput, changing nothing, if a folder holds no results, if they are not of one study and model, or if
    results of one run do not agree.
    """
    if len(folders) < 2:
        raise BadInput("name two or more results folders", problem="nothing to join", place=str(folders[0]))
    manifests = [held(folder) for folder in folders]
    _refuse_others(folders, manifests)
    target, first = out or folders[0], manifests[0]
    seeds = {seed for manifest in manifests for seed in manifest.seeds}
    widest = max(manifests, key=lambda manifest: manifest.sets)
    study = replace(study_in(folders[0], widest), seeds=tuple(sorted(seeds)))
    refuse_contradictions([*folders, *([out] if out else [])], first.model)
    store = Store(target, study, first.model, parts=[part for manifest in manifests for part in manifest.shards])
    left_out = store.set_damage_aside()
    before = store.runs(columns=["run_id"]).num_rows
    for folder in folders:
        if folder.resolve() != target.resolve():
            left_out += _copy_shards(folder, target)
    store.finish(Plan.of(study, first.model).run_ids())
    if store.runs(columns=["run_id"]).num_rows > before:
        _remove_report(target, "sweep" if study.design else "compare")
    return Merged(target, tuple(left_out))


def _refuse_others(folders: Sequence[Path], manifests: Sequence[Manifest]) -> None:
    """Raise BadInput for a folder that is named twice or holds another study than the first."""
    (first, ours), known = (folders[0], manifests[0]), {folders[0].resolve(): folders[0]}
    for folder, theirs in zip(folders[1:], manifests[1:], strict=True):
        if (same := known.setdefault(folder.resolve(), folder)) is not folder:
            raise BadInput(f"is the same folder as {same}; give two", place=str(folder))
        if ours.hash != theirs.hash:
            other = (
                "by other sources of the model" if ours.model != theirs.model else f"of study '{theirs.study['name']}'"
            )
            raise BadInput(
                f"holds results {other} ({theirs.hash[:8]}, not {ours.hash[:8]} as {first})", place=str(folder)
            )


def _remove_report(folder: Path, command: str) -> None:
    """Remove a report that does not show all runs of the folder, and print how to draw it of all."""
    report = folder / "report.html"
    if report.exists():
        report.unlink()
        notice(
            f"{report} showed only some of these runs and is gone; `nqpf {command} STUDY.yaml --out {folder}` "
            "draws it of all"
        )


def held(folder: Path) -> Manifest:
    """Return the manifest of a results folder. Raises BadInput where there is none."""
    manifest = Manifest.read(folder)
    if manifest is None and has_shards(folder):
        raise BadInput("is missing beside these shards, so nobody knows their study", place=str(folder / FILE))
    if manifest is None:
        raise BadInput("no results of nqpf there (no manifest.json)", place=str(folder))
    return manifest


def study_in(folder: Path, manifest: Manifest) -> Study:
    """Return the study of a results folder with all its seeds. Raises BadInput if other declarations made it."""
    try:
        study = replace(Study.from_content(manifest.study), seeds=tuple(manifest.seeds))
    except (KeyError, TypeError, BadInput):
        study = None
    if study is None or not manifest.is_like(study):
        raise BadInput("was made with other parameters than today's; use the version that made it", place=str(folder))
    return study


def _copy_shards(source: Path, target: Path) -> list[Path]:
    """Copy all whole shards that the target lacks. Return the damaged ones, which are named on stderr and left out."""
    damaged = []
    for kind in KINDS:
        held = shards(target, kind)
        known = {path.name for path in held}.union(*(taken_over(path) for path in held))
        for path in shards(source, kind):
            copy = target / kind / path.name
            if copy.name in known:
                continue
            try:
                data = read_bytes(path)
            except Damaged as error:
                notice(f"{path}: {error.problem}. It is left out, its runs are missing")
                damaged.append(path)
                continue
            copy.parent.mkdir(exist_ok=True)
            write_whole(copy, data)
    return damaged
