"""Designs as files of points: every factor that the file names is set, or the file is refused in a line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.files import read_points
from experiments.study.file import read_study
from model import BadInput

TABLE = pd.DataFrame({"users": [60, 70, 80], "risk": [0.1, 0.2, 0.3]})
STUDY = "policies: [rebate]\ndesign: {kind: list, points_file: design.parquet}\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(STUDY)


@pytest.mark.parametrize("index", ["users", "risk", ["risk", "users"], []])
def test_the_index_of_a_data_frame_is_a_factor(index: list[str]) -> None:
    """As pandas stores it where a design was indexed by a factor."""
    (TABLE.set_index(index) if index else TABLE).to_parquet("design.parquet")
    points = read_study(Path("s.yaml")).design["points"]
    assert sorted((point["users"], point["risk"]) for point in points) == [(60, 0.1), (70, 0.2), (80, 0.3)]


def test_an_index_without_a_name_is_none() -> None:
    TABLE[TABLE["users"] > 60].to_parquet("design.parquet")
    assert [list(point) for point in read_points(Path("design.parquet"))] == [["users", "risk"]] * 2


def test_an_index_that_is_no_factor_is_refused() -> None:
    TABLE.rename_axis("run").to_parquet("design.parquet")
    with pytest.raises(BadInput, match="unknown factor 'run'"):
        read_study(Path("s.yaml"))


ODD = {
    "a list": [[60, 70], [60], [70]],
    "an array": list(np.zeros((3, 2))),
    "a mapping": [{"users": 60}] * 3,
    "a date": list(pd.date_range("2026-01-01", periods=3)),
    "bytes": [b"60"] * 3,
    "nothing": [60, None, 70],
}


@pytest.mark.parametrize("case", ODD)
def test_values_that_no_setting_has(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    pd.DataFrame({"users": pd.Series(ODD[case], dtype=object if case == "nothing" else None)}).to_parquet(
        "design.parquet"
    )
    assert main(["sweep", "s.yaml"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("nqpf: s.yaml:2: ") and line.count("\n") == 1 and "Traceback" not in line
    assert "users" in line


def test_a_damaged_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever byte is changed, the file is refused in a line or says what it said."""
    TABLE.set_index("users").to_parquet("design.parquet", write_page_checksum=True)
    whole = Path("design.parquet").read_bytes()
    refused = 0
    for place in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        Path("design.parquet").write_bytes(damaged)
        try:
            assert len(read_points(Path("design.parquet"))) == 3
        except BadInput as error:
            assert str(error).startswith("design.parquet: ") and "\n" not in str(error)
            refused += 1
    assert refused > 5
    Path("design.parquet").write_bytes(whole[: len(whole) // 2])
    assert main(["sweep", "s.yaml"]) == 2
    assert "design.parquet: design.points_file: cannot be read" in capsys.readouterr().err


def test_a_column_twice_is_refused() -> None:
    pd.concat([TABLE, TABLE["users"]], axis=1).to_csv("design.csv", index=False)
    Path("s.yaml").write_text(STUDY.replace("parquet", "csv"))
    with pytest.raises(BadInput, match=r"users\.1"):
        read_study(Path("s.yaml"))
