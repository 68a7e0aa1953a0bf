"""Shipped tables of industries by name in every command, in study files, and in results under different names."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import compare
from experiments.cli import main
from experiments.results.contents import one_row_each
from experiments.study.file import read_study
from experiments.validation.targets import read_calibration
from model import Parameters
from model.inputs.shipped_industries import SHIPPED_TABLES

SIZES = {"users": 60, "horizon": 12, "slots": 40, "founders": 8, "suppliers": 14}
SET_SIZES = [word for name, value in SIZES.items() for word in ("--set", f"{name}={value}")]
NAMED = [*SET_SIZES, "--set", "industries_file=china-2020"]
COMPARED = ["compare", "--policies", "rebate,grants", "--seeds", "1", "--quiet"]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def chosen(folder: str) -> dict[str, str]:
    """The name and digest of the table of every stored run, by the run's id."""
    shards = sorted(Path(folder, "runs").glob("*.parquet"))
    rows = [row for shard in shards for row in pq.read_table(shard, columns=["run_id", "industries_file"]).to_pylist()]
    return {row["run_id"]: row["industries_file"] for row in rows}


def test_run_takes_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--quiet", "--json", *NAMED]) == 0
    found = json.loads(capsys.readouterr().out)["parameters"]
    assert found["industries_file"] == Parameters(industries_file="china-2020").industries_file
    assert (found["industries"], found["domains"]) == (32, 12)


def test_a_name_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--set", "industries_file=china-2021"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("nqpf: --set industries_file=china-2021: china-2021: industries_file: no such file")
    assert line.endswith("Shipped tables are china-2007, china-2020\n") and line.count("\n") == 1


def test_validate_takes_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "output_gain", "--seeds", "2", "--quiet", *NAMED]) == 0
    assert "output_gain" in capsys.readouterr().out


def test_parameters_and_options_say_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parameters"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "china-2007" in shown and "china-2020" in shown


def test_runs_of_one_table_join_whatever_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A copy is the same study. Results of both join in either order, and a folder of one goes on with the other."""
    Path("other").mkdir()
    shutil.copy(SHIPPED_TABLES / "china-2020.csv", "other/copy.csv")
    copied = [*SET_SIZES, "--set", "industries_file=other/copy.csv"]
    assert main([*COMPARED, *NAMED, "--out", "a"]) == 0
    assert main([*COMPARED, *copied, "--out", "b"]) == 0
    assert chosen("a").keys() == chosen("b").keys()
    assert set(chosen("a").values()).isdisjoint(chosen("b").values())
    assert main(["merge", "a", "b", "--out", "c"]) == main(["merge", "b", "a", "--out", "d"]) == 0
    assert chosen("c") == chosen("d") and chosen("c").keys() == chosen("a").keys()
    tables = [pq.read_table(shard) for folder in "ab" for shard in Path(folder, "runs").glob("*.parquet")]
    assert one_row_each(pa.concat_tables(tables)).equals(one_row_each(pa.concat_tables(tables[::-1])))
    before = sorted(path.name for path in Path("a/runs").iterdir())
    assert main([*COMPARED, *copied, "--out", "a"]) == 0
    assert sorted(path.name for path in Path("a/runs").iterdir()) == before


STUDY = """\
name: tables
parameters: {users: 60, horizon: 12, slots: 40, founders: 8, suppliers: 14}
uncertain: {industries_file: {values: ["", china-2007, china-2020, ./china-2020]}}
policies: [rebate, grants]
design: {kind: grid}
seeds: 1
"""


@pytest.mark.slow
def test_a_sweep_goes_over_tables_in_processes_and_in_threads() -> None:
    """In a study file a name is the shipped table's, and `./` makes it a file beside the study."""
    Path("studies").mkdir()
    Path("studies/s.yaml").write_text(STUDY)
    Path("studies/china-2020").write_text("name,share,layer,need_1\na,1,future,1\n")
    assert main(["sweep", "studies/s.yaml", "--jobs", "2", "--quiet", "--out", "threads"]) == 0
    assert main(["sweep", "studies/s.yaml", "--jobs", "2", "--engine", "processes", "--quiet", "--out", "more"]) == 0
    assert chosen("threads") == chosen("more") and len(chosen("more")) == 8
    names = {name.partition("#")[0] for name in chosen("more").values()}
    assert names == {"", "china-2007", "china-2020", "studies/china-2020"}


def test_beside_a_study_in_the_working_directory_a_file_stays_a_file() -> None:
    Path("china-2020").write_text("name,share,layer,need_1\na,1,future,1\n")
    for name, industries in (("china-2020", 32), ("./china-2020", 1)):
        Path("s.yaml").write_text(f"parameters: {{industries_file: {name}}}\npolicies: [grants]\n")
        study = read_study(Path("s.yaml"))
        assert study.parameters.industries == industries
        Path("s.yaml").write_text(f"parameters: {{industries_file: '{study.parameters.industries_file}'}}\n")
        assert read_study(Path("s.yaml")).parameters == study.parameters


def test_a_calibration_holds_a_table_fixed() -> None:
    """The qualities of old technologies are searched as ever, since shipped tables leave them to the parameters."""
    Path("cal").mkdir()
    Path("cal/c.yaml").write_text(
        "fixed: {industries_file: china-2020}\ntargets: {output_gain: {low: 30, high: 80}}\n"
        "parameters: {old_quality_emerging: {low: 0.3, high: 0.9}}\nsearch: {method: tpe}\n"
    )
    found = read_calibration(Path("cal/c.yaml"))
    assert found.fixed == Parameters(industries_file="china-2020")
    assert found.parameters({"old_quality_emerging": 0.5}).industries_file == found.fixed.industries_file
    Path("plain.yaml").write_text(Path("cal/c.yaml").read_text().partition("\n")[2])
    assert main(["calibrate", "plain.yaml", "--trials", "1", "--seeds", "2", "--quiet", *NAMED]) == 0


def test_python_takes_a_name() -> None:
    parameters = Parameters(industries_file="china-2007", **SIZES)
    table = compare(policies=["rebate", "grants"], parameters=parameters, seeds=1)
    again = compare(policies=["rebate", "grants"], parameters={"industries_file": "china-2007", **SIZES}, seeds=1)
    assert table.equals(again)
