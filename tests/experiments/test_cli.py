"""The command line: what it prints, where, in what width, and the files that it writes."""

import io
import json
import math
import os
import re
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import viz.report.report
from experiments.analysis.effects import EFFECT_COLUMNS
from experiments.analysis.table import COMPARISON_COLUMNS, HEADLINE
from experiments.cli import main
from experiments.commands.answer_text import fitting
from experiments.commands.run import RUN_HEADLINE
from experiments.plain_text import beside_names, places_for, plain_number, shortened
from experiments.study.addresses import ADDRESSES
from experiments.study.study import DEFAULT_POLICIES
from model import policies, simulate
from model.indicators.series import INDICATORS
from model.indicators.summary import SUMMARY_NAMES
from tests.economies import SET_TINY as SET
from tests.economies import TINY
from viz.report.report import render_report

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("blank_report")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What a command prints on stdout and stderr."""
    assert main(list(words)) == code
    shown = capsys.readouterr()
    return shown.out, shown.err


def nqpf(*words: str, stdout: Any = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-m", "experiments", *words]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment)


def test_help_loads_nothing_heavy() -> None:
    heavy = {"numpy", "numba", "pandas", "scipy", "pyarrow", "joblib", "pydantic", "mesa", "model", "viz"}
    code = f"import sys, experiments.cli as cli; cli.main(['--help']); assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "command",
    ["compare", "run", "sweep", "merge", "validate", "policies", "parameters", "indicators", "status", "view"],
)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, command, "--help")
    assert out.startswith(f"Usage: nqpf {command}")
    assert err == ""


def test_the_main_job_prints_the_answer_first_and_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    """At most ten lines of words, then a row per policy, in 80 columns."""
    out, _ = run(capsys, "compare", "--seeds", "3", "--no-responses", *SET)
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 80
    head, words, table, last = out.split("\n\n")
    assert "10 policies" in head and 1 <= len(words.splitlines()) <= 10
    assert " welfare" in words and "% [" in words
    rows = [line for line in table.splitlines()[2:] if not line.startswith(("!", "?", "benefit-cost:"))]
    assert [line[:17].strip() for line in rows] == list(shortened(DEFAULT_POLICIES, 17).values())
    assert "welfare, % of rebate" in table.splitlines()[0]
    assert "benefit-" in table.splitlines()[0] and "cost 1 %" in table.splitlines()[1]
    assert last.splitlines()[-1].startswith("report: ")


def test_full_prints_every_block_below_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", "--policies", "rebate,grants,procurement", "--seeds", "2", "--no-responses", *SET)
    short, full = run(capsys, *words)[0], run(capsys, *words, "--full")[0]
    assert max(map(len, full.splitlines())) <= 80
    assert full.startswith(short[: short.index("tests, and what")].rstrip())
    blocks = full.split("\n\n")
    for indicator in HEADLINE:
        block = next(block for block in blocks if block.startswith(f"{indicator} ("))
        named = [line[:17].strip() for line in block.splitlines()[2:] if not line.startswith(" ")]
        assert named == ["rebate", "grants", "procurement"]
        assert not any(block.startswith(f"{indicator} (") for block in short.split("\n\n"))
    assert "Holm-adjusted over all" in " ".join(full.split()) and "money per run" in full
    benefit = next(block for block in blocks if block.startswith("benefit-cost at 0.5, 1 and 2 % a quarter"))
    assert all(any(line.startswith(name) for line in benefit.splitlines()) for name in ("rebate", "grants"))
    assert full.splitlines()[-1].startswith("report: ")


@pytest.mark.parametrize("outcomes", ["[hhi]", "[time_to_50, welfare, firms, adoption, output]"])
def test_the_table_shows_the_outcomes_of_a_study(outcomes: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The first as a difference, also where nobody has a value."""
    own = "{name: a_policy_of_so_long_a_name, mix: {grants: 1.0}, budget: 0.004}"
    Path("s.yaml").write_text(f"policies: [rebate, {own}]\nseeds: 1\noutcomes: {outcomes}\n")
    out, _ = run(capsys, "compare", "s.yaml", "--no-responses", *SET)
    assert max(map(len, out.splitlines())) <= 80
    first = outcomes.strip("[]").split(",")[0].replace("_", " ").replace("hhi", "HHI")
    assert f"{first}, " in out
    assert "raised another sum than rebate" in out  # and is not ranked
    assert ("a_policy_of_so_long_a_name" if outcomes == "[hhi]" else "a_policy_of_so_..") in out


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["grants", "a_policy_of_so_long_a_name"], ["grants", "a_policy_of_so_.."]),
        (["budget_of_selection_half", "budget_of_selection_twice"], ["budget_..ion_half", "budget_..on_twice"]),
        (["a" * 30 + "b" + "a" * 30, "a" * 61], ["a" * 14 + "..1", "a" * 14 + "..2"]),
        (["a" * 30, "a" * 31, "a" * 14 + "..1"], ["a" * 14 + "..2", "a" * 14 + "..3", "a" * 14 + "..1"]),
    ],
)
def test_different_names_stay_different(names: list[str], shown: list[str]) -> None:
    assert list(shortened(names, 17)[name] for name in names) == shown


