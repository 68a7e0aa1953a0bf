"""Responses of a comparison to the budget and to assumed efficacies, and the multiple at which a policy breaks even."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from experiments.analysis.comparison import compare_study
from experiments.analysis.response import BUDGETS, FACTORS, RESPONSE_COLUMNS, break_even, efficacies
from experiments.results.columns import reruns_schema
from experiments.results.shards import write_shard
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


def test_runs_of_the_study_and_its_reruns_lie_apart(tmp_path):
    """A plain groupby of `runs/` gives the means of the table, and `reruns/` says what each run was made for."""
    arms = tuple(find_policy(name).replace(end=10) for name in ("rebate", "community"))
    study = Study(parameters=CAPABLE, policies=arms, seeds=(0, 1), match=True, timing="yoked")
    compare_study(study, tmp_path / "out", responses=True)
    runs, reruns = (pd.read_parquet(tmp_path / "out" / kind) for kind in ("runs", "reruns"))
    assert sorted(zip(runs["policy"], runs["seed"], strict=True)) == [
        (name, seed) for name in ("community", "rebate") for seed in (0, 1)
    ]
    assert set(reruns["rerun"]) <= {"budget", "efficacy", "match", "yoke"}
    assert {"budget", "efficacy", "yoke"} <= set(reruns["rerun"])
    assert not set(runs["run_id"]) & set(reruns["run_id"])
    assert set(reruns.loc[reruns["rerun"] == "budget", "policy.budget"]) <= set(BUDGETS)
    plain = Study(parameters=CAPABLE, policies=arms, seeds=(0, 1))
    table = compare_study(plain, tmp_path / "plain", responses=True).table
    means = pd.read_parquet(tmp_path / "plain" / "runs").groupby("policy")["welfare"].mean()
    assert means.to_dict() == table[table["indicator"] == "welfare"].set_index("policy")["mean"].to_dict()


@pytest.mark.slow
def test_a_call_without_responses_shows_those_that_are_stored(tmp_path):
    arms = tuple(find_policy(name).replace(end=10) for name in ("rebate", "community"))
    study = Study(parameters=CAPABLE, policies=arms, seeds=(0,))
    assert compare_study(study, tmp_path / "out").responses is None
    first = compare_study(study, tmp_path / "out", responses=True).responses
    again = compare_study(study, tmp_path / "out").responses
    pd.testing.assert_frame_equal(first.dose, again.dose)
    pd.testing.assert_frame_equal(first.efficacy, again.efficacy)
    reruns = tmp_path / "out" / "reruns"
    table = pq.read_table(reruns)
    for path in reruns.glob("*.parquet"):
        path.unlink()
    some = table.filter(pc.equal(table["rerun"], "budget")).slice(0, 3)
    write_shard(tmp_path / "out", "reruns", pa.Table.from_arrays(some.columns, schema=reruns_schema()))
    partly = compare_study(study, tmp_path / "out").responses
    assert len(partly.efficacy) == 0 and 0 < len(partly.dose) < len(first.dose)
