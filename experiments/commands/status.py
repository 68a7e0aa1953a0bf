"""`nqpf status`: how many runs of a results folder are done, and on request all that is wrong in it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from experiments.results.agreement import RUN_KINDS, contradictions
from experiments.results.manifest import FILE, Manifest
from experiments.results.merge import held, merge_folders, study_in
from experiments.results.shards import notice, strangers
from experiments.results.store import status_of_runs
from experiments.results.verify import Damage, verify
from experiments.study.plan import WHOLE, Plan, Shard
from experiments.study.study import Study
from model.declaration.errors import BadInput

SOUND, DAMAGED = 0, 1
"""Exit codes."""


def status_listing(folder: Path, as_json: bool, every_byte: bool = False) -> int:
    """Print the study of a results folder, how many of its runs are stored, by shard if it has any, and what is wrong.

    With `every_byte` all is read and held against each other, and the exit code is 1 if anything is wrong.
    """
    manifest = held(folder)
    study = _study(folder, manifest)
    status, damaged = status_of_runs(folder)
    asked = _asked(study, manifest, status) if study else {}
    found = list(verify(folder, manifest, study) if every_byte else _seen(folder, manifest, damaged))
    if as_json:
        stored = {"ok": 0, "failed": 0} | _counts(status) | {"damaged": len(damaged)}
        problems = [damage._asdict() for damage in found]
        print(json.dumps(asdict(manifest) | {"stored": stored, "asked": asked, "problems": problems}, indent=1))
    else:
        _print_counts(manifest, status, asked)
        for damage in found:
            print(f"{damage.place}: {damage.problem}")
        if every_byte and not found:
            print("verified: every byte is as it was written, and all of it agrees")
        elif found and not every_byte:
            print(
                "`nqpf status --verify` names all that is wrong. The study's own command computes again what is damaged"
            )
    return DAMAGED if every_byte and found else SOUND


def merged_listing(folders: Sequence[Path], out: Path | None, as_json: bool) -> int:
    """Join results folders and print what is stored then. The exit code is 1 if damaged shards were left out."""
    merged = merge_folders(folders, out)
    status_listing(merged.folder, as_json)
    if not merged.left_out:
        return SOUND
    what = "1 damaged shard was" if len(merged.left_out) == 1 else f"{len(merged.left_out)} damaged shards were"
    names = ", ".join(map(str, merged.left_out))
    notice(f"{what} left out: {names}. The study's own command computes their runs again, with --out {merged.folder}")
    return DAMAGED


def _seen(folder: Path, manifest: Manifest, damaged: list[Path]) -> list[Damage]:
    """Return what is wrong in the runs' own shards."""
    found = [Damage(str(path), "is damaged") for path in damaged]
    found += [Damage(str(path), "is no shard of results") for path in strangers(folder)]
    if not manifest.is_whole():
        found.append(Damage(str(folder / FILE), "is damaged or was edited"))
    return found + [
        Damage(error.place, error.problem) for error in contradictions([folder], manifest.model, [RUN_KINDS])
    ]


def _study(folder: Path, manifest: Manifest) -> Study | None:
    """Return the study of a folder, None where today's declarations cannot make it, and so the ids of its runs."""
    try:
        return study_in(folder, manifest)
    except BadInput:
        return None


def _print_counts(manifest: Manifest, status: dict[str, str], asked: dict[str, dict[str, int]]) -> None:
    print(f"study {manifest.study.get('name')} ({manifest.hash[:8]}), model {manifest.model}")
    print(f"started {manifest.start}, {f'finished {manifest.end}' if manifest.end else 'not finished'}")
    for part, counts in asked.items():
        missing = counts["asked"] - counts["ok"] - counts["failed"]
        print(
            f"{'' if part == 'all' else f'shard {part}: '}{counts['ok']} of {counts['asked']} runs stored, "
            f"{counts['failed']} failed, {missing} missing"
        )
    beside = len(status) - asked["all"]["ok"] - asked["all"]["failed"] if asked else 0
    if beside > 0:
        print(f"{beside} runs stored beside these, of responses to budgets and efficacies or of reruns")
    if not asked:
        stored = _counts(status)
        print(f"{stored.get('ok', 0)} runs stored, {stored.get('failed', 0)} failed, of an unknown number:")
        print("the folder was made with other parameters than today's")


def _counts(status: dict[str, str]) -> dict[str, int]:
    found = list(status.values())
    return {name: found.count(name) for name in sorted(set(found))}


def _asked(study: Study, manifest: Manifest, status: dict[str, str]) -> dict[str, dict[str, int]]:
    """Return how many runs are asked for, stored and failed, in all and for each shard of a number that was used."""
    numbers = sorted({Shard.parse(part).of for part in manifest.shards})
    parts = [Shard(number, of) for of in numbers for number in range(1, of + 1)]
    plan, counts = Plan.of(study, manifest.model), {}
    for name, part in {"all": WHOLE, **{str(part): part for part in parts}}.items():
        found = Counter(status.get(run, "missing") for run in plan.run_ids(part))
        counts[name] = {"asked": found.total(), "ok": found["ok"], "failed": found["failed"]}
    return counts
