"""Who bears a price subsidy: sellers keep a part of it, and all sums of money hold for any part."""

import numpy as np
import pytest

from model.state.ledger import GOVERNMENT, USERS, Entry


@pytest.mark.parametrize("incidence", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", ["application", "procurement"])
def test_government_buyers_and_sellers_pay_and_get_their_parts(name, incidence, simulation, arm):
    """Government pays s p, buyers p [1 - (1 - incidence) s], sellers get p (1 + incidence s); `sales` are at p."""
    state = simulation(arm(name, mix={"vouchers" if name == "application" else "procurement": 1.0}), until=24,
                       incidence=incidence).state  # fmt: skip
    firms, flows = state.innovators, state.ledger.flows
    rate = firms.subsidy
    assert rate.max() > 0.0
    np.testing.assert_allclose(firms.sales, firms.units * firms.price, rtol=1e-12)
    assert -flows[GOVERNMENT, Entry.SUBSIDY] == pytest.approx((firms.sales * rate).sum())
    assert state.users.spending.sum() == pytest.approx((firms.sales * (1.0 - (1.0 - incidence) * rate)).sum())
    np.testing.assert_allclose(firms.revenue, firms.sales * (1.0 + incidence * rate), rtol=1e-9)


def test_buyers_pay_as_without_a_subsidy_where_sellers_keep_it_all(simulation, arm):
    """With incidence 1 users of the first subsidised quarter choose and pay as without policy; firms get the money."""
    subsidised, free = (
        simulation(arm(name, start=20), until=21, incidence=1.0, displacement=0.0).state
        for name in ("application", "laissez_faire")
    )
    assert subsidised.innovators.subsidy.max() > 0.0
    assert subsidised.users.provider.tobytes() == free.users.provider.tobytes()
    assert subsidised.users.spending.tobytes() == free.users.spending.tobytes()
    assert subsidised.innovators.revenue.sum() > free.innovators.revenue.sum()


@pytest.mark.parametrize("incidence", [0.0, 0.4, 1.0])
def test_aid_to_adopters_is_split_likewise(incidence, simulation, arm):
    """Of demonstration's aid users get 1 - incidence, and the firms they adopt the rest, as revenue."""
    policy = arm("demonstration", first_adopters=1.0, budget=0.02)
    for until in range(20, 36):
        state = simulation(policy, until=until, incidence=incidence).state
        aid = state.support.spent.sum()
        if aid > 0.0:
            break
    kept = state.innovators.aid_kept.sum()
    assert aid > 0.0 and kept == pytest.approx(incidence * aid)
    assert state.ledger.flows[USERS, Entry.ADOPTION] == pytest.approx((1.0 - incidence) * aid)
    assert -state.ledger.flows[GOVERNMENT, Entry.SUBSIDY] == pytest.approx(kept)


def test_the_base_of_the_rate_is_sales_at_list_prices(simulation, arm):
    """What sellers keep does not raise the base by which the purse is rationed: rate = net / (1.1 * sales)."""
    under_way = simulation(arm("application", mix={"vouchers": 1.0}, budget=0.001), until=34, incidence=1.0)
    firms, purse = under_way.state.innovators, under_way.state.government.purse.sum()
    sales = firms.sales[firms.alive & ~firms.foreign].sum()
    under_way.advance(35)
    state = under_way.state
    net = 0.93 * (purse + under_way.policy.budget * state.market[0].initial_output)
    expected = net / (1.1 * sales)
    assert expected < under_way.policy.subsidy_cap  # which would hide the base
    assert state.innovators.subsidy[firms.alive].max() == pytest.approx(expected)
