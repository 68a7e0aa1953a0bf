"""The benefit of policy money: benefit-cost, the rate of return, and public over private R&D, against theory."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from experiments import compare_study
from experiments.analysis.benefit import BENEFIT_COLUMNS, benefit_cost, benefits, rate_of_return
from experiments.running.engines import Execution
from experiments.statistics import ratio_of_means
from experiments.study.study import Study
from model import Parameters, Policy
from model.indicators.present_values import RATES, present_value_name
from model.policy.presets import find_policy
from tests.economies import TINY

FREE = {"administration": 0.0, "leakage": 0.0}


def worth(flow: dict[int, float], rate: float) -> float:
    """Return the present value of money by quarter."""
    return sum(money / (1.0 + rate / 100.0) ** quarter for quarter, money in flow.items())


def arm(*gains: dict[int, float], tax: dict[int, float] | None = None) -> pd.DataFrame:
    """Runs of a policy, a seed for each flow of gains, that raise and spend the same taxes."""
    tax = tax or {0: 1.0}
    rows = [
        {
            present_value_name(stem, rate): worth(flow, rate)
            for rate in RATES
            for stem, flow in {"welfare_gain": gain, "tax": tax, "net_tax": tax}.items()
        }
        for gain in gains
    ]
    return pd.DataFrame(rows)


def made(*policies: Policy, parameters: Parameters = TINY, reference: str = "rebate") -> pd.DataFrame:
    study = Study(parameters=parameters, policies=policies, seeds=(0, 1, 2), reference=reference)
    return compare_study(study, execution=Execution(jobs=1)).benefit


@pytest.mark.parametrize("funds_cost", [0.0, 0.3])
@pytest.mark.parametrize("mix", [{"rebate": 1.0}, {"vouchers": 1.0}])
def test_a_transfer_that_costs_nothing_to_run_is_exactly_one(mix: dict[str, float], funds_cost: float) -> None:
    """A rebate, and vouchers that place nothing and hand it back: whatever public funds cost, in every seed."""
    own = Policy(name="own", mix=mix, end=8, subsidy_cap=0.0, **FREE)
    found = made(own, parameters=TINY.replace(funds_cost=funds_cost)).loc["own"]
    for name in BENEFIT_COLUMNS:
        if name.startswith("benefit_cost"):
            assert found[name] == pytest.approx(1.0, rel=1e-9), name


def test_what_a_rebate_costs_to_run_is_lost() -> None:
    """Administration is a resource: a tenth of outlays leaves 0.9. Of leakage half is waste: 0.95."""
    arms = (
        Policy(name="office", mix={"rebate": 1.0}, end=8, administration=0.1, leakage=0.0),
        Policy(name="fraud", mix={"rebate": 1.0}, end=8, administration=0.0, leakage=0.1),
    )
    found = made(*arms)["benefit_cost"]
    assert found["office"] == pytest.approx(0.9, rel=1e-9)
    assert found["fraud"] == pytest.approx(0.95, rel=1e-9)


def test_benefit_compares_with_no_policy_whatever_the_reference() -> None:
    arms = (find_policy("grants"), find_policy("vouchers"), find_policy("laissez_faire"))
    one, other = made(*arms), made(*arms, reference="grants")
    assert np.isfinite(one.loc["vouchers", "benefit_cost"])
    pd.testing.assert_frame_equal(one.loc[["grants", "vouchers"]], other.loc[["grants", "vouchers"]])
    assert np.isnan(one.loc["laissez_faire", "benefit_cost"])  # it spends nothing
    assert one.loc["laissez_faire", "rate_of_return_reason"] == "welfare is that of laissez-faire"


def test_the_ratio_is_of_means_and_never_the_mean_of_ratios() -> None:
    """A seed in which little is spent weighs little. What is handed back is no cost, but raising it has one."""
    assert ratio_of_means([1.0, 30.0], [1.0, 10.0]).mean == 31.0 / 11.0
    runs = arm({0: 4.0}, {0: 0.0})
    runs[present_value_name("tax", 1.0)], runs[present_value_name("net_tax", 1.0)] = [2.0, 5.0], [1.0, 3.0]
    expected = ((4.0 + 0.2 * 2.0 + 1.0) + (0.0 + 0.2 * 5.0 + 3.0)) / (1.0 + 3.0)
    assert benefit_cost(runs, 0.2, 1.0).mean == pytest.approx(expected)


def test_the_interval_is_a_bootstrap_over_seeds() -> None:
    """That of scipy, within what the draws of two bootstraps differ by, and always the same."""
    draws = np.random.default_rng(3)
    cost = draws.lognormal(0.0, 0.8, 60)
    gain = 3.0 + draws.normal(0.0, 1.0, 60)
    found = ratio_of_means(gain, cost)
    expected = scipy.stats.bootstrap(
        (gain, cost), lambda a, b, axis: a.mean(axis) / b.mean(axis), paired=True, vectorized=True, method="percentile",
        n_resamples=20_000, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    width = expected.high - expected.low
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.06 * width)
    assert found == ratio_of_means(gain, cost)


def test_ratios_without_money_or_with_one_seed() -> None:
    assert np.isnan(ratio_of_means([], [])).all()
    assert np.isnan(ratio_of_means([1.0, 2.0], [0.0, 0.0])).all()
    single = ratio_of_means([3.0], [2.0])
    assert single.mean == 1.5 and np.isnan(single[1:]).all()
    assert np.isnan(ratio_of_means([1.0, 2.0], [0.0, 1.0])[1:]).all()  # a sample may spend nothing


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.9, 1.4, 2.0, 3.0, 5.0, 7.0])
@pytest.mark.parametrize("lag", [20, 80])
def test_an_outlay_that_comes_back_with_interest_returns_that_rate(rate: float, lag: int) -> None:
    """1 spent at once that brings (1 + r)^lag later has the rate of return r. Between stored rates it is close."""
    found, reason = rate_of_return(arm({0: -1.0, lag: (1.0 + rate / 100.0) ** lag}), 160)
    assert reason is None
    assert found == pytest.approx(rate, abs=1e-9 if rate in RATES else 0.05 * rate)


def test_the_rate_is_that_of_the_mean_over_seeds() -> None:
    """Of three seeds none has a rate: two only pay, the other only gains, twice as much 70 quarters later."""
    found, _ = rate_of_return(arm({0: -1.0}, {0: -1.0}, {70: 4.0}), 160)
    assert found == pytest.approx(100.0 * (2.0 ** (1 / 70) - 1.0), rel=0.03)


@pytest.mark.parametrize(
    ("gain", "reason"),
    [
        ({0: 1.0, 9: 1.0}, "welfare is above laissez-faire at every rate from 0 to 8 % a quarter"),
        ({0: -3.0, 9: 1.0}, "welfare is below laissez-faire at every rate from 0 to 8 % a quarter"),
        ({0: 0.0}, "welfare is that of laissez-faire"),
        # (x - 1.01) (x - 1.05) with x = 1 + r, ten quarters apart: 0 at about 1 and at about 5 %
        (
            {0: 1.0, 10: -(1.01**10 + 1.05**10), 20: 1.01**10 * 1.05**10},
            "the gain over laissez-faire is 0 at more than one rate",
        ),
    ],
)  # fmt: skip
def test_no_rate_or_more_than_one_is_none_with_a_reason(gain: dict[int, float], reason: str) -> None:
    found, said = rate_of_return(arm(gain), 40)
    assert np.isnan(found) and said == reason


def test_public_over_private_research_is_a_ratio_of_means() -> None:
    runs = arm({0: 1.0}, {0: 1.0}).assign(
        public_rd_before_takeoff=[2.0, 4.0], planned_rd_before_takeoff=[1.0, 3.0],
        public_rd_after_takeoff=[2.0, 4.0], planned_rd_after_takeoff=0.0,
    )  # fmt: skip
    found = benefits(runs, Parameters())
    assert tuple(found) == BENEFIT_COLUMNS
    assert found["public_over_private_rd_before_takeoff"] == 1.5
    assert np.isnan(found["public_over_private_rd_after_takeoff"])
