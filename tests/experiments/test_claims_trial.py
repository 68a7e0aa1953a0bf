"""Trials of claims: made-up numbers whose verdicts are known, and the command on tiny economies."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import experiments.running.runner
from experiments.analysis.nested import nested
from experiments.claims.claim import Arm, Axis, Choice, Claim
from experiments.claims.claims import CLAIMS, find_claims
from experiments.claims.comparison import compare_in_cell
from experiments.claims.condition import by_level, correlated, parts_of, turns
from experiments.claims.runs import plan_of, variants_of
from experiments.claims.trial import judge, whole_table
from experiments.claims.verdict import (
    AGAINST,
    CONDITIONAL,
    CONTRADICTED_CLAIM,
    FOR,
    OPEN_CELL,
    SUPPORTED,
    UNDETERMINED,
    UNEQUAL,
)
from experiments.claims.words import first_line, paragraph
from experiments.cli import main
from model.policy.presets import policies
from tests.economies import TINY_SIZES
from tests.experiments.test_runner import fail_on
from tests.trials import made_up_study, made_up_trial, made_up_values
from viz.report.claims import render_claims

LIFT = {"vouchers": 3.0, "demonstration": 4.0, "procurement": 1.0, "grants": 2.0, "rd_credit": -1.0, "platform": 5.0}
TURNED = {SUPPORTED: CONTRADICTED_CLAIM, CONTRADICTED_CLAIM: SUPPORTED}
SOME = ("1a", "2a", "5a", "6", "8", "10", "11b", "16")


def turned(claim: Claim) -> Claim:
    """Return a claim with treatment and reference exchanged."""
    return claim._replace(treatment=claim.reference, reference=claim.treatment)


def small(name: str) -> Claim:
    """Return a claim with a grid of one axis, so that it is judged soon."""
    claim = CLAIMS[name]
    return claim._replace(
        axes=tuple(axis._replace(quick=axis.quick[: 1 + (not n)]) for n, axis in enumerate(claim.axes))
    )


def one_of(name: str, treatment: Choice, reference: Choice) -> Claim:
    return CLAIMS[name]._replace(treatment=(treatment,), reference=(reference,), axes=())


# -- made-up numbers
@pytest.mark.parametrize("sets", [0, 12])
def test_exchanged_sides_exchange_verdicts(sets: int) -> None:
    """Cell by cell and claim by claim. Differences are exactly the others with the other sign."""
    claims = {name: small(name) for name in SOME}
    study = made_up_study(sets)
    values = made_up_values(study, LIFT, claims)
    found = {name: judge(claim, values, study, True).verdict for name, claim in claims.items()}
    assert {SUPPORTED, CONTRADICTED_CLAIM, UNDETERMINED} <= set(found.values())
    for name, claim in claims.items():
        assert judge(turned(claim), values, study, True).verdict == TURNED.get(found[name], found[name]), name


def test_a_policy_against_itself_is_undetermined_with_an_effect_of_exactly_zero() -> None:
    claims = {name: small(name)._replace(reference=CLAIMS[name].treatment) for name in SOME}
    for tried in made_up_trial(LIFT, claims=claims).tried:
        assert tried.verdict == UNDETERMINED and tried.effect == 0.0 and tried.raw == (0.0,) * 5
        assert tried.cells["verdict"].eq(OPEN_CELL).all()


def test_effects_are_in_percent_of_the_reference_with_the_intervals_of_nested_seeds() -> None:
    """With one cell the numbers are those of `nested`, in percent of the mean of the reference."""
    claim = one_of("8", (Arm(policies["grants"]),), (Arm(policies["rebate"]),))
    study = made_up_study()
    values = made_up_values(study, LIFT, {"8": claim})
    ours, theirs = (values.at(claim.outcome.measure, variant) for variant in variants_of([claim], True))
    keys = pd.MultiIndex.from_product([range(12), range(4)], names=["set", "seed"])
    expected = nested(pd.Series((ours - theirs).ravel(), keys))
    level = theirs.mean() / 100.0
    tried = judge(claim, values, study, True)
    assert tried.raw == pytest.approx([
        expected.mean / level, expected.low_sets / level, expected.high_sets / level, expected.low_seeds / level,
        expected.high_seeds / level,
    ])  # fmt: skip
    assert tried.verdict == CONTRADICTED_CLAIM and tried.share_sets == 0.0  # the essay expects less


def test_the_best_arm_is_found_on_other_seeds() -> None:
    """An arm that is high on even seeds alone is chosen for the odd ones, where it is low. That gives it no lead."""
    arms = tuple(Arm(policies[name]) for name in ("vouchers", "procurement"))
    claim = one_of("1a", arms, (Arm(policies["grants"]),))._replace(outcome=CLAIMS["8"].outcome, expected=1)
    study = made_up_study(seeds=4)
    values = made_up_values(study, {}, {"1a": claim})
    number = variants_of([claim], True)
    measure = values.of[claim.outcome.measure]
    measure[:] = 100.0
    measure[1] = 101.0
    measure[0, :, ::2] = 110.0
    found = compare_in_cell(claim, {}, values)
    assert found.best == (("procurement", "vouchers"), ("grants",)) and len(number) == 3
    np.testing.assert_array_equal(found.gap, np.tile([1.0, 0.0, 1.0, 0.0], (12, 1)))


def test_an_arm_that_keeps_its_money_is_never_the_best_and_alone_decides_nothing() -> None:
    both = tuple(Arm(policies[name]) for name in ("demonstration", "vouchers"))
    grants = (Arm(policies["grants"]),)
    study = made_up_study()
    for treatment, equal, verdict in (
        (both, True, SUPPORTED),
        (both[:1], True, UNDETERMINED),
        (both[:1], False, SUPPORTED),
    ):
        claim = one_of("5a", treatment, grants)._replace(equal_money=equal)
        values = made_up_values(study, LIFT, {"5a": claim})
        values.of["share spent"][0] = 0.4
        tried = judge(claim, values, study, True)
        assert tried.verdict == verdict
        assert (tried.cells["verdict"][0] == UNEQUAL) == (verdict == UNDETERMINED)
        if len(treatment) == 2:
            assert tried.effect == pytest.approx(100.0 * (3.0 - 2.0) / 102.0, rel=0.1)


def test_missing_runs_leave_whole_sets_or_whole_seeds() -> None:
    values = np.arange(12.0).reshape(3, 4)
    assert whole_table(values).shape == (3, 4)
    values[1, 2] = np.nan
    assert whole_table(values).shape == (3, 3)
    values[1] = np.nan
    np.testing.assert_array_equal(whole_table(values), values[[0, 2]])
    assert whole_table(np.full((3, 4), np.nan)).size == 0


AXES = (Axis("displacement", (0.0, 0.5, 1.0), (), "displacement"), Axis("rate", (0, 1), (), "rate"))


def grid_of(verdicts: dict[float, str], means: dict[float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"displacement": level, "rate": rate, "verdict": verdicts[level], "mean": means[level]}
         for level in verdicts for rate in (0, 1)]
    )  # fmt: skip


def test_the_condition_names_the_levels_that_differ() -> None:
    """Verdicts that hang on displacement alone are told by displacement alone."""
    cells = grid_of({0.0: AGAINST, 0.5: AGAINST, 1.0: FOR}, {0.0: -2.0, 0.5: -1.0, 1.0: 3.0})
    parts = {part.levels: (part.share_for, part.share_against, part.cells) for part in parts_of(cells, AXES)}
    assert parts == {
        (("displacement", (0.0, 0.5)),): (0.0, 1.0, 4), (("displacement", (1.0,)),): (1.0, 0.0, 2),
    }  # fmt: skip
    assert turns(cells, AXES[0]) == [0.625] and turns(cells, AXES[1]) == []
    assert [at.mean for at in by_level(cells, AXES)] == [-2.0, -1.0, 3.0, 0.0, 0.0]
    alike = grid_of(dict.fromkeys((0.0, 0.5, 1.0), FOR), dict.fromkeys((0.0, 0.5, 1.0), 1.0))
    assert [part.levels for part in parts_of(alike, AXES)] == [()] and turns(alike, AXES[0]) == []


def test_parameters_that_go_with_the_effect_are_found() -> None:
    rng = np.random.default_rng(1)
    members = {number: {"own_problems": rng.random(), "risk": rng.random()} for number in range(40)}
    effect = np.array([member["own_problems"] ** 3 for member in members.values()])
    assert correlated(effect, members) == [("own_problems", pytest.approx(1.0))]
    assert correlated(effect[:10], dict(list(members.items())[:10])) == []


def test_arms_in_common_are_one_run_and_those_of_a_set_and_seed_stand_together() -> None:
    """A run is planned once, whichever claims and cells ask for it."""
    study = made_up_study(2, 3)
    one, other = (variants_of(find_claims([name]), True) for name in ("5a", "6"))
    both = variants_of(find_claims(["5a", "6"]), True)
    assert set(both) == {*one, *other} and len(both) < len(one) + len(other)
    plan = plan_of(study, both, "model")
    tasks = list(plan)
    assert len(tasks) == plan.asked == len({task.run_id for task in tasks}) == 6 * len(both)
    pairs = [(task.set, task.seed) for task in tasks]
    assert pairs == sorted(pairs)


def test_the_page_shows_what_was_found() -> None:
    claims = {name: small(name) for name in CLAIMS}
    trial = made_up_trial(LIFT, claims=claims)
    page = render_claims(trial, ())
    for tried in trial.tried:
        assert f'id="claim-{tried.claim.id}"' in page and all(
            passage.source in page for passage in tried.claim.passages
        )
    assert page.count("<svg") == len(CLAIMS) and "<script" not in page
    verdicts = [tried.verdict for tried in trial.tried]
    assert all(page.count(f"({verdict})") == verdicts.count(verdict) for verdict in set(verdicts))
    assert render_claims(made_up_trial(LIFT, claims=claims), ()) == page


def test_without_an_ensemble_the_first_line_says_so() -> None:
    alone, several = made_up_trial(LIFT, 0, claims={"7": CLAIMS["7"]}), made_up_trial(LIFT, claims={"7": CLAIMS["7"]})
    assert first_line(alone).startswith("At the default parameters only") and "12 parameter sets" in first_line(several)
    assert "parameter sets" not in " ".join(paragraph(alone.tried[0]))
    assert "12 parameter sets" in " ".join(paragraph(several.tried[0]))


def test_a_condition_is_told_in_words() -> None:
    """Where an instrument is good at one budget and bad at another, the claim is conditional on the budget."""
    study = made_up_study()
    claim = CLAIMS["9"]
    values = made_up_values(study, {}, {"9": claim})
    for (_, policy), place in values.number.items():
        shift = 3.0 if policy.budget > 0.01 else -3.0
        for name in values.of:
            if name.startswith("welfare at"):
                values.of[name][place] += shift * ("grants" in policy.name)
    tried = judge(claim, values, study, True)
    said = " ".join(paragraph(tried))
    assert tried.verdict == CONDITIONAL and "It depends." in said
    assert "At budget 0.005, 100 % for (18 cells)." in said and "At budget 0.02, 100 % against (18 cells)." in said
    assert "changes its sign at budget 0.01" in said
    nowhere = replace(tried, cells=tried.cells.replace({"verdict": {FOR: OPEN_CELL}}))
    assert "contradicts the claim in a part of the grid, and supports it nowhere" in " ".join(paragraph(nowhere))


# -- the command
SMALL_CLAIMS = ["7", "8"]
SET = [word for name, value in TINY_SIZES.items() for word in ("--set", f"{name}={value}")]
COMMAND = ["claims", *SMALL_CLAIMS, "--ensemble", "none", "--quick", "--seeds", "2", "--jobs", "1", *SET]


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are made once. The page stands in the folder, and JSON has what the page has."""
    monkeypatch.chdir(tmp_path)
    assert main([*COMMAND, "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [claim["id"] for claim in found["claims"]] == SMALL_CLAIMS and found["ensemble"] is None
    assert found["says"].startswith("At the default parameters only") and found["failed"] == 0
    (page,) = tmp_path.glob("results/claims-*/report.html")
    assert all(f"claim-{name}" in page.read_text(encoding="utf-8") for name in SMALL_CLAIMS)
    monkeypatch.setattr(experiments.running.runner, "run_task", None)
    assert main(COMMAND) == 0
    shown = capsys.readouterr()
    assert "runs are stored already" in shown.err and all(len(line) <= 80 for line in shown.out.splitlines()[:-3])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1d"], "unknown claim '1d'"),
        (["--set", "displacement=0.2"], "is varied by the grid of claims"),
        (["--set", "policy.budget=0.01"], "claims declare their policies"),
        (["--ensemble", "nothing.parquet"], "--ensemble nothing.parquet: no such file"),
        (["--ensemble", "none", "--sets", "3"], "there are sets with --ensemble FILE only"),
        (["--seeds", "0"], "seeds"),
    ],
)
def test_bad_input(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["claims", *arguments, "--out", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1 and not (tmp_path / "x").exists()


def test_a_failed_run_leaves_its_seed_out_and_gives_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*COMMAND[:1], "9", *COMMAND[3:], "--seeds", "3", "--json", "--quiet", "--out", str(tmp_path / "x")]
    with monkeypatch.context() as patch:
        fail_on("rebate", 1, patch)
        assert main(command) == 3
    shown = capsys.readouterr()
    assert (
        "1 of 24 runs failed, first rebate with seed 1" in shown.err
        and json.loads(shown.out)["claims"][0]["seeds"] == 2
    )
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["claims"][0]["seeds"] == 3
