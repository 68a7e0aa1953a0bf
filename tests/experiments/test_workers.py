"""Worker processes: a lost one costs its group two more tries at the most, and none outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import experiments.running.workers
from experiments.results.columns import Result
from experiments.results.store import MemoryStore
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.running.workers import TRIES, LostWorker, run_apart
from experiments.study.plan import Plan
from experiments.study.study import Study
from model.policy.presets import find_policy
from tests.economies import TINY

STUDY = Study(parameters=TINY, policies=(find_policy("rebate"), find_policy("grants")), seeds=(0, 1, 2))
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("times", [TRIES - 1, TRIES])
def test_the_work_of_a_lost_worker_is_tried_again_twice(tmp_path: Path, times: int) -> None:
    def work(piece: int) -> int:  # goes to the workers by value, so that they need not import this module
        tried = len(list(tmp_path.glob(f"{piece}-*")))
        (tmp_path / f"{piece}-{tried}").touch()
        if piece == 1 and tried < times:
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    made = sorted(run_apart(work, range(4), 2, lambda piece, error: -piece))
    assert made == ([0, 1, 2, 3] if times < TRIES else [-1, 0, 2, 3])
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] != "1") == ["0-0", "2-0", "3-0"]


def test_runs_of_a_worker_that_is_always_lost_are_failed_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(work: Any, groups: Any, jobs: int, lost: Any) -> Iterator[list[Result]]:
        for group in groups:
            yield lost(group, LostWorker("as often as tried")) if group[0].seed == 1 else work(group)

    monkeypatch.setattr(experiments.running.workers, "run_apart", lose)
    store = MemoryStore()
    run_tasks(Plan.of(STUDY, "m"), store, Execution(jobs=1, engine="processes"))
    rows = store.runs().to_pylist()
    failed = [row for row in rows if row["status"] == "failed"]
    assert len(rows) == 6 and {row["seed"] for row in failed} == {1}
    assert all(row["users"] == 60 and row["error"].strip().endswith("LostWorker: as often as tried") for row in failed)


ORPHANS = """
import os, signal, sys
from experiments.running.workers import run_apart
def work(piece):
    import os, time
    time.sleep(piece)
    return os.getpid()
for pid in run_apart(work, [0, 0, 600, 600], 2, None):
    print(pid, flush=True)
"""


@pytest.mark.slow
def test_workers_end_with_their_parent_even_in_the_midst_of_work(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANS], env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True
    )
    assert parent.stdout is not None
    workers = {int(parent.stdout.readline()) for _ in range(2)}
    parent.kill()
    parent.wait()
    limit = time.monotonic() + 600
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < limit, "workers outlive their parent"
        time.sleep(0.1)
