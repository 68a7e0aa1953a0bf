"""Indicators of made-up records and states: known answers, also where there is next to nothing to measure."""

from types import SimpleNamespace

import numpy as np
import pytest

from agents.innovator import GAIN_CLASSES, gain_class
from model.indicators.distributions import gini_productivity, productivity_90_10, top_tenth_sales
from model.indicators.series import (
    INDICATORS,
    Record,
    bonsai_exit_excess,
    learning_rate,
    recovery_time,
    shock_loss,
    top_tenth_gains,
)
from model.indicators.welfare import tfp_growth, welfare_per_unit
from model.state.allocation import recorded
from model.state.ledger import Entry
from model.state.tallies import TALLIES


def approx(value):
    return pytest.approx(value, rel=1e-12, nan_ok=True)


def made_up(shock=0, **columns):
    """A record of a run of which only some columns of tallies matter."""
    (quarters,) = {len(column) for column in columns.values()}
    tallies = recorded(TALLIES, quarters)
    for name, column in columns.items():
        tallies[name] = column
    return Record(
        tallies=tallies,
        moved=np.zeros((quarters, len(Entry))),
        size=1000.0,
        funds_cost=0.2,
        integration=0.1,
        friction=0.01,
        gains=np.zeros((2, GAIN_CLASSES)),
        placed=np.zeros((quarters, 1)),
        supply_elasticity=1.5,
        displacement=0.5,
        withdrawal=0,
        shock=shock,
    )


@pytest.mark.parametrize(
    ("output", "shock", "loss", "time"),
    [
        ([100, 100, 80, 90, 100, 101], 2, 20.0, 2.0),  # back at its level after two quarters
        ([100, 100, 80, 120, 95, 101], 2, 20.0, 3.0),  # a rise that does not last is no recovery
        ([100, 100, 80, 70, 99, 99], 2, 30.0, np.nan),  # never
        ([90, 100, 100, 110, 120, 130], 2, 0.0, 0.0),  # no loss at all
        ([90, 100, 95, 100, 120, 130], 2, 5.0, 1.0),  # the quarter just before counts
        ([100, 100, 100, 100, 80, 99], 2, 20.0, np.nan),  # late, and not over
        ([100, 80, 100, 100, 100, 100], 1, 20.0, 1.0),  # as early as can be
        ([100, 100, 80, 90, 100, 101], 6, np.nan, np.nan),  # no shock within the run
        ([100, 100, 80, 90, 100, 101], 0, np.nan, np.nan),  # no quarter before it to compare with
    ],
)
def test_recovery_measures(output, shock, loss, time):
    """Loss: deepest fall below the level before the shock, in %. Time: quarters until it is back for good."""
    record = made_up(output=output, shock=shock)
    assert shock_loss(record) == approx(loss)
    assert recovery_time(record) == approx(time)


@pytest.mark.parametrize(
    ("output", "growth"),
    [
        ([0.5, 0.9, 0.1, 0.2, 0.55], 10.0),  # a year
        ([100, 110], 46.41),  # a quarter
        ([100], np.nan),  # no time to grow
        ([0, 110], np.nan),
        ([-0.5, 110], np.nan),
        ([100, 0], np.nan),
        ([100, -0.5], np.nan),
    ],
)
def test_growth(output, growth):
    """Yearly rate from the first quarter to the last, where net output is positive in both."""
    assert tfp_growth(made_up(output=output)) == approx(growth)


@pytest.mark.parametrize(
    ("units", "cost", "rate"),
    [
        ([0, 1, 1, 0, 2], [9.0, 1.0, 0.8, 9.0, 0.64], 20.0),  # sold in all: 1, 2, 4
        ([0, 1, 1, 0, 0], [9.0, 1.0, 0.8, 9.0, 9.0], np.nan),  # two points are no regression
    ],
)
def test_learning(units, cost, rate):
    """Fall of unit cost per doubling of what has been sold; quarters without sales say nothing."""
    assert learning_rate(made_up(units=units, unit_cost=np.multiply(units, cost))) == approx(rate)


def test_times():
    """The first quarter that reaches the share, to reach it being enough."""
    record = made_up(size_future=[1000.0] * 4, adopted_future=[99.0, 100.0, 500.0, 50.0])
    assert INDICATORS["time_to_10"].measure(record) == 1.0 and INDICATORS["time_to_50"].measure(record) == 2.0


