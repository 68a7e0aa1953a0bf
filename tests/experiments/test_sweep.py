"""The sweep: every policy at every point under equal luck, one table however computed, flat memory."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import experiments.running.runner
import model.simulation
from agents.kernel.decorators import source_hash
from experiments import differences, sweep, sweep_study
from experiments.analysis.boundary import EDGE_COLUMNS, boundary, misleading
from experiments.analysis.plane import Plane, axis_scale, find_plane
from experiments.analysis.sweep import Sweep, run_sweep, summarise_sweep
from experiments.cli import main
from experiments.commands.sweep_text import boundary_lines
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.statistics import mean_interval
from experiments.study.file import shipped_studies
from experiments.study.plan import Plan, Shard, Task
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.policy.presets import find_policy
from model.simulation import simulate
from tests.economies import TINY, TINY_SIZES
from tests.experiments.test_runner import _bytes, fail_on
from viz.figures.plane import INK, LABEL_ROOM, draw_plane
from viz.report.boundary import render_boundary

STUDY = Study(
    name="tiny",
    parameters=TINY,
    policies=(find_policy("rebate"), find_policy("selective"), find_policy("application")),
    seeds=(0, 1, 2),
    uncertain={"policy.foresight": {"range": [0, 1]}, "industries": {"values": [1, 3]}},
    design={"kind": "grid", "levels": 2},
    outcomes=("welfare", "time_to_50"),
)
ASKED = 4 * 3 * 3
ROOT = Path(__file__).resolve().parents[2]
FILE = f"""
name: tiny
parameters: {json.dumps(TINY_SIZES)}
uncertain:
  policy.foresight: {{range: [0, 1]}}
  industries: {{values: [1, 3]}}
policies: [rebate, selective, application]
design: {{kind: grid, levels: 2}}
seeds: 3
outcomes: [welfare, time_to_50]
"""

FLAT = """
import resource, sys
from experiments import sweep_study
from experiments.study.study import Study
from model.parameters import Parameters
from model.policy.presets import find_policy

