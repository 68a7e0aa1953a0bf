"""Files that are there whole or not at all: written under a temporary name, synced, renamed."""

import csv
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from model.declaration.errors import BadInput

TEMPORARY = ".nqpf-"


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that `path` is either what it was before or complete and on disk; links are followed.

    Raises OSError that names `path` (no space, no permission); nothing is left behind then.
    """
    target = Path(os.path.realpath(path))
    aside = target.with_name(f"{TEMPORARY}{secrets.token_hex(8)}.tmp")
    try:
        with open(aside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
        sync_folder(target.parent)
    except BaseException as error:
        with suppress(OSError):
            aside.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_writable(path: Path) -> Path:
    """The path of a file to be written, refused before any work is done if it cannot be."""
    try:
        if path.is_dir():
            raise BadInput(f"{path}: is a folder; give the name of a file")
        if path.exists() and not path.is_file():
            raise BadInput(f"{path}: is a device or pipe, which would be replaced; give the name of a file")
        if not path.parent.is_dir():
            raise BadInput(f"{path}: there is no folder {path.parent}")
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'cannot be written').lower()}") from None
    return path


def read_text(path: Path) -> str:
    """The text of an input file; raises BadInput that names it when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not text in UTF-8") from None
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None


def _check_cells(path: Path) -> None:
    """Raise BadInput for the first line of a CSV file that has more or fewer cells than its header.

    Pandas would take the cells of a longer line for the columns after theirs.
    """
    lines = csv.reader(read_text(path).splitlines())
    header = next(lines, [])
    for cells in lines:
        if cells and len(cells) != len(header):
            raise BadInput(f"{path}:{lines.line_num}: has {len(cells)} cells; must have {len(header)}, as the header")


def read_points(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV or Parquet file as settings by column name; raises BadInput that names the file."""
    import pandas as pd

    readers: dict[str, Callable[[Path], Any]] = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if path.suffix not in readers:
        raise BadInput(f"{path}: must be a .csv or .parquet file")
    if path.suffix == ".csv":
        _check_cells(path)
    try:
        table = readers[path.suffix](path)
    except OSError as error:
        raise BadInput(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except ValueError as error:
        raise BadInput(f"{path}: {' '.join(str(error).split())}") from None
    if table.empty:
        raise BadInput(f"{path}: holds no points")
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