@pytest.mark.parametrize(("placed", "gain"), [(4.0, 5.0), (0.5, 40.0), (0.0, np.nan), (-0.5, np.nan)])
def test_welfare_per_unit_of_money_placed(placed, gain):
    """Gain over laissez-faire per money placed; none where no more was placed than was recovered."""
    assert welfare_per_unit({"welfare": 30.0, "budget_placed": placed}, {"welfare": 10.0}) == approx(gain)


def test_excess_of_exits():
    """Hazard of supported firms less that of firms alike without policy: none where only the mix of firms differs."""
    without = {"_selling_hazard": 0.1, "_idle_hazard": 0.5}
    for selling in (0.0, 0.25, 1.0):
        hazard = 0.1 * selling + 0.5 * (1.0 - selling)
        supported = {"_supported_hazard": hazard + 0.3, "_supported_selling": selling}
        assert bonsai_exit_excess(supported, without) == approx(0.3)
    nobody_idle = {"_selling_hazard": 0.1, "_idle_hazard": np.nan}
    assert bonsai_exit_excess({"_supported_hazard": 0.5, "_supported_selling": 1.0}, nobody_idle) == approx(0.4)
    assert np.isnan(bonsai_exit_excess({"_supported_hazard": 0.5, "_supported_selling": 0.5}, nobody_idle))


@pytest.mark.parametrize(
    ("output", "gini", "ratio"),
    [
        ([1.0, 1.0, 1.0], 0.0, 1.0),
        ([0.0, 0.0, 1.0], 2.0 / 3.0, np.nan),  # all belongs to one of three
        ([0.1, 0.3], 0.25, 0.28 / 0.12),
        ([0.0, 0.0], np.nan, np.nan),
    ],
)
def test_inequality_of_users(output, gini, ratio):
    """Gini coefficient, 1 - 1/n where one has all, and ninth over first decile; none of nothing."""
    state = SimpleNamespace(users=SimpleNamespace(output=np.array(output), size=np.ones(len(output))))
    assert gini_productivity(state, None) == pytest.approx(gini, rel=1e-12, abs=1e-15, nan_ok=True)
    assert productivity_90_10(state, None) == approx(ratio)


def test_adoption_by_industry():
    """By economic size; orphans have not adopted."""
    users = SimpleNamespace(
        industry=np.array([0, 0, 1, 2, 2]), size=np.array([1.0, 3.0, 5.0, 2.0, 2.0]),
        provider=np.array([4, -1, 0, -2, 7]),
    )  # fmt: skip
    state = SimpleNamespace(users=users, industries=SimpleNamespace(layer=np.zeros(3)))
    assert INDICATORS["adoption_least_industry"].measure(state, None) == approx(0.25)
    assert INDICATORS["adoption_most_industry"].measure(state, None) == approx(1.0)


@pytest.mark.parametrize(
    ("gains", "share"),
    [
        (np.full(20, 0.01), 0.1),  # all alike
        ([0.001] * 9 + [0.1], 0.1 / 0.109),
        ([0.0] * 5 + [0.5], 0.6),
        ([], np.nan),
    ],
)
def test_the_best_solutions(gains, share):
    """Share of the best tenth of solutions; of fewer than ten, that part of the best."""
    assert top_tenth_gains(SimpleNamespace(gains=by_class(gains))) == approx(share)


def test_classes_of_gains_tell_the_share_of_the_best():
    """Within 1 % of the exact share, of gains as skewed as a run's; classes are a quarter of a doubling wide."""
    gains = 0.03 * np.exp(np.random.default_rng(0).normal(0.0, 1.2, 5_000))
    exact = np.sort(gains)[-500:].sum() / gains.sum()
    assert top_tenth_gains(SimpleNamespace(gains=by_class(gains))) == pytest.approx(exact, rel=0.01)


def by_class(gains):
    """Number and sum of gains in each class."""
    table = np.zeros((2, GAIN_CLASSES))
    for gain in gains:
        table[:, gain_class(gain)] += 1.0, gain
    return table


@pytest.mark.parametrize(
    ("units", "share"),
    [
        ([0.3, 0.1, 0.0], 0.75),  # of three firms the largest
        ([1.0] * 10 + [4.0] * 10, 0.16),  # of 20 the largest two
        ([0.0, 0.0], np.nan),
    ],
)
def test_the_largest_sellers(units, share):
    """Share of the largest tenth, one firm at least; none without sales."""
    firms = SimpleNamespace(units=np.array([*units, 99.0]), alive=np.array([True] * len(units) + [False]))
    assert top_tenth_sales(SimpleNamespace(innovators=firms), None) == approx(share)
