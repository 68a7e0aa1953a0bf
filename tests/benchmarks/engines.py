"""The engines: what each costs beside the runs, at runs of some 15 ms, which is the size at which overhead counts."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import NamedTuple

from experiments.results.store import Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.study.plan import Plan
from experiments.study.study import Study
from model import Parameters, policies, simulate
from tests.benchmarks.figures import Figure

SIZE = Parameters(users=600)
START, RUNS, ROUNDS = 4, 400, 5
"""Runs of a call that is all start, runs that are measured beyond them, and how often, in turn with a plain loop."""

WORKERS = 2

CALM = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false", "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s"}
"""Settings of scheduler and workers that docs/cluster.md gives to users: they burn less time while they wait."""


class Cost(NamedTuple):
    """Seconds by the clock and of the processor, those of other processes with them."""

    clock: float
    processor: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.clock - other.clock, self.processor - other.processor)


def engines() -> Iterator[Figure]:
    """Marginal time of a run by each engine over that of a plain loop, and runs a second.

    A call with few runs is taken off, so that the start of the command and of workers does not count. What is left is
    the processor's time of all processes, with what they burn while they wait.
    """
    yield from _against("one thread", _with(Execution(jobs=1)), 1)
    yield from _against("threads", _with(Execution(jobs=WORKERS)), WORKERS)
    yield from _against("processes", _with(Execution(jobs=WORKERS, engine="processes")), WORKERS, _children)
    with _cluster() as (address, seconds):
        yield from _against("dask", _with(Execution(engine="dask", scheduler=address)), WORKERS, seconds)


def _against(
    name: str, make: Callable[[int], None], workers: int, elsewhere: Callable[[], float] = lambda: 0.0
) -> Iterator[Figure]:
    """Measure an engine in turn with a plain loop. `elsewhere` gives the processor's seconds of other processes."""
    make(START)
    plain, engine = [], []
    for _ in range(ROUNDS):
        plain.append(_cost(_loop, RUNS, lambda: 0.0))
        start = _cost(make, START, elsewhere)
        engine.append(_cost(make, START + RUNS, elsewhere) - start)
    loop, ours = (
        Cost(min(one.clock for one in costs), min(one.processor for one in costs)) for costs in (plain, engine)
    )
    yield Figure(f"{name}: plain loop, a run", 1e3 * loop.processor / RUNS, 15.0, "ms")
    yield Figure(f"{name}: overhead, processor's time", 100.0 * (ours.processor / loop.processor - 1.0), 10.0, "%")
    yield Figure(f"{name}: time by the clock / ideal", workers * ours.clock / loop.clock, 1.2, "ratio")
    yield Figure(f"{name}: runs a second", RUNS / ours.clock, workers * RUNS / loop.clock, "1/s")


def _cost(make: Callable[[int], None], runs: int, elsewhere: Callable[[], float]) -> Cost:
    begin = elsewhere()
    clock, processor = time.perf_counter(), time.process_time()
    make(runs)
    own = Cost(time.perf_counter() - clock, time.process_time() - processor)
    return Cost(own.clock, own.processor + elsewhere() - begin)


def _study(runs: int) -> Study:
    """Return a study without policy, so that no run shares anything with another."""
    return Study(
        parameters=SIZE, policies=(policies["laissez_faire"],), seeds=tuple(range(runs)), reference="laissez_faire"
    )


def _loop(runs: int) -> None:
    for seed in range(runs):
        _ = simulate(SIZE, "laissez_faire", seed).summary  # as any loop would read it


def _with(execution: Execution) -> Callable[[int], None]:
    def make(runs: int) -> None:
        study = _study(runs)
        with tempfile.TemporaryDirectory() as folder:
            run_tasks(Plan.of(study, "m"), Store(Path(folder), study, "m", series=False), execution)

    return make


def _children() -> float:
    """Return the processor's seconds of all processes that this one started and that have ended."""
    time.sleep(2.0)  # workers are killed and waited for by a thread
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _cluster() -> Iterator[tuple[str, Callable[[], float]]]:
    """Start a scheduler and workers of one thread. Give its address, and what tells their processor's seconds."""
    from distributed import Client

    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "address.json"
        named = ["scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
        started = [_started(stack, named)]
        while not file.exists():
            time.sleep(0.1)
        client = stack.enter_context(Client(scheduler_file=str(file), set_as_default=False, timeout=300))
        address = str(client.scheduler_info()["address"])
        given = [address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", folder]
        started += [_started(stack, ["worker", *given]) for _ in range(WORKERS)]
        client.wait_for_workers(WORKERS, timeout=300)
        yield address, lambda: sum(map(_seconds, started))


def _started(stack: ExitStack, words: list[str]) -> int:
    environment = os.environ | CALM | {"DASK_LOGGING__DISTRIBUTED": "error"}
    process = subprocess.Popen([sys.executable, "-m", "dask", *words], env=environment, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process.pid


def _seconds(process: int) -> float:
    """Return the processor's seconds of a living process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
