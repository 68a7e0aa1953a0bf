"""The best mix: a planted one is found, all spend the same money, and what is reported is measured on fresh seeds."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import experiments.running.runner
from experiments import optimise
from experiments.cli import main
from experiments.inquiries.optimise import declared_search
from experiments.optimisation import search
from experiments.optimisation.mixes import UNITS, MixSpace, mix_in_words, simplex, tilted_calendar
from experiments.optimisation.optimum import Optimum, optimise_study
from experiments.optimisation.search import Bench, Candidate, Optimisation, best_of, find_mixes, undominated
from experiments.results.store import MemoryStore
from experiments.running.engines import Execution
from experiments.statistics import Interval
from experiments.study.study import Study
from model.declaration.numbers import LARGEST_SEED
from model.policy.policy import Policy
from model.policy.presets import find_policies
from tests.economies import TINY, TINY_SIZES

STUDY = Study(
    name="tiny",
    parameters=TINY,
    policies=find_policies(["rebate", "selective", "rd_credit", "vouchers"]),
    seeds=tuple(range(6)),
    outcomes=("welfare",),
)
OPTIONS: dict[str, Any] = {
    "of": None, "instruments": "vouchers,grants", "calendar": False, "trials": 40, "fresh": None,
}  # fmt: skip


def declared(**options: Any) -> Optimisation:
    return declared_search(STUDY, {**OPTIONS, **options}, quick=False)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=9))
def test_shares_are_whole_parts_that_sum_to_one(draws: list[float]) -> None:
    parts = simplex(draws)
    assert sum(parts) == UNITS and min(parts) >= 0 and len(parts) == len(draws)


def test_mixes_are_uniform_on_the_simplex_and_reach_its_corners() -> None:
    """Under a flat Dirichlet distribution of 3, a share has mean 1/3 and variance 1/18. Rounding changes little."""
    drawn = np.array([simplex(row) for row in np.random.default_rng(0).random((4000, 3))]) / UNITS
    assert np.allclose(drawn.mean(axis=0), 1 / 3, atol=0.015)
    assert np.allclose(drawn.var(axis=0), 1 / 18, atol=0.005)
    assert simplex([1e-9, 1.0, 1.0]) == [UNITS, 0, 0]


@given(st.integers(2, 200), st.floats(0.25, 0.75))
def test_a_calendar_moves_money_and_adds_none(quarters: int, early: float) -> None:
    multiples = np.array(tilted_calendar(early, quarters))
    assert len(multiples) == quarters and multiples.sum() == pytest.approx(quarters)
    assert multiples[: quarters // 2].sum() == pytest.approx(early * quarters)


def test_all_mixes_raise_the_money_of_the_reference() -> None:
    """Whatever mix and calendar, to rounding."""
    space = MixSpace(find_policies(["rebate"])[0], ("vouchers", "grants", "rd_credit"), TINY.horizon, calendar=True)
    luck = np.random.default_rng(1)
    mixes = [space.policy(lambda name: float(luck.random()), f"m{number}") for number in range(6)]
    assert any(mix.later_mix for mix in mixes) and len({mix.calendar for mix in mixes}) > 1
    bench = Bench(declared(), "m", MemoryStore(series=False), Execution(jobs=1))
    raised = bench.runs(mixes, (0, 1), "search").pivot(index="seed", columns="policy", values="budget_raised")
    for name in raised:
        assert raised[name].to_numpy() == pytest.approx(raised["rebate"].to_numpy(), rel=1e-9)


def plant(monkeypatch: pytest.MonkeyPatch, truth: Callable[[Policy], float], noise: float = 1.0) -> list[list[str]]:
    """Let `truth` with the noise of each seed take the place of the economy. Return the policies of each call."""
    asked: list[list[str]] = []

    def runs(self: Bench, policies: Any, seeds: Any, which: str) -> pd.DataFrame:
        arms = [STUDY.policies[0], *policies]
        asked.append([policy.name for policy in policies])
        rows = [
            {"point": 0, "set": 0, "policy": policy.name, "seed": seed, "status": "ok", "error": None, "warnings": ""}
            | {"welfare": truth(policy) + np.random.default_rng([seed, len(policy.name)]).normal(0.0, noise)}
            | {"hhi": 0.5 - dict(policy.mix).get("vouchers", 0.0), "budget_raised": 100.0, "budget_placed": 100.0}
            | {"equity_recovered": 0.0, "budget_leaked": 0.0, "budget_administration": 0.0}
            for policy in arms
            for seed in seeds
        ]
        return pd.DataFrame(rows)

    monkeypatch.setattr(Bench, "_runs", runs)
    monkeypatch.setattr("experiments.optimisation.optimum.run_tasks", lambda *given: None)
    return asked


def at_60(policy: Policy) -> float:
    """The planted truth: 60 % for vouchers is best."""
    return -100.0 * (dict(policy.mix).get("vouchers", 0.0) - 0.6) ** 2


def found_with(**options: Any) -> Optimum:
    return optimise_study(replace(declared(**options)))


def test_a_planted_mix_is_found_and_beats_the_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, at_60)
    found = found_with()
    assert dict(found.final[0].policy.mix)["vouchers"] == pytest.approx(0.6, abs=0.05)
    assert found.rival == "vouchers" and found.ahead.low > 0.0
    assert len(found.tried) == 40 and len({one.policy.mix for one in found.final}) == len(found.final) == 3


def test_candidates_that_are_given_up_are_worse_and_stop_early(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, at_60, noise=0.1)
    problem = replace(declared(), study=replace(STUDY, seeds=tuple(range(24))))
    tried = find_mixes(problem, Bench(problem, "m", MemoryStore(), Execution()))
    best, given_up = best_of(problem, tried), [one for one in tried if one.given_up]
    assert best is not None and not best.given_up and best.seeds == 24 and len(given_up) > 5
    assert all(one.seeds < 24 and at_60(one.policy) < at_60(best.policy) for one in given_up)


def test_what_is_reported_is_of_seeds_that_the_search_has_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all mixes are alike, the reported difference is none."""
    plant(monkeypatch, lambda policy: 0.0, noise=0.0)
    problem = declared(fresh=50)
    assert not {*problem.fresh_seeds} & {*problem.study.seeds} and len(problem.fresh_seeds) == 50
    found = optimise_study(problem)
    assert {*found.runs["seed"]} == {*problem.fresh_seeds} and found.final[0].gaps[0].mean == 0.0


