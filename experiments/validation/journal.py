"""The folder of a calibration: which calibration it holds, and the journal of its trials, which survives a crash.

A journal is a line of JSON per step of the search. A last line that was cut off is taken out, and the search makes that
step again. Damage before the last line is refused, since steps would be missing.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.kernel.decorators import source_hash
from experiments.files import refuse_no_folder, write_whole
from experiments.results.manifest import versions
from experiments.results.shards import notice
from experiments.validation.targets import Calibration
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

CLAIM = "calibration.json"
JOURNAL = "journal.log"
_LOCK = ".lock"


@contextmanager
def open_storage(folder: Path | None, calibration: Calibration) -> Iterator["BaseStorage"]:
    """Open the trials of a calibration, kept in its folder, or in this process only where there is none.

    Raises BadInput where the folder holds something else, or another process works in it.
    """
    from filelock import FileLock, Timeout
    from optuna.storages import InMemoryStorage

    if folder is None:
        yield InMemoryStorage()
        return
    _refuse_others(folder, calibration)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / _LOCK, timeout=0):
            _claim(folder, calibration)
            yield _read_journal(folder / JOURNAL)
    except Timeout:
        raise BadInput("another process calibrates there, wait for it", place=f"--out {folder}") from None


def _refuse_others(folder: Path, calibration: Calibration) -> None:
    """Raise BadInput for a folder that holds anything but this calibration, and change nothing."""
    place = f"--out {folder}"
    refuse_no_folder(folder, place)
    held = {path.name for path in folder.iterdir()} - {_LOCK} if folder.exists() else set()
    if not held:
        return
    if CLAIM not in held:
        raise BadInput("is not empty and holds no calibration, give a new folder", place=place)
    known, wanted = _known_hash(folder / CLAIM), calibration.identity(source_hash())
    if known != wanted:
        differ = f"{known[:8]}, not {wanted[:8]}"
        allowed = f"holds another calibration, or one of other sources ({differ}), give another folder"
        raise BadInput(allowed, place=place)


def _known_hash(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["hash"])
    except (ValueError, KeyError, TypeError):
        raise BadInput("is damaged, give a new folder", place=str(path)) from None


def _claim(folder: Path, calibration: Calibration) -> None:
    if (folder / CLAIM).exists():
        return
    model = source_hash()
    content: dict[str, Any] = {"hash": calibration.identity(model), "model": model, "name": calibration.name}
    content |= {"calibration": calibration.content(), "versions": versions()}
    write_whole(folder / CLAIM, json.dumps(content, indent=1).encode())


def _read_journal(path: Path) -> "BaseStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    cut_damage(path)
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)  # of a killed process: the folder is ours
    try:
        return JournalStorage(JournalFileBackend(str(path)))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadInput("is no journal of a calibration, give a new folder", place=str(path)) from None


def cut_damage(path: Path) -> None:
    """Cut off the last line of a journal where it is not whole. Raises BadInput for damage in any line before."""
    if not path.exists():
        return
    lines = path.read_bytes().splitlines(keepends=True)
    whole = [_is_whole(line) for line in lines]
    if all(whole):
        return
    first = whole.index(False)
    if first < len(lines) - 1:
        raise BadInput("is damaged before its end, give a new folder").at(path, first + 1)
    os.truncate(path, sum(len(line) for line in lines[:-1]))
    notice(f"{path}:{first + 1}: the last line was cut off, that step is made again")


def _is_whole(line: bytes) -> bool:
    try:
        return line.endswith(b"\n") and isinstance(json.loads(line), dict)
    except ValueError:
        return False
