"""`python -m tests.benchmarks [NAME…]`: what was measured, against what was wanted, as ratios (below 1 is within it).

Each figure is the best of several repeats, which on a shared machine is nearest to what the code itself costs.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from model import Economy, Parameters, policies, simulate
from model.simulation import Course, warm_up
from model.world import build_world
from tests.benchmarks.clock import nanoseconds_per_phase
from tests.reference import ReferenceEconomy


class Figure(NamedTuple):
    """One line of the table: a measured value and the limit it is held against."""

    name: str
    value: float
    limit: float
    unit: str


def best(action: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of some repeats."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def default_run() -> Iterator[Figure]:
    """A default run, its set-up, and the Mesa driver against it."""
    p, application = Parameters(), policies["application"]
    run = best(lambda: simulate(p, application, 0), 30)
    setup = best(lambda: build_world(p, 0), 30)
    yield Figure("default run, application", 1e3 * run, 15.0, "ms")
    yield Figure("set-up / run", setup / run, 0.15, "ratio")
    yield Figure("Economy with collector / simulate", best(_economy, 5) / run, 1.5, "ratio")


def _economy() -> None:
    economy = Economy(policy="application", seed=0)
    while economy.running:
        economy.step()


def check_overhead() -> Iterator[Figure]:
    """Identities every quarter, against a plain run (no limit set: 5 is what was hoped for)."""
    p = Parameters()
    ratio = best(lambda: simulate(p, "application", 0, check=True), 5) / best(lambda: simulate(p, "application", 0), 10)
    yield Figure("run with --check / run", ratio, 5.0, "ratio")


def many_users() -> Iterator[Figure]:
    """Size: 100,000 users in time, and a million in memory (a process of its own)."""
    large = Parameters(users=100_000)
    yield Figure("100,000 users", best(lambda: simulate(large, "application", 0), 2), 3.0, "s")
    code = (
        "import resource; from model import Parameters, simulate;"
        "simulate(Parameters(users=1_000_000, horizon=8), 'application', 0);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)"
    )
    yield Figure("1,000,000 users, memory", float(_python("-c", code)), 4.0, "GiB")


def threads() -> Iterator[Figure]:
    """Runs on one thread over runs on two: 2 would be perfect, so the wanted 1.7 is shown as a limit of its inverse."""
    p = Parameters()

    def runs(workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda seed: simulate(p, "application", seed), range(24)))

    yield Figure(
        "two threads / one thread, time", best(lambda: runs(2), 4) / best(lambda: runs(1), 4), 1 / 1.7, "ratio"
    )


def cold_compile() -> Iterator[Figure]:
    """The first run of these sources on a machine."""
    with tempfile.TemporaryDirectory() as folder:
        code = "import time; t = time.time(); from model import simulate; simulate(); print(time.time() - t)"
        yield Figure("cold compile, with imports", float(_python("-c", code, NQPF_CACHE_DIR=folder)), 40.0, "s")


def command_line() -> Iterator[Figure]:
    """The main job, warm and stored, and help."""
    yield Figure("nqpf --help", best(lambda: _python("-m", "experiments", "--help"), 5), 0.5, "s")
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
        yield Figure("nqpf compare, six arms x 100 seeds", best(lambda: _python(*compare), 1), 15.0, "s")
        yield Figure("nqpf compare, all runs stored", best(lambda: _python(*compare), 3), 3.0, "s")


def sweep_memory() -> Iterator[Figure]:
    """Peak memory of a sweep of 100,000 short runs over one of 10,000, with all that it returns; takes minutes."""
    peaks = [float(_python("-c", SHORT_RUNS, str(runs))) for runs in (10_000, 100_000)]
    yield Figure("100,000 runs in a sweep, memory", peaks[1], 1.0, "GiB")
    yield Figure("memory of 100,000 runs / of 10,000", peaks[1] / peaks[0], 1.5, "ratio")


SHORT_RUNS = """
import resource, sys, tempfile
from experiments import sweep
sizes = dict(users=20, horizon=1, slots=5, founders=2, suppliers=2, industries=2, regions=1, domains=2)
factors, design = {"policy.foresight": {"range": [0, 1]}}, {"kind": "sobol", "samples": int(sys.argv[1]) // 20}
with tempfile.TemporaryDirectory() as folder:
    runs = sweep(factors, design, ["rebate", "grants"], sizes, 10, outcomes=["welfare"], out=f"{folder}/results")
assert len(runs) == 20 * (int(sys.argv[1]) // 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def _python(*arguments: str, **environment: str) -> str:
    """Standard output of a Python process of its own."""
    done = subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return done.stdout


def phases() -> Iterator[Figure]:
    """Nanoseconds of each phase per quarter and living agent, users and firms (no limit: 8 ms per run would be 44)."""
    p = Parameters()
    agents = p.users + float(simulate(p, "application", 0).state.tallies["firms"].mean())
    spent = nanoseconds_per_phase(p, policies["application"], 20)
    for name, nanoseconds in {**spent, "all": sum(spent.values())}.items():
        yield Figure(name, nanoseconds / agents, 44.0, "ns")


def twin() -> Iterator[Figure]:
    """Quarters of the fast model over those of the plain twin, without set-up; the limit is 1/60."""
    yield _against_twin(Parameters(horizon=40), 1 / 60)


def large_twin() -> Iterator[Figure]:
    """The same at 100,000 users, first quarter; the limit is 1/150. The twin's set-up takes minutes."""
    yield _against_twin(Parameters(users=100_000, horizon=1), 1 / 150)


def _against_twin(p: Parameters, limit: float) -> Figure:
    plain = ReferenceEconomy(p, policies["application"], 0)
    start = time.perf_counter()
    for _ in range(p.horizon):
        plain.step()
    slow = time.perf_counter() - start
    fast = min(_quarters(p) for _ in range(5))
    return Figure(f"{p.users:,} users: fast model / twin", fast / slow, limit, "ratio")


def _quarters(p: Parameters) -> float:
    """Seconds that the quarters of a run take."""
    course = Course(p, policies["application"], 0)
    start = time.perf_counter()
    course.advance(p.horizon)
    return time.perf_counter() - start


def scaling() -> Iterator[Figure]:
    """Quarters per user at larger sizes over those at 10,000 users; and a run of a million users on one thread."""
    cost = {users: min(_quarters(Parameters(users=users, horizon=16)) for _ in range(2)) / users
            for users in (10_000, 100_000, 1_000_000)}  # fmt: skip
    for users in (100_000, 1_000_000):
        yield Figure(f"{users:,} users: cost per user / of 10,000", cost[users] / cost[10_000], 1.3, "ratio")
    yield Figure("1,000,000 users, 160 quarters, one thread", _quarters(Parameters(users=1_000_000)), 20.0, "s")


def channels() -> Iterator[Figure]:
    """A run with foreign firms and refinancing over one without, no policy: what is off costs nothing, nor much on."""
    off = Parameters(foreign_suppliers=0.0, foreign_founders=0.0, foreign_entrants=0.0, refinance_prototype=0.0,
                     refinance_growth=0.0)  # fmt: skip
    times = [
        best(lambda p=p: [simulate(p, "laissez_faire", seed) for seed in range(10)], 3) for p in (Parameters(), off)
    ]
    yield Figure("all channels / no foreigners, no refinancing", times[0] / times[1], 1.1, "ratio")


BENCHMARKS = (
    default_run, phases, twin, check_overhead, threads, many_users, scaling, channels, cold_compile,
    command_line, sweep_memory, large_twin,
)  # fmt: skip


def main(names: list[str]) -> None:
    """Print the table of all benchmarks, or of those named."""
    warm_up()
    chosen = [entry for entry in BENCHMARKS if not names or entry.__name__ in names]
    print(f"{'':46}{'measured':>10}{'limit':>9} {'unit':6}{'ratio':>7}")

    for entry in chosen:
        for figure in entry():
            ratio = figure.value / figure.limit
            print(f"{figure.name:46}{figure.value:10.3g}{figure.limit:9.3g} {figure.unit:6}{ratio:7.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