def candidate(name: str, *values: float, equal: bool = True) -> Candidate:
    policy = find_policies(["vouchers"])[0].replace(name=name)
    return Candidate(policy, tuple(Interval(value, value, value) for value in values), equal, 6)


def test_undominated_mixes_are_those_that_none_beats_in_both() -> None:
    """More welfare is better, less concentration is."""
    problem = declared(of="welfare,hhi")
    tried = [
        candidate("a", 3.0, 0.9), candidate("b", 2.0, 0.5), candidate("c", 2.0, 0.6), candidate("d", 1.0, 0.1),
        candidate("e", 9.0, 0.0, equal=False), candidate("f", float("nan"), 0.0),
    ]  # fmt: skip
    assert [one.policy.name for one in undominated(problem, tried)] == ["a", "b", "d"]
    best = best_of(declared(), [candidate("x", 1.0), candidate("y", 2.0), candidate("z", 5.0, equal=False)])
    assert best is not None and best.policy.name == "y", "a mix without equal money is never best"


def test_two_objectives_have_a_front(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, at_60, noise=0.0)
    found = found_with(of="welfare,hhi", trials=64)
    shares = [dict(one.policy.mix).get("vouchers", 0.0) for one in found.final]
    assert shares == sorted(shares) and min(shares) >= 0.55, "below 60 % both objectives get worse"
    assert not any(one.given_up for one in found.tried)


