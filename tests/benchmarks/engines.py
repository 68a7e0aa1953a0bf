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

SIZE = Parameters(users=2000)
FEW, MORE = 40, 160
"""Runs of the two calls whose difference is taken, so that the start of workers does not count."""

WORKERS = 2


class Cost(NamedTuple):
    """Seconds by the clock and of the processor, those of other processes with them."""

    clock: float
    processor: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.clock - other.clock, self.processor - other.processor)


def engines() -> Iterator[Figure]:
    """Time of a run by each engine over that of a plain loop, and runs a second. The start of workers is left out."""
    plain = _of_a_run(_loop, lambda: 0.0)
    yield Figure("plain loop, a run", 1e3 * plain.processor, 15.0, "ms")
    yield from _against("one thread", _of_a_run(_with(Execution(jobs=1)), lambda: 0.0), plain, 1)
    yield from _against("threads", _of_a_run(_with(Execution(jobs=WORKERS)), lambda: 0.0), plain, WORKERS)
    by_processes = _of_a_run(_with(Execution(jobs=WORKERS, engine="processes")), _children)
    yield from _against("processes", by_processes, plain, WORKERS)
    with _cluster() as (address, seconds):
        by_dask = _of_a_run(_with(Execution(engine="dask", scheduler=address)), seconds)
    yield from _against("dask", by_dask, plain, WORKERS)


def _against(name: str, cost: Cost, plain: Cost, workers: int) -> Iterator[Figure]:
    overhead = 100.0 * (cost.processor / plain.processor - 1.0)
    yield Figure(f"{name}: overhead, processor's time", overhead, 10.0, "%")
    yield Figure(f"{name}: clock, of {workers} times the plain loop", workers * cost.clock / plain.clock, 1.2, "ratio")
    yield Figure(f"{name}: runs a second", 1.0 / cost.clock, workers / plain.clock, "1/s")


def _of_a_run(make: Callable[[int], None], elsewhere: Callable[[], float]) -> Cost:
    """Return what one more run costs, once workers are there. `elsewhere` gives other processes' seconds so far."""
    make(FEW)
    costs = []
    for runs in (FEW, MORE):
        clock, processor = time.perf_counter(), time.process_time() + elsewhere()
        make(runs)
        costs.append(Cost(time.perf_counter() - clock, time.process_time() + elsewhere() - processor))
    more = costs[1] - costs[0]
    return Cost(more.clock / (MORE - FEW), more.processor / (MORE - FEW))


def _study(runs: int) -> Study:
    """Return a study without policy, so that no run shares anything with another."""
    return Study(
        parameters=SIZE, policies=(policies["laissez_faire"],), seeds=tuple(range(runs)), reference="laissez_faire"
    )


def _loop(runs: int) -> None:
    for seed in range(runs):
        simulate(SIZE, "laissez_faire", seed)


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
    environment = os.environ | {"DASK_LOGGING__DISTRIBUTED": "error"}
    process = subprocess.Popen([sys.executable, "-m", "dask", *words], env=environment, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process.pid


def _seconds(process: int) -> float:
    """Return the processor's seconds of a living process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
