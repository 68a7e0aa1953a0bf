"""What the benchmarks share: a line of the table, and how time is taken."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from model import Parameters, policies
from model.simulation import Simulation


class Figure(NamedTuple):
    """One line of the table: a measured value and the limit it is held against, which is a floor if more is better."""

    name: str
    value: float
    limit: float
    unit: str
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """The value over its limit, or the other way round where more is better: below 1 is within it."""
        return self.limit / max(self.value, 1e-9) if self.more_is_better else self.value / self.limit


def best(action: Callable[[], object], repeats: int, prepare: Callable[[], object] = lambda: None) -> float:
    """Seconds of the fastest of some repeats; what prepares each is not counted."""
    times = []
    for _ in range(repeats):
        prepare()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def ratio(one: Callable[[], object], other: Callable[[], object], repeats: int) -> float:
    """Time of one action over another's: the fastest of each, tried in turn so that both meet the same load."""
    times = [(best(one, 1), best(other, 1)) for _ in range(repeats)]
    return min(first for first, _ in times) / min(second for _, second in times)


def processor_seconds(action: Callable[[], object]) -> float:
    """Seconds that the processor works on something: on one thread, what a calm machine would take."""
    start = time.process_time()
    action()
    return time.process_time() - start


def seconds_of_quarters(p: Parameters, quarters: int) -> float:
    """Processor seconds of the first quarters of a run, without set-up."""
    simulation = Simulation(p, policies["application"], 0)
    return processor_seconds(lambda: simulation.advance(quarters))


def python(*arguments: str, **environment: str) -> str:
    """Standard output of a Python process of its own."""
    done = subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return done.stdout


def peak_memory() -> int:
    """Most bytes that this process has held; `resource` would begin with those of the process that started it."""
    return _memory("VmHWM:")


def current_memory() -> int:
    """Bytes that this process holds now."""
    return _memory("VmRSS:")


def _memory(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


def state_bytes(part: Any) -> int:
    """Of all arrays of a (nested) state."""
    return part.nbytes if isinstance(part, np.ndarray) else sum(state_bytes(field) for field in part)
