"""Every failure of a machine is really made while `nqpf sweep` runs. The table is that of an undisturbed run.

A run itself makes the failure, at a place that is known, so that no test depends on how busy the machine is. Only the
slow tests start processes.
"""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.results.store import count_runs
from tests.experiments.test_sweep import ASKED, FILE, ROOT, STUDY, stored

ROWS = {"ok": ASKED, "failed": 0, "damaged": 0}

NQPF = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background of a script
import experiments.running.runner
MARK, OUT, WHICH, usual = Path({mark!r}), Path("x/runs"), {which!r}, experiments.running.runner._run_group

def disturbed(tasks, check, deliver, measurement):
    import experiments.running.runner
    def first():
        try:
            MARK.open("x").close()
        except FileExistsError:
            return False
        return True
    def stored():
        return [path for path in OUT.glob("*.parquet") if path.name[0] != "."]
    here = usual if experiments.running.runner._run_group is disturbed else experiments.running.runner._run_group
    done = here(tasks, check, deliver, measurement)
    if tasks[0].point == 2 and tasks[0].seed == 1:
        {disturbance}
    return done

experiments.running.runner._run_group = disturbed
from experiments.cli import main
sys.exit(main())
"""
"""The command line with work that also makes a failure. It goes to worker processes by value.

The point and seed at which it does lies in the midst of the study.
"""

KILL_WORKER = "first() and os.kill(os.getpid(), signal.SIGKILL)"
KILL_EVERY_WORKER = "os.kill(os.getpid(), signal.SIGKILL)"
WHEN_STORED = """
        if first():
            while not stored():
                time.sleep(0.05)
            os.kill({whom}, signal.{sent})
            time.sleep(600 if WHICH == "processes" else 0)
"""
"""A signal to the command itself, once something is stored."""

MEET = """
        Path("{mark}-{number}").touch()
        while not (Path("{mark}-1").exists() and Path("{mark}-2").exists()):
            time.sleep(0.05)
"""
"""Two commands that wait for each other in the midst of the study."""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(FILE)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    from experiments import sweep_study

    folder = tmp_path_factory.mktemp("expected") / "x"
    sweep_study(STUDY, folder)
    return stored(folder)


def start(disturbance: str, engine: str, mark: str = "mark") -> "subprocess.Popen[str]":
    """Start `nqpf sweep` in a process of its own, whose runs make a failure."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    code = NQPF.format(mark=str(Path(mark).absolute()), which=engine, disturbance=disturbance)
    words = ["sweep", "s.yaml", "--out", "x", "--jobs", "2", "--engine", engine]
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finished(process: "subprocess.Popen[str]", code: int) -> str:
    """Wait for a command, hold its exit code against the one that it should have, and return its stderr."""
    _, complaint = process.communicate(timeout=600)
    assert process.returncode == code, complaint
    assert "Traceback" not in complaint
    return complaint


def goes_on(expected: bytes) -> None:
    """Give the command again, undisturbed: nothing is lost, nothing is there twice, and every byte is the same."""
    assert main(["sweep", "s.yaml", "--out", "x", "--quiet"]) == 0
    assert count_runs(Path("x")) == ROWS
    assert stored(Path("x")) == expected
    assert not [*Path("x").rglob("*.tmp"), *Path("x").glob("damaged/*")]
    assert main(["status", "--verify", "x"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["threads", "processes"])
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGINT"])
def test_a_command_that_is_killed_or_interrupted_goes_on(engine: str, sent: str, expected: bytes) -> None:
    whom = "os.getppid()" if engine == "processes" else "os.getpid()"
    process = start(WHEN_STORED.format(whom=whom, sent=sent), engine)
    complaint = finished(process, 130 if sent == "SIGINT" else -signal.SIGKILL)
    assert sent == "SIGKILL" or "interrupted; what was done is kept in x" in complaint
    assert count_runs(Path("x"))["ok"] > 0
    goes_on(expected)


@pytest.mark.slow
def test_a_worker_process_that_is_killed_costs_nothing(expected: bytes) -> None:
    finished(start(KILL_WORKER, "processes"), 0)
    assert Path("mark").exists(), "no worker was killed"
    assert stored(Path("x")) == expected
    assert count_runs(Path("x")) == ROWS


@pytest.mark.slow
def test_a_run_that_kills_its_worker_every_time_is_a_failed_row(expected: bytes) -> None:
    complaint = finished(start(KILL_EVERY_WORKER, "processes"), 3)
    assert "3 of 36 runs failed" in complaint and "LostWorker" in complaint
    assert count_runs(Path("x")) == {"ok": ASKED - 3, "failed": 3, "damaged": 0}
    goes_on(expected)


@pytest.mark.slow
def test_two_commands_in_one_folder_make_one_table(expected: bytes) -> None:
    mark = str(Path("meet").absolute())
    both = [start(MEET.format(mark=mark, number=number), "threads") for number in (1, 2)]
    for process in both:
        finished(process, 0)
    assert count_runs(Path("x")) == ROWS
    assert stored(Path("x")) == expected


# -- full disks


def test_a_full_disk_is_one_line_and_the_sweep_goes_on(
    small_disk: Path, expected: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_disk / "x").mkdir()
    Path("x").symlink_to(small_disk / "x")
    assert main(["sweep", "s.yaml", "--shard", "1/3", "--out", "x", "--quiet"]) == 0
    before = count_runs(Path("x"))
    free = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 8192))
    capsys.readouterr()
    assert main(["sweep", "s.yaml", "--out", "x", "--quiet"]) == 1
    complaint = capsys.readouterr().err
    assert "no space left on device" in complaint.lower() and complaint.count("\n") == 1
    assert count_runs(Path("x")) == before, "what was stored was lost"
    assert not list(Path("x").rglob("*.tmp")), "half a file was left"
    (small_disk / "ballast").unlink()
    goes_on(expected)


@pytest.mark.slow
def test_files_that_may_not_grow_are_one_line_and_the_sweep_goes_on(
    expected: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit of the system on the size of files stops a shard half way, as a full disk does."""
    assert main(["sweep", "s.yaml", "--shard", "1/3", "--out", "x", "--quiet"]) == 0
    before, limits = count_runs(Path("x")), resource.getrlimit(resource.RLIMIT_FSIZE)
    capsys.readouterr()
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, limits[1]))
    try:
        code = main(["sweep", "s.yaml", "--out", "x", "--quiet"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    complaint = capsys.readouterr().err
    assert code == 1 and "too large" in complaint and complaint.count("\n") == 1
    assert count_runs(Path("x")) == before, "what was stored was lost"
    assert not list(Path("x").rglob("*.tmp")), "half a file was left"
    goes_on(expected)
