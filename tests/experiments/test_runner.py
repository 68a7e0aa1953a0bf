"""The runner: same bytes however computed, only what is missing, failures as rows, kills that lose nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import experiments.running.runner
import model.simulation
from experiments.cli import main
from experiments.results.columns import Result
from experiments.results.store import MemoryStore, Store, count_runs
from experiments.running.engines import Execution
from experiments.running.runner import _run_groups, run_tasks
from experiments.study.plan import Plan, Task
from experiments.study.study import Study
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import find_policy
from model.simulation import Run, Simulation
from tests.economies import SET_TINY as SET
from tests.economies import TINY

STUDY = Study(parameters=TINY, policies=(find_policy("rebate"), find_policy("grants")), seeds=tuple(range(6)))
TASKS = list(Plan.of(STUDY, "m"))
ROOT = Path(__file__).resolve().parents[2]

# What a job does, slowed down; defined in the main module so that it travels to worker processes by value. Where the
# tests run in the background of a script, SIGINT is ignored, and would be in processes started from there.
SLOW = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import experiments.running.runner
real_group = experiments.running.runner._run_group
def slow_group(*given, **named):
    import time
    from experiments.running.runner import _run_group
    time.sleep(0.2)
    return (_run_group if _run_group is not slow_group else real_group)(*given, **named)
experiments.running.runner._run_group = slow_group
from experiments.cli import main
sys.exit(main())
"""


def content(store: Store | MemoryStore) -> tuple[bytes, bytes]:
    """The stored tables as bytes."""
    return _bytes(store.runs()), _bytes(store.series())


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


@pytest.fixture(scope="module")
def expected() -> tuple[bytes, bytes]:
    memory = MemoryStore()
    run_tasks(TASKS, memory, Execution(jobs=1))
    return content(memory)


@pytest.mark.parametrize(
    "execution", [Execution(jobs=1), Execution(jobs=2), Execution(jobs=2, engine="processes")], ids=str
)
def test_the_table_is_byte_identical_however_computed(
    tmp_path: Path, execution: Execution, expected: tuple[bytes, bytes]
) -> None:
    store = Store(tmp_path, STUDY, "m")
    run_tasks(TASKS, store, execution)
    store.finish(task.run_id for task in TASKS)
    assert content(store) == expected


def test_the_order_of_tasks_does_not_matter(tmp_path: Path, expected: tuple[bytes, bytes]) -> None:
    store = Store(tmp_path, STUDY, "m")
    run_tasks(TASKS[::-1], store, Execution(jobs=1))
    assert content(store) == expected


def test_an_interrupted_study_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: tuple[bytes, bytes]
) -> None:
    store, real, calls = Store(tmp_path, STUDY, "m"), experiments.running.runner.run_task, []
    stop_at = 6

    def interrupted(task: Task, *given: Any) -> Result:
        calls.append(task)
        if len(calls) == stop_at:
            raise KeyboardInterrupt
        return real(task, *given)

    monkeypatch.setattr(experiments.running.runner, "run_task", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_tasks(TASKS, store, Execution(jobs=1))
    kept = len(store.completed())
    assert kept == stop_at - 1, "a run that was done was lost"
    calls.clear()
    stop_at = 0
    run_tasks(TASKS, store, Execution(jobs=1))
    assert len(calls) == len(TASKS) - kept, "runs that were stored were made again"
    assert content(store) == expected


def test_nothing_is_run_when_all_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, STUDY, "m")
    run_tasks(TASKS, store, Execution(jobs=1))
    monkeypatch.setattr(model.simulation, "run_out", None)
    monkeypatch.setattr(model.simulation, "warm_up", None)
    run_tasks(TASKS, store, Execution(jobs=1))


def test_one_job_holds_all_missing_policies_of_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = list(_run_groups(TASKS, Execution(jobs=1)))
    assert sorted({result.row["seed"] for result in batch} for batch in batches) == [{seed} for seed in STUDY.seeds]
    assert {len(batch) for batch in batches} == {2}


def test_policies_that_differ_in_name_only_are_run_once() -> None:
    same = Study(parameters=TINY, policies=(find_policy("selective"), find_policy("grants")), seeds=(0, 1))
    tasks = Plan.of(same, "m")
    assert [(task.policy.name, task.seed) for task in tasks] == [("selective", 0), ("selective", 1)]


def fail_on(policy: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = model.simulation.run_out

    def failing(simulation: Simulation, *given: bool) -> Run:
        if (simulation.policy.name, simulation.seed) == (policy, seed):
            raise ZeroDivisionError("by design")
        return real(simulation, *given)

    monkeypatch.setattr(model.simulation, "run_out", failing)


def test_a_failed_run_is_a_row_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: tuple[bytes, bytes]
) -> None:
    store = Store(tmp_path, STUDY, "m")
    with monkeypatch.context() as patch:
        fail_on("grants", 3, patch)
        run_tasks(TASKS, store, Execution(jobs=2))
    rows = {(row["policy"], row["seed"]): row for row in store.runs().to_pylist()}
    assert len(rows) == len(TASKS)
    failed = rows.pop(("grants", 3))
    assert failed["status"] == "failed"
    assert failed["error"].startswith("Traceback")
    assert failed["error"].strip().endswith("ZeroDivisionError: by design")
    assert (failed["users"], failed["policy.budget"], failed["welfare"]) == (60, 0.005, None)
    assert {row["status"] for row in rows.values()} == {"ok"}
    run_tasks(TASKS, store, Execution(jobs=2))
    assert content(store) == expected