@pytest.mark.slow
def test_the_search_depends_on_results_alone_and_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = declared(trials=10, fresh=4)
    one = optimise_study(problem, tmp_path / "x", Execution(jobs=1))
    two = optimise_study(problem, None, Execution(jobs=2))
    assert one.tried == two.tried and one.final == two.final and one.ahead == two.ahead

    def none(*given: Any) -> None:
        raise AssertionError("a run was made again")

    monkeypatch.setattr(experiments.running.runner, "run_task", none)
    assert optimise_study(problem, tmp_path / "x").tried == one.tried


def test_failed_runs_of_the_search_are_counted(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only those on fresh seeds: here a preset fails on one seed of the search."""
    real = experiments.running.runner.run_task

    def failing(task: Any, runs: Any, *given: Any) -> Any:
        return real(task, iter(()) if (task.policy.name, task.seed) == ("grants", 1) else runs, *given)

    monkeypatch.setattr(experiments.running.runner, "run_task", failing)
    words = ["optimise", file, "--trials", "2", "--fresh", "2", "--out", "x", "--quiet", "--jobs", "1", "--json"]
    assert main(words) == 3
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["failed"] == 1
    assert f"1 of {found['runs']} runs failed, first grants with seed 1" in shown.err


def test_a_mix_is_named_by_its_shares_and_calendar() -> None:
    mix = find_policies(["rebate"])[0].replace(
        mix={"grants": 0.25, "vouchers": 0.75}, later_mix={"grants": 1.0}, later_from=8, calendar=(1.5, 0.5)
    )
    assert mix_in_words(mix) == (
        "vouchers 75%, grants 25%; from quarter 8: grants 100%; 75% of the money in the first half"
    )


FILE = f"""
name: tiny
parameters: {json.dumps(TINY_SIZES)}
policies: [rebate, grants, vouchers]
seeds: 4
outcomes: [welfare]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(FILE)
    return "s.yaml"


def test_the_command_answers_first_in_words_and_as_json(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["optimise", file, "--trials", "8", "--fresh", "3", "--out", "x", "--quiet"]
    assert main([*words, "--figures", "f"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(("The best mix for welfare is ", "No mix is shown to spend the same money"))
    assert max(map(len, shown.splitlines())) <= 80
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["seeds"] == [0, 1, 2, 3] and found["fresh_seeds"] == [4, 5, 6] and found["trials"] == 8
    assert found["instruments"] == ["rebate", "grants", "vouchers"] and len(found["tried"]) == 8
    assert all(sum(row["mix"].values()) == pytest.approx(1.0) for row in found["tried"])
    assert {row["policy"] for row in found["table"]} >= {"grants", "vouchers"}
    assert pd.read_parquet("x/runs")["policy"].nunique() == 3, "runs/ has the study's own policies only"


def test_the_python_call_returns_a_table() -> None:
    table = optimise(["rebate", "grants", "vouchers"], TINY, seeds=4, trials=8, fresh=3)
    assert {"policy", "mix", "equal_money", "welfare", "welfare_low", "welfare_high"} <= set(table.columns)
    assert (table["seeds"] == 3).all()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--of", "welfar"], ["welfar", "welfare"]),
        (["--of", "time_to_50"], ["time_to_50", "which way is better"]),
        (["--of", "welfare,hhi,adoption"], ["one indicator or two"]),
        (["--instruments", "vouchers"], ["two instruments or more"]),
        (["--instruments", "vouchers,grant"], ["'grant'", "grants"]),
        (["--trials", "0"], ["--trials 0"]),
        (["--fresh", "3", "--seed", str(LARGEST_SEED - 4)], ["--fresh 3", f"from 0 to {LARGEST_SEED}"]),
        (["--reference", "laissez_faire"], ["reference", "must raise the money"]),
        (["--calendar", "--set", "policy.phase_out=2"], ["--calendar", "calendar of its own"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_bad_options_are_refused_before_a_run(
    file: str, words: list[str], named: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["optimise", file, "--out", "x", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert all(text in line for text in named) and not Path("x").exists()


def test_batches_have_one_size_whatever_the_machine() -> None:
    """Candidates of a batch do not see each other, so that its size is part of the search."""
    assert search.AT_ONCE == 8