sizes = dict(users=20, horizon=1, slots=5, founders=2, suppliers=2, industries=2, regions=1, domains=2)
study = Study(
    parameters=Parameters(**sizes), policies=(find_policy("rebate"), find_policy("grants")),
    seeds=tuple(range(int(sys.argv[2]) // 20)), outcomes=("welfare",),
    uncertain={"policy.foresight": {"range": [0, 1]}}, design={"kind": "grid", "levels": 10},
)
assert len(sweep_study(study, sys.argv[1])) == int(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def stored(folder: Path, study: Study = STUDY) -> bytes:
    return _bytes(Store(folder, study, source_hash(), series=False).runs())


@pytest.fixture(scope="module")
def swept() -> Sweep:
    return run_sweep(STUDY)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("expected") / "x"
    sweep_study(STUDY, folder, Execution(jobs=1))
    return stored(folder)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(FILE)
    return "s.yaml"


def test_a_row_per_point_policy_and_seed_with_factors_and_outcomes(swept: Sweep) -> None:
    runs = swept.runs
    assert len(runs) == len(runs[["point", "policy", "seed"]].drop_duplicates()) == ASKED == swept.asked
    assert list(runs.columns[:8]) == ["point", "set", "policy", "seed", "run_id", "status", "error", "warnings"]
    assert {"policy.foresight", "industries", "welfare", "time_to_50"} <= set(runs.columns)
    assert runs.groupby("point")[["policy.foresight", "industries"]].nunique().eq(1).all(axis=None)


def test_a_run_is_what_simulate_makes_of_its_point(swept: Sweep) -> None:
    row = swept.runs.query("policy == 'selective' and seed == 2 and point == 3").iloc[0]
    policy = find_policy("selective").replace(foresight=row["policy.foresight"])
    assert (row["policy.foresight"], row["industries"]) == (1.0, 3)
    assert row["welfare"] == simulate(TINY.replace(industries=3), policy, 2).summary["welfare"]


def test_differences_are_paired_by_point_and_seed(swept: Sweep) -> None:
    found = differences(swept.runs, "rebate", "welfare")
    assert list(found.columns) == ["point", "policy", "n", "difference", "low", "high"]
    assert len(found) == 4 * 2
    by = swept.runs.set_index(["policy", "point", "seed"])["welfare"].sort_index()
    for row in found.itertuples():
        gaps = by[row.policy, row.point] - by["rebate", row.point]
        assert (row.difference, row.low, row.high) == pytest.approx(mean_interval(gaps))
        assert row.n == 3


def test_a_failed_run_costs_its_pair_only(swept: Sweep) -> None:
    runs = swept.runs.copy()
    runs.loc[(runs["policy"] == "selective") & (runs["point"] == 1) & (runs["seed"] == 0), "status"] = "failed"
    pairs = differences(runs, "rebate", "welfare").set_index(["policy", "point"])["n"]
    assert pairs["selective", 1] == 2
    assert pairs.drop(("selective", 1)).eq(3).all()
    with pytest.raises(BadInput, match="policies are: application, rebate, selective"):
        differences(runs, "rebat", "welfare")


def made(difference: dict[float, float], better: str = "welfare") -> Sweep:
    """A sweep with given constant differences of `application` per point, equal money throughout."""
    rows = [
        {
            "point": point, "set": 0, "policy": policy, "seed": seed, "status": "ok",
            "policy.foresight": place, "industries": 1 + point % 2,
            better: seed + gap * (policy == "application"), "budget_raised": 1.0, "budget_placed": 1.0,
            "budget_leaked": 0.0, "budget_administration": 0.0, "equity_recovered": 0.0,
        }
        for point, (place, gap) in enumerate(difference.items())
        for policy in ("rebate", "application")
        for seed in (0, 1, 2)
    ]  # fmt: skip
    policies = (find_policy("rebate"), find_policy("application"))
    study = replace(STUDY, policies=policies, outcomes=(better,))
    return Sweep(study, ("policy.foresight", "industries"), len(difference), len(rows), pd.DataFrame(rows))


def test_the_summary_is_over_points() -> None:
    (row,) = summarise_sweep(made({0.1: 1.0, 0.2: 2.0, 0.3: 3.0, 0.4: -1.0, 0.5: 4.0})).to_dict("records")
    assert (row["policy"], row["mean"], row["q50"], row["share_better"], row["points"]) == (
        "application", pytest.approx(1.8), 2.0, 0.8, 5,
    )  # fmt: skip


def test_an_outcome_that_is_never_reached_is_in_the_table() -> None:
    (row,) = summarise_sweep(made({0.1: np.nan, 0.2: np.nan}, "time_to_50")).to_dict("records")
    assert (row["policy"], row["indicator"], row["points"]) == ("application", "time_to_50", 0)
    assert np.isnan([row["mean"], row["q50"], row["share_better"]]).all()


def test_less_is_better_where_the_indicator_says_so() -> None:
    (row,) = summarise_sweep(made({0.1: 1.0, 0.2: 2.0, 0.3: -3.0, 0.4: 1.0}, "hhi")).to_dict("records")
    assert row["share_better"] == 0.25


def test_points_without_equal_money_do_not_count_as_better() -> None:
    found = made({0.1: 1.0, 0.2: 2.0, 0.3: -3.0})
    spent_less = (found.runs["policy"] == "application") & (found.runs["point"] == 0)
    found.runs.loc[spent_less, "budget_placed"] = 0.5
    (row,) = summarise_sweep(found).to_dict("records")
    assert (row["unequal_money"], row["share_better"], row["points"]) == (1, 0.5, 3)


HOWS = {
    "two threads": (Execution(jobs=2), [Shard()]),
    "processes": (Execution(jobs=2, engine="processes"), [Shard()]),
    "shards in one folder": (Execution(jobs=1), [Shard(2, 3), Shard(3, 3), Shard(1, 3)]),
}


# two processes load the model each; tests/experiments/test_runner.py tries them in every run
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.slow] * (case == "processes")) for case in HOWS]
)
def test_the_table_is_byte_identical_however_computed(tmp_path: Path, case: str, expected: bytes) -> None:
    execution, shards = HOWS[case]
    for shard in shards:
        sweep_study(STUDY, tmp_path / "x", execution, shard)
    assert stored(tmp_path / "x") == expected


def test_the_order_of_tasks_does_not_matter(tmp_path: Path, expected: bytes) -> None:
    store = Store(tmp_path / "x", STUDY, source_hash(), series=False)
    run_tasks(list(Plan.of(STUDY, source_hash()))[::-1], store, Execution(jobs=1))
    assert stored(tmp_path / "x") == expected


