"""The store: whole shards or none, damage noticed, folders that are not ours left alone, nothing lost."""

import contextlib
import errno
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import experiments.results.compaction
import experiments.results.store
from experiments.files import write_whole
from experiments.results.columns import SERIES, Result, run_schema, runs_table, settings_row
from experiments.results.contents import misplaced
from experiments.results.manifest import Manifest
from experiments.results.shards import write_shard
from experiments.results.store import Store, count_runs
from experiments.results.writer import Writer
from experiments.running import runner
from experiments.study.plan import Plan, Task
from experiments.study.points import Point
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import find_policy
from tests.economies import BRANCH, BRANCHES, TINY

STUDY = Study(parameters=TINY, policies=(find_policy("rebate"), find_policy("grants")), seeds=(0, 1, 2))
TASKS = list(Plan.of(STUDY, "m"))
IDS = sorted(task.run_id for task in TASKS)


def made(task: Task) -> Result:
    return next(runner.results([task], check=False))


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [made(task) for task in TASKS]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results", STUDY, "m")


def shards(store: Store, kind: str = "runs") -> list[Path]:
    return sorted((store.folder / kind).glob("*.parquet"))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def failed(task: Task) -> Result:
    row = made(task).row
    return Result(
        {key: row[key] for key in ("run_id", "point", "policy", "seed")} | {"status": "failed", "error": "x"}, {}
    )


def test_what_is_stored_comes_back(store: Store, results: list[Result]) -> None:
    store.add(results[:4])
    store.add(results[4:])
    runs, series = store.runs(), store.series()
    assert runs["run_id"].to_pylist() == IDS
    assert runs.schema.equals(run_schema())
    by_id = {result.run_id: result for result in results}
    for row in runs.to_pylist():
        given = by_id[row["run_id"]].row
        assert {key: row[key] for key in ("policy", "seed", "status")} == {
            key: given[key] for key in ("policy", "seed", "status")
        }
        assert row["users"] == 60
        assert row["policy.budget"] == given["policy.budget"]
        assert row["welfare"] == given["welfare"]
    assert series.num_rows == len(IDS) * TINY.horizon
    assert series["adoption"].to_pylist()[: TINY.horizon] == list(by_id[IDS[0]].series["adoption"])
    assert store.completed() == set(IDS)


def test_a_value_that_was_never_reached_is_null(store: Store, results: list[Result]) -> None:
    row = {**results[0].row, "time_to_50": float("nan")}
    store.add([Result(row, results[0].series)])
    assert store.runs()["time_to_50"].to_pylist() == [None]


def test_rows_hold_no_clock(results: list[Result], store: Store) -> None:
    again = [made(task) for task in TASKS]
    store.add(results)
    before = everything(store.folder / "runs") | everything(store.folder / "series")
    store.add(again)
    assert everything(store.folder / "runs") | everything(store.folder / "series") == before


def test_only_the_wanted_runs_are_read(store: Store, results: list[Result]) -> None:
    store.add(results)
    assert store.runs(IDS[:2])["run_id"].to_pylist() == IDS[:2]
    assert set(store.series(IDS[:2])["run_id"].to_pylist()) == set(IDS[:2])


def test_every_page_carries_a_checksum_and_other_programs_can_read_it(store: Store, results: list[Result]) -> None:
    store.add(results)
    path = shards(store)[0]
    assert pq.read_table(path).num_rows == len(IDS)
    page = pq.ParquetFile(path, page_checksum_verification=True)
    assert page.metadata.num_rows == len(IDS)


@pytest.mark.parametrize("kind", ["runs", "series"])
def test_no_damaged_byte_goes_unnoticed(store: Store, results: list[Result], kind: str) -> None:
    store.add(results)
    good = (store.runs(), store.series())
    path = shards(store, kind)[0]
    data, places = path.read_bytes(), random.Random(7)
    for _ in range(8):
        damaged = bytearray(data)
        damaged[places.randrange(len(data))] ^= 1 << places.randrange(8)
        path.write_bytes(damaged)
        completed = store.completed()
        assert completed == set() and not path.exists(), "a damaged shard was believed"
        path.write_bytes(data)
        assert (store.completed(), (store.runs(), store.series())) == (set(IDS), good)


