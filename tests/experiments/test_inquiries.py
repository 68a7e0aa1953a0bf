"""Inquiries: an entry makes its command, with text, JSON, figures and exit codes, on a tiny sweep."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer

from experiments import discover, ema_form, sensitivity, sweep_study
from experiments.cli import app, main
from experiments.importance.importances import COLUMNS
from experiments.inquiries.discover import BOX_COLUMNS
from experiments.inquiries.registry import INQUIRIES
from experiments.study.file import read_study
from tests.economies import TINY_SIZES
from viz.figures.pictures import as_files, as_svg

STUDY = f"""
name: tiny
parameters: {json.dumps(TINY_SIZES)}
uncertain:
  policy.foresight: {{range: [0, 1]}}
  own_problems: {{range: [0, 1]}}
  industries: {{values: [1, 3]}}
policies: [rebate, selective, application]
design: {{kind: morris, samples: 12}}
seeds: 2
outcomes: [welfare, adoption]
"""
FACTORS = ["policy.foresight", "own_problems", "industries"]
POINTS, SEEDS = 12 * 4, 2
GAP = "welfare[application] - welfare[selective]"

Run = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("inquiries")
    (place / "s.yaml").write_text(STUDY)
    sweep_study(read_study(place / "s.yaml"), place / "swept")
    return place / "swept"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def made(*words: str, code: int = 0) -> tuple[str, str]:
        assert main(list(words)) == code
        shown = capsys.readouterr()
        return shown.out, shown.err

    return made


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its bytes and its time."""
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_an_entry_makes_a_command_with_its_question_and_options() -> None:
    command: Any = typer.main.get_command(app)
    for name, inquiry in INQUIRIES.items():
        made = command.commands[name]
        options = {option for parameter in made.params for option in parameter.opts}
        assert made.help == inquiry.question
        assert {f"--{option.name.replace('_', '-')}" for option in inquiry.options} <= options
        assert {"--json", "--figures", "--quiet", "--quick", "--jobs"} <= options


def test_sensitivity_answers_first_and_changes_nothing_in_the_folder(folder: Path, run: Run, tmp_path: Path) -> None:
    before = contents(folder)
    out, err = run("sensitivity", str(folder), "--of", GAP, "--quick", "--figures", str(tmp_path / "f"))
    assert out.startswith(f"{GAP} depends most on ") and not err
    assert not [line for line in out.partition("\nresults: ")[0].splitlines() if len(line) > 80]
    assert contents(folder) == before
    assert {path.name for path in (tmp_path / "f").iterdir()} >= {f"sensitivity-heat.{end}" for end in ("svg", "png")}
    drawn = pd.read_csv(tmp_path / "f" / "sensitivity-heat.csv")
    assert set(drawn["factor"]) == {"policy.foresight", "own_problems", "industries"} and (drawn.iloc[:, 1:] <= 1).all(
        axis=None
    )


def test_json_and_python_give_the_same_numbers(folder: Path, run: Run) -> None:
    """Without `--of` it is the first outcome, of the last policy less the one before it."""
    content = json.loads(run("sensitivity", str(folder), "--quick", "--json")[0])
    table = sensitivity(folder, GAP, quick=True)
    assert list(table.columns) == list(COLUMNS)
    assert content["of"] == GAP and content["out"] == str(folder)
    assert content["points"] == content["asked"] == POINTS
    theirs = pd.DataFrame(content["table"])
    assert theirs["value"].astype(float).to_numpy() == pytest.approx(table["value"].to_numpy())
    assert set(table.loc[table["method"] == "morris", "measure"]) == {"mu_star", "sigma", "mu"}


def test_a_study_is_run_first_and_the_same_folder_is_read(folder: Path, run: Run, tmp_path: Path) -> None:
    """With fewer seeds the runs are some of the stored ones, and only these are looked at."""
    ask = ["discover", "--json", "--where", "adoption[application] >= 0"]
    study = ["--out", str(tmp_path / "own"), "--quiet", "--seeds", "1", str(folder.parent / "s.yaml")]
    one = json.loads(run(*ask, *study)[0])
    other = json.loads(run(*ask, str(tmp_path / "own"))[0])
    assert one == other and one["points"] == POINTS
    assert len(pd.read_parquet(tmp_path / "own" / "runs")) < len(pd.read_parquet(folder / "runs"))


