"""The results under two rules of version 0.2.0: each is put back by a patch, in a copy of the code.

`python -m docs.patches` computes them again and writes `docs/patches.csv`. `python -m docs.patches LABEL` prints the
rows of one label, with the code as it stands.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from docs.result import TWO_BY_TWO, Result, Size
from docs.results import compare_two_by_two

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).with_name("patches")
FILE = Path(__file__).with_name("patches.csv")
COPIED = ("agents", "model", "experiments", "docs")


class Variant(NamedTuple):
    """A patch of `docs/patches`, without its ending, and what is changed in the defaults."""

    patch: str = ""
    changes: Mapping[str, Any] = {}


VARIANTS = {
    "as it is": Variant(),
    "nothing on the market can be followed": Variant("", {"follow": 0.0}),
    "floor under own R&D": Variant("m1-floor"),
    "a ladder for each firm alone": Variant("m2-alone"),
    "the same, with the hazard of 0.2.0": Variant("m2-alone", {"discovery": 0.05}),
}


def rows(label: str, size: Size) -> Iterator[Result]:
    """Yield the welfare of the 2x2 with the code as it stands and the changes of a variant.

    Every accounting identity is tested first, every quarter of one run per policy.
    """
    from model import simulate

    parameters = {**size.parameters, **VARIANTS[label].changes}
    for policy in TWO_BY_TWO:
        simulate(parameters, policy, check=True)
    yield from compare_two_by_two("patches", label, parameters, size)


def apply(patch: str, folder: Path, *options: str) -> None:
    """Apply a patch to the code in a folder by `git apply`. Raises CalledProcessError where it does not fit.

    Git looks for no repository above the folder, where it would skip the files of the patch in silence.
    """
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}
    command = ["git", "apply", *options, str(FOLDER / f"{patch}.patch")]
    subprocess.run(command, cwd=folder.resolve(), env=environment, check=True)


def computed(patch: str, labels: Sequence[str]) -> Iterator[Result]:
    """Yield the rows of variants with one patch, computed by a copy of the code, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="nqpf-") as name:
        folder = Path(name)
        for package in COPIED:
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "_build"))
        apply(patch, folder)
        command = [sys.executable, "-m", "docs.patches", *labels]
        printed = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    yield from (Result(**row) for row in csv.DictReader(StringIO(printed)))


def write(results: Iterable[Result], lines: TextIO) -> None:
    """Write results as CSV text with a header."""
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(Result._fields)
    writer.writerows(results)


def main(labels: list[str]) -> None:
    """Print the rows of the labels given, or compute all and write them."""
    if labels:
        write((result for label in labels for result in rows(label, Size())), sys.stdout)
        return
    results: list[Result] = []
    for patch, chosen in groupby(VARIANTS, lambda label: VARIANTS[label].patch):
        print(f"computing {patch or 'the code as it stands'} ...", file=sys.stderr, flush=True)
        labels = list(chosen)
        results += computed(patch, labels) if patch else (row for label in labels for row in rows(label, Size()))
    with FILE.open("w", newline="", encoding="utf-8") as lines:
        write(results, lines)


if __name__ == "__main__":
    main(sys.argv[1:])
