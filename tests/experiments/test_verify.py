"""Every damage of a results folder is named by `nqpf status --verify`, and none is summarised in silence."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import experiments.results.store
from agents.kernel.decorators import source_hash
from experiments.analysis.comparison import compare_study
from experiments.cli import main
from experiments.results.contents import Contradiction
from experiments.results.shards import KINDS, Damaged, read_shard, write_shard
from experiments.results.store import Store
from experiments.running.engines import Execution
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.policy.presets import find_policy
from tests.economies import TINY

STUDY = Study(parameters=TINY, policies=(find_policy("rebate"), find_policy("grants")), seeds=(0, 1, 2))
OTHER = Study(parameters=TINY.replace(users=70), policies=STUDY.policies, seeds=(0, 1))
ONE = Execution(jobs=1)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    compare_study(STUDY, folder / "study", ONE)
    compare_study(OTHER, folder / "other", ONE)
    return {"study": folder / "study", "other": folder / "other"}


@pytest.fixture
def folder(tmp_path: Path, originals: dict[str, Path]) -> Path:
    for name, original in originals.items():
        shutil.copytree(original, tmp_path / name)
    return tmp_path / "study"


def only(folder: Path, kind: str) -> Path:
    (path,) = (folder / kind).glob("*.parquet")
    return path


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 4
    path.write_bytes(data)


def rewritten(folder: Path, kind: str, change: Callable[[pa.Table], pa.Table], drop: bool = False) -> None:
    """Write a shard with other rows as this program writes shards, beside the first or instead of it."""
    path = only(folder, kind)
    table = change(pq.read_table(path))
    if drop:
        path.unlink()
    write_shard(folder, kind, pa.Table.from_arrays(table.columns, schema=KINDS[kind].schema()))


def with_column(table: pa.Table, name: str, change: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, change(table[name]))


def more(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: with_column(table, name, lambda column: pc.add(column, 1))


def of_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def swapped(folder: Path) -> None:
    """Two shards of one kind under each other's names."""
    write_shard(folder, "runs", pq.read_table(only(folder, "runs")).slice(0, 2))
    one, other = sorted((folder / "runs").glob("*.parquet"))
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a flipped bit in runs": (lambda f: flip(only(f, "runs"), -9_000), "is damaged"),
    "a flipped bit in the footer": (lambda f: flip(only(f, "runs"), -20), "is damaged"),
    "a flipped bit in series": (lambda f: flip(only(f, "series"), 700), "is damaged"),
    "a truncated shard": (lambda f: os.truncate(only(f, "series"), 900), "is damaged"),
    "an empty shard": (lambda f: os.truncate(only(f, "runs"), 0), "is damaged"),
    "a renamed shard": (lambda f: only(f, "runs").rename(f / "runs" / "a.parquet"), "is damaged"),
    "swapped shards": (swapped, "is damaged"),
    "a shard of series among runs": (lambda f: shutil.copy(only(f, "series"), f / "runs"), "has other columns"),
    "a shard written by pandas": (lambda f: pq.write_table(pq.read_table(only(f, "runs")), only(f, "runs")), "damaged"),
    "a shard of another study": (lambda f: shutil.copy(only(f.parent / "other", "runs"), f / "runs"), "not of this"),
    "other numbers for the same runs": (lambda f: rewritten(f, "runs", more("welfare")), "two different results"),
    "other series for the same runs": (lambda f: rewritten(f, "series", more("adoption")), "two different results"),
    "series of other numbers": (lambda f: rewritten(f, "series", more("adoption"), True), "adoption of run"),
    "runs of other numbers": (lambda f: rewritten(f, "runs", more("output"), True), "the output of run"),
    "shorter series": (
        lambda f: rewritten(f, "series", lambda t: t.slice(0, 30), True),
        "has not the quarters 0",
    ),
    "settings of another run": (lambda f: rewritten(f, "runs", more("users"), True), "settings or seed of another run"),
    "a trait of another run": (lambda f: rewritten(f, "runs", more("policy.end"), True), "settings or seed of another"),
    "a seed of another run": (lambda f: rewritten(f, "runs", more("seed"), True), "settings or seed of another run"),
    "a shard that has gone": (lambda f: only(f, "series").unlink(), "has gone"),
    "a shard that has come": (lambda f: rewritten(f, "runs", lambda t: t.slice(0, 2)), "has come"),
    "a pipe": (lambda f: os.mkfifo(f / "runs" / "x.parquet"), "is no shard"),
    "a dangling link": (lambda f: (f / "runs" / "x.parquet").symlink_to("nowhere"), "is no shard"),
    "a folder": (lambda f: (f / "series" / "x.parquet").mkdir(), "is no shard"),
    "another file": (lambda f: (f / "runs" / "notes.txt").write_text("x"), "is no shard"),
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "is missing beside these shards"),
    "the manifest of another study": (lambda f: shutil.copy(f.parent / "other" / "manifest.json", f), "not of this"),
    "an edited manifest": (lambda f: of_manifest(f, seeds=[0, 1]), "was edited"),
    "a manifest of another hash": (lambda f: of_manifest(f, hash="0" * 64), "not the one of its hash"),
    "a manifest that is cut off": (lambda f: os.truncate(f / "manifest.json", 80), "is not a manifest"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_named(folder: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, words = DAMAGES[damage]
    make(folder)
    before = sorted((path, path.lstat().st_size) for path in folder.rglob("*"))
    code = main(["status", "--verify", str(folder)])
    shown = capsys.readouterr()
    assert words in shown.out + shown.err
    assert code in (1, 2) and "Traceback" not in shown.err and "verified" not in shown.out
    assert sorted((path, path.lstat().st_size) for path in folder.rglob("*")) == before


def test_no_bit_of_any_column_flips_unseen(folder: Path) -> None:
    for kind in ("runs", "series"):
        path = only(folder, kind)
        whole, metadata = path.read_bytes(), pq.read_metadata(path)
        chunks = (metadata.row_group(0).column(number) for number in range(metadata.num_columns))
        for place in {chunk.data_page_offset + chunk.total_compressed_size - 1 for chunk in chunks}:
            flip(path, place)
            with pytest.raises(Damaged, match="is damaged"):
                read_shard(path, KINDS[kind].schema(), ["run_id"])
            path.write_bytes(whole)


def test_a_sound_folder_is_verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--verify", str(folder)]) == 0
    assert "verified: every byte" in capsys.readouterr().out
    assert main(["status", "--verify", "--json", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


HEALED = [name for name, (_, words) in DAMAGES.items() if "damaged" in words or words == "has other columns"]


@pytest.mark.parametrize("damage", HEALED)
def test_what_is_damaged_is_computed_again_in_the_same_call(
    folder: Path, damage: str, originals: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = Store(originals["study"], STUDY, source_hash())
    DAMAGES[damage][0](folder)
    compare_study(STUDY, folder, ONE)
    assert "Moved to damaged/" in capsys.readouterr().err
    healed = Store(folder, STUDY, source_hash())
    assert healed.runs().equals(expected.runs()) and healed.series().equals(expected.series())
    assert main(["status", "--verify", str(folder)]) == 0
    assert pq.read_table(folder / "runs").num_rows == 6, "plain readers meet what is damaged"


@pytest.mark.parametrize("damage", [name for name in DAMAGES if "of another run" in name or "same runs" in name])
def test_a_contradiction_is_refused_and_nothing_changed(folder: Path, damage: str) -> None:
    DAMAGES[damage][0](folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    with pytest.raises(Contradiction, match=r"two different results|of another run"):
        compare_study(STUDY, folder, ONE)
    assert {path: path.read_bytes() for path in folder.rglob("*.parquet")} == before


@pytest.mark.parametrize("damage", ["a pipe", "a dangling link", "a folder", "another file"])
def test_what_is_no_shard_is_named_and_left_alone(
    folder: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    DAMAGES[damage][0](folder)
    compare_study(STUDY, folder, ONE)
    assert "is no shard of results" in capsys.readouterr().err
    assert main(["status", str(folder)]) == 0
    assert "is no shard of results" in capsys.readouterr().out


def test_a_folder_of_shards_that_is_none_is_refused_before_anything_is_run(folder: Path) -> None:
    shutil.rmtree(folder / "runs")
    (folder / "runs").symlink_to("nowhere")
    with pytest.raises(BadInput, match=r"runs: must be a folder"):
        compare_study(STUDY, folder, ONE)


def test_an_edited_manifest_is_written_anew(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of_manifest(folder, start="yesterday")
    compare_study(STUDY, folder, ONE)
    assert "is damaged or was edited, it is written anew" in capsys.readouterr().err
    assert main(["status", "--verify", str(folder)]) == 0


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.ESTALE, errno.ENOMEM, errno.EACCES])
def test_an_error_that_passes_renames_and_drops_nothing(
    folder: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    real = Path.read_bytes

    def failing(self: Path) -> bytes:
        if self.suffix == ".parquet":
            raise OSError(number, os.strerror(number))
        return real(self)

    with monkeypatch.context() as patch, pytest.raises(OSError, match=os.strerror(number)):
        patch.setattr(Path, "read_bytes", failing)
        compare_study(STUDY, folder, ONE)
    assert {path: path.read_bytes() for path in folder.rglob("*.parquet")} == before
    assert not (folder / "damaged").exists()


def test_one_wrong_reading_is_no_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = Path.read_bytes, []

    def once_wrong(self: Path) -> bytes:
        calls.append(self)
        data = real(self)
        return data[:-1] if calls.count(self) == 1 else data

    monkeypatch.setattr(Path, "read_bytes", once_wrong)
    assert len(Store(folder, STUDY, source_hash()).completed()) == 6
    assert not (folder / "damaged").exists()


def test_runs_that_vanish_while_they_are_made_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = experiments.results.store.write_shard, []

    def lost(folder: Path, kind: str, table: pa.Table) -> str:
        name = real(folder, kind, table)
        calls.append(name)
        if len(calls) == 1:
            flip(folder / kind / name, 500)
        return name

    monkeypatch.setattr(experiments.results.store, "write_shard", lost)
    assert len(compare_study(STUDY, tmp_path / "new", ONE).runs) == 6


def test_a_leftover_of_a_killed_writer_is_removed_and_a_living_one_is_not(folder: Path) -> None:
    import fcntl

    dead, living = (folder / "runs" / f".nqpf-{name}.tmp" for name in ("dead", "living"))
    for path in (dead, living):
        path.write_bytes(b"half a shard")
    with open(living, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        Store(folder, STUDY, source_hash())
        assert not dead.exists() and living.exists()


def test_every_column_says_unit_kind_and_meaning(folder: Path) -> None:
    runs, series = (pq.read_schema(only(folder, kind)) for kind in ("runs", "series"))
    for field in (*runs, *series):
        assert set(field.metadata) == {b"unit", b"kind", b"meaning"} and field.metadata[b"meaning"], field.name
    assert series.field("budget_placed").metadata[b"kind"] == b"flow per quarter"
    assert runs.field("budget_placed").metadata[b"kind"] == b"sum over the run"
    assert runs.field("adoption").metadata[b"kind"] == series.field("adoption").metadata[b"kind"] == b"level"
    assert runs.field("users").metadata[b"kind"] == b"setting"
