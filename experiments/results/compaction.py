"""Few shards instead of many: small ones are put together as they grow in number.

The new shard names those that it takes over, and they are removed after it is on disk. A kill in between leaves rows
twice: readers count each once, and the next writer removes what is taken over. One process at a time does this.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from filelock import FileLock, Timeout

from experiments.files import TEMPORARY
from experiments.results.agreement import in_order
from experiments.results.shards import KINDS, read_shard, shards, taken_over, write_shard
from model.declaration.errors import BadInput

FANOUT = 16
"""The number of shards of about one size that are put into one."""

FULL = 32 << 20
"""Bytes from which on a shard stays as it is."""

LOCK = f"{TEMPORARY}compaction.lock"


def compact(folder: Path, *, all_of_them: bool = False) -> None:
    """Put shards of about one size together where there are many, or all that are not full.

    Each row is thereby written anew only as often as its shard has grown manifold.

    Nothing is done while another process does it, or where files cannot be locked, read or written: many shards hold
    the same as few, and whoever reads them next meets the same error.
    """
    with suppress(OSError, pa.ArrowException, BadInput):
        _compact(folder, all_of_them)


def _compact(folder: Path, all_of_them: bool) -> None:
    crowded = [kind for kind in KINDS if len(shards(folder, kind)) >= (2 if all_of_them else FANOUT)]
    if not crowded:
        return
    with _alone(folder) as alone:
        for kind in crowded if alone else ():
            for group in _groups(shards(folder, kind), all_of_them):
                _put_together(folder, kind, group)


def tidy(folder: Path) -> None:
    """Remove shards that a killed compaction has left beside the one that took over their rows."""
    with _alone(folder) as alone:
        for path in (path for kind in KINDS if alone for path in shards(folder, kind)):
            for name in taken_over(path):
                (path.parent / name).unlink(missing_ok=True)


def _put_together(folder: Path, kind: str, group: list[Path]) -> None:
    tables = [read_shard(path, KINDS[kind].schema()) for path in group]
    names = {path.name for path in group}
    written = write_shard(folder, kind, in_order([kind], pa.concat_tables(tables)), names)
    for name in names - {written}:
        (folder / kind / name).unlink(missing_ok=True)


def _groups(paths: list[Path], all_of_them: bool) -> Iterator[list[Path]]:
    """Yield the shards to be put together: of one tier of sizes where it is crowded, or all that are not full."""
    tiers: dict[int, list[Path]] = defaultdict(list)
    for path in paths:
        if path.stat().st_size < FULL:
            tiers[0 if all_of_them else _tier(path)].append(path)
    least = 2 if all_of_them else FANOUT
    for tier in tiers.values():
        if len(tier) >= least:
            yield from (group for group in _bins(tier) if len(group) > 1)


def _tier(path: Path) -> int:
    return path.stat().st_size.bit_length() // 2


def _bins(paths: list[Path]) -> Iterator[list[Path]]:
    """Yield shards in groups whose bytes together reach FULL at the most once."""
    group: list[Path] = []
    size = 0
    for path in paths:
        group.append(path)
        size += path.stat().st_size
        if size >= FULL:
            yield group
            group, size = [], 0
    yield group


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock. Give False where another process holds it or it cannot be had."""
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except (Timeout, OSError, NotImplementedError):  # the last two: file systems that cannot lock
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):  # nobody waits for the lock, so it may go while it is held
            (folder / LOCK).unlink()
        lock.release()
