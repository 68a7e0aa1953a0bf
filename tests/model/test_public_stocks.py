"""Public stocks: what policy invests, less what decays, and what users get out of it."""

import numpy as np
import pytest

from model.indicators.summary import measure_series


def test_stocks_without_policy(run):
    """Science is normal, and there is no common technology, infrastructure or engineer of policy's making."""
    series = run("rd_credit", 3).series
    assert np.all(series["science"] == 1.0) and np.all(np.isnan(series["infrastructure_usage"]))
    assert not any(series[name].any() for name in ("common_technology", "infrastructure", "engineers_trained"))


def test_infrastructure_is_what_was_invested_less_depreciation(run):
    """K = (1 - decay) K + investment; from the first investment on its usage is a share."""
    made = run("infrastructure", 3)
    stock, expected = 0.0, []
    for invested in made.series["placed_infrastructure"]:
        stock = (1.0 - made.parameters.infrastructure_decay) * stock + invested
        expected.append(stock)
    np.testing.assert_allclose(made.series["infrastructure"], expected, rtol=1e-9)
    assert np.all(made.series["infrastructure_usage"] >= 0.0) and made.series["infrastructure_usage"].max() > 0.0


def test_usage_of_infrastructure(simulation):
    """What users of a quarter save on integration over the stock, from who changed provider in it."""
    under_way = simulation("infrastructure", seed=3, until=20, choice_noise=0.1)
    before = under_way.state.users.provider.copy()
    under_way.advance(21)
    users, p, market = under_way.state.users, under_way.parameters, under_way.state.market[0]
    used = np.where(users.provider == -2, users.technology, users.provider)  # of firms that then left
    saved = (p.integration - market.integration) * users.size[used != before].sum()
    usage = measure_series(under_way.record())["infrastructure_usage"][-1]
    assert usage == pytest.approx(saved / under_way.state.stocks.level[0].infrastructure, rel=1e-9) and usage > 0.0


def test_science_is_hours_of_public_laboratories(run):
    """Science rises by efficacy * hours / H_0 and its excess over the normal decays."""
    made, p = run("basic_research", 3), run("basic_research", 3).parameters
    level, expected = 1.0, []
    for money, wage in zip(made.series["placed_basic_research"], made.series["wage"], strict=True):
        level = 1.0 + (1.0 - p.science_decay) * (level - 1.0) + p.science_efficacy * money / wage / p.engineers
        expected.append(level)
    np.testing.assert_allclose(made.series["science"], expected, rtol=1e-12)


def test_engineers_come_after_their_training(run):
    """What was spent a lag ago, times efficacy over w_0, joins those who have not retired; none before the lag."""
    made, p = run("talent", 3, talent_lag=10), run("talent", 3, talent_lag=10).parameters
    rate = p.talent_efficacy / made.state.market[0].initial_wage
    trained, expected = 0.0, []
    for t in range(48):
        arriving = rate * made.series["placed_talent"][t - 10] if t >= 10 else 0.0
        trained = (1.0 - p.talent_decay) * trained + arriving
        expected.append(trained)
    np.testing.assert_allclose(made.series["engineers_trained"], expected, rtol=1e-9)
    assert made.series["engineers_trained"][10] > 0.0


def test_common_technology(run):
    """It is as good as the average firm at least once there is money for it, and stands still without."""
    series = run("common_technology", 3).series["common_technology"]
    assert series[0] > 0.9 * run(seed=3).parameters.initial_capability and np.all(np.diff(series[:36]) >= 0.0)
    assert np.all(series[36:] == series[35])
