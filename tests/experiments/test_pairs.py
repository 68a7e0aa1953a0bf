"""Live pairs: the numbers of `compare`, zero between equals, stopping, the cache, the words and the recipe."""

import csv
import io
import json
import shlex
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
import pytest

import model.simulation
from experiments import Study, compare, compare_study
from experiments.analysis.equal_money import MONEY_COLUMNS
from experiments.analysis.over_seeds import quantile_paths
from experiments.analysis.table import HEADLINE
from experiments.cli import main
from experiments.pairs.answer import KEPT, PATHS, SHOWN_COLUMNS, LiveAnswer
from experiments.pairs.batches import FEWEST_NARROW, NARROW, PAIRS_AT_ONCE, answers, is_narrow
from experiments.pairs.cache import KeptRun, RunCache
from experiments.pairs.question import ask
from experiments.pairs.recipe import command_line, paths_csv, python_code, table_csv
from experiments.pairs.verdict import CANNOT_TELL, conditions, verdict
from experiments.results.columns import SERIES
from model import BadInput, Parameters, policies
from model.policy.policy import Policy
from tests.economies import TINY

FORESIGHT = 0.8


def arms(*names: str, **traits: Any) -> list[Policy]:
    return [policies[name].replace(**traits) for name in names]


def last(study: Study, indicator: str = "welfare", cache: RunCache | None = None) -> LiveAnswer:
    """The answer on all pairs of a study, or on those that were enough."""
    return list(answers(study, indicator, RunCache() if cache is None else cache))[-1]


@pytest.fixture(scope="module")
def fifteen() -> LiveAnswer:
    return last(ask(arms("selective", "application", "procurement", foresight=FORESIGHT), TINY, 15))


# -- the numbers


def test_the_table_is_that_of_compare(fifteen: LiveAnswer) -> None:
    own = compare(fifteen.study.policies, TINY, seeds=15, reference="selective")
    pd.testing.assert_frame_equal(fifteen.table, own[list(SHOWN_COLUMNS)], check_exact=True)


def test_quantiles_are_those_of_a_comparison(fifteen: LiveAnswer) -> None:
    series = compare_study(fifteen.study).series
    for name in set(PATHS) & set(SERIES):
        expected = quantile_paths(series, name)
        for policy, fan in fifteen.fans(name).items():
            assert np.allclose(fan, expected[policy], rtol=1e-12, atol=0.0)


def test_differences_over_time_are_paired(fifteen: LiveAnswer) -> None:
    """The median of differences is no difference of medians. The last welfare of each pair gives it."""
    gaps = fifteen.gap_fans("adoption")
    assert list(gaps) == ["application", "procurement"]
    adoption = (
        compare_study(fifteen.study).series.query("period == 11").pivot(index="seed", columns="policy")["adoption"]
    )
    expected = (adoption["application"] - adoption["selective"]).quantile([0.05, 0.25, 0.5, 0.75, 0.95])
    assert gaps["application"][:, 11] == pytest.approx(expected.to_numpy(), abs=1e-12)


def test_equal_policies_differ_by_exactly_zero() -> None:
    study = ask(arms("application", "application"), TINY, 10)
    assert [policy.name for policy in study.policies] == ["application", "application 2"]
    found = last(study)
    gaps = found.table[found.table["policy"] == "application 2"].set_index("indicator")
    known = gaps["n"] > 0
    assert known.sum() >= 11
    assert (gaps.loc[known, ["difference", "low", "high"]] == 0.0).all(axis=None)
    assert not found.gap_fans("welfare")["application 2"].any()
    assert verdict(found, "welfare") == [
        "No difference at all: welfare is the same under application 2 and application in each of 10 pairs."
    ]


def test_runs_that_only_look_different_differ_by_zero() -> None:
    """No policy that starts later is no policy all the same, in a run of its own."""
    none, late = policies["laissez_faire"], policies["laissez_faire"].replace(start=3)
    cache = RunCache()
    found = last(ask([none, late], TINY, 5), cache=cache)
    assert len(cache) == 10
    gaps = found.table[found.table["policy"] == "laissez_faire 2"]
    assert (gaps.loc[gaps["n"] > 0, ["difference", "low", "high"]] == 0.0).all(axis=None)


