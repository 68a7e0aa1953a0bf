"""Equal money by reruns: at the amount that every arm of a seed can place, and at the slowest arm's calendar."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.analysis.comparison import compare_study
from experiments.analysis.equal_money import NEARLY_ALL, SPENT, matched, unmatched, yoked
from experiments.running.engines import Execution
from experiments.study.plan import Plan
from experiments.study.study import Study
from model import Parameters
from model.policy.presets import find_policy

TINY = Parameters(
    users=80,
    horizon=24,
    slots=40,
    founders=8,
    suppliers=6,
    domains=3,
    industries=3,
    initial_capability=1.5,
    value_of_quality=0.6,
)
SHORT = {"end": 20, "budget": 0.02}


def study(*names: str, **changes) -> Study:
    arms = tuple(find_policy(name).replace(**SHORT) for name in names)
    return Study(parameters=TINY, policies=arms, seeds=(0, 1, 2), **changes)


def spent(runs, policy):
    arm = runs[runs["policy"] == policy].set_index("seed")
    return arm[list(SPENT)].sum(axis=1)


def test_matching_scales_all_arms_of_a_seed_to_what_the_worst_can_place():
    """Budgets of a seed become budget * smallest share spent; the same in every arm, different between seeds."""
    capped = find_policy("vouchers").replace(name="capped", subsidy_cap=0.05, **SHORT)
    asked = replace(study("rebate", "grants"), policies=(*study("rebate", "grants").policies, capped))
    plain = compare_study(asked)
    assert plain.table.set_index("policy")["equal_money"]["capped"].tolist()[0] is False
    arms = matched(Plan.of(asked, "m"), plain.runs)
    raised = plain.runs.groupby("seed")["budget_raised"].first()
    for (_, seed), policies in arms.by_pair.items():
        share = spent(plain.runs, "capped")[seed] / raised[seed]
        assert share < NEARLY_ALL
        assert [policy.budget for policy in policies] == pytest.approx([share * SHORT["budget"]] * 3, rel=1e-9)
    assert len({policies[0].budget for policies in arms.by_pair.values()}) == 3


def test_matched_arms_have_equal_money_where_all_can_place_it():
    """After `match` every arm raised the same, less than before, and is ranked."""
    capped = find_policy("vouchers").replace(name="capped", subsidy_cap=0.2, **SHORT)
    asked = replace(study("rebate", "grants"), policies=(*study("rebate", "grants").policies, capped))
    plain, fair = compare_study(asked), compare_study(replace(asked, match=True))
    raised = fair.runs.pivot(index="seed", columns="policy", values="budget_raised")
    assert np.allclose(raised.to_numpy(), raised[["rebate"]].to_numpy(), rtol=1e-9)
    assert (raised["rebate"] < plain.runs[plain.runs["policy"] == "rebate"].set_index("seed")["budget_raised"]).all()
    share = spent(fair.runs, "capped") / raised["capped"]
    before = plain.runs[plain.runs["policy"] == "capped"].set_index("seed")["budget_raised"]
    assert (share > spent(plain.runs, "capped") / before).all()


def test_what_cannot_be_matched_is_said(capsys):
    """Demonstration places less of less; how far it got is in the table, and that it did not get there on stderr."""
    arms = (find_policy("rebate"), find_policy("demonstration"))
    slow = Study(parameters=Parameters(users=300), policies=arms, seeds=(0, 1), match=True)
    found = compare_study(slow, execution=Execution(quiet=False))
    said = "--match: after 3 reruns at smaller amounts still not all is spent by: demonstration\n"
    assert said in capsys.readouterr().err and unmatched(found.runs) == ["demonstration"]
    assert not unmatched(compare_study(study("rebate", "rd_credit")).runs)


def test_matching_arms_that_place_all_changes_nothing():
    asked = study("rebate", "rd_credit", "grants")
    plain, fair = compare_study(asked), compare_study(replace(asked, match=True))
    assert plain.runs["run_id"].tolist() == fair.runs["run_id"].tolist()


def test_yoked_arms_spend_no_sooner_than_the_slowest():
    """Cumulative outlays of arms that place at once are those of the slowest arm in the first round, every quarter."""
    asked = study("rebate", "grants", "vouchers")
    own, together = compare_study(asked), compare_study(replace(asked, timing="yoked"))

    def cumulative(series):
        outlays = series.assign(spent=series[list(SPENT)].sum(axis=1))
        return outlays.pivot(index=["seed", "period"], columns="policy", values="spent").groupby("seed").cumsum()

    slowest = cumulative(own.series).min(axis=1)
    fast = cumulative(together.series)
    for name in ("rebate", "grants"):
        np.testing.assert_allclose(fast[name], slowest, rtol=1e-6, atol=1e-9)
    assert (cumulative(own.series)["rebate"] > slowest + 1e-9).any()


def test_calendars_are_multiples_of_the_budget_raised():
    asked = study("rebate", "vouchers")
    own = compare_study(asked)
    arms = yoked(Plan.of(asked, "m"), own.runs, own.series)
    for policies in arms.by_pair.values():
        assert {len(policy.calendar) for policy in policies} == {20}
        assert policies[0].calendar == policies[1].calendar
        assert 0.3 < sum(policies[0].calendar) / 20 <= 1.0 + 1e-9
