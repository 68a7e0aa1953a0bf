"""Files that are written whole or not at all, and input files read so that every error names them."""

import csv
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from model.declaration.errors import BadInput

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]  # a module elsewhere; users of it ask first

TEMPORARY = ".nqpf-"


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that `path` is either as it was before or complete and on disk. Links are followed.

    Raises OSError that names `path` (no space, no permission) and leaves nothing behind then.
    """
    target = Path(os.path.realpath(path))
    aside = None
    try:
        aside, file = _open_aside(target.parent)
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(aside, target)
        sync_folder(target.parent)
    except BaseException as error:
        if aside is not None:
            with suppress(OSError):
                aside.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files in a folder whose writer was killed. Those of a living writer are locked."""
    for path in folder.glob(f"{TEMPORARY}*.tmp"):
        with suppress(OSError), open(path, "rb") as file:
            if _locked(file):
                path.unlink()


def _open_aside(folder: Path) -> tuple[Path, IO[bytes]]:
    """Open a new temporary file and lock it, so that nobody takes it for a leftover."""
    while True:
        path = folder / f"{TEMPORARY}{secrets.token_hex(8)}.tmp"
        file = open(path, "xb")  # noqa: SIM115 (the caller closes it)
        _locked(file)
        if path.exists():
            return path, file
        file.close()  # another process locked and removed it in between


def _locked(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed. Return False where another process has, or files cannot be locked."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_no_folder(folder: Path, place: str) -> None:
    """Raise BadInput where there can be no folder: at a file, below one, or at a link that leads nowhere."""
    existing = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    if not existing.is_dir():
        what = "a file" if existing.exists() else "a link that leads nowhere"
        raise BadInput(f"{existing} is {what}; give a folder, which may be new", place=place)


def check_writable(path: Path) -> Path:
    """Return the path of a file to be written. Raises BadInput, before any work is done, if it cannot be."""
    try:
        if path.is_dir():
            raise BadInput("is a folder, give the name of a file", place=str(path))
        if path.exists() and not path.is_file():
            raise BadInput("is a device or pipe, which would be replaced, give the name of a file", place=str(path))
        if not path.parent.is_dir():
            raise BadInput(f"there is no folder {path.parent}", place=str(path))
    except OSError as error:
        raise BadInput((error.strerror or "cannot be written").lower(), place=str(path)) from None
    return path


def read_text(path: Path, most: int | None = None) -> str:
    """Return the text of an input file of at most so many bytes. Raises BadInput that names the file."""
    try:
        with open(path, "rb") as file:
            data = file.read() if most is None else file.read(most + 1)
        if most is not None and len(data) > most:
            raise BadInput(f"is too long, must have at most {most} bytes", place=str(path))
        return data.decode()
    except UnicodeDecodeError:
        raise BadInput("is not text in UTF-8", place=str(path)) from None
    except OSError as error:
        raise BadInput((error.strerror or "cannot be read").lower(), place=str(path)) from None


def _check_cells(path: Path) -> None:
    """Raise BadInput for the first line of a CSV file that has more or fewer cells than its header.

    Pandas would take the cells of a longer line for the columns after theirs.
    """
    lines = csv.reader(read_text(path).splitlines())
    header = next(lines, [])
    for cells in lines:
        if cells and len(cells) != len(header):
            allowed = f"must have {len(header)}, as the header"
            raise BadInput(allowed, problem=f"has {len(cells)} cells").at(path, lines.line_num)


def read_points(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV or Parquet file as settings by column name. Raises BadInput that names the file.

    Where a named index was stored with a Parquet file, as pandas does, its levels are columns.
    """
    readers: dict[str, Callable[[Path], Any]] = {".csv": _read_csv, ".parquet": _read_parquet}
    try:
        if path.suffix not in readers:
            raise BadInput("must be a .csv or .parquet file")
        table = readers[path.suffix](path)
        if table.empty:
            raise BadInput("holds no points")
        names = [str(name) for name in table.columns]
        for name in names:
            if names.count(name) > 1:
                raise BadInput("is there twice, every column must be there once", "column", name)
        return [
            _settings(number, dict(zip(names, row, strict=True))) for number, row in enumerate(table.to_numpy(object))
        ]
    except BadInput as error:
        if not error.place.startswith(str(path)):
            error.at(path)
        raise
    except OSError as error:
        raise BadInput((error.strerror or "cannot be read").lower(), place=str(path)) from None
    except Exception as error:  # whatever pandas and Arrow raise for damaged files
        raise BadInput(f"cannot be read: {' '.join(str(error).split())}", place=str(path)) from None


def _read_csv(path: Path) -> Any:
    import pandas as pd

    _check_cells(path)
    return pd.read_csv(path)


def _read_parquet(path: Path) -> Any:
    """Return the table of a Parquet file with a named index as columns. An index without a name says nothing."""
    from io import BytesIO

    import pyarrow.parquet as pq

    table = pq.read_table(BytesIO(path.read_bytes()), page_checksum_verification=True).to_pandas()
    return table.reset_index([name for name in table.index.names if name is not None])


def _settings(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with Python's own values. Raises BadInput for what is neither a number nor a word."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
    for name, value in plain.items():
        if not isinstance(value, int | float | str):
            raise BadInput("must be a number or a word", name, value, f"row {number}")
    return plain
