"""What is around the runs: the runner and its store, the command line, compilation."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.study.plan import Plan
from experiments.study.study import Study
from model import policies, simulate
from tests.benchmarks.figures import Figure, best, python, ratio


def runner_overhead() -> Iterator[Figure]:
    """100 runs through the runner in one job, in memory and into a store, over plain ones. No policy: no baselines."""
    study = Study(policies=(policies["laissez_faire"],))
    tasks = Plan.of(study, "m")

    def stored(tidy: bool) -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder), study, "m")
            run_tasks(tasks, store, Execution(jobs=1))
            if tidy:
                store.finish(task.run_id for task in tasks)

    def in_memory() -> None:
        run_tasks(tasks, MemoryStore(), Execution(jobs=1))

    def plain() -> None:
        for seed in study.seeds:
            simulate(study.parameters, "laissez_faire", seed)

    yield Figure("runner, in memory / plain runs", ratio(in_memory, plain, 5), 1.1, "ratio")
    yield Figure("runner, with store / plain runs", ratio(lambda: stored(False), plain, 5), 1.1, "ratio")
    yield Figure("the same, shards merged / plain runs", ratio(lambda: stored(True), plain, 5), 1.1, "ratio")


def cold_compile() -> Iterator[Figure]:
    """The first run of these sources on a machine."""
    with tempfile.TemporaryDirectory() as folder:
        code = "import time; t = time.time(); from model import simulate; simulate(); print(time.time() - t)"
        yield Figure("cold compile, with imports", float(python("-c", code, NQPF_CACHE_DIR=folder)), 40.0, "s")


def by_value() -> Iterator[Figure]:
    """A default run whose states go by value, as with an unknown Numba, over one by reference. Both have one result."""
    reference, known = python("-c", DEFAULT_RUN).split()
    with tempfile.TemporaryDirectory() as folder:
        value, unknown = python("-c", BY_VALUE + DEFAULT_RUN, NQPF_CACHE_DIR=folder).split()
    assert known == unknown
    yield Figure("default run, by value / by reference", float(value) / float(reference), 5.0, "ratio")


def command_line() -> Iterator[Figure]:
    """The main job, warm and stored, and help."""
    yield Figure("nqpf --help", best(lambda: python("-m", "experiments", "--help"), 5), 0.5, "s")
    with tempfile.TemporaryDirectory() as folder:
        six = "laissez_faire,rebate,rd_credit,grants,vouchers,procurement"
        compare = (
            "-m",
            "experiments",
            "compare",
            "--policies",
            six,
            "--no-responses",
            "--out",
            f"{folder}/six",
            "--quiet",
        )
        yield Figure("nqpf compare, six arms x 100 seeds", best(lambda: python(*compare), 1), 15.0, "s")
        yield Figure("nqpf compare, all runs stored", best(lambda: python(*compare), 3), 3.0, "s")


def sweep_memory() -> Iterator[Figure]:
    """Peak memory of a sweep of 100,000 short runs over one of 10,000, with all that it returns; takes minutes."""
    peaks = [float(python("-c", SHORT_RUNS, str(runs))) for runs in (10_000, 100_000)]
    yield Figure("100,000 runs in a sweep, memory", peaks[1], 1.0, "GiB")
    yield Figure("memory of 100,000 runs / of 10,000", peaks[1] / peaks[0], 1.5, "ratio")


BY_VALUE = """
from model.state import references
references.SUPPORTED_NUMBA = ()
"""
DEFAULT_RUN = """
from model import simulate
from tests.benchmarks.figures import best
from tests.digests import arrays, digest
found = digest(arrays(simulate(policy="application")))
print(best(lambda: simulate(policy="application"), 10), found)
"""

SHORT_RUNS = """
import sys, tempfile
from experiments import sweep
from tests.benchmarks.figures import peak_memory
sizes = dict(users=20, horizon=1, slots=5, founders=2, suppliers=2, industries=2, regions=1, domains=2)
factors, design = {"policy.foresight": {"range": [0, 1]}}, {"kind": "sobol", "samples": int(sys.argv[1]) // 20}
with tempfile.TemporaryDirectory() as folder:
    runs = sweep(factors, design, ["rebate", "grants"], sizes, 10, outcomes=["welfare"], out=f"{folder}/results")
assert len(runs) == 20 * (int(sys.argv[1]) // 20)
print(peak_memory() / 2**30)
"""