def test_discover_says_that_there_is_no_box(folder: Path, run: Run) -> None:
    pytest.importorskip("ema_workbench")
    where = "adoption[application] >= 0"
    out, _ = run("discover", str(folder), "--where", where)
    assert out.startswith(f"No box for {where}: the condition holds at every point")
    content = json.loads(run("discover", str(folder), "--where", where, "--json")[0])
    assert content["boxes"] == [] and content["share"] == 1.0 and content["where"] == where
    empty = discover(folder, where)
    assert list(empty.columns) == list(BOX_COLUMNS) and empty.empty and "every point" in empty.attrs["why_not"]


def test_the_form_of_the_workbench(folder: Path) -> None:
    """A row per point and policy, and means over the seeds that are in the runs."""
    experiments, outcomes = ema_form(folder)
    assert len(experiments) == POINTS * 3 and set(outcomes) == {"welfare", "adoption"}
    assert list(experiments.columns) == [
        "policy.foresight",
        "own_problems",
        "industries",
        "scenario",
        "policy",
        "model",
    ]
    runs = pd.read_parquet(folder / "runs")
    row = experiments.index[(experiments["scenario"] == 7) & (experiments["policy"] == "selective")][0]
    at = experiments.loc[row]
    same = runs[(runs["policy"] == "selective") & np.isclose(runs["policy.foresight"], at["policy.foresight"])]
    same = same[np.isclose(same["own_problems"], at["own_problems"]) & (same["industries"] == at["industries"])]
    assert len(same) >= SEEDS and outcomes["welfare"][row] == pytest.approx(same["welfare"].mean())


BAD = {
    "an unknown indicator": (["--of", "welfar"], ["--of, letter 1", "did you mean 'welfare'"]),
    "an unknown policy": (["--of", "welfare[grants]"], ["--of, letter 8", "unknown policy 'grants'"]),
    "a comparison": (["--of", "welfare > 1"], ["--of", "--where"]),
    "seeds of stored results": (["--seeds", "3"], ["--seeds", "is for a study"]),
    "a setting of stored results": (["--set", "users=3"], ["--set", "is for a study"]),
    "an outcome without a value": (["--of", "time_to_50[rebate]"], ["no point has a value"]),
    "figures into a file": (["--quick", "--figures", "{folder}/manifest.json"], ["--figures", "give a folder"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_exit_code_2(case: str, folder: Path, run: Run) -> None:
    words, fragments = BAD[case]
    out, err = run("sensitivity", str(folder), *(word.format(folder=folder) for word in words), code=2)
    assert not out and err.count("\n") == 1 and err.startswith("nqpf: ")
    assert all(fragment in err for fragment in fragments), err


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (["discover", "{folder}"], "--where"), (["discover", "{folder}", "--where", "welfare < 1"], "letter 9"),
        (["discover", "{folder}", "--where", "welfare[rebate] < 1", "--density", "2"], "--density"),
        (["sensitivity", "{folder}/runs"], "no results of nqpf"), (["sensitivity", "nowhere"], "unknown file or study"),
    ],
)  # fmt: skip
def test_other_bad_input(words: list[str], fragment: str, folder: Path, run: Run) -> None:
    out, err = run(*(word.format(folder=folder) for word in words), code=2)
    assert not out and err.count("\n") == 1 and fragment in err


def test_pictures_are_drawn_for_light_and_dark_pages_with_words(folder: Path) -> None:
    from experiments.inquiries.inquiry import Picture

    ends = pd.DataFrame({"factor": ["a_b", "c$d$"], "low": [-1.0, np.nan], "high": [2.0, 0.5]})
    picture = Picture("t", "tornado", ends, "what it shows", {"value": "y"})
    light, dark = as_svg(picture), as_svg(picture, "dark")
    assert "what it shows" in light and "c$d$" in light and light != dark
    assert as_svg(picture) == light, "the same table gives the same bytes"
    assert as_files(picture)["png"].startswith(b"\x89PNG")
