"""Joining folders: one study only, each run once, nothing lost when killed; and what `status` says meanwhile."""

import json
import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import experiments.results.merge
from experiments.analysis.sweep import sweep_study
from experiments.cli import main
from experiments.results.columns import run_schema
from experiments.results.merge import Merged, merge_folders
from experiments.results.shards import write_shard
from experiments.results.store import Store, count_runs
from experiments.running.engines import Execution
from experiments.study.plan import Shard
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.policy.presets import find_policy
from tests.economies import TINY
from tests.experiments.test_runner import _bytes

STUDY = Study(
    name="tiny",
    parameters=TINY,
    policies=(find_policy("rebate"), find_policy("grants")),
    seeds=(0, 1, 2),
    uncertain={"policy.foresight": {"range": [0, 1]}},
    design={"kind": "grid", "levels": 3},
)
ASKED = 18
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "scripts" / "array.sbatch"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored(folder: Path) -> bytes:
    from agents.kernel.decorators import source_hash

    return _bytes(Store(folder, STUDY, source_hash(), series=False).runs())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole") / "w"
    sweep_study(STUDY, folder)
    return stored(folder)


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Path, Path]:
    for number in (1, 2):
        sweep_study(STUDY, tmp_path / str(number), shard=Shard(number, 2))
    return tmp_path / "1", tmp_path / "2"


