"""Files of `nqpf run`: what it reads is named, and the columns that it writes say what they hold."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.cli import main
from model.indicators.columns import series_column, summary_column
from model.indicators.series import INDICATORS
from model.indicators.summary import SERIES_NAMES, SUMMARY_NAMES
from tests.economies import SET_TINY as SET

KINDS = {"level", "flow per quarter", "time", "name"}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_columns_say_unit_kind_and_meaning() -> None:
    assert main(["run", "--quiet", *SET, "--series", "s.parquet", "--agents", "a.parquet"]) == 0
    for file in ("s.parquet", "a.parquet"):
        for field in pq.read_schema(file):
            said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
            assert {"unit", "kind", "meaning"} <= set(said) and said["meaning"], field.name
            assert said["kind"] in KINDS, field.name
    output = pq.read_schema("s.parquet").field("welfare").metadata
    assert output[b"kind"] == b"flow per quarter" and output[b"unit"].decode() == INDICATORS["welfare"].unit


def test_a_flow_is_told_from_its_sum() -> None:
    """Series and summaries use one name for a quarter's flow and for the sum over the run."""
    for name in SERIES_NAMES:
        flow = INDICATORS[name].kind == "flow"
        assert series_column(name)["kind"] == ("flow per quarter" if flow else "level")
        assert summary_column(name)["kind"] == ("sum over the run" if flow else "level")
        assert summary_column(f"{name}_at_withdrawal")["kind"].endswith("policy ends")
    assert all(summary_column(name) for name in SUMMARY_NAMES) and summary_column("seed") == {}


@pytest.mark.parametrize("command", ["run", "compare", "sweep"])
def test_a_graph_is_named_as_what_it_was_read_as(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    users = int(next(word for word in SET if word.startswith("users=")).removeprefix("users="))
    ring = "".join(f"{k};{(k + 1) % users}\n" for k in range(users))
    Path("ring.txt").write_text(f"from;to\n{ring}")
    Path("study.yaml").write_text("name: s\nuncertain: {risk: {values: [0, 0.1]}}\ndesign: {kind: grid}\n")
    few = ["--policies", "rebate,grants", "--seeds", "2"]
    words = {"run": [], "compare": [*few, "--no-responses"], "sweep": ["study.yaml", *few]}[command]
    assert main([command, *words, *SET, "--set", "peers_graph=ring.txt"]) == 0
    line = f"ring.txt: read as an edge list with names separated by semicolons, header in line 1: {users} nodes"
    assert line in capsys.readouterr().err


def test_a_folder_whose_name_is_not_utf8(capsys: pytest.CaptureFixture[str]) -> None:
    """As on a file system in Latin-1: the report is written, and its name shown with a replacement."""
    words = ["compare", "--quiet", *SET, "--policies", "rebate,grants", "--seeds", "2", "--no-responses"]
    assert main([*words, "--out", "r\udce9sultats"]) == 0
    assert Path("r\udce9sultats/report.html").is_file()