def test_names_have_the_room_that_is_left() -> None:
    lines = list(beside_names([("policy", " x"), ("n" * 60, " 1"), ("n" * 90, " 2")]))
    assert lines == [f"{'policy':<78} x", f"{'n' * 60:<78} 1", f"{'n' * 76}.. 2"]


def test_sentences_that_do_not_fit_are_left_out_whole() -> None:
    long = "word " * 150
    assert fitting(["First.", long, "Second."]) == ["First.", "Second."]
    assert len(fitting([long.strip()] * 9)) <= 10


def test_versions(capsys: pytest.CaptureFixture[str]) -> None:
    """What a report of a fault should say first."""
    assert re.fullmatch(r"nqpf \d+\.\d+\.\d+, numpy .*, mesa .*, python 3\..*\n", run(capsys, "--version")[0])


@pytest.mark.slow
def test_break_even_has_a_row_for_each_policy_that_assumes_an_efficacy(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the indicators, in 80 columns, with what was tried where the crossing lies outside."""
    policies = "rebate,vouchers,new_national_system,talent"
    words = ("compare", "--policies", policies, "--seeds", "2", "--full", *SET)
    out, _ = run(capsys, *words)
    assert max(map(len, out.splitlines())) <= 80
    (block,) = (block for block in out.split("\n\n") if block.startswith("break-even: "))
    assert "welfare exceeds rebate's" in " ".join(block.split())
    lines = block[block.index("policy  ") :].splitlines()[1:]
    assert [line[:19].strip() for line in lines] == ["new_national_system", "talent"]
    multiple = r"(x[\d.]+|below x0\.1|above x10)"
    assert all(re.fullmatch(rf"{multiple} +{multiple}( to {multiple})?", line[19:].strip()) for line in lines)
    assert "break-even" not in run(capsys, *words, "--no-responses", "--out", "new")[0]


def test_the_head_of_the_table_says_how_money_was_made_equal(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", "--policies", "rebate,vouchers", "--seeds", "2", "--no-responses", *SET)
    own = run(capsys, *words)[0]
    reruns = run(capsys, *words, "--match", "--timing", "yoked")[0]
    for phrase in ("budgets of a seed cut to what every arm could place", "the slowest arm's calendar"):
        assert phrase in " ".join(reruns.split("\n\n")[0].split())
        assert phrase not in " ".join(own.split())
    assert max(map(len, reruns.splitlines())) <= 80


def test_an_option_takes_back_what_a_study_file_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    Path("s.yaml").write_text("policies: [rebate, grants]\nseeds: 1\ntiming: yoked\n")
    assert "slowest arm's calendar" in " ".join(run(capsys, "compare", "s.yaml", "--no-responses", *SET)[0].split())
    out, _ = run(capsys, "compare", "s.yaml", "--timing", "own", "--no-responses", *SET)
    assert "calendar" not in out


def test_a_terminal_shows_the_same_table_as_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("compare", "--policies", "rebate,grants", "--seeds", "2", "--no-responses", "--quiet", *SET)
    out, _ = run(capsys, *words)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(list(words)) == 0
    assert terminal.getvalue() == out


def test_the_main_job_leaves_a_folder_with_manifest_runs_series_and_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viz.report.report, "render_report", render_report)
    out, _ = run(capsys, "compare", "--policies", "rebate,grants", "--seeds", "2", "--no-responses", *SET)
    (folder,) = Path("results").iterdir()
    assert folder.name.startswith("compare-")
    assert len(folder.name) == len("compare-") + 8
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "report.html", "runs", "series"]
    assert f"report: {folder}/report.html" in out
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["hash"].startswith(folder.name[-8:])
    assert manifest["counts"] == {"asked": 4, "ok": 4}
    runs = pd.read_parquet(folder / "runs")
    assert len(runs) == 4
    assert {"run_id", "point", "policy", "seed", "status", "error", *ADDRESSES, *SUMMARY_NAMES} <= set(runs.columns)
    html = (folder / "report.html").read_text()
    assert "<html" in html
    assert "grants" in html


def test_a_second_comparison_uses_the_stored_runs(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", "--policies", "rebate,grants", "--no-responses", *SET)
    first, _ = run(capsys, *words, "--seeds", "2")
    again, err = run(capsys, *words, "--seeds", "2")
    assert again == first
    assert err == "4 of 4 runs are stored already\n"
    _, err = run(capsys, *words, "--seeds", "4")
    assert "4 of 8 runs are stored already" in err and "more" not in err
    fewer, err = run(capsys, *words, "--seeds", "2")
    assert fewer == first
    (told,) = (line for line in err.splitlines() if line.startswith("table and report are of the 2 seeds"))
    assert told.endswith("has 2 more, such as 2")
    assert len(list(Path("results").iterdir())) == 1


def test_compare_json_is_all_of_stdout_and_knows_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(
        capsys, "compare", "--policies", "laissez_faire,grants", "--seeds", "2", "--json", "--no-responses", *SET
    )
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert list(found) == [
        "study",
        "policies",
        "seeds",
        "reference",
        "runs",
        "failed",
        "pairs_asked",
        "pairs",
        "table",
        "effects",
        "ensemble",
        "out",
    ]
    assert found["effects"] == []  # two cells of the 2x2 are missing
    assert found["policies"] == ["rebate", "laissez_faire", "grants"]
    assert (found["study"], found["seeds"], found["reference"]) == ("compare", [0, 1], "rebate")
    assert len(found["table"]) == 3 * len(HEADLINE)
    assert tuple(found["table"][0]) == COMPARISON_COLUMNS
    by_key = {(row["policy"], row["indicator"]): row for row in found["table"]}
    assert by_key["rebate", "welfare"]["difference"] is None
    assert by_key["laissez_faire", "welfare"]["equal_money"] is None
    assert by_key["laissez_faire", "welfare"]["benefit_cost"] is None
    assert isinstance(by_key["grants", "welfare"]["n"], int)
    assert Path(found["out"]).is_dir()


def test_compare_json_holds_the_effects_of_the_two_by_two(capsys: pytest.CaptureFixture[str]) -> None:
    arms = "rd_credit,grants,vouchers,procurement"
    out, _ = run(capsys, "compare", "--policies", arms, "--seeds", "2", "--json", "--no-responses", *SET)
    found = json.loads(out)
    assert {tuple(row) for row in found["effects"]} == {EFFECT_COLUMNS}
    names = [(row["indicator"], row["effect"]) for row in found["effects"]]
    assert names == [(name, effect) for name in HEADLINE for effect in ("side", "reach", "interaction")]
    welfare = {row["policy"]: row["mean"] for row in found["table"] if row["indicator"] == "welfare"}
    rd, application = welfare["rd_credit"] + welfare["grants"], welfare["vouchers"] + welfare["procurement"]
    assert found["effects"][0]["mean"] == pytest.approx((application - rd) / 2)


def test_quiet_says_nothing_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = run(capsys, "compare", "--policies", "rebate,grants", "--seeds", "2", "--quiet", *SET)
    assert err == ""


def test_run_json(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(capsys, "run", "--policy", "grants", "--seed", "3", "--set", "policy.foresight=1", "--json", *SET)
    found = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert list(found) == ["policy", "seed", "parameters", "summary", "versions"]
    assert (found["policy"], found["seed"]) == ("grants", 3)
    assert found["parameters"] == TINY.model_dump(mode="json")
    assert {"python", "numpy", "numba", "mesa", "model"} <= set(found["versions"])
    expected = simulate(TINY, policies["grants"].replace(foresight=1.0), 3).summary
    assert found["summary"] == {name: None if math.isnan(value) else value for name, value in expected.items()}


def test_run_prints_the_headlines_and_in_full_every_indicator_once(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(capsys, "run", *SET)
    full, _ = run(capsys, "run", "--full", *SET)
    assert max(map(len, (out + full).splitlines())) <= 80
    headlines = [line.split()[0] for line in out.split("\n\n")[1].splitlines()]
    assert tuple(headlines) == RUN_HEADLINE and set(HEADLINE) <= set(headlines)
    every = [line.split()[0] for line in full.splitlines()[2:]]
    assert every[: len(headlines)] == headlines
    assert sorted(every) == sorted(SUMMARY_NAMES)


def test_run_writes_series_firms_and_network(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--series", "s.parquet", "--agents", "a.parquet", "--graph", "g.graphml")
    run(capsys, "run", "--policy", "grants", "--seed", "1", *words, *SET)
    series, firms, graph = pd.read_parquet("s.parquet"), pd.read_parquet("a.parquet"), nx.read_graphml("g.graphml")
    expected = simulate(TINY, "grants", 1, panel=True)
    assert list(series["period"]) == list(range(TINY.horizon))
    for name, values in expected.series.items():
        np.testing.assert_array_equal(series[name], values)
    assert expected.firms is not None
    assert list(firms.columns) == list(expected.firms)
    np.testing.assert_array_equal(firms["cash"], expected.firms["cash"])
    assert firms.groupby("period").size().iloc[-1] == series["firms"].iloc[-1]
    assert graph.number_of_nodes() > TINY.users
    assert sorted(path.name for path in Path().iterdir()) == ["a.parquet", "g.graphml", "s.parquet"]


def test_check_tests_the_identities(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import model.simulation

    asked = []
    monkeypatch.setattr(model.simulation, "check_identities", lambda state, period: asked.append(period))
    run(capsys, "run", "--policy", "grants", "--check", *SET)
    assert asked == list(range(TINY.horizon))
    run(
        capsys,
        "compare",
        "--policies",
        "rebate,grants",
        "--seeds",
        "1",
        "--check",
        "--jobs",
        "1",
        "--no-responses",
        *SET,
    )
    assert len(asked) == 3 * TINY.horizon


def test_quick_takes_the_first_of_the_seeds_that_a_study_lists(capsys: pytest.CaptureFixture[str]) -> None:
    Path("s.yaml").write_text("policies: [rebate, grants]\nseeds: [3, 9]\n")
    out, _ = run(capsys, "compare", "s.yaml", "--quick", "--json", "--no-responses", *SET)
    assert json.loads(out)["seeds"] == [3, 9]


def test_a_policy_file_is_a_policy(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text("mix: {grants: 0.5, vouchers: 0.5}\nbudget: 0.005\n")
    out, _ = run(capsys, "compare", "--policies", "rebate,mine.yaml", "--seeds", "2", "--json", "--no-responses", *SET)
    assert json.loads(out)["policies"] == ["rebate", "mine"]
    out, _ = run(capsys, "run", "--policy", "mine.yaml", "--json", *SET)
    assert json.loads(out)["policy"] == "mine"


def test_listings_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    listed = {word: json.loads(run(capsys, word, "--json")[0]) for word in ("policies", "parameters", "indicators")}
    assert [entry["name"] for entry in listed["policies"]] == list(policies)
    assert {"name", "mix", "budget", "start", "end"} <= set(listed["policies"][0])
    assert all(name in entry["in_words"] for entry in listed["policies"] for name in (*entry["mix"], "budget"))
    assert [entry["name"] for entry in listed["parameters"]] == list(ADDRESSES)
    assert all(
        set(entry) == {"name", "symbol", "default", "unit", "range", "meaning", "source"}
        for entry in listed["parameters"]
        for entry in listed["parameters"]
    )
    assert [entry["name"] for entry in listed["indicators"]] == list(INDICATORS)
    assert all({"name", "unit", "definition"} <= set(entry) for entry in listed["indicators"])


@pytest.mark.parametrize("word", ["policies", "parameters", "indicators"])
def test_listings_in_80_columns(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(capsys, word)
    assert max(map(len, out.splitlines())) <= 80
    names = {"policies": list(policies), "parameters": list(ADDRESSES), "indicators": list(INDICATORS)}[word]
    starts = {line.split()[0].rstrip(":") for line in out.splitlines() if not line.startswith(" ")}
    assert set(names) <= starts


def test_status_says_how_far_a_folder_is_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "compare", "--policies", "rebate,grants", "--seeds", "2", "--out", "x", "--no-responses", *SET)
    before = {path: path.stat().st_mtime_ns for path in Path("x").rglob("*")}
    out, _ = run(capsys, "status", "x")
    assert "4 of 4 runs stored, 0 failed" in out
    found = json.loads(run(capsys, "status", "x", "--json")[0])
    assert found["stored"] == {"ok": 4, "failed": 0, "damaged": 0}
    assert {path: path.stat().st_mtime_ns for path in Path("x").rglob("*")} == before


def test_status_counts_what_the_responses_have_run(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "compare", "--policies", "rebate,vouchers", "--seeds", "2", "--out", "x", *SET)
    out, _ = run(capsys, "status", "x")
    stored = json.loads(run(capsys, "status", "x", "--json")[0])["stored"]["ok"]
    assert "4 of 4 runs stored, 0 failed, 0 missing" in out
    assert stored > 4
    assert f"{stored - 4} runs stored beside these" in out


def test_status_counts_damage_and_leaves_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "compare", "--policies", "rebate,grants", "--seeds", "2", "--out", "x", "--no-responses", *SET)
    (shard,) = Path("x/runs").iterdir()
    shard.write_bytes(shard.read_bytes()[:-9])
    out, _ = run(capsys, "status", "x")
    assert "0 of 4 runs stored, 0 failed" in out
    assert f"{shard}: is damaged" in out
    assert shard.exists()


def test_status_of_a_folder_made_by_other_declarations(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "compare", "--policies", "rebate,grants", "--seeds", "2", "--out", "x", "--no-responses", *SET)
    manifest = json.loads(Path("x/manifest.json").read_text())
    manifest["study"]["parameters"]["abolished"] = 1.0
    Path("x/manifest.json").write_text(json.dumps(manifest))
    out, _ = run(capsys, "status", "x")
    assert "4 runs stored, 0 failed, of an unknown number" in out
    assert json.loads(run(capsys, "status", "x", "--json")[0])["asked"] == {}


def test_warnings_of_runs_are_said_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.simulation.MOST_SLOTS", 12)  # so that no run gets more
    tight = [word if not word.startswith("slots=") else "slots=12" for word in SET] + ["--set", "entry=5"]
    _, err = run(capsys, "compare", "--policies", "rebate,laissez_faire", "--seeds", "2", *tight)
    warnings = [line for line in err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 1
    assert "set more slots than 12" in warnings[0]
    assert warnings[0].endswith("(4 of 4 runs)")


def test_a_closed_pipe_is_the_end_without_a_word() -> None:
    read, write = os.pipe()
    os.close(read)
    done = nqpf("parameters", stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


# only Linux has a device that is always full; test_store.py tries a real small disk too
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = nqpf("indicators", stdout=full)
    assert done.returncode == 1
    assert done.stderr == "nqpf: no space left on device\n"


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (["policies"], 0, "procurement", ""),
        (["run", "--policy", "grnts"], 2, "", "nqpf: --policy: unknown policy 'grnts': did you mean 'grants'?\n"),
    ],
)
def test_it_is_a_module_too(
    words: list[str], code: int, out: str, err: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """`python -m experiments` prints what `nqpf` prints, and exits with its code."""
    monkeypatch.setattr(sys, "argv", ["nqpf", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("experiments", run_name="__main__")
    shown = capsys.readouterr()
    assert (ended.value.code, shown.err) == (code, err)
    assert out in shown.out and bool(out) == bool(shown.out)


@pytest.mark.parametrize(
    ("value", "places", "signed", "shown"),
    [
        (1.5, 2, False, "1.50"),
        (1.5, 1, True, "+1.5"),
        (float("nan"), 2, True, "-"),
        (-123456789.0, 2, True, "-1.23e+08"),
        (-0.001, 1, False, "0.0"),
    ],
)
def test_numbers_fit_their_columns(value: float, places: int, signed: bool, shown: str) -> None:
    assert plain_number(value, places, signed) == shown


@pytest.mark.parametrize(("values", "places"), [([1234.5], 0), ([0.5, 0.001], 4), ([], 1), ([0.0], 1), ([1e-9], 6)])
def test_decimals_follow_the_largest_value(values: list[float], places: int) -> None:
    assert places_for(values) == places
