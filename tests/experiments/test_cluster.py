"""The Dask engine: lost workers cost no run, the table is the one of threads, and other environments are refused.

The slow tests start a real scheduler and real workers on this machine.
"""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import experiments.running.crew
from experiments.results.columns import Result
from experiments.results.store import MemoryStore
from experiments.running import cluster
from experiments.running.cluster import _Dispatch, _Pace
from experiments.running.engines import Execution
from experiments.running.order import Order
from experiments.running.runner import run_tasks
from experiments.running.workers import TRIES
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.policy.presets import find_policy
from tests.economies import TINY

STUDY = Study(parameters=TINY, policies=(find_policy("rebate"), find_policy("grants")), seeds=tuple(range(12)))
ROOT = Path(__file__).resolve().parents[2]


class Future:
    """A future that is done at once, with results or with a lost worker."""

    def __init__(self, made: bytes | None) -> None:
        self._made = made

    def result(self, timeout: float) -> bytes:
        if self._made is None:
            raise ConnectionError("killed")
        return self._made

    def add_done_callback(self, call: Callable[["Future"], None]) -> None:
        call(self)

    def cancel(self) -> None:
        pass


class Fate:
    """A client whose workers die as foretold: `deaths[task]` bundles with a task are lost before one is made."""

    def __init__(self, deaths: dict[int, int]) -> None:
        self.deaths = Counter(deaths)
        self.given: list[list[int]] = []

    def submit(self, work: Callable[[bytes], bytes], packed: bytes, **where: Any) -> Future:
        tasks = [task for group in pickle.loads(packed)[1] for task in group]
        fatal = [task for task in tasks if self.deaths[task] > 0]
        self.given.append(tasks)
        self.deaths.subtract(fatal)
        return Future(None if fatal else pickle.dumps((1.0, [[task] for task in tasks])))

    def cancel(self, futures: list[Future]) -> None:
        pass


def sent(groups: list[list[int]], deaths: dict[int, int], threads: int) -> tuple[list[Any], Fate]:
    """Send groups to workers and return what comes back: tasks, and those that were given up as negative numbers."""
    client, crew = Fate(deaths), SimpleNamespace(threads={"a": threads, "b": 1}, look=lambda: [])
    order: Any = Order(list, iter(groups), 0, lambda group, error: [[-task] for task in group], "", True)
    dispatch = _Dispatch(client, crew, order)
    return [task for results in dispatch.results() for (task,) in results], client


@given(
    st.lists(st.integers(1, 4), max_size=12), st.dictionaries(st.integers(1, 30), st.integers(0, 5)), st.integers(1, 3)
)
def test_each_run_comes_back_once_whatever_workers_die(sizes: list[int], deaths: dict[int, int], threads: int) -> None:
    numbers = iter(range(1, 100))
    groups = [[next(numbers) for _ in range(size)] for size in sizes]
    tasks = [task for group in groups for task in group]
    back, client = sent(groups, deaths, threads)
    assert sorted(map(abs, back)) == tasks
    assert {-task for task in back if task < 0} == {task for task in tasks if deaths.get(task, 0) >= TRIES}
    assert max(Counter(task for bundle in client.given for task in bundle).values(), default=0) <= TRIES


def test_a_run_that_loses_three_workers_is_given_up_and_no_other() -> None:
    back, client = sent([[1, 2], [3, 4], [5]], {3: TRIES}, 1)
    assert sorted(back) == [-3, 1, 2, 4, 5]
    assert sum(3 in bundle for bundle in client.given) == TRIES
    assert client.given[-1] == [3], "after its first death it runs alone"


def test_bundles_grow_until_they_take_the_time_that_they_should() -> None:
    pace, sizes = _Pace(), []
    for _ in range(9):
        sizes.append(pace.groups)
        pace.learn(pace.groups, 0.06 * pace.groups)  # a group of four runs at 15 ms
    assert sizes[:5] == [1, 2, 4, 8, 16] and sizes[-1] == int(cluster.TARGET / 0.06)
    pace.learn(pace.groups, 3600.0)
    assert pace.groups == 1


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"engine": "dask"}, "--scheduler"),
        ({"scheduler": "tcp://127.0.0.1:8786"}, "--engine dask"),
        ({"engine": "dask", "scheduler": "tcp://127.0.0.1:8786", "jobs": 2}, "workers"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    given: dict[str, Any], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.running.engines.find_spec", lambda name: object())
    with pytest.raises(BadInput, match=named):
        Execution(**given)


def test_a_missing_dask_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.running.engines.find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"nqpf\[dask\]"):
        Execution(engine="dask", scheduler="tcp://127.0.0.1:8786")


# -- with a real scheduler

Start = Callable[..., "subprocess.Popen[str]"]


