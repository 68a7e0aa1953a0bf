"""Responses of a comparison to the budget and to assumed efficacies, and the multiple at which a policy breaks even."""

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.comparison import compare_study
from experiments.analysis.response import BUDGETS, FACTORS, RESPONSE_COLUMNS, break_even, efficacies
from experiments.study.study import Study
from model import simulate
from model.parameters import EFFICACIES
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import find_policy
from tests.economies import TINY

CAPABLE = TINY.replace(initial_capability=0.6)


def response(differences):
    rows = [("p", factor, 5, gap, gap - 1.0, gap + 1.0) for factor, gap in zip(FACTORS, differences, strict=True)]
    return pd.DataFrame(rows, columns=list(RESPONSE_COLUMNS))


def test_break_even_is_where_the_line_between_settings_crosses_zero():
    """And its interval ends where the ends of the difference's interval cross it."""
    multiple, low, high = break_even(response([-3.0, -1.0, 1.0, 2.0, 4.0]), "p")
    assert multiple == pytest.approx(np.sqrt(FACTORS[1] * FACTORS[2]))
    assert (low, high) == pytest.approx((FACTORS[1], FACTORS[2]))
    assert break_even(response([2.0, 2.0, 2.0, 3.0, 4.0]), "p") == (0.0, 0.0, 0.0)
    assert break_even(response([-2.0] * 5), "p") == (np.inf,) * 3
    assert np.isnan(break_even(response([-2.0] * 5), "nobody")).all()
    failed = response([-3.0, -1.0, np.nan, 1.0, 4.0])
    assert break_even(failed, "p")[0] == pytest.approx(np.sqrt(FACTORS[1] * FACTORS[3]))
    alone = break_even(failed.assign(low=np.nan, high=np.nan), "p")  # of one seed
    assert alone[0] == pytest.approx(np.sqrt(FACTORS[1] * FACTORS[3])) and np.isnan(alone[1:]).all()
    assert break_even(response([0.5] * 5), "p") == (0.0, 0.0, np.inf)
    assert break_even(response([-0.5] * 5), "p") == (np.inf, 0.0, np.inf)


def test_efficacies_are_those_of_the_instruments_in_the_mix():
    assert efficacies(find_policy("vouchers")) == ()
    assert set(efficacies(find_policy("community"))) == {
        "platform_efficacy",
        "common_efficacy",
        "infrastructure_efficacy",
    }
    later = Policy(mix={"rebate": 1.0}, later_mix={"talent": 1.0}, later_from=4)
    assert efficacies(later) == ("talent_efficacy",)
    assert {entry.efficacy for entry in INSTRUMENTS.values() if entry.efficacy} == set(EFFICACIES)


def test_responses_are_paired_runs_at_those_settings():
    """Each number is what `simulate` gives for the pair at that budget, or with all efficacies multiplied."""
    arms = tuple(find_policy(name).replace(end=10) for name in ("rebate", "community"))
    study = Study(parameters=CAPABLE, policies=arms, seeds=(0, 1))
    found = compare_study(study, responses=True).responses
    assert found.dose.groupby("policy")["setting"].apply(list).to_dict() == {"community": list(BUDGETS)}
    dose = found.dose.set_index("setting")["difference"]
    pairs = [[simulate(CAPABLE, arm.replace(budget=0.02), seed).summary["welfare"] for arm in arms] for seed in (0, 1)]
    assert dose[0.02] == pytest.approx(np.mean([community - rebate for rebate, community in pairs]), rel=1e-12)
    tripled = {name: getattr(CAPABLE, name) * FACTORS[3] for name in efficacies(arms[1])}
    pairs = [[simulate(CAPABLE.replace(**tripled), arm, seed).summary["welfare"] for arm in arms] for seed in (0, 1)]
    efficacy = found.efficacy.set_index("setting")["difference"]
    assert efficacy[FACTORS[3]] == pytest.approx(np.mean([own - rebate for rebate, own in pairs]), rel=1e-12)


def test_stored_responses_are_not_run_again(tmp_path):
    arms = tuple(find_policy(name).replace(end=10) for name in ("rebate", "community"))
    study = Study(parameters=CAPABLE, policies=arms, seeds=(0,))
    first = compare_study(study, tmp_path / "out", responses=True)
    again = compare_study(study, tmp_path / "out", responses=True)
    pd.testing.assert_frame_equal(first.responses.dose, again.responses.dose)
    pd.testing.assert_frame_equal(first.table, again.table)