@pytest.mark.parametrize("kind", ["runs", "series"])
@pytest.mark.parametrize("kept", [0, 3, 0.5, 0.99])
def test_a_truncated_shard_is_set_aside_and_its_runs_are_missing(
    store: Store, results: list[Result], kind: str, kept: float, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add(results[:2])
    store.add(results[2:])
    first = shards(store, kind)[0]
    inside = set(pq.read_table(first)["run_id"].to_pylist())
    data = first.read_bytes()
    first.write_bytes(data[: int(kept * len(data)) if kept < 1 else int(kept)])
    assert store.completed() == set(IDS) - inside
    assert [path.name for path in (store.folder / "damaged").iterdir()] == [f"{kind}-{first.name}"]
    assert not first.exists() and len(capsys.readouterr().err.splitlines()) == 1
    store.add([result for result in results if result.run_id in inside])
    assert store.completed() == set(IDS)


def test_a_run_whose_series_are_lost_is_missing(store: Store, results: list[Result]) -> None:
    store.add(results)
    shards(store, "series")[0].unlink()
    assert store.completed() == set()


def test_a_failed_run_is_kept_until_it_succeeds(store: Store, results: list[Result]) -> None:
    store.add([failed(TASKS[0]), *results[1:]])
    assert TASKS[0].run_id not in store.completed()
    assert count_runs(store.folder) == {"ok": len(IDS) - 1, "failed": 1, "damaged": 0}
    store.add([results[0]])
    assert store.completed() == set(IDS)
    assert store.runs()["status"].to_pylist() == ["ok"] * len(IDS)
    assert count_runs(store.folder) == {"ok": len(IDS), "failed": 0, "damaged": 0}


def test_merging_leaves_each_run_once_in_one_shard(store: Store, results: list[Result]) -> None:
    store.add(results[:3])
    store.add(results[2:])
    before = (store.runs(), store.series())
    store.merge_shards()
    assert (len(shards(store)), len(shards(store, "series"))) == (1, 1)
    assert pq.read_table(shards(store)[0])["run_id"].to_pylist() == IDS
    assert (store.runs(), store.series()) == before


def test_a_merge_that_is_killed_loses_nothing(
    store: Store, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(results[:3])
    store.add(results[3:])
    before = (store.runs(), store.series())

    real, calls = Path.unlink, []

    def killed(self: Path, missing_ok: bool = False) -> None:
        calls.append(self)
        if len(calls) == 4:  # one shard of runs is gone, the other and the one that took over both are there
            raise KeyboardInterrupt
        real(self, missing_ok)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "unlink", killed)
        store.merge_shards()
    assert len(shards(store)) == 2
    assert (store.runs(), store.series()) == before
    assert count_runs(store.folder) == {"ok": len(IDS), "failed": 0, "damaged": 0}
    assert Store(store.folder, STUDY, "m").completed() == set(IDS)
    assert len(shards(store)) == 1, "what was taken over is left beside it"
    assert (store.runs(), store.series()) == before


@pytest.mark.parametrize("calls", range(1, 4))
def test_shards_are_put_together_as_they_grow_and_a_kill_loses_nothing(
    store: Store, results: list[Result], calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments.results.compaction, "FANOUT", 3)
    real, made = experiments.results.compaction.write_shard, []

    def killed(*given: Any) -> str:
        name = real(*given)
        made.append(name)
        if len(made) == calls:
            raise KeyboardInterrupt
        return name

    stored = 0
    with monkeypatch.context() as patch:
        patch.setattr(experiments.results.compaction, "write_shard", killed)
        for result in results:
            with contextlib.suppress(KeyboardInterrupt):
                store.add([result])
            stored += 1
            assert Store(store.folder, STUDY, "m").runs().num_rows == stored
            assert count_runs(store.folder)["ok"] == stored
    assert len(made) > 1
    after = Store(store.folder, STUDY, "m")
    assert after.completed() == set(IDS)
    rows = [row for path in shards(store) for row in pq.read_table(path)["run_id"].to_pylist()]
    assert sorted(rows) == IDS, "what was taken over is left"


def test_a_reader_looks_again_when_shards_are_merged_under_its_eyes(
    store: Store, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(results)
    real, asked = experiments.results.store.shards, []

    def outdated(folder: Path, kind: str) -> list[Path]:
        asked.append(kind)
        return [folder / kind / "merged-away.parquet"] if len(asked) == 1 else real(folder, kind)

    monkeypatch.setattr(experiments.results.store, "shards", outdated)
    assert store.runs().num_rows == len(IDS)


def test_many_writers_of_one_folder_lose_and_spoil_nothing(tmp_path: Path, results: list[Result]) -> None:
    folder = tmp_path / "shared"

    def work(number: int) -> None:
        mine = Store(folder, STUDY, "m")
        order = random.Random(number).sample(results[number : number + 4], 4)
        for result in order:
            mine.add([result])
            mine.completed()
        mine.finish(IDS)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    store = Store(folder, STUDY, "m")
    store.merge_shards()
    assert store.completed() == set(IDS)
    assert pq.read_table(shards(store)[0])["run_id"].to_pylist() == IDS
    assert not [*folder.glob("damaged/*"), *folder.rglob("*.tmp")]


def test_the_manifest_says_whose_and_how_far(store: Store, results: list[Result]) -> None:
    begun = json.loads((store.folder / "manifest.json").read_text())
    assert begun["hash"] == STUDY.identity("m")
    assert begun["study"]["parameters"]["users"] == 60
    assert begun["seeds"] == [0, 1, 2]
    assert {"python", "numpy", "numba", "mesa"} <= set(begun["versions"])
    assert begun["start"]
    assert begun["end"] is None
    store.add([failed(TASKS[0]), *results[1:]])
    store.finish(IDS)
    ended = json.loads((store.folder / "manifest.json").read_text())
    assert ended["end"] >= begun["start"]
    assert ended["counts"] == {"asked": 6, "ok": 5, "failed": 1}


def test_more_seeds_carry_the_same_folder_further(store: Store) -> None:
    further = Study(parameters=TINY, policies=STUDY.policies, seeds=(2, 7))
    assert Store(store.folder, further, "m").manifest.seeds == [0, 1, 2, 7]


OTHERS: dict[str, Callable[[Path], object]] = {
    "a file of someone else": lambda folder: (folder / "thesis.tex").write_text("x"),
    "a folder of someone else": lambda folder: (folder / "photos").mkdir(),
    "a manifest of another program": lambda folder: (folder / "manifest.json").write_text('{"name": "app"}'),
    "a manifest that is not JSON": lambda folder: (folder / "manifest.json").write_text("{"),
    "a manifest that is a list": lambda folder: (folder / "manifest.json").write_text("[1]"),
    "a manifest that is not text": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe\x00"),
    "another study": lambda folder: Store(folder, Study(policies=STUDY.policies, seeds=(0,)), "m"),
    "another model": lambda folder: Store(folder, STUDY, "n"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_folder_that_holds_something_else_is_refused_and_untouched(tmp_path: Path, other: str) -> None:
    OTHERS[other](tmp_path)
    before = everything(tmp_path)
    with pytest.raises(BadInput, match="give a"):
        Store(tmp_path, STUDY, "m")
    assert everything(tmp_path) == before


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInput, match="is a file"):
            Store(place, STUDY, "m")
    assert (tmp_path / "file").read_text() == "x"


def test_an_empty_folder_or_a_first_write_cut_short_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".nqpf-0123.tmp").write_text("half a manif")
    assert Store(tmp_path, STUDY, "m").completed() == set()


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    write_whole(path, b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: .*report\.html"):
        write_whole(path, b"new")
    assert everything(tmp_path) == {"report.html": b"old"}


def test_a_disk_that_fills_up_keeps_whole_shards_and_no_half_one(small_disk: Path, results: list[Result]) -> None:
    store = Store(small_disk / "results", STUDY, "m")
    store.add(results[:2])
    (small_disk / "ballast").write_bytes(
        b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 8192)
    )
    with pytest.raises(OSError, match="No space left on device"):
        store.add(results[2:])
    assert store.completed() == {result.run_id for result in results[:2]}
    assert not list(small_disk.rglob("*.tmp"))
    (small_disk / "ballast").unlink()
    store.add(results[2:])
    assert store.completed() == set(IDS)


def test_the_writer_raises_what_the_disk_said(
    store: Store, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), Writer(store, lambda runs: None) as writer:
        writer.add(results)


def test_the_writer_raises_what_went_wrong_in_its_thread(
    store: Store, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what nobody has foreseen: the thread would take it along."""
    tried = threading.Event()

    def fails(batch: list[Result]) -> None:
        tried.set()
        raise ValueError("no such column")

    monkeypatch.setattr(store, "add", fails)
    with pytest.raises(ValueError, match="no such column"), Writer(store, lambda runs: None) as writer:
        writer.add(results)
        assert tried.wait(600)


def test_the_writer_stores_while_nothing_else_happens(store: Store, results: list[Result]) -> None:
    stored = threading.Event()
    with Writer(store, lambda runs: stored.set()) as writer:
        writer.add(results)
        assert stored.wait(600), "results were not written while waiting"
        assert store.completed() == set(IDS)


def test_a_crash_between_two_files_of_a_shard_only_costs_that_shard(store: Store, results: list[Result]) -> None:
    store.add(results[:3])
    store.add(results[3:])
    lost = shards(store, "runs")[0]
    inside = set(pq.read_table(lost)["run_id"].to_pylist())
    lost.unlink()  # as if killed after series/NAME and before runs/NAME
    assert store.completed() == set(IDS) - inside
    store.add([result for result in results if result.run_id in inside])
    assert store.series().num_rows == len(IDS) * TINY.horizon
    assert set(SERIES) < set(store.series().column_names)


def test_opening_a_results_folder_needs_no_mesa() -> None:
    code = "import sys, experiments.running.runner; assert not {'mesa', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_manifest_of_a_folder_without_one_is_none(tmp_path: Path) -> None:
    assert Manifest.read(tmp_path) is None


def test_columns_stand_in_one_order_whatever_a_program_imports_first() -> None:
    """Otherwise runs of the Python call are damaged for the command line."""
    code = (
        "import model.indicators.welfare; from experiments.results.columns import run_schema; print(run_schema().names)"
    )
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert other.strip() == str(run_schema().names)


def test_columns_may_stand_in_another_order_than_todays(store: Store, results: list[Result]) -> None:
    store.add(results)
    (path,), whole = shards(store), store.runs()
    backwards = pq.read_table(path).select(run_schema().names[::-1])
    path.unlink()
    write_shard(store.folder, "runs", backwards)
    assert store.completed() == set(IDS)
    assert store.runs().equals(whole)


def test_no_column_has_two_meanings() -> None:
    names = run_schema().names
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_stored_row_has_the_settings_of_its_id_and_no_other(branch: str) -> None:
    """Whatever the settings: words, lists, mixes, files. Branches take turns at the settings that are numbers."""
    sizes, traits = BRANCHES[branch]
    parameters, policy = Parameters(**{**BRANCH, **sizes}), Policy(name="p", **traits)
    task = next(iter(Plan((Point(0, parameters, (policy,), (7,)),), "m")))
    settings = dict(settings_row(parameters, policy))
    named = {"run_id": task.run_id, "point": 0, "policy": "p", "seed": 7, "status": "ok"}
    good = runs_table([Result({**settings, **named}, {})])
    assert misplaced(good, "m") == []
    assert misplaced(good, "n") == [task.run_id]
    numbers = [address for address, value in settings.items() if isinstance(value, float)]
    changed = numbers[list(BRANCHES).index(branch) :: len(BRANCHES)]
    others = [Result({**settings, **named, address: settings[address] + 0.25}, {}) for address in changed]
    assert misplaced(pa.concat_tables([good, runs_table(others)]), "m") == [task.run_id] * len(changed), changed