def wait_until(condition: Callable[[], Any]) -> None:
    limit = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.1)


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'nqpf[dask]'")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "DASK_LOGGING__DISTRIBUTED": "error"}


@pytest.fixture(scope="module")
def scheduler(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a scheduler on a free port and return its address."""
    file = tmp_path_factory.mktemp("scheduler") / "address.json"
    words = ["scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *words], env=environment, stderr=subprocess.DEVNULL
    ) as process:
        from distributed import Client

        wait_until(file.exists)
        with Client(scheduler_file=str(file), set_as_default=False, timeout=300) as client:
            address = client.scheduler_info()["address"]
        yield str(address)
        process.kill()


@pytest.fixture
def start(scheduler: str, environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start workers of one thread, whose Python runs some code first, and wait until they are there."""
    from distributed import Client

    with ExitStack() as stack:
        client = stack.enter_context(Client(scheduler, set_as_default=False))

        def worker(code: str = "", nanny: bool = False) -> "subprocess.Popen[str]":
            (tmp_path / "first.py").write_text(code)
            words = [scheduler, "--nthreads", "1", "--no-dashboard", "--nanny" if nanny else "--no-nanny"]
            words += ["--local-directory", str(tmp_path), "--preload", str(tmp_path / "first.py")]
            before = set(client.nthreads())
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", "worker", *words], env=environment, text=True, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            wait_until(lambda: set(client.nthreads()) - before)
            return process

        yield worker


class Watched(MemoryStore):
    """A store that does something when the first results come."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then = then

    def add(self, results: list[Result]) -> None:
        super().add(results)
        then, self._then = self._then, lambda: None
        then()


def rows(store: MemoryStore) -> list[dict[str, Any]]:
    return store.runs().to_pylist()


@pytest.fixture(scope="module")
def by_threads() -> MemoryStore:
    store = MemoryStore()
    run_tasks(Plan.of(STUDY, "m"), store, Execution(jobs=2))
    return store


@pytest.mark.slow
def test_the_table_is_that_of_threads_although_a_worker_is_killed(
    start: Start, scheduler: str, by_threads: MemoryStore
) -> None:
    victim, _ = start(), start()
    store = Watched(lambda: os.kill(victim.pid, signal.SIGKILL))
    run_tasks(Plan.of(STUDY, "m"), store, Execution(engine="dask", scheduler=scheduler))
    assert victim.wait() == -signal.SIGKILL
    assert rows(store) == rows(by_threads)
    assert store.series().equals(by_threads.series())


KILLS = """
import os, signal
from experiments.running import runner
usual = getattr(runner.run_task, "usual", runner.run_task)  # a nanny runs this in its worker twice
def run_task(task, runs, measurement=None):
    if task.seed == 3 and task.policy.name == "grants":
        open({log!r}, "a").write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return usual(task, runs, measurement)
run_task.usual = usual
runner.run_task = run_task
"""


@pytest.mark.slow
def test_a_run_that_kills_three_workers_is_a_failed_row(
    start: Start, scheduler: str, by_threads: MemoryStore, tmp_path: Path
) -> None:
    start(KILLS.format(log=str(tmp_path / "deaths")), nanny=True)
    store = MemoryStore()
    run_tasks(Plan.of(STUDY, "m"), store, Execution(engine="dask", scheduler=scheduler))
    failed = [row for row in rows(store) if row["status"] == "failed"]
    assert [(row["seed"], row["policy"]) for row in failed] == [(3, "grants")]
    assert "LostWorker" in failed[0]["error"]
    assert (tmp_path / "deaths").read_text() == "x" * TRIES
    others = [row for row in rows(by_threads) if row["run_id"] != failed[0]["run_id"]]
    assert [row for row in rows(store) if row["status"] == "ok"] == others


@pytest.mark.slow
@pytest.mark.parametrize("what", ["model", "Numba", "Python"])
def test_a_worker_of_another_environment_is_refused(start: Start, scheduler: str, what: str) -> None:
    start(
        "from experiments.running import crew\nours = crew.identity()\n"
        f"crew.identity = lambda: ours | {{{what!r}: 'another'}}"
    )
    store = MemoryStore()
    with pytest.raises(BadInput, match=f"another {what}"):
        run_tasks(Plan.of(STUDY, "m"), store, Execution(engine="dask", scheduler=scheduler))
    assert rows(store) == []


@pytest.mark.slow
def test_an_address_where_nobody_answers_is_refused(environment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments.running.crew, "ANSWER", 1.0)
    for address in ("tcp://127.0.0.1:1", "nothing://127.0.0.1:1"):
        with pytest.raises(BadInput, match="no Dask scheduler answers"):
            run_tasks(Plan.of(STUDY, "m"), MemoryStore(), Execution(engine="dask", scheduler=address))