@pytest.mark.parametrize("names", [["application"], ["application"] * 4, []])
def test_two_or_three_policies(names: list[str]) -> None:
    with pytest.raises(BadInput, match="must be 2 to 3 policies"):
        ask(arms(*names), TINY)


# -- stopping, and the second visit


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of runs that each call makes."""
    made: list[int] = []
    own = model.simulation.simulate_many

    def counted(parameters: Parameters, arms: Any, seeds: Any, **given: Any) -> Any:
        made.append(len(arms) * len(seeds))
        return own(parameters, arms, seeds, **given)

    monkeypatch.setattr(model.simulation, "simulate_many", counted)
    return made


def test_answers_come_by_batches_and_nothing_runs_between_them(count: list[int]) -> None:
    asked = answers(ask(arms("rebate", "application"), TINY, 40), "welfare", RunCache())
    assert count == []
    for batches in (1, 2):
        assert next(asked).pairs == PAIRS_AT_ONCE * batches
        assert count == [2 * PAIRS_AT_ONCE] * batches
    asked.close()
    assert len(count) == 2


def test_answers_worth_showing_grow_rarer_and_end_with_the_last() -> None:
    found = answers(ask(arms("rebate", "application"), TINY, 47), "hhi", RunCache())
    assert [one.pairs for one in found if one.worth_showing] == [5, 10, 15, 20, 30, 40, 47]


def test_the_second_visit_makes_no_run(count: list[int]) -> None:
    study, cache = ask(arms("rebate", "application"), TINY, 12), RunCache()
    first = last(study, cache=cache)
    assert sum(count) == 24 and first.final and first.pairs == 12
    again = list(answers(study, "welfare", cache))
    assert sum(count) == 24 and len(again) == 1
    pd.testing.assert_frame_equal(again[0].table, first.table, check_exact=True)


def test_a_visitor_makes_only_what_is_missing(count: list[int]) -> None:
    cache = RunCache()
    last(ask(arms("rebate", "application"), TINY, 5), cache=cache)
    last(ask(arms("rebate", "grants", "application"), TINY, 5), cache=cache)
    assert count == [10, 5]


def test_equal_policies_are_narrow_as_soon_as_any_may_be() -> None:
    found = last(ask(arms("application", "application"), TINY, 60))
    assert found.pairs == FEWEST_NARROW and found.narrow and found.final


def kept(welfare: float, raised: float = 100.0, spent: float = 100.0, **others: float) -> KeptRun:
    money = dict.fromkeys(MONEY_COLUMNS, 0.0) | {"budget_raised": raised, "budget_placed": spent}
    return KeptRun(dict.fromkeys(KEPT, 1.0) | money | {"welfare": welfare} | others, {})


def made_up(gaps: Any, names: tuple[str, str] = ("selective", "application"), **others: float) -> LiveAnswer:
    """An answer on pairs with known differences in welfare, of which the reference has 100."""
    study = ask(arms(*names), TINY, len(gaps))
    runs = (tuple(kept(100.0) for _ in gaps), tuple(kept(100.0 + gap, **others) for gap in gaps))
    return LiveAnswer(study, dict(zip(names, runs, strict=True)), 100, False)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_narrow_is_a_width_and_no_sign(sign: float) -> None:
    """The interval of 20 numbers of deviation s is 2.093 s / sqrt(20) to each side (table of Student's t)."""
    shape = np.tile([-1.0, 1.0], 10) * np.sqrt(19 / 20)  # of deviation 1
    for share, narrow in ((0.99, True), (1.01, False)):
        deviation = share * NARROW * 100.0 * np.sqrt(20) / 2.093
        for middle in (0.0, sign * 50.0):
            found = made_up(middle + deviation * shape)
            assert is_narrow(found.study, found.arms, "welfare") == narrow
    found = made_up(np.zeros(FEWEST_NARROW - 1))
    assert not is_narrow(found.study, found.arms, "welfare")


def test_a_failed_run_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    own = model.simulation.simulate

    def failing(parameters: Parameters, policy: Policy, seed: int) -> Any:
        if (policy.name, seed) == ("application", 3):
            raise FloatingPointError("made up")
        return own(parameters, policy, seed)

    def broken(parameters: Parameters, arms: Any, seeds: Any) -> Any:
        yield own(parameters, arms[0], seeds[0])
        raise FloatingPointError("made up")

    expected = last(ask(arms("rebate", "application"), TINY, 5))
    monkeypatch.setattr(model.simulation, "simulate", failing)
    monkeypatch.setattr(model.simulation, "simulate_many", broken)
    found = last(ask(arms("rebate", "application"), TINY, 5))
    assert found.failed == 1 and found.whole_pairs == 4
    assert found.row("application", "welfare")["n"] == 4
    assert found.row("rebate", "welfare")["mean"] == expected.row("rebate", "welfare")["mean"]
    assert "1 runs failed and are left out." in conditions(found, "welfare")


# -- the cache


def of_size(bytes_: int) -> KeptRun:
    return KeptRun({}, {"path": np.zeros(bytes_ // 8)})


def test_the_cache_is_bounded_and_drops_what_was_not_asked_for_longest() -> None:
    cache = RunCache(most_bytes=240)
    for name in "abc":
        cache.put(name, of_size(80))
    assert cache.get("a") is not None
    cache.put("d", of_size(80))
    assert [name for name in "abcd" if cache.holds(name)] == ["a", "c", "d"]
    cache.put("d", of_size(160))
    assert [name for name in "abcd" if cache.holds(name)] == ["a", "d"] and cache.bytes_kept == 240
    cache.put("e", of_size(800))  # which alone is too large
    assert [name for name in "ade" if cache.holds(name)] == ["a", "d"] and cache.bytes_kept == 240
    cache.put("d", of_size(800))
    assert [name for name in "ade" if cache.holds(name)] == ["a"] and cache.bytes_kept == 80


def test_a_cache_shared_by_threads_keeps_its_count() -> None:
    cache = RunCache(most_bytes=800)

    def visit(number: int) -> None:
        for step in range(400):
            cache.put(str((number * 7 + step) % 30), of_size(80))
            cache.get(str(step % 30))

    threads = [Thread(target=visit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 10 and cache.bytes_kept == 800


def test_a_full_cache_changes_no_answer() -> None:
    study = ask(arms("rebate", "application"), TINY, 10)
    small = last(study, cache=RunCache(most_bytes=1))
    pd.testing.assert_frame_equal(small.table, last(study).table, check_exact=True)


# -- the words

NOISE = np.tile([-1.0, 1.0], 10)


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        (5.0 + NOISE, "Welfare is higher under application than under selective: +5.0 % [+4.5, +5.5] of selective"),
        (-5.0 + NOISE, "Welfare is lower under application than under selective: -5.0 % [-5.5, -4.5] of selective"),
        (0.1 + NOISE, f"{CANNOT_TELL} whether welfare differs between application and selective: +0.10 %"),
        ([3.0], f"{CANNOT_TELL}: welfare has a value in a single pair"),
        (np.full(5, np.nan), "No verdict: welfare has no value to compare in any pair"),
    ],
)
def test_the_verdict_says_what_the_interval_does(gaps: Any, words: str) -> None:
    (sentence,) = verdict(made_up(gaps), "welfare")
    assert sentence.startswith(words)


def test_the_verdict_counts_the_better_pairs() -> None:
    (sentence,) = verdict(made_up(np.array([3.0, 2.0, 4.0, -0.1] * 5)), "welfare")
    assert "better in 15 of 20 pairs" in sentence


def test_few_pairs_leave_holms_test_open() -> None:
    assert "Holm's test over the table leaves it open." in verdict(made_up(5.0 + NOISE[:6]), "welfare")[0]
    assert "Holm" not in verdict(made_up(5.0 + NOISE), "welfare")[0]


def test_there_is_no_verdict_on_unequal_money() -> None:
    found = made_up(5.0 + NOISE, spent=80.0)
    assert verdict(found, "welfare")[0].startswith("No verdict: the money of application is not shown to be equal.")
    assert any(
        "80.0 under application, not shown to be equal within 5 %." in line for line in conditions(found, "welfare")
    )


def test_there_is_no_verdict_where_the_reference_did_not_spend() -> None:
    found = made_up(5.0 + NOISE)
    turned = replace(
        found, arms={"selective": tuple(kept(100.0, spent=80.0) for _ in NOISE), **dict(list(found.arms.items())[1:])}
    )
    assert verdict(turned, "welfare")[0].startswith("No verdict: the money of selective is not shown to be equal.")


def test_the_conditions_say_pairs_money_and_assumptions() -> None:
    found = made_up(5.0 + NOISE, ("selective", "community"))
    assert conditions(found, "welfare") == [
        "So far 20 of at most 100 pairs.",
        "Money placed per run: 100.0 under selective and 100.0 under community, equal within 5 %.",
        "community rests on efficacies that nobody knows.",
    ]
    assert conditions(replace(found, most=20), "welfare")[0] == "It rests on 20 pairs."
    narrow = conditions(replace(found, narrow=True), "welfare")[0]
    assert narrow == "It rests on 20 pairs. Its interval is narrow: at most 0.5 % of the mean to either side."


def test_money_that_is_not_raised_is_named() -> None:
    found = last(ask(arms("laissez_faire", "rebate"), TINY, 5))
    assert any(line.endswith("under rebate, laissez_faire raises none.") for line in conditions(found, "welfare"))


# -- the recipe


def run_shell(lines: str, *more: str) -> int:
    """Do what a shell does with the lines of a recipe."""
    for line in lines.splitlines():
        words = shlex.split(line)
        if words[0] == "echo":
            Path(words[3]).write_text(words[1], encoding="utf-8")
        else:
            assert words[0] == "nqpf"
            return main([*words[1:], *more])
    raise AssertionError


@pytest.mark.parametrize("names", [("selective", "application"), ("application", "application")])
def test_the_command_line_prints_the_numbers(
    names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, blank_report: None
) -> None:
    found = last(ask(arms(*names, foresight=FORESIGHT, start=2), TINY, 5))
    monkeypatch.chdir(tmp_path)
    assert run_shell(command_line(found.study), "--json", "--no-responses", "--quiet") == 0
    told = json.loads(capsys.readouterr().out)["table"]
    for row in told:
        own = found.row(row["policy"], row["indicator"])
        for column in ("mean", "difference", "low", "high", "share_better", "p_holm", "money_placed"):
            assert own[column] == row[column] or (row[column] is None and pd.isna(own[column]))
    assert len(told) == len(found.table)


@pytest.mark.parametrize("names", [("selective", "application"), ("application", "application")])
def test_the_python_gives_the_numbers(names: tuple[str, str], capsys: Any) -> None:
    found = last(ask(arms(*names, foresight=FORESIGHT), TINY, 5))
    scope: dict[str, Any] = {}
    exec(python_code(found.study, "welfare"), scope)
    pd.testing.assert_frame_equal(scope["table"][list(SHOWN_COLUMNS)], found.table, check_exact=True)
    assert "welfare" in capsys.readouterr().out


def test_the_csv_holds_the_numbers(fifteen: LiveAnswer) -> None:
    read = list(csv.DictReader(io.StringIO(table_csv(fifteen))))
    assert {row["indicator"] for row in read} == set(HEADLINE)
    own = fifteen.table["difference"].dropna()
    assert [float(row["difference"]) for row in read if row["difference"]] == list(own)
    paths = csv.DictReader(io.StringIO(paths_csv(fifteen, "welfare")))
    median = [float(row["q50"]) for row in paths if (row["series"], row["policy"]) == ("difference", "application")]
    assert median == list(fifteen.gap_fans("welfare")["application"][2])
