"""`manifest.json`: the study of a results folder, the versions that made it, and its progress. Written whole or not."""

import json
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter

from experiments.files import write_whole
from experiments.study.digests import digest
from experiments.study.plan import Shard
from experiments.study.study import Study
from model.declaration.errors import BadInput

FILE = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The content of `manifest.json`.

    `hash` is the study's identity, `model` the hash of the model's sources, `shards` the parts `i/n` that were run into
    the folder (empty: it was always run whole). `files` are the names of the shards of each kind when the last command
    ended, `checksum` the hash of all else.
    """

    hash: str
    model: str
    study: dict[str, Any]
    seeds: list[int]
    versions: dict[str, str]
    git: dict[str, Any] | None
    start: str
    end: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    shards: list[str] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    checksum: str = ""

    @classmethod
    def begin(cls, study: Study, model: str) -> Self:
        """Return the manifest of a study that starts now."""
        return cls(
            study.identity(model), model, study.content(), list(study.seeds), versions(), git_state(), _now()
        )  # fmt: skip

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the manifest of a folder, None if it has none. Raises BadInput if it is another program's."""
        path = folder / FILE
        try:
            if path.exists() and not path.is_file():  # a pipe would keep its reader waiting for ever
                raise IsADirectoryError
            found = TypeAdapter(cls).validate_json(path.read_text(encoding="utf-8"))
            for part in found.shards:
                Shard.parse(part)
            return found
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, IsADirectoryError):
            raise BadInput("is not a manifest of nqpf; give a new folder", place=str(path)) from None

    def write(self, folder: Path) -> None:
        """Write the manifest into its folder."""
        content = asdict(self) | {"checksum": self._digest()}
        write_whole(folder / FILE, (json.dumps(content, indent=1) + "\n").encode())

    def is_whole(self) -> bool:
        """Return whether the content is as it was written."""
        return self.checksum == self._digest()

    def _digest(self) -> str:
        return digest(asdict(self) | {"checksum": ""})

    @property
    def sets(self) -> int:
        """The most parameter sets at which the study was run."""
        ensemble = self.study.get("ensemble")
        return len(ensemble["sets"]) if ensemble else 1

    def is_like(self, study: Study) -> bool:
        """Return whether the study alone, apart from the model's sources, is the same."""
        return study.identity(self.model) == self.hash

    def reopened(self, study: Study, shards: Iterable[str] = ()) -> Self:
        """Return the manifest while runs of the study are being added, perhaps of more seeds, outcomes and shards."""
        seeds = sorted({*self.seeds, *study.seeds})
        parts = sorted({*self.shards, *shards})
        content = study.content()
        if study.sets < self.sets:  # both begin with the same ones
            content["ensemble"] = self.study["ensemble"]
        return replace(
            self, study=content, seeds=seeds, shards=parts, versions=versions(), git=git_state(), end=None
        )  # fmt: skip

    def counted(self, counts: dict[str, int], files: dict[str, list[str]]) -> Self:
        """Return the manifest with its files and the runs by status, ended when they are all that was `asked`."""
        whole = sum(number for name, number in counts.items() if name != "asked") == counts["asked"]
        return replace(self, end=_now() if whole else None, counts=counts, files=files)


def versions() -> dict[str, str]:
    """Return the versions of all that results may depend on, without importing it."""
    found = {}
    for package in ("nqpf", "numpy", "numba", "mesa"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {**found, "python": platform.python_version()}


def git_state() -> dict[str, Any] | None:
    """Return the commit of the sources and whether they were changed since, None where there is no git."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return {"commit": commit, "changed": bool(_git(root, "status", "--porcelain", "--", "agents", "model"))}
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *command: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
