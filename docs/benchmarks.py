"""The measured costs that the documentation shows, from the table that `python -m tests.benchmarks --keep` writes."""

import csv
import datetime
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("benchmarks.csv")


class Kept(NamedTuple):
    """One measured value with the limit it is held against, the version that was measured, and the day."""

    benchmark: str
    figure: str
    value: float
    limit: float
    unit: str
    version: str
    date: str


def kept(file: Path = FILE) -> list[Kept]:
    """Return the rows of the committed table."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    return [Kept(name, figure, float(value), float(limit), *made) for name, figure, value, limit, *made in rows]


def keep(benchmark: str, figures: Iterable[tuple[str, float, float, str]], file: Path = FILE) -> None:
    """Write the figures of a benchmark in place of its former ones."""
    rows = [row for row in kept(file) if row.benchmark != benchmark] if file.exists() else []
    today = datetime.date.today().isoformat()
    for name, value, limit, unit in figures:
        shown = float(f"{value:.4g}"), float(f"{limit:.4g}")
        rows.append(Kept(benchmark, name, *shown, unit, version("nqpf"), today))
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(Kept._fields)
        table.writerows(rows)


def engine_costs() -> Iterator[str]:
    """Yield what each engine costs beside its runs, as a table."""
    rows = {row.figure: row for row in kept() if row.benchmark == "engines"}
    first = next(iter(rows.values()))
    loop = rows["one thread: plain loop, a run"].value
    yield f"Measured on {first.date} with version {first.version}, where such a run took {loop:.0f} ms:"
    yield ""
    yield "| engine | workers | overhead, processor's time | runs a second | a plain loop on as many cores |"
    yield "|---|---|---|---|---|"
    for name, shown, workers in (
        ("one thread", "`threads --jobs 1`", 1), ("threads", "`threads`", 2), ("processes", "`processes`", 2),
        ("dask", "`dask`", 2),
    ):  # fmt: skip
        speed = rows[f"{name}: runs a second"]
        overhead = rows[f"{name}: overhead, processor's time"].value
        yield f"| {shown} | {workers} | {overhead:.0f} % | {speed.value:.0f} | {speed.limit:.0f} |"


def folder_growth() -> Iterator[str]:
    """Yield what a folder of 50,000 runs costs, as a sentence each."""
    rows = {row.figure: row for row in kept() if row.benchmark == "scale"}
    begin, end = rows["5,000 runs: memory"], rows["50,000 runs: memory"]
    files = max(row.value for row in rows.values() if row.figure.endswith(": files"))
    ratio = rows["time a run, second half / first half"].value
    million = rows["1,000,000 runs, memory by the straight line"].value
    yield f"On {end.date} memory went from {begin.value:.0f} to {end.value:.0f} MiB over these runs."
    yield f"At most {files:.0f} files were there. The second half took {ratio:.2f} of the first half's time."
    yield f"A straight line gives {million:.1f} GiB for a million runs."
