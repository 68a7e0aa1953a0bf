"""Joining results folders of one study. Whole shards are copied, so a kill loses nothing and a second try goes on."""

from dataclasses import replace
from pathlib import Path

from experiments.files import write_whole
from experiments.results.agreement import refuse_contradictions
from experiments.results.manifest import FILE, Manifest
from experiments.results.shards import KINDS, Damaged, has_shards, notice, read_bytes, shards, taken_over
from experiments.results.store import Store
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.declaration.errors import BadInput


def merge_folders(first: Path, second: Path, out: Path | None = None) -> Path:
    """Put the runs of both folders into `first`, or into `out` if given, and return that folder.

    `second` stays as it is. A report in the folder is removed if it does not show all of these runs.

    Raises BadInput, changing nothing, if a folder holds no results, if they are not of one study and model, or if
    results of one run do not agree.
    """
    ours, theirs = held(first), held(second)
    if first.resolve() == second.resolve():
        raise BadInput(f"is the same folder as {first}; give two", place=str(second))
    if ours.hash != theirs.hash:
        other = "by other sources of the model" if ours.model != theirs.model else f"of study '{theirs.study['name']}'"
        raise BadInput(f"holds results {other} ({theirs.hash[:8]}, not {ours.hash[:8]} as {first})", place=str(second))
    target = out or first
    study = replace(study_in(first, ours), seeds=tuple(sorted({*ours.seeds, *theirs.seeds})))
    refuse_contradictions([first, second, *([out] if out else [])], ours.model)
    store = Store(target, study, ours.model, parts=[*ours.shards, *theirs.shards])
    before = store.runs(columns=["run_id"]).num_rows
    for folder in (first, second):
        if folder.resolve() != target.resolve():
            _copy_shards(folder, target)
    store.finish(task.run_id for task in Plan.of(study, ours.model))
    if store.runs(columns=["run_id"]).num_rows > before:
        _remove_report(target, "sweep" if study.design else "compare")
    return target


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


def _copy_shards(source: Path, target: Path) -> None:
    """Copy all whole shards that the target lacks. Damaged ones are named on stderr and left out."""
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
                continue
            copy.parent.mkdir(exist_ok=True)
            write_whole(copy, data)