def test_equal_runs_are_made_once_and_serve_every_point(tmp_path: Path) -> None:
    twice = replace(STUDY, uncertain={}, design={"kind": "list", "points": [{"risk": 0.1}, {"risk": 0.1}]})
    runs = sweep_study(twice, tmp_path / "x")
    assert len(runs) == 2 * 3 * 3
    assert runs["run_id"].nunique() == 3 * 3
    assert Store(tmp_path / "x", twice, source_hash(), series=False).runs()["point"].to_pylist() == [0] * 9


def test_series_are_kept_only_when_asked_for(tmp_path: Path) -> None:
    sweep_study(STUDY, tmp_path / "x")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["manifest.json", "runs"]
    sweep_study(STUDY, tmp_path / "x", series=True)
    store = Store(tmp_path / "x", STUDY, source_hash())
    assert store.series().num_rows == ASKED * TINY.horizon
    assert store.runs().num_rows == ASKED


def test_tasks_are_made_when_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption at the first run finds hardly any of the tasks made for running."""
    made: list[int] = []

    class Watched(Plan):
        def __iter__(self) -> Iterator[Task]:
            made.append(0)
            for task in super().__iter__():
                made[-1] += 1
                yield task

    def stop(task: Task, *given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(experiments.running.runner, "run_task", stop)
    many = replace(STUDY, seeds=tuple(range(200)))
    with pytest.raises(KeyboardInterrupt):
        run_tasks(Watched.of(many, "m"), MemoryStore(), Execution(jobs=1))
    assert len(made) == 1, "once to run: counting needs no task"
    assert 0 < made[0] < 50


@pytest.mark.slow
def test_memory_stays_flat(tmp_path: Path) -> None:
    """4,000 more runs held as rows take about 60 MB."""
    peaks = []
    for runs in (1000, 5000):
        words = [sys.executable, "-c", FLAT, str(tmp_path / str(runs)), str(runs)]
        peaks.append(int(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout))
    assert (peaks[1] - peaks[0]) / 1024 < 30


def test_the_python_call_takes_objects(tmp_path: Path) -> None:
    runs = sweep(
        {"policy.foresight": {"range": [0, 1]}}, {"kind": "lhs", "samples": 2}, ["rebate", find_policy("grants")],
        parameters=TINY_SIZES, seeds=2, outcomes=["welfare"], out=tmp_path / "x",
    )  # fmt: skip
    assert len(runs) == 2 * 2 * 2
    with pytest.raises(BadInput, match="must be a list of policies"):
        sweep({}, {}, "grants")


def test_the_command_prints_80_columns_and_leaves_a_folder(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", file, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    assert "4 points" in out
    assert "36 of 36 runs, 0 failed" in " ".join(out.split())
    assert "boundary: welfare of application less selective" in out
    (folder,) = Path("results").iterdir()
    assert folder.name.startswith("tiny-")
    assert f"results: {folder}" in out
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "report.html", "runs"]
    assert len(pd.read_parquet(folder / "runs")) == ASKED
    html = (folder / "report.html").read_text()
    assert "<svg" in html
    assert 'src="http' not in html
    assert 'href="http' not in html.replace('xlink:href="http', "")


def test_json_is_all_of_stdout(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", file, "--json", "--between", "selective,rebate"]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert (found["points"], found["asked"], found["runs"], found["failed"]) == (4, ASKED, ASKED, 0)
    assert found["factors"] == ["policy.foresight", "industries"]
    assert {row["policy"] for row in found["table"]} == {"selective", "application"}
    assert (found["boundary"]["one"], found["boundary"]["other"]) == ("selective", "rebate")
    assert len(found["boundary"]["table"]) == 4
    assert Path(found["out"]).is_dir()


def test_shards_on_the_command_line_go_on_from_each_other(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", file, "--shard", "1/2", "--json", "--out", "x"]) == 0
    first = json.loads(capsys.readouterr().out)["runs"]
    assert 0 < first < ASKED
    assert json.loads(Path("x/manifest.json").read_text())["end"] is None
    assert main(["sweep", file, "--shard", "2/2", "--json", "--out", "x"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == ASKED
    assert json.loads(Path("x/manifest.json").read_text())["end"] is not None


def test_an_interrupted_sweep_goes_on(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, expected: bytes
) -> None:
    real, calls = experiments.running.runner.run_task, []

    def interrupted(task: Task, *given: Any) -> object:
        calls.append(task)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return real(task, *given)

    with monkeypatch.context() as patch:
        patch.setattr(experiments.running.runner, "run_task", interrupted)
        assert main(["sweep", file, "--out", "x", "--jobs", "1"]) == 130
    assert "what was done is kept in x" in capsys.readouterr().err
    assert main(["sweep", file, "--out", "x"]) == 0
    assert f"7 of {ASKED} runs are stored already" in capsys.readouterr().err
    assert stored(Path("x")) == expected


def test_failed_runs_are_rows_and_exit_code_3(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on("selective", 1, monkeypatch)
    assert main(["sweep", file, "--out", "x", "--quiet"]) == 3
    out, err = capsys.readouterr()
    assert "4 failed" in out
    assert f"4 of {ASKED} runs failed, first selective with seed 1: ZeroDivisionError: by design" in err
    failed = pd.read_parquet("x/runs").query("status == 'failed'")
    assert len(failed) == 4
    assert failed["error"].str.startswith("Traceback").all()


def test_every_run_failing_is_no_traceback(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*given: object, **named: object) -> None:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(model.simulation, "warm_up", lambda quiet=False: False)
    monkeypatch.setattr(model.simulation, "run_out", failing)
    assert main(["sweep", file, "--out", "x", "--quiet"]) == 3
    assert capsys.readouterr().err.count("\n") == 1


WRONG: dict[str, tuple[str, list[str], list[str]]] = {
    "shard beyond": (FILE, ["--shard", "3/2"], ["--shard 3/2", "1 <= i <= n"]),
    "shard 0": (FILE, ["--shard", "0/2"], ["--shard 0/2", "as 1/4"]),
    "shard in words": (FILE, ["--shard", "one"], ["--shard one", "i/n"]),
    "a factor that is set": (FILE, ["--set", "industries=3"], ["--set", "industries", "factor of study tiny"]),
    "unknown pair": (FILE, ["--between", "application,selectiv"], ["'selectiv'", "'selective'"]),
    "a pair without a plane": (
        FILE.replace("  industries: {values: [1, 3]}\n", ""), ["--between", "application,selective"],
        ["--between application,selective", "first two factors are numbers"],
    ),
    "half a pair": (FILE, ["--between", "application"], ["--between application", "two policies"]),
    "odd levels": (FILE.replace("grid, levels: 2", "morris, samples: 4, levels: 3"), [], ["s.yaml", "must be even"]),
    "samples 0": (FILE.replace("grid, levels: 2", "lhs, samples: 0"), [], ["s.yaml:8:", "samples = 0", "from 1"]),
    "unknown factor": (FILE.replace("industries: {v", "industris: {v"), [], ["s.yaml:6:", "'industries'"]),
    "empty range": (FILE.replace("[0, 1]", "[]"), [], ["s.yaml:5:", "policy.foresight", "must be a list"]),
    "log from 0": (FILE.replace("[0, 1]}", "[0, 1], log: true}"), [], ["s.yaml:5:", "log: true", "above 0"]),
    "not finite": (FILE.replace("[0, 1]", "[0, .nan]"), [], ["s.yaml:5:", "low < high"]),
    "a bad point": (FILE.replace("[1, 3]", "[1, 99]"), [], ["s.yaml: point 1:", "at most users = 60"]),
    "no points file": (
        FILE.replace("grid, levels: 2", "list, points_file: p.csv"), [], ["s.yaml:8:", "p.csv", "no such file"],
    ),
    "arms to match": (FILE + "match: true\n", [], ["s.yaml: match = True", "compare"]),
    "arms to yoke": (FILE + "timing: yoked\n", [], ["s.yaml: timing = 'yoked'", "compare"]),
    "match for a sweep": (FILE, ["--match"], ["unknown option '--match'"]),
    "no study": (FILE, ["--out", "s.yaml"], ["s.yaml is a file"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_line_and_leaves_no_trace(
    case: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, words, fragments = WRONG[case]
    Path(file).write_text(text)
    assert main(["sweep", file, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("nqpf: ")
    assert err.count("\n") == 1
    assert [fragment for fragment in fragments if fragment not in err] == []
    assert [path.name for path in Path().iterdir()] == ["s.yaml"]


def test_the_boundary_lies_where_the_difference_changes_sign() -> None:
    found = made({0.0: -2.0, 0.25: -1.0, 0.75: 1.0, 1.0: 2.0})
    edge = boundary(found, "application", "rebate")
    assert list(edge.columns) == ["policy.foresight", "industries", *EDGE_COLUMNS]
    assert list(edge["difference"]) == [-2.0, -1.0, 1.0, 2.0]
    turned = boundary(found, "rebate", "application")
    np.testing.assert_array_equal(turned["difference"], -edge["difference"])
    mirrored = {"better": "worse", "worse": "better"}
    assert list(edge["reading"]) == ["worse", "worse", "better", "better"]
    assert list(turned["reading"]) == [mirrored[reading] for reading in edge["reading"]]


def test_money_that_was_not_spent_is_no_merit_on_the_boundary() -> None:
    """Whichever of the two kept it: the place is marked in every form and counts for neither."""
    for keeps in ("application", "rebate"):
        found = made({0.0: -2.0, 0.25: 1.0, 0.75: 1.0, 1.0: 2.0})
        found.runs.loc[(found.runs["policy"] == keeps) & (found.runs["point"] == 3), "budget_placed"] = 0.5
        edge = boundary(found, "application", "rebate")
        assert list(edge["equal_money"]) == [True, True, True, False]
        page = render_boundary(found, edge, "application", "rebate")
        assert (
            "Of 3 positions, application is better than rebate in 2 and worse in 1." in page
            and "1 more are left out" in page
        )
        assert "money not equal" in page and "A cross is a position" in page
        lines = list(boundary_lines(found, edge, "application", "rebate"))
        assert [line.split()[-2] for line in lines if line[:1].isdigit()] == ["*", "*", "*", "!"]
        assert lines[-1].startswith("! without equal money") or lines[-2].startswith("! without equal money")
    whole = made({0.0: -2.0, 0.25: 1.0})
    assert "more are left out" not in render_boundary(
        whole, boundary(whole, "application", "rebate"), "application", "rebate"
    )


def test_places_that_points_share_are_pooled() -> None:
    found = made({0.0: -2.0, 0.5: 1.0})
    found.runs["policy.foresight"], found.runs["industries"] = 0.0, 1
    (row,) = boundary(found, "application", "rebate").to_dict("records")
    assert (row["n"], row["difference"]) == (3, -0.5)


def test_more_points_of_one_luck_are_no_more_evidence() -> None:
    """A factor without effect leaves the intervals of the places over which it is pooled as they are."""
    once, often = (made(dict.fromkeys(levels, 1.0)) for levels in ((0.0,), (0.0, 0.25, 0.5, 1.0)))
    for found in (once, often):
        found.runs["policy.foresight"], found.runs["industries"] = 0.0, 1
        found.runs["welfare"] += found.runs["seed"] * (found.runs["policy"] == "application")
    (one,), (other,) = (boundary(found, "application", "rebate").to_dict("records") for found in (once, often))
    assert one == other


def test_the_drawing_is_the_same_every_time_and_needs_no_plane() -> None:
    found = made({0.0: -2.0, 0.25: -1.0, 0.75: 1.0, 1.0: 2.0})
    edge = boundary(found, "application", "rebate")
    assert draw_plane(edge, "x") == draw_plane(edge, "x")
    assert render_boundary(found, edge, "application", "rebate") == render_boundary(
        found, edge, "application", "rebate"
    )
    for rows in (0, 1, 2):
        assert draw_plane(edge.iloc[:rows], "x").startswith("<svg")
    on_a_line = edge.assign(industries=edge["policy.foresight"])
    assert draw_plane(on_a_line, "x").startswith("<svg")


def test_the_caption_speaks_of_the_line_only_where_there_is_one() -> None:
    crossing, apart = made({0.0: -2.0, 0.25: -1.0, 0.75: 1.0, 1.0: 2.0}), made({0.0: 2.0, 0.25: 1.0, 0.75: 1.0})
    for found, said, kept in ((crossing, "The black line is", "No black line"), (apart, "No black line", "The black")):
        page = render_boundary(found, boundary(found, "application", "rebate"), "application", "rebate")
        assert said in page
        assert kept not in page


def three_factors(gap: Callable[[float, int, int], float]) -> Sweep:
    """A grid of foresight, industries and regions, with given constant differences of `application`."""
    grid = [(x, y, z) for x in (0.0, 0.5, 1.0) for y in (1, 3) for z in (1, 2)]
    found = made(dict.fromkeys(map(float, range(len(grid))), 0.0))
    x, y, z = (np.array(column)[found.runs["point"]] for column in zip(*grid, strict=True))
    gaps = np.array([gap(*at) for at in zip(x, y, z, strict=True)])
    found.runs["policy.foresight"], found.runs["industries"], found.runs["regions"] = x, y, z
    found.runs["welfare"] = found.runs["seed"] + gaps * (found.runs["policy"] == "application")
    return replace(found, factors=("policy.foresight", "industries", "regions"))


def test_a_third_factor_is_averaged_or_held_and_the_words_say_which() -> None:
    found = three_factors(lambda x, y, z: 1.0 + x + y + 10 * z)
    averaged = find_plane(found.factors, "industries,policy.foresight")
    held = find_plane(found.factors, " industries , policy.foresight, regions=2")
    assert averaged is not None and held is not None
    assert (averaged.averaged, dict(held.fixed), held.averaged) == (("regions",), {"regions": 2.0}, ())
    for plane, z, words in ((averaged, 1.5, "averaged over regions (1, 2)"), (held, 2.0, "at regions = 2")):
        assert misleading(found, "application", "rebate", plane) == ""
        edge = boundary(found, "application", "rebate", plane)
        assert len(edge) == 6 and (edge["n"] == 3).all()
        expected = 1.0 + edge["policy.foresight"] + edge["industries"] + 10.0 * z
        np.testing.assert_allclose(edge["difference"], expected)
        assert words in " ".join(boundary_lines(found, edge, "application", "rebate", plane))
        assert words in render_boundary(found, edge, "application", "rebate", plane)


def test_a_mean_that_hides_on_what_the_ranking_turns_is_refused() -> None:
    """Also the mean of points that differ in the other factor between positions."""
    turning = three_factors(lambda x, y, z: 1.0 if z == 1 else -3.0)
    plane = find_plane(turning.factors, "policy.foresight,industries")
    assert plane is not None
    why = misleading(turning, "application", "rebate", plane)
    assert why == "at 6 of 6 positions application does better or worse than rebate depending on regions"
    mixed = three_factors(lambda x, y, z: 1.0)
    mixed.runs["regions"] = mixed.runs["point"]
    assert "mix into that of the axes" in misleading(mixed, "application", "rebate", plane)
    assert misleading(mixed, "application", "rebate", Plane("policy.foresight", "industries", {"regions": 3})) == ""


def test_a_plane_of_two_gridded_factors_is_a_matrix() -> None:
    """The axis with more values goes down, and blocks of columns fit 80 characters."""
    found = three_factors(lambda x, y, z: 100.0 * x - y)
    edge = boundary(found, "application", "rebate", Plane("industries", "policy.foresight", {}, ("regions",)))
    *_, head, top, first, second, third, _ = boundary_lines(found, edge, "application", "rebate")
    assert head.split() == ["policy.foresight", "by", "industries"]
    assert [line.split() for line in (top, first, second, third)] == [
        ["1", "3"], ["0", "-1.00*", "-3.00*"], ["0.5", "+49.00*", "+47.00*"], ["1", "+99.00*", "+97.00*"],
    ]  # fmt: skip
    wide = pd.concat([edge.assign(**{"policy.foresight": edge["policy.foresight"] + k}) for k in (0.0, 0.1, 0.2)])
    wide = pd.concat([wide.assign(industries=wide["industries"] + k) for k in (0, 10, 20, 30)], ignore_index=True)
    lines = list(boundary_lines(found, wide, "application", "rebate"))
    assert max(map(len, lines)) <= 80 and sum(" by industries" in line for line in lines) == 2


PLANES = {
    "one axis": ("industries", "must name two axes"),
    "an axis twice": ("industries,industries", "must name two axes"),
    "unknown axis": ("industries,policy.foresigt", "'policy.foresight'"),
    "an axis with a value": ("industries,policy.foresight,industries=3", "is an axis and has no value"),
    "no such value": ("policy.foresight,regions,industries=2", "industries = 2.0: has no such value, but 1, 3"),
    "nothing": ("", "must name two axes"),
}


@pytest.mark.parametrize("case", PLANES)
def test_what_is_no_plane_is_refused_before_a_run(case: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, fragment = PLANES[case]
    Path(file).write_text(FILE.replace("policies:", "  regions: {values: [1, 2]}\npolicies:"))
    assert main(["sweep", file, "--over", text]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"nqpf: --over {text}: ".rstrip()) and fragment in err
    assert [path.name for path in Path().iterdir()] == ["s.yaml"]


def test_points_that_are_drawn_have_no_mean_over_a_factor(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = FILE.replace("grid, levels: 2", "lhs, samples: 4").replace("{values: [1, 3]}", "{range: [1, 3]}")
    Path(file).write_text(drawn.replace("policies:", "  risk: {range: [0, 0.2]}\npolicies:"))
    assert main(["sweep", file, "--over", "industries,risk"]) == 2
    assert "another value of policy.foresight" in capsys.readouterr().err
    assert main(["sweep", file, "--between", "application,selective"]) == 2
    assert "3 factors vary; name two axes by --over" in capsys.readouterr().err


def test_a_sweep_of_three_factors_asks_for_the_axes(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(file).write_text(
        FILE.replace("policies:", "  risk: {values: [0.1, 0.2]}\npolicies:").replace("seeds: 3", "seeds: 1")
    )
    assert main(["sweep", file, "--quiet", "--out", "x"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "no boundary is drawn: 3 factors vary. Name two axes by --over" in out
    assert not Path("x/report.html").exists()
    words = ["sweep", file, "--quiet", "--out", "x", "--over", "industries,policy.foresight,risk=0.2", "--json"]
    assert main(words) == 0
    drawn = json.loads(capsys.readouterr().out)["boundary"]
    assert (drawn["over"], drawn["fixed"], drawn["averaged"]) == (["industries", "policy.foresight"], {"risk": 0.2}, [])
    assert "at risk = 0.2" in Path("x/report.html").read_text()


def test_axes_follow_the_factor_and_labels_do_not_overprint() -> None:
    """A uniform range is linear, a listed factor has evenly spaced levels, and only labels that fit are written."""
    uncertain = {
        "policy.foresight": {"range": [0, 1]}, "policy.budget": {"range": [0.001, 0.1], "log": True},
        "industries": {"values": [1, 3]},
    }  # fmt: skip
    study = replace(STUDY, uncertain=uncertain)
    assert [axis_scale(study, name) for name in (*uncertain, "regions")] == ["linear", "log", "levels", "levels"]
    found = three_factors(lambda x, y, z: x - y)
    edge = boundary(found, "application", "rebate", Plane("policy.foresight", "industries", {}, ("regions",)))
    many = pd.concat([edge.assign(**{"policy.foresight": 0.00123 * (k + 1) + edge.index / 1e7}) for k in range(2)])
    for scale in ("levels", "log"):
        drawn = draw_plane(many, "x", (scale, "levels"))
        labels = re.findall(r">(0\.00\d+)</text>", drawn)
        assert 1 <= len(labels) < many["policy.foresight"].nunique()
        assert sum(len(label) + 2 for label in labels) <= LABEL_ROOM["x"]


def test_the_drawing_is_dark_on_dark_pages_and_takes_their_ink() -> None:
    found = made({0.0: -2.0, 0.25: -1.0, 0.75: 1.0, 1.0: 2.0})
    edge = boundary(found, "application", "rebate")
    light, dark = (draw_plane(edge, "x", scheme=scheme) for scheme in ("light", "dark"))
    for drawn in (light, dark):
        assert "currentColor" in drawn and INK not in drawn and "#000000" not in drawn and "#ffffff" not in drawn
    assert set(re.findall("#[0-9a-f]{6}", light)).isdisjoint(re.findall("#[0-9a-f]{6}", dark))
    page = render_boundary(found, edge, "application", "rebate")
    assert page.count("<svg") == 2 and '<div class="dark"' in page


def test_shipped_studies_are_part_of_the_package() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    packed = {path for pattern in data["experiments.study"] for path in (ROOT / "experiments" / "study").glob(pattern)}
    assert set(shipped_studies().values()) == packed
    assert "foresight-frontier" in shipped_studies()
