"""Precision: seeds are added by width alone, so that intervals keep their 95 %. Equivalence lies within a margin."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from experiments.analysis.comparison import compare_study
from experiments.analysis.precision import (
    FEWEST_SEEDS,
    Amount,
    Goal,
    GoalDifference,
    enough,
    goal_sentences,
    next_seeds,
)
from experiments.cli import main
from experiments.running.engines import Execution
from experiments.statistics import mean_interval
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.policy.presets import find_policy
from tests.economies import SET_TINY, TINY

STUDY = Study(
    parameters=TINY,
    policies=(find_policy("rebate"), find_policy("grants"), find_policy("rebate").replace(name="twin")),
    seeds=tuple(range(5)),
)
GOAL = Goal(Amount(0.5, percent=True), Amount(0.5, percent=True), most=100)


@pytest.mark.parametrize(
    ("draw", "least"),
    [
        (lambda luck, size: luck.standard_normal(size), 0.935),
        (lambda luck, size: luck.exponential(size=size) - 1.0, 0.915),
    ],
    ids=["normal", "skewed"],
)
def test_intervals_that_are_stopped_by_width_keep_their_level(
    draw: Callable[[np.random.Generator, int], np.ndarray], least: float
) -> None:
    """The mean is 0. An interval stopped by its width holds it nearly as often as 95 %, of skewed draws a bit less.

    One stopped by significance misses it far more often than 5 %.
    """
    held, significant, trials = 0, 0, 600
    for trial in range(trials):
        values, looks, found = draw(np.random.default_rng(trial), 400), [], []
        for count in range(FEWEST_SEEDS, 401, FEWEST_SEEDS):
            _, low, high = mean_interval(values[:count])
            looks.append((high - low) / 2.0 <= 0.25)
            found.append(not low <= 0.0 <= high)
            if enough(looks):
                held += not found[-1]
                break
        else:
            held += not found[-1]
        significant += any(found)
    assert least <= held / trials <= 0.97
    assert significant / trials > 2 * 0.05


def test_one_narrow_look_is_not_enough() -> None:
    assert not enough([True]) and not enough([True, False]) and not enough([False, True])
    assert enough([True, True]) and enough([False, True, True])


def test_more_seeds_follow_the_largest_and_end_at_the_most() -> None:
    assert next_seeds((3, 7), 3, 10) == (3, 7, 8, 9, 10)
    assert next_seeds((0, 1, 2), 20, 5) == (0, 1, 2, 3, 4)
    assert next_seeds((0, 1, 2), 20, 3) == (0, 1, 2)


def test_seeds_depend_on_results_alone(tmp_path: Path) -> None:
    """Neither jobs nor an earlier part of the same command changes how many seeds are taken, or any number."""
    fresh = compare_study(STUDY, goal=GOAL, execution=Execution(jobs=2))
    compare_study(STUDY, tmp_path / "x")
    resumed = compare_study(STUDY, tmp_path / "x", goal=GOAL, execution=Execution(jobs=1))
    assert FEWEST_SEEDS < len(fresh.seeds) <= 100 and fresh.seeds == resumed.seeds == tuple(range(len(fresh.seeds)))
    assert fresh.goal == resumed.goal
    assert fresh.table.equals(resumed.table)
    assert json.loads((tmp_path / "x" / "manifest.json").read_text())["seeds"] == list(fresh.seeds)


def test_differences_are_those_of_the_table() -> None:
    found = compare_study(STUDY, goal=GOAL)
    rows = found.table[found.table["indicator"] == "welfare"].set_index("policy")
    for one in found.goal:
        assert (one.mean, one.low, one.high) == pytest.approx(tuple(rows.loc[one.first, ["difference", "low", "high"]]))
        assert one.half == pytest.approx((one.high - one.low) / 2.0)
        assert one.narrow == (one.half <= one.wanted)
        assert one.wanted == pytest.approx(0.005 * abs(rows["mean"]["rebate"]))
    twin = {one.first: one for one in found.goal}["twin"]
    assert (twin.mean, twin.half) == (0.0, 0.0) and twin.narrow and twin.equivalent


def test_without_a_precision_no_seed_is_added() -> None:
    found = compare_study(STUDY, goal=Goal(margin=Amount(1e9), between=("grants", "twin")))
    assert found.seeds == STUDY.seeds
    (one,) = found.goal
    assert (one.first, one.second, one.equivalent) == ("grants", "twin", True)


@pytest.mark.parametrize(
    ("low", "high", "equivalent"), [(-1.0, 1.0, True), (-2.0, 2.0, True), (-2.1, 1.0, False), (1.0, 2.1, False)]
)
def test_equivalent_is_what_lies_within_the_margin(low: float, high: float, equivalent: bool) -> None:
    one = GoalDifference("a", "b", "welfare", 0.0, low, high, 1.0, float("nan"), 2.0)
    assert one.equivalent is equivalent
    (sentence,) = goal_sentences([one], "10", ["b"])
    assert ("equivalent within" in sentence and "not with equal money" in sentence) is equivalent


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--precision", "x"], "--precision x"),
        (["--precision", "0%"], "above 0"),
        (["--precision", "nan"], "above 0"),
        (["--margin", "-1"], "--margin -1"),
        (["--most-seeds", "40"], "with --precision only"),
        (["--between", "grants,rebate"], "--precision or --margin"),
        (["--precision", "5", "--between", "grants"], "two policies"),
        (["--precision", "5", "--between", "grants,fengg"], "'fengg'"),
        (["--precision", "5", "--seeds", "30", "--most-seeds", "25"], "at least the 30 seeds"),
    ],
    ids=" ".join,
)
def test_bad_options_are_refused_before_a_run(
    words: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x"
    assert main(["compare", "--policies", "rebate,grants", *SET_TINY, "--out", str(out), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert named in line and not out.exists()


def test_amounts_are_numbers_or_percent() -> None:
    assert Amount.parse("0.5%", "").of(-2000.0) == 10.0
    assert Amount.parse(500, "").of(-2000.0) == Amount.parse("500", "").of(7.0) == 500.0
    with pytest.raises(BadInput):
        Amount.parse(True, "--precision")
