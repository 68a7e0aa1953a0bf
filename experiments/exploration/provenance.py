"""The way in which a results folder was made, and the command and the Python that make it again."""

import shlex
from dataclasses import asdict
from typing import Any

from experiments.exploration.folder import ResultsFolder
from experiments.exploration.view import ViewRecipe, ViewRequest
from experiments.study.study import Study
from experiments.study.written import ensemble_words, study_text

PYTHON_OF = {
    "compare": ("experiments", "compare_study"),
    "sweep": ("experiments", "sweep_study"),
    "frontier": ("experiments", "frontier_study"),
}
"""Commands that make a folder from a study file, and the functions that do the same."""


OF_THEIR_NAME = {"claims": "claims", "validate": "validate", "policy-facts": "validate --policy-facts", "why": "why"}
"""Commands that name their study themselves. The file of such a study makes its own runs, and not the reruns."""


def command_name(study: Study) -> str:
    """Return the command that runs such a study."""
    if study.design.get("kind") == "adaptive":
        return "frontier"
    return "sweep" if study.design or study.uncertain else "compare"


def file_name(folder: ResultsFolder) -> str:
    """Return the name of a folder's study as a file."""
    return f"{folder.manifest.study.get('name', 'study')}.yaml"


def study_file(folder: ResultsFolder) -> str:
    """Return the study of a folder as a file, empty where today's declarations cannot make it."""
    return "" if folder.study is None else study_text(folder.study)


def made_by(folder: ResultsFolder, *more: str) -> ViewRecipe:
    """Return the command and the Python that make a folder's runs again from its study file, with more options."""
    study = folder.study
    assert study is not None
    name, file = command_name(study), file_name(folder)
    words = ["nqpf", name, file, "--out", folder.name, *ensemble_words(study), *more]
    package, function = PYTHON_OF[name]
    lines = ["from pathlib import Path", "", f"from {package} import {function}"]
    lines += ["from experiments.study.file import read_study"]
    given = f'read_study(Path("{file}"))'
    if study.ensemble is not None:
        lines.append("from experiments.validation.ensemble import read_ensemble, with_ensemble")
        given = f"with_ensemble({given}, read_ensemble({study.ensemble.file!r}), {study.sets})"
    lines += ["", f'found = {function}({given}, "{folder.name}")']
    return ViewRecipe(shlex.join(words), "\n".join(lines))


def recipe_of(request: ViewRequest) -> ViewRecipe:
    """Return the recipe of the folder itself."""
    return made_by(request.folder)


def facts(folder: ResultsFolder) -> dict[str, str]:
    """Return what a folder's manifest says, as text by name."""
    manifest = folder.manifest
    counts = manifest.counts
    stored = {name: str(number) for name, number in counts.items() if name != "asked"}
    content: dict[str, Any] = manifest.study
    found = {
        "study": f"{content.get('name')} ({manifest.hash[:8]})",
        "policies": _listed(list(folder.arms)),
        "compared with": str(content.get("reference", "")),
        "factors": _listed(list(folder.factors)) or "none",
        "design": str(content.get("design", {}).get("kind", "one point")) if folder.study else "",
        "seeds": _seeds(manifest.seeds),
        "parameter sets": str(manifest.sets) if manifest.sets > 1 else "",
        "runs": _listed([f"{number} {name}" for name, number in stored.items()]) or "not counted yet",
        "asked for": str(counts.get("asked", "")),
        "shards": _listed(manifest.shards),
        "made by": _maker(folder),
        "started": manifest.start,
        "finished": manifest.end or "not finished",
        "model sources": manifest.model,
        "made with": _listed([f"{name} {version}" for name, version in manifest.versions.items()]),
        "commit": _commit(manifest.git),
        "manifest": "" if manifest.is_whole() else "is damaged or was edited",
    }
    return {name: text for name, text in found.items() if text}


def _maker(folder: ResultsFolder) -> str:
    """Return the command that such a folder comes from, as far as its study tells."""
    if folder.study is None:
        return ""
    name = OF_THEIR_NAME.get(folder.study.name)
    return f"nqpf {name}, whose runs stand in reruns/ too" if name else f"nqpf {command_name(folder.study)}"


def manifest_content(folder: ResultsFolder) -> dict[str, Any]:
    """Return the manifest of a folder as plain data."""
    return asdict(folder.manifest)


def _commit(git: dict[str, Any] | None) -> str:
    if not git:
        return ""
    return f"{str(git.get('commit'))[:12]}{', with changes' if git.get('changed') else ''}"


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def _seeds(seeds: list[int]) -> str:
    if seeds and seeds == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{len(seeds)} ({seeds[0]} to {seeds[-1]})" if len(seeds) > 1 else f"1 ({seeds[0]})"
    return str(len(seeds))
