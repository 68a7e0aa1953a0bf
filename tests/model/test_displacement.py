"""Public R&D money displaces own R&D alike for all: in every arm, at every size, also beyond what firms planned."""

import numpy as np
import pytest

from model.simulation import simulate
from model.state.ledger import Entry
from tests.economies import SMALL

ARMS = ("rd_credit", "grants", "mission", "guidance_funds")
RESEARCH_FREE = {"burn": 0.0, "research_intensity": 0.0}


@pytest.fixture
def generous(arm):
    """An arm whose money is many times what firms plan to spend."""
    return lambda name, **traits: arm(name, budget=0.05, award="equal", **traits)


@pytest.mark.parametrize("displacement", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", ARMS)
def test_a_unit_of_public_money_adds_as_much_whoever_gets_it(name, displacement, simulation, generous):
    """R&D done = plan + (1 - d) * public, firm by firm, and that is what engineers are paid."""
    after = simulation(generous(name), until=12, displacement=displacement).state
    firms, flows = after.innovators, after.ledger.flows[: SMALL["slots"]]
    assert np.any(firms.public_research > firms.plan_research)  # more than there is to displace
    done = firms.plan_research + (1.0 - displacement) * firms.public_research
    paid = -(flows[:, Entry.RESEARCH] + np.where(firms.foreign, flows[:, Entry.ABROAD], 0.0))
    domestic = firms.alive & ~firms.foreign
    np.testing.assert_allclose(paid[domestic], done[domestic], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(firms.own_research + firms.public_research, done, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ARMS)
def test_what_is_all_relabelled_does_nothing(name, simulation, generous):
    """With d = 1 and nothing planned, all public money stays cash: no R&D, no hours, and nothing left to bind."""
    under_way = simulation(generous(name, coordination=1.0), until=12, displacement=1.0, **RESEARCH_FREE)
    before, support = under_way.state.ledger.opening, under_way.state.support
    firms = under_way.state.innovators
    given = firms.public_research > 0.0
    if name in ("grants", "guidance_funds", "mission"):
        assert given.any()  # a credit on no R&D is none
    assert np.all(firms.hours == 0.0) and np.all(firms.own_research == -firms.public_research)
    for bound in (support.tied, support.explore, support.lost, support.shared):
        assert np.all(bound == 0.0)
    kept = under_way.state.ledger.flows[: given.size, [Entry.GRANT, Entry.EQUITY, Entry.RESEARCH]].sum(axis=1)
    np.testing.assert_allclose(kept, firms.public_research, rtol=1e-12)
    assert np.all(before[: given.size] >= 0.0)


@pytest.mark.parametrize("name", ARMS)
def test_earmarks_bind_no_more_than_is_done(name, simulation, generous):
    """Tied, exploring, lost and shared money are each at most the R&D done, so that hours are never negative."""
    for until in (6, 20):
        state = simulation(generous(name, coordination=1.0), until=until, displacement=0.9).state
        done = state.innovators.own_research + state.innovators.public_research
        support = state.support
        for bound in (support.tied, support.explore, support.lost, support.shared):
            assert np.all(bound <= done * (1.0 + 1e-12))
        assert np.all(state.innovators.hours >= 0.0)


def test_relabelled_money_is_nobody_s_profit(simulation, generous):
    """With d = 1 and nothing planned, profits are revenue less production and fixed cost, whatever was given."""
    state = simulation(generous("grants"), until=20, displacement=1.0, **RESEARCH_FREE).state
    firms, market = state.innovators, state.market[0]
    assert firms.public_research.sum() > 1.0
    fixed = firms.fixed_real * market.wage / market.initial_wage
    profits = (firms.revenue - firms.units * firms.unit_cost - fixed)[firms.alive & ~firms.foreign]
    assert state.tallies[19].exits == 0.0
    assert state.tallies[19].profits == pytest.approx(profits.sum())
    assert market.profits == pytest.approx(np.maximum(0.0, profits).sum())


def test_no_dividend_exceeds_cash(small, generous):
    """With money that no R&D uses up, every identity holds and no firm pays out more than it has."""
    firms = simulate(small.replace(displacement=1.0), generous("grants"), 1, check=True, panel=True).firms
    assert firms is not None and np.all(firms["cash"] > 0.0)
