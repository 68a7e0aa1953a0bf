"""Around a command: what it reads on stderr, exit codes, the folder of its results, warnings and failures."""

import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agents.kernel.decorators import source_hash
from experiments.commands.ending import DONE, RUNS_FAILED
from experiments.results.manifest import Manifest
from experiments.running.progress import say
from experiments.study.study import Study
from model.inputs.graphs_file import read_as

if TYPE_CHECKING:
    import pandas as pd

    from model.parameters import Parameters


def default_folder(study: Study) -> Path:
    """Return the folder for a study's results when `--out` gives none."""
    return Path("results") / f"{study.name}-{study.identity(source_hash())[:8]}"


def mention_graphs(parameters: "Parameters", quiet: bool) -> None:
    """Print what the files of users' own networks were read as, so that a misreading is seen."""
    for file in filter(None, (parameters.peers_graph, parameters.supply_graph)):
        say(read_as(file), quiet)


def kept_in(folder: Path) -> KeyboardInterrupt:
    """Return the error of an interrupted command whose runs are kept."""
    return KeyboardInterrupt(f"what was done is kept in {folder}; the same command goes on from there")


def mention_seeds(folder: Path, seeds: Sequence[int], quiet: bool) -> None:
    """Print that a folder has runs of more seeds than a table and its report show, if it has."""
    manifest = Manifest.read(folder)
    others = set(manifest.seeds) - set(seeds) if manifest else set()
    if others:
        held = f"{folder} has {len(others)} more, such as {min(others)}"
        say(f"table and report are of the {len(seeds)} seeds that this call asks for; {held}", quiet)


def mention_warnings(runs: "pd.DataFrame", quiet: bool) -> None:
    """Print each kind of warning once, with the number of its runs. Kinds differ in more than numbers."""
    kinds = defaultdict(list)
    for text in runs["warnings"].dropna():
        if text:
            kinds[re.sub(r"\d+", "", text)].append(text)
    for texts in kinds.values():
        say(f"warning: {max(texts)} ({len(texts)} of {len(runs)} runs)", quiet)


def mention_failures(runs: "pd.DataFrame", out: Path | None) -> int:
    """Print one line on failed runs, even when quiet, and return the exit code."""
    failed = runs[runs["status"] == "failed"]
    if failed.empty:
        return DONE
    first = failed.iloc[0]
    how_many, which = f"{len(failed)} of {len(runs)} runs", f"{first['policy']} with seed {first['seed']}"
    return mention_failed(how_many, which, str(first["error"]), f"rows with tracebacks in {out}")


def mention_failed(how_many: str, first: str, error: str, where: str) -> int:
    """Print one line on what failed, with the reason of the first, even when quiet. Return the exit code."""
    print(f"nqpf: {how_many} failed, first {first}: {error.strip().splitlines()[-1]} ({where})", file=sys.stderr)
    return RUNS_FAILED
