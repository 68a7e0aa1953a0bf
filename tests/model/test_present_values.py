"""Present values: what a run keeps of welfare and taxes at several rates, and R&D before and after take-off."""

import numpy as np
import pytest

from model.indicators.indicator import INDICATORS
from model.indicators.present_values import RATES, WELFARE_GAINS, compounded, present_value_name
from model.indicators.summary import SUMMARY_NAMES
from model.indicators.takeoff import _planned
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import Simulation, simulate
from model.state.ledger import Entry
from tests.economies import TINY
from tests.model.test_made_up import made_up

FREE = {"administration": 0.0, "leakage": 0.0}
STEMS = ("welfare", "tax", "net_tax", "welfare_gain")


def at(summary, stem, rate):
    return summary[present_value_name(stem, rate)]


def test_every_rate_is_kept_and_named():
    """The names are those of INTERFACES.md, with an underscore for the point of 0.5."""
    assert RATES == (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
    assert [present_value_name("welfare", rate).removeprefix("welfare_pv_") for rate in RATES] == [
        "0", "0_5", "1", "2", "4", "8",
    ]  # fmt: skip
    assert {present_value_name(stem, rate) for stem in STEMS for rate in RATES} <= set(SUMMARY_NAMES)


@pytest.mark.parametrize("rate", RATES)
def test_a_unit_of_tax_is_worth_less_the_later_it_is_raised(rate):
    """1 / (1 + r)^t. What is handed back later is worth less than what was raised before."""
    record = made_up(output=[0.0] * 40)
    record.moved[7, Entry.TAX], record.moved[20, Entry.TAX], record.moved[39, Entry.RETURNED] = 1.0, 3.0, 2.0
    tax, net = (INDICATORS[present_value_name(stem, rate)].measure(record).sum() for stem in ("tax", "net_tax"))
    unit = 1.0 + rate / 100.0
    assert tax == pytest.approx(unit**-7 + 3.0 * unit**-20, rel=1e-12)
    assert net == pytest.approx(unit**-7 + 3.0 * unit**-20 - 2.0 * unit**-39, rel=1e-12)


@pytest.mark.parametrize("rate", RATES[1:])
def test_an_even_flow_is_an_annuity(rate):
    """Output of 1 a quarter: a geometric series, (1 - v^T) / (1 - v) with v = 1 / (1 + r)."""
    welfare = INDICATORS[present_value_name("welfare", rate)].measure(made_up(output=[1.0] * 60)).sum()
    v = 1.0 / (1.0 + rate / 100.0)
    assert welfare == pytest.approx((1.0 - v**60) / (1.0 - v), rel=1e-12)
    assert compounded(rate, 60)[[0, 1]] == pytest.approx([1.0, 1.0 / v])


def test_present_values_agree_with_what_else_a_run_keeps(run):
    """At 0 % with plain sums, at 1 and 2 % with `welfare_r1` and `welfare_r2` to the bit, and with the series."""
    made = run(Policy(mix={"demonstration": 1.0}, end=36), 3)
    summary = made.summary
    assert summary["budget_returned"] > 0.0  # else taxes less what comes back would be taxes
    assert at(summary, "welfare", 0.0) == pytest.approx(summary["welfare"], rel=1e-12)
    assert at(summary, "tax", 0.0) == pytest.approx(summary["budget_raised"], rel=1e-12)
    assert at(summary, "net_tax", 0.0) == pytest.approx(
        summary["budget_raised"] - summary["budget_returned"], rel=1e-12
    )
    assert (at(summary, "welfare", 1.0), at(summary, "welfare", 2.0)) == (summary["welfare_r1"], summary["welfare_r2"])
    for rate in RATES:
        npv = np.polynomial.polynomial.polyval(1.0 / (1.0 + rate / 100.0), made.series["welfare"])
        assert at(summary, "welfare", rate) == pytest.approx(npv, rel=1e-12)


def test_gains_compare_with_the_same_seed_without_policy(run):
    with_policy, without = (run(name, 3).summary for name in ("vouchers", "laissez_faire"))
    for rate in RATES:
        gain = at(with_policy, "welfare", rate) - at(without, "welfare", rate)
        assert at(with_policy, "welfare_gain", rate) == gain != 0.0
        assert at(without, "welfare_gain", rate) == 0.0
    assert len(WELFARE_GAINS) == len(RATES)


@pytest.mark.parametrize(("mix", "capped"), [({"rebate": 1.0}, 0.5), ({"vouchers": 1.0}, 0.0)])
def test_money_that_only_goes_round_costs_society_the_cost_of_funds_alone(mix, capped):
    """A rebate without cost of administration, and vouchers that can place nothing until all is handed back."""
    parameters = TINY.replace(funds_cost=0.3)
    summary = simulate(parameters, Policy(mix=mix, end=8, subsidy_cap=capped, **FREE), 1).summary
    for rate in RATES:
        assert at(summary, "tax", rate) > 0.0
        assert at(summary, "welfare_gain", rate) == pytest.approx(-0.3 * at(summary, "tax", rate), rel=1e-9)


@pytest.mark.parametrize(("adopted", "first"), [([0.0, 99.0, 100.0, 50.0, 500.0], 2), ([0.0, 99.0, 0.0, 0.0, 0.0], 5)])
def test_research_is_split_at_the_first_quarter_with_a_tenth_of_adoption(adopted, first):
    """And all of it lies before where no quarter reaches that. The plan is what firms had meant to do themselves."""
    record = made_up(size_future=[1000.0] * 5, adopted_future=adopted)
    grant, spent = np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    record.moved[:, Entry.GRANT] = grant
    record.moved[:, Entry.LABORATORIES] = 3.0
    record.moved[:, Entry.RESEARCH] = spent
    planned = spent - 0.5 * grant  # half of each grant became R&D
    found = {name: INDICATORS[name].measure(record) for name in INDICATORS if name.endswith("_takeoff")}
    assert found == {
        "public_rd_before_takeoff": (grant + 3.0)[:first].sum(),
        "public_rd_after_takeoff": (grant + 3.0)[first:].sum(),
        "planned_rd_before_takeoff": planned[:first].sum(),
        "planned_rd_after_takeoff": planned[first:].sum(),
    }


@pytest.mark.parametrize("displacement", [0.0, 0.5, 1.0])
def test_the_plan_is_that_of_the_firms(small, displacement):
    """What the ledger shows of it is the sum of firms' plans in the state, also of plans that money has displaced."""
    policy = policies["selective"].replace(mix={"grants": 0.5, "guidance_fund": 0.5}, budget=0.02)
    simulation = Simulation(small.replace(displacement=displacement, foreign_founders=0.3), policy, 2)
    plans = []
    for quarter in range(4):
        simulation.advance(quarter + 1)
        innovators = simulation.state.innovators
        plans.append(innovators.plan_research[innovators.alive & ~innovators.foreign].sum())
        assert simulation.state.tallies["exits"][quarter] == 0.0  # a firm that left would have taken its plan along
    record = simulation.record()
    assert record.money(Entry.EQUITY).sum() > 0.0
    np.testing.assert_allclose(_planned(record), plans, rtol=1e-9)