def test_what_runs_together_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: tuple[bytes, bytes]
) -> None:
    """Where an economy of a chunk cannot even be opened, the others of the chunk have their results."""
    real, store = model.simulation.open_run, Store(tmp_path, STUDY, "m")

    def failing(p: Parameters, policy: Policy, *given: Any) -> Any:
        if policy.name == "grants":
            raise MemoryError("by design")
        return real(p, policy, *given)

    with monkeypatch.context() as patch:
        patch.setattr(model.simulation, "open_run", failing)
        run_tasks(TASKS, store, Execution(jobs=1))
    status = {(row["policy"], row["seed"]): row["status"] for row in store.runs().to_pylist()}
    assert status == {
        (task.policy.name, task.seed): "failed" if task.policy.name == "grants" else "ok" for task in TASKS
    }
    run_tasks(TASKS, store, Execution(jobs=1))
    assert content(store) == expected


def test_failed_runs_make_exit_code_3_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_on("grants", 1, monkeypatch)
    code = main(
        [
            "compare",
            "--policies",
            "rebate,grants",
            "--seeds",
            "3",
            "--out",
            str(tmp_path / "x"),
            "--quiet",
            "--no-responses",
            *SET,
        ]
    )
    shown = capsys.readouterr()
    assert code == 3
    assert len(shown.err.splitlines()) == 1
    assert "1 of 6 runs failed, first grants with seed 1: ZeroDivisionError: by design" in shown.err
    assert "welfare" in shown.out


def test_progress_counts_what_is_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(tmp_path, STUDY, "m")
    run_tasks(TASKS, store, Execution(jobs=1, quiet=False))
    assert f"{len(TASKS)} of {len(TASKS)} runs" in capsys.readouterr().err
    run_tasks(TASKS, store, Execution(jobs=1, quiet=True))
    assert capsys.readouterr().err == ""


def test_runs_outlive_whoever_reads_their_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def isatty(self) -> bool:
            return False

        def write(self, text: str) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())
    store = MemoryStore()
    run_tasks(TASKS, store, Execution(jobs=1, quiet=False))
    assert len(store.completed()) == len(TASKS)


def start_slow(out: Path, *more: str, seeds: int = 60) -> "subprocess.Popen[str]":
    """`nqpf compare` in a process of its own, each seed slowed down by a fifth of a second."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    words = ["compare", "--policies", "rebate,grants", "--seeds", str(seeds), "--out", str(out), "--jobs", "2"]
    words += ["--no-responses"]
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, *words, *SET, *more],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def wait_for_shards(process: "subprocess.Popen[str]", out: Path, number: int = 2) -> None:
    limit = time.monotonic() + 600
    while len(list((out / "runs").glob("[!.]*.parquet"))) < number:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit, "no shards were written"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["threads", "processes"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_kill_loses_nothing_that_was_done(
    tmp_path: Path, sent: signal.Signals, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    process = start_slow(out, "--engine", engine)
    wait_for_shards(process, out)
    os.killpg(process.pid, sent)
    _, complaint = process.communicate(timeout=600)
    stored = count_runs(out)["ok"]
    assert 0 < stored < 120
    assert not list(out.glob("damaged/*"))
    if sent is signal.SIGINT:
        assert process.returncode == 130
        assert complaint.splitlines()[-1].startswith("nqpf: interrupted; what was done is kept in")
        assert "Traceback" not in complaint
        assert not list(out.rglob("*.tmp"))
    again = ["compare", "--policies", "rebate,grants", "--seeds", "60", "--out", str(out), "--no-responses"]
    assert main([*again, *SET]) == 0
    assert f"{stored} of 120 runs are stored already" in capsys.readouterr().err
    assert count_runs(out) == {"ok": 120, "failed": 0, "damaged": 0}


@pytest.mark.slow
def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "results"
    both = [start_slow(out, seeds=20) for _ in range(2)]
    for process in both:
        output, complaint = process.communicate(timeout=600)
        assert process.returncode == 0, complaint
        assert "20 paired seeds" in output
    assert count_runs(out) == {"ok": 40, "failed": 0, "damaged": 0}
    assert not list(out.glob("damaged/*"))
    assert (out / "report.html").exists()


def test_memory_and_folder_hold_the_same(tmp_path: Path) -> None:
    results = [result for batch in _run_groups(TASKS[:4], Execution(jobs=1)) for result in batch]
    memory, store = MemoryStore(), Store(tmp_path, STUDY, "m")
    for place in (memory, store):
        place.add(results)
    assert content(memory) == content(store)
    assert memory.completed() == store.completed()


def test_tasks_and_results_can_be_sent_to_other_processes() -> None:
    import pickle

    copy = pickle.loads(pickle.dumps(TASKS[0]))
    assert (copy.run_id, copy.parameters.users, copy.policy.name) == (TASKS[0].run_id, 60, "rebate")
    assert isinstance(pickle.loads(pickle.dumps(Result({"run_id": "a"}, {}))), Result)
