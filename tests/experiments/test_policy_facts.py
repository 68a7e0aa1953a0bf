"""Published effects of policy: measures with known answers, verdicts, and the command, on tiny economies."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import experiments.running.runner
from experiments.cli import main
from experiments.evidence.check import check_policy_facts, effect, in_competition, policy_study
from experiments.evidence.measures import MEASURES
from experiments.evidence.policy_fact import (
    AGREES,
    ARMS_OF,
    COMPETITION,
    DISAGREES,
    HIGHER,
    LOWER,
    MEASURES_OF,
    NO_VALUE,
    OPEN,
    VERDICTS,
    Published,
)
from experiments.evidence.policy_facts import ARMS, NOT_BUILT, POLICY_FACTS
from experiments.running.engines import Execution
from experiments.statistics import Interval, bootstrap_interval
from experiments.validation.facts import FACTS
from model import BadInput, policies, simulate
from tests.economies import SET_TINY, TINY
from tests.experiments.test_runner import fail_on
from tests.viz.test_report import HOSTILE, Outline
from viz.report.policy_facts import render_policy_facts

SEEDS = (0, 1, 2)
SOME = ("hahn_benefit_cost", "hoppmann_level")


def test_each_fact_is_whole() -> None:
    """It has the arms and measures that its statistic asks for, one place for its value, and what its failure means."""
    assert not set(POLICY_FACTS) & set(FACTS)
    for name, fact in POLICY_FACTS.items():
        assert fact.name == name and fact.treatment and fact.source and fact.failure and fact.says.count("{}") == 1
        assert (len(fact.arms), len(fact.measures)) == (ARMS_OF[fact.statistic], MEASURES_OF[fact.statistic])
        assert set(fact.measures) <= set(MEASURES)
        assert all(ARMS[arm.name] == arm for arm in fact.arms)
    contents = [tuple(sorted(arm.replace(name="x").model_dump(mode="json").items(), key=str)) for arm in ARMS.values()]
    assert len({str(content) for content in contents}) == len(ARMS)
    assert all(effect.reason and effect.source for effect in NOT_BUILT)


@pytest.mark.parametrize(
    ("published", "low", "high", "verdict"),
    [
        (HIGHER, 0.1, 0.2, AGREES), (HIGHER, -0.2, -0.1, DISAGREES), (HIGHER, -0.1, 0.1, OPEN),
        (HIGHER, 0.0, 0.0, DISAGREES), (LOWER, 0.0, 0.0, DISAGREES), (LOWER, -0.2, -0.1, AGREES),
        (HIGHER, 0.0, 0.1, OPEN), (Published(1.0, 6.0), 1.0, 6.0, AGREES), (Published(1.0, 6.0), 0.9, 2.0, OPEN),
        (Published(1.0, 6.0), 6.1, 7.0, DISAGREES), (Published(1.0, 6.0), 0.5, 0.9, DISAGREES),
        (HIGHER, np.nan, np.nan, OPEN),
    ],
)  # fmt: skip
def test_verdicts(published: Published, low: float, high: float, verdict: str) -> None:
    """The whole interval decides. One seed has none, and an effect of exactly zero has no direction."""
    assert published.verdict(Interval(0.5 if np.isnan(low) else (low + high) / 2, low, high)) == verdict
    assert published.verdict(Interval(np.nan, np.nan, np.nan)) == NO_VALUE


def test_statistics_over_paired_seeds() -> None:
    """With tables (arms, measures, seeds) whose answers are known."""
    table = np.array([[[5.0, 7.0], [2.0, 3.0]], [[1.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
    assert effect("difference", table[:2, :1]).mean == 5.0
    assert effect("ratio", table[:2]).mean == (4.0 + 6.0) / (1.0 + 3.0)
    assert effect("ratios", table).mean == 12.0 / 5.0 - 2.0 / 1.0
    for statistic in ARMS_OF:
        found = effect(statistic, table[: ARMS_OF[statistic]])
        assert found.low <= found.mean <= found.high
        assert np.isnan(effect(statistic, table[: ARMS_OF[statistic], :, :0]).mean)
        assert np.isnan(effect(statistic, table[: ARMS_OF[statistic], :, :1]).low)


def test_a_bootstrap_of_equal_seeds_has_no_width() -> None:
    assert bootstrap_interval(lambda table: float(table.mean()), np.full(9, 2.5)) == (2.5, 2.5, 2.5)


def test_a_rebate_without_cost_brings_exactly_what_it_costs() -> None:
    """Per unit of net cost the benefit is 1 (ECONOMY.md section 6)."""
    free = policies["rebate"].replace(leakage=0.0, administration=0.0)
    rebate, none = (simulate(TINY, policy, 1) for policy in (free, "laissez_faire"))
    gain, cost = (MEASURES[name](rebate) - MEASURES[name](none) for name in ("benefit", "net_cost"))
    assert cost > 0.0 and gain / cost == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("displacement", [0.0, 0.3, 1.0])
def test_displacement_of_the_first_quarter_is_found_again(displacement: float) -> None:
    """Plans are still alike in quarter 0, so own R&D falls by `displacement` per unit, under credit and grants."""
    one_quarter = TINY.replace(horizon=1, displacement=displacement)
    for name in ("rd_credit", "grants"):
        arm, none = (simulate(one_quarter, policy, 0) for policy in (name, "laissez_faire"))
        own, public = (
            MEASURES[f"{what} in year 1"](arm) - MEASURES[f"{what} in year 1"](none)
            for what in ("private_rd", "public_rd")
        )
        assert public > 0.0 and own / public == pytest.approx(-displacement, abs=1e-9)


def test_phases_of_policy_add_up() -> None:
    run = simulate(TINY.replace(horizon=30), policies["grants"].replace(end=26), 0)
    for name in ("private_rd", "public_rd"):
        parts = [MEASURES[f"{name} in {phase}"](run) for phase in ("year 1", "year 2", "years 3 to 5", "later years")]
        assert all(parts) and sum(parts) == pytest.approx(run.series[name][:26].sum())


def firms_that_leave(chance: Any, number: int = 4000) -> SimpleNamespace:
    """A panel of two years in which firms leave within the first by a chance that their log productivity gives."""
    rng = np.random.default_rng(5)
    log = rng.uniform(-1.0, 1.0, number)
    gone = rng.random(number) < chance(log)
    rows = [(firm, quarter) for firm in range(number) for quarter in range(3 if gone[firm] else 9)]
    firm, period = np.array(rows).T
    panel = {"firm": firm, "period": period, "productivity": np.exp(log)[firm], "foreign": np.zeros(len(rows), bool)}
    return SimpleNamespace(firms=panel, policy=policies["rebate"].replace(end=8))


def test_the_slope_of_exit_on_productivity_is_found_again() -> None:
    """Firms that live on count in both years, at no exit: slopes of the first year are shared with the second."""
    slope = MEASURES["exit_slope"](firms_that_leave(lambda log: 0.3 - 0.2 * log))
    assert -0.2 < slope < -0.08
    assert MEASURES["exit_slope"](firms_that_leave(lambda log: 0.3 + 0.0 * log)) == pytest.approx(0.0, abs=0.02)
    assert np.isnan(MEASURES["exit_slope"](firms_that_leave(lambda log: 0.3 + 0.0 * log, number=9)))


def test_competition_is_multiplied_within_its_range() -> None:
    many = in_competition(TINY.replace(reconsider=0.7), 2.0)
    assert many.reconsider == 1.0 and many.entry == 2.0 * TINY.entry
    assert in_competition(TINY, 1.0) == TINY and set(COMPETITION) <= set(TINY.model_dump())


def test_every_fact_is_measured_and_a_second_call_makes_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check_policy_facts(parameters=TINY, seeds=SEEDS, execution=Execution(1), out=tmp_path / "x")
    assert list(first["fact"]) == list(POLICY_FACTS) and set(first["verdict"]) <= set(VERDICTS)
    assert first.set_index("fact")["n"]["hahn_benefit_cost"] == len(SEEDS)
    monkeypatch.setattr(experiments.running.runner, "run_task", None)
    again = check_policy_facts(parameters=TINY, seeds=SEEDS, execution=Execution(1), out=tmp_path / "x")
    pd.testing.assert_frame_equal(again, first)


def test_an_effect_is_what_simulate_gives() -> None:
    (row,) = check_policy_facts(["hoppmann_level"], TINY, SEEDS, Execution(1)).itertuples()
    hours = [
        [simulate(TINY.replace(slots=row_slots()), name, seed).series["exploration_hours"].sum() for seed in SEEDS]
        for name in ("vouchers", "rebate")
    ]
    assert row.value == pytest.approx(np.mean(np.subtract(*hours)), rel=1e-12)


def row_slots() -> int:
    return policy_study(TINY).parameters.slots


# -- the command
COMMAND = ["validate", *SOME, "--policy-facts", "--seeds", "2", "--jobs", "1", *SET_TINY]


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*COMMAND, "--json", "--quiet"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["fact"] for row in rows] == list(SOME) and all(row["verdict"] in VERDICTS for row in rows)
    (page,) = tmp_path.glob("results/policy-facts-*/report.html")
    assert all(VERDICTS[row["verdict"]] in page.read_text(encoding="utf-8") for row in rows)
    assert main(COMMAND) == 0
    shown = capsys.readouterr()
    assert "runs are stored already" in shown.err and all(len(line) <= 80 for line in shown.out.splitlines()[:6])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hahn_benefit", "--policy-facts"], "did you mean 'hahn_benefit_cost'"),
        (["hhi", "--policy-facts"], "unknown policy fact 'hhi'"),
        (["hahn_benefit_cost"], "unknown fact 'hahn_benefit_cost'"),
        (["--policy-facts", "--set", "policy.budget=0.01"], "policy.budget: policy facts declare their policies"),
    ],
)
def test_bad_input(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["validate", *arguments, "--out", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1 and not (tmp_path / "x").exists()


def test_a_failed_run_is_a_row_and_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its seed is left out, and the same command tries it again."""
    command = [*COMMAND, "--json", "--quiet", "--out", str(tmp_path / "x")]
    with monkeypatch.context() as patch:
        fail_on("vouchers", 1, patch)
        assert main(command) == 3
    shown = capsys.readouterr()
    assert "failed, first vouchers with seed 1" in shown.err and {row["n"] for row in json.loads(shown.out)} == {1}
    assert main(command) == 0
    assert {row["n"] for row in json.loads(capsys.readouterr().out)} == {2}


