"""Shards: the files of a results folder. Each is named by the digest of its bytes, so that no change goes unseen.

A file whose bytes do not have the digest in its name, on two readings, is damaged. Errors of the disk or of the
system are no damage: they are raised as they are.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.files import write_whole
from experiments.results.columns import facts_schema, reruns_schema, run_schema, series_schema
from model.declaration.errors import BadInput

SUFFIX = ".parquet"
DAMAGED = "damaged"
"""The folder beside the shards to which damaged ones are moved."""

MANY_ROWS = 500
"""Rows from which zstd makes a shard smaller. Below, it takes twice the time for the hundreds of short columns."""

REPLACES = b"nqpf.replaces"
"""Key in a shard's metadata: names of the shards whose rows it took over."""


class ShardKind(NamedTuple):
    """A folder of shards: its columns, and those by which its rows differ."""

    schema: Callable[[], pa.Schema]
    keys: tuple[str, ...]


KINDS = {
    "facts": ShardKind(facts_schema, ("run_id", "fact", "rule")),
    "series": ShardKind(series_schema, ("run_id", "period")),
    "reruns": ShardKind(reruns_schema, ("run_id",)),
    "runs": ShardKind(run_schema, ("run_id",)),
}
"""Kinds in the order in which they are written: a run is stored when its row is."""


class Damaged(BadInput):
    """A shard whose bytes are not those that were written."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__("the command that made it computes its runs again", place=str(path), problem=problem)


def shards(folder: Path, kind: str) -> list[Path]:
    """Return the shards of a kind by name: regular files only, since others may keep a reader waiting for ever."""
    return [path for path in _entries(folder / kind) if path.suffix == SUFFIX and path.is_file()]


def has_shards(folder: Path) -> bool:
    """Return whether a folder holds shards, with a manifest or without."""
    return any(shards(folder, kind) for kind in KINDS)


def strangers(folder: Path) -> Iterator[Path]:
    """Yield what stands among the shards and is none: dangling links, pipes, folders and other files."""
    for kind in KINDS:
        place = folder / kind
        if (place.is_symlink() and not place.exists()) or (place.exists() and not place.is_dir()):
            yield place
        yield from (path for path in _entries(place) if path.suffix != SUFFIX or not path.is_file())


def write_shard(folder: Path, kind: str, table: pa.Table, replaces: Iterable[str] = ()) -> str:
    """Write a table as a shard and return its name. It is on disk and whole when this returns."""
    names = sorted(replaces)
    if names:
        table = table.replace_schema_metadata({REPLACES: " ".join(names)})
    data = to_parquet(table)
    path = folder / kind / f"{_digest(data)}{SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    write_whole(path, data)
    return path.name


def read_shard(path: Path, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
    """Return a shard, or some of its columns. Raises Damaged, or OSError where it cannot be read just now."""
    data = read_bytes(path)
    expected = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        if not _same_columns(file.schema_arrow, schema):
            raise Damaged(path, "has other columns than this study")
        table = file.read(columns)
        table.validate(full=True)
    except (pa.ArrowMemoryError, MemoryError):
        raise
    except (pa.ArrowException, OSError) as error:
        raise Damaged(path, f"cannot be read ({' '.join(str(error).split())[:80]})") from None
    return pa.Table.from_arrays([table[name] for name in expected.names], schema=expected)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a shard. Raises Damaged when twice they do not have the digest in its name."""
    for _ in range(2):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None
        if f"{_digest(data)}{SUFFIX}" == path.name:
            return data
    raise Damaged(path, "is damaged, its content does not have the digest in its name")


def taken_over(path: Path) -> list[str]:
    """Return the names of the shards whose rows a shard took over, none where it is damaged."""
    try:
        metadata = pq.read_metadata(pa.BufferReader(read_bytes(path))).metadata or {}
    except (Damaged, FileNotFoundError, pa.ArrowInvalid):
        return []
    return str(metadata.get(REPLACES, b"").decode()).split()


def set_aside(path: Path, error: Damaged) -> None:
    """Move a damaged shard out of the reach of readers, and print that on stderr."""
    target = path.parent.parent / DAMAGED / f"{path.parent.name}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.parent.name}-{path.name}.{number}")
    try:
        os.replace(path, target)
    except FileNotFoundError:
        return  # another process was first
    notice(f"{path}: {error.problem}. Moved to {DAMAGED}/, its runs that are asked for are computed again")


def notice(message: str) -> None:
    """Print a line on stderr, which may be a pipe that nobody reads any more."""
    with suppress(OSError):
        print(f"nqpf: {message}", file=sys.stderr, flush=True)


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as Parquet with a checksum on every page."""
    sink = pa.BufferOutputStream()
    words = [field.name for field in table.schema if field.type == pa.string()]
    codec = "snappy" if table.num_rows < MANY_ROWS else "zstd"
    pq.write_table(
        table, sink, write_page_checksum=True, compression=codec, use_dictionary=words, write_statistics=False
    )  # fmt: skip
    return bytes(sink.getvalue().to_pybytes())


def _same_columns(one: pa.Schema, other: pa.Schema) -> bool:
    """Return whether two schemas have the same columns with the same types: where they stand is of no account."""
    return bool(one.equals(other, check_metadata=False)) or _columns_of(one) == _columns_of(other)


def _columns_of(schema: pa.Schema) -> list[tuple[str, str]]:
    return sorted(zip(schema.names, map(str, schema.types), strict=True))


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]


def _entries(place: Path) -> list[Path]:
    """Return what a folder holds, by name, but for hidden files: those being written are among them."""
    try:
        names = os.listdir(place)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [place / name for name in sorted(names) if not name.startswith(".")]