def test_a_report_of_some_runs_does_not_stay(halves: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """It would be taken for one of all; the command that draws it anew is said."""
    one, two = halves
    for folder in halves:
        (folder / "report.html").write_text("of a half")
    merge_folders([one, two])
    assert not (one / "report.html").exists() and (two / "report.html").exists()
    assert f"`nqpf sweep STUDY.yaml --out {one}` draws it of all" in capsys.readouterr().err
    (one / "report.html").write_text("of all")
    merge_folders([one, two])
    assert (one / "report.html").read_text() == "of all" and not capsys.readouterr().err


def test_two_halves_make_the_whole(halves: tuple[Path, Path], whole: bytes) -> None:
    one, two = halves
    assert 0 < count_runs(one)["ok"] < ASKED
    assert count_runs(one)["ok"] + count_runs(two)["ok"] == ASKED
    before = everything(two)
    assert merge_folders([one, two]) == Merged(one, ())
    assert stored(one) == whole
    assert everything(two) == before
    manifest = json.loads((one / "manifest.json").read_text())
    assert manifest["counts"] == {"asked": ASKED, "ok": ASKED}
    assert manifest["shards"] == ["1/2", "2/2"]


def test_a_third_folder_leaves_both_as_they_are_and_the_order_does_not_matter(
    halves: tuple[Path, Path], tmp_path: Path
) -> None:
    before = [everything(folder) for folder in halves]
    merge_folders(halves, tmp_path / "3")
    merge_folders(halves[::-1], tmp_path / "4")
    assert [everything(folder) for folder in halves] == before
    assert everything(tmp_path / "3" / "runs") == everything(tmp_path / "4" / "runs")


def test_merging_again_changes_nothing(halves: tuple[Path, Path]) -> None:
    merge_folders(halves)
    before = everything(halves[0] / "runs")
    merge_folders(halves)
    assert everything(halves[0] / "runs") == before


def test_more_seeds_of_a_study_join_it(tmp_path: Path) -> None:
    for name, seeds in (("a", (0, 1)), ("b", (1, 2))):
        sweep_study(Study(**{**vars(STUDY), "seeds": seeds}), tmp_path / name)
    merge_folders([tmp_path / "a", tmp_path / "b"])
    assert count_runs(tmp_path / "a") == {"ok": ASKED, "failed": 0, "damaged": 0}
    assert json.loads((tmp_path / "a" / "manifest.json").read_text())["seeds"] == [0, 1, 2]


def test_series_are_joined_too(tmp_path: Path) -> None:
    for number in (1, 2):
        sweep_study(STUDY, tmp_path / str(number), shard=Shard(number, 2), series=True)
    merge_folders([tmp_path / "1", tmp_path / "2"])
    from agents.kernel.decorators import source_hash

    assert len(Store(tmp_path / "1", STUDY, source_hash(), series=True).completed()) == ASKED


@pytest.mark.parametrize("calls", range(1, 3))
def test_a_merge_that_is_killed_loses_nothing_and_goes_on(
    halves: tuple[Path, Path], calls: int, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_study(STUDY, halves[1], shard=Shard(1, 4))  # a second shard file to copy
    before, made = count_runs(halves[0])["ok"], []
    real = experiments.results.merge.write_whole

    def killed(path: Path, data: bytes) -> None:
        made.append(path)
        if len(made) == calls:
            raise KeyboardInterrupt
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(experiments.results.merge, "write_whole", killed)
        try:
            merge_folders(halves)
        except KeyboardInterrupt:
            assert count_runs(halves[0])["ok"] >= before
    merge_folders(halves)
    assert stored(halves[0]) == whole


@pytest.mark.parametrize("of", [3, pytest.param(13, marks=pytest.mark.slow)])
def test_any_number_of_parts_make_the_whole(tmp_path: Path, whole: bytes, of: int) -> None:
    """Also where there are more parts than work, and the last has none."""
    parts = [tmp_path / str(number) for number in range(1, of + 1)]
    for number, part in enumerate(parts, 1):
        sweep_study(STUDY, part, Execution(jobs=1), Shard(number, of))
    assert main(["merge", *map(str, parts), "--out", str(tmp_path / "all")]) == 0
    assert stored(tmp_path / "all") == whole


def test_the_job_script_makes_the_whole_in_parts(tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bash runs the script of the docs as tasks of an array. The commands that it gives are then carried out."""
    (tmp_path / "nqpf").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "nqpf").chmod(0o755)
    (tmp_path / "study.yaml").write_text(json.dumps(STUDY.content()))
    monkeypatch.chdir(tmp_path)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_CPUS_PER_TASK": "1"}
    for task in ("1", "2"):
        words = subprocess.run(
            ["bash", SCRIPT], env=path | {"SLURM_ARRAY_TASK_ID": task}, check=True, capture_output=True, text=True
        )
        assert main(words.stdout.splitlines()) == 0
    assert main(["merge", "parts/1", "parts/2", "--out", "whole"]) == 0
    assert stored(tmp_path / "whole") == whole


@pytest.mark.parametrize("where", [0, 1])
def test_a_damaged_shard_is_left_out_and_named_at_the_end(
    halves: tuple[Path, Path], where: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the folder that takes all it is moved aside, in another left alone. The command ends with 1."""
    (shard,) = (halves[where] / "runs").iterdir()
    shard.write_bytes(shard.read_bytes()[:-5])
    before = everything(halves[1])
    whole = count_runs(halves[1 - where])["ok"]
    assert main(["merge", *map(str, halves)]) == 1
    assert count_runs(halves[0])["ok"] == whole
    assert everything(halves[1]) == before
    shown = capsys.readouterr()
    assert f"{whole} of {ASKED} runs stored" in shown.out
    assert f"1 damaged shard was left out: {shard}. " in shown.err.splitlines()[-1]


@pytest.mark.parametrize("third", [False, True])
def test_two_results_of_one_run_are_refused_and_nothing_changed(
    halves: tuple[Path, Path], tmp_path: Path, third: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where only a column differs that no table shows."""
    (shard,) = (halves[0] / "runs").glob("*.parquet")
    table = pq.read_table(shard).slice(0, 1)
    run, place = table["run_id"][0].as_py(), table.column_names.index("exits")
    other = table.set_column(place, "exits", pc.add(table["exits"], 1.0))
    name = write_shard(halves[1], "runs", pa.Table.from_arrays(other.columns, schema=run_schema()))
    before = everything(tmp_path)
    words = ["--out", str(tmp_path / "3")] if third else []
    assert main(["merge", *map(str, halves), *words]) == 2
    complaint = capsys.readouterr().err
    assert f"run {run} (exits is" in complaint and "two different results" in complaint
    assert str(shard) in complaint and str(halves[1] / "runs" / name) in complaint
    assert everything(tmp_path) == before


def test_folders_of_two_studies_are_refused_and_untouched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep_study(STUDY, tmp_path / "a")
    other = Study(**{**vars(STUDY), "name": "other", "design": {"kind": "grid", "levels": 2}})
    sweep_study(other, tmp_path / "b")
    before = everything(tmp_path)
    assert main(["merge", str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "holds results of study 'other'" in shown.err
    for words in (["absent", "b"], ["a", "absent"], ["a", "a"], ["a"]):
        with pytest.raises(BadInput, match=r"no results of nqpf|same folder|two or more"):
            merge_folders([tmp_path / word for word in words])
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "thesis.tex").write_text("x")
    sweep_study(STUDY, tmp_path / "d", Execution(jobs=1))
    with pytest.raises(BadInput, match="give a new folder"):
        merge_folders([tmp_path / "a", tmp_path / "d"], tmp_path / "c")
    after = everything(tmp_path)
    assert {name: after[name] for name in before} == before


def test_status_counts_by_shard(halves: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (count_runs(folder)["ok"] for folder in halves)
    before = everything(halves[0])
    assert main(["status", str(halves[0])]) == 0
    out = capsys.readouterr().out
    assert f"{one} of {ASKED} runs stored, 0 failed, {two} missing" in out
    assert f"shard 1/2: {one} of {one} runs stored, 0 failed, 0 missing" in out
    assert f"shard 2/2: 0 of {two} runs stored, 0 failed, {two} missing" in out
    assert "not finished" in out
    assert everything(halves[0]) == before
    assert main(["merge", *map(str, halves)]) == 0
    assert f"shard 2/2: {two} of {two} runs stored, 0 failed, 0 missing" in capsys.readouterr().out