def test_an_unknown_name_of_python() -> None:
    with pytest.raises(BadInput):
        check_policy_facts(["nothing"])


def made_up() -> SimpleNamespace:
    """A table with every verdict."""
    rows = []
    for number, fact in enumerate(POLICY_FACTS.values()):
        verdict = list(VERDICTS)[number % len(VERDICTS)]
        rows.append(
            {
                "fact": fact.name, "unit": fact.unit, "statistic": fact.statistic, "value": 0.3, "lower": 0.1,
                "upper": np.nan, "low": [0.0, np.nan][number % 2], "high": [np.inf, np.nan][number % 2],
                "verdict": verdict, "n": 3, "treatment": fact.treatment, "source": fact.source,
                "failure": f"failure {number}", "sentence": f"effect {number}. {VERDICTS[verdict]}",
            }
        )  # fmt: skip
    runs = pd.DataFrame({"status": ["ok"], "error": [""]})
    return SimpleNamespace(table=pd.DataFrame(rows), runs=runs, values={"hoppmann_level": np.array([0.1, 0.4])})


def test_the_page_has_each_effect_and_what_each_failure_means() -> None:
    """Failures are explained where the model does not agree, and there alone. What is not built is listed."""
    found: Any = made_up()
    found.table.loc[:3, "treatment"] = HOSTILE
    outline = Outline(render_policy_facts(policy_study(TINY, SEEDS), found, ()))
    for number, row in enumerate(found.table.itertuples()):
        assert f"effect {number}. " in outline.text and row.treatment in outline.text
        assert (f"What this means: failure {number} " in outline.text) == (row.verdict == DISAGREES)
    assert all(effect.reason in outline.text for effect in NOT_BUILT)
    assert not outline.all("script", "img") and len(outline.all("svg")) == len(POLICY_FACTS)
