"""Scale: memory, files and the rate of runs while a folder grows, and the time in which it is read again."""

import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from experiments.results.columns import Result
from experiments.results.store import Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.study.plan import Plan
from experiments.study.study import Study
from tests.benchmarks.figures import Figure, best, current_memory, python

GROWN = 50_000
FINISHED = 20_000
MILLION = 1_000_000
DECLARED = {
    "name": "tiny",
    "parameters": {
        "users": 20, "horizon": 2, "slots": 5, "founders": 2, "suppliers": 2, "industries": 2, "regions": 1,
        "domains": 2,
    },
    "policies": ["rebate", "grants"],
    "uncertain": {"policy.foresight": {"range": [0, 1]}},
    "outcomes": ["welfare"],
}  # fmt: skip
"""A study of the smallest runs, so that what is around them weighs most."""


class Mark(NamedTuple):
    """The state of a growing folder when so many runs are stored in it."""

    runs: int
    seconds: float
    memory: int
    files: int


class Watched(Store):
    """A store that takes a mark whenever another tenth of the runs is on disk."""

    def watch(self, runs: int) -> None:
        """Expect so many runs."""
        self._step, self._stored, self.marks = runs // 10, 0, [Mark(0, time.process_time(), current_memory(), 0)]

    def add(self, results: list[Result]) -> None:
        """Write results, and look at time, memory and files now and then."""
        super().add(results)
        self._stored += len(results)
        if self._stored >= self._step * len(self.marks):
            files = sum(path.is_file() for path in self.folder.rglob("*"))
            self.marks.append(Mark(self._stored, time.process_time(), current_memory(), files))


def declared(runs: int) -> dict[str, object]:
    """Return the study of so many runs: ten seeds of two policies at each point."""
    return {**DECLARED, "seeds": 10, "design": {"kind": "lhs", "samples": runs // 20}}


def grow(runs: int) -> None:
    """Make runs into a folder. Print a mark in each line, then the processor's seconds of the end."""
    study = Study.from_content(declared(runs))
    plan = Plan.of(study, "m")
    with tempfile.TemporaryDirectory() as folder:
        store = Watched(Path(folder) / "x", study, "m", series=False)
        store.watch(runs)
        run_tasks(plan, store, Execution(jobs=2))
        for mark in store.marks:
            print(*mark)
        begin = time.process_time()
        store.finish(plan.run_ids())
        print(time.process_time() - begin)


def scale(runs: int = GROWN) -> Iterator[Figure]:
    """Memory, rate and files at each tenth of 50,000 tiny runs, and the straight line to a million. Takes minutes."""
    *lines, last = python("-c", f"from tests.benchmarks.scale import grow; grow({runs})").splitlines()
    marks = [Mark(int(one), float(two), int(three), int(four)) for one, two, three, four in map(str.split, lines)]
    first = marks[1]
    cost = [(mark.seconds - before.seconds) / (mark.runs - before.runs) for before, mark in pairwise(marks)]
    for mark, seconds in zip(marks[1:], cost, strict=True):
        name = f"{mark.runs:,} runs"
        yield Figure(f"{name}: memory", mark.memory / 2**20, 1.2 * first.memory / 2**20, "MiB")
        yield Figure(f"{name}: processor's time a run", 1e3 * seconds, 1.2e3 * cost[0], "ms")
        yield Figure(f"{name}: files", mark.files, 100, "")
    later = np.array([(mark.runs, mark.memory) for mark in marks[2:]], dtype=float)
    slope, level = np.polyfit(later[:, 0], later[:, 1], 1)
    yield Figure("memory that a run adds", float(slope), 500.0, "bytes")
    yield Figure("1,000,000 runs, memory by the straight line", float(level + slope * MILLION) / 2**30, 1.0, "GiB")
    half = len(cost) // 2
    yield Figure("time a run, second half / first half", sum(cost[half:]) / sum(cost[:half]), 1.1, "ratio")
    yield Figure("shards put together at the end, per run", 1e3 * float(last) / runs, 1e3 * cost[0], "ms")


def finished(runs: int = FINISHED) -> Iterator[Figure]:
    """Time in which the command prints a finished folder of 20,000 runs."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "tiny.yaml"
        study.write_text(yaml.safe_dump(declared(runs)), encoding="utf-8")
        words = ("-m", "experiments", "sweep", str(study), "--out", f"{folder}/x", "--quiet")
        python(*words)
        yield Figure(f"{runs:,} runs, finished folder printed", best(lambda: python(*words), 3), 5.0, "s")
