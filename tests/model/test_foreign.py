"""Foreigners and private investors: outside the reach of public money, paid abroad, and the same for everybody."""

import numpy as np
import pytest

from agents.innovator import refinancing_hazard
from model.indicators.welfare import welfare
from model.policy.presets import policies
from model.randomness import split_seed
from model.simulation import simulate
from model.state.ledger import OUTSIDE, Entry
from model.state.references import reference_to
from tests.phases import refinance

MANY = {"founders": 30, "foreign_founders": 0.5, "foreign_entrants": 0.5, "foreign_suppliers": 0.5, "entry": 0.6}
NONE = {"foreign_founders": 0.0, "foreign_entrants": 0.0, "foreign_suppliers": 0.0}


# -- whom they pay, and who pays them
def test_foreign_firms_hire_abroad(simulation):
    """They pay no domestic engineer and no domestic cost; their hours are R&D money at the wage of t = 0."""
    under_way, seen = simulation("rd_credit", **MANY), 0
    slots = under_way.parameters.slots
    for t in range(30):
        under_way.advance(t + 1)
        s = under_way.state
        foreign = s.innovators.alive & s.innovators.foreign & (s.innovators.birth < t)
        flows = s.ledger.flows[:slots][foreign]
        seen += np.count_nonzero(flows[:, Entry.ABROAD])
        assert not np.any(flows[:, [Entry.RESEARCH, Entry.PRODUCTION, Entry.FIXED]])
        hours = s.innovators.own_research[foreign] / s.market[0].initial_wage
        np.testing.assert_allclose(s.innovators.hours[foreign], hours, rtol=1e-12)
    assert seen > 200 and s.market[0].wage > 1.02 * s.market[0].initial_wage  # at which they do not hire


def test_foreign_firms_live_on_their_markets(simulation):
    """Their flow with the outside is income from other markets less R&D, production and a fixed cost at w_0."""
    s = simulation("rd_credit", until=30, foreign_income=0.2, **MANY).state
    i = s.innovators
    foreign = i.alive & i.foreign & (i.birth < 29)
    costs = i.own_research + i.units * i.unit_cost + i.fixed_real
    np.testing.assert_allclose(s.ledger.flows[:-4][foreign, Entry.ABROAD], (0.2 - costs)[foreign], rtol=1e-9)
    assert foreign.sum() > 3


@pytest.mark.parametrize("name", policies)
def test_no_public_money_for_foreigners(name, simulation, arm):
    """Under no preset does a foreign firm or supplier get money, a champion's seat or a subsidised price."""
    under_way, seen = simulation(arm(name, champions=64, local_champions=64, upstream=0.2, waive_risk=1.0), **MANY), 0
    public = [Entry.GRANT, Entry.EQUITY, Entry.SUBSIDY, Entry.ENTRY]
    for t in range(36):
        under_way.advance(t + 1)
        s = under_way.state
        foreign = s.innovators.foreign
        seen += np.count_nonzero(foreign & s.innovators.alive)
        assert not np.any(s.ledger.flows[:-4][foreign][:, public])
        assert not np.any(
            (s.government.chosen | s.government.backed | (s.support.shared > 0.0))[foreign & s.innovators.alive]
        )
        assert not np.any(s.support.upstream[s.suppliers.foreign]) and not np.any(s.support.waiver[foreign])
    assert seen > 100 and not np.any(s.innovators.public_total[foreign])


def test_demonstration_does_not_pay_for_foreign_products(simulation, arm):
    """Where all firms are foreign, nobody is paid for adopting."""
    foreign = {"foreign_founders": 1.0, "foreign_entrants": 1.0, "reconsider": 0.5}
    s = simulation(arm("demonstration", first_adopters=1.0), until=36, **foreign).state
    assert s.tallies["units"].sum() > 0.0 and s.ledger.moved[:, Entry.ADOPTION].sum() == 0.0


# -- welfare
def test_imports_are_a_cost(simulation):
    """Imports are what foreign firms sell, and lower welfare one to one; their costs abroad do not."""
    record = simulation(until=48, **MANY).record()
    tallies, moved = record.tallies.copy(), record.moved.copy()

    def measure():
        return welfare(record._replace(tallies=tallies, moved=moved))

    before = measure()
    tallies["imports"] += 7.0
    moved[:, Entry.ABROAD] += 5.0
    np.testing.assert_allclose(before - measure(), 7.0, rtol=1e-9)
    assert record.tallies["imports"].sum() > 0.0


def test_imports_are_foreign_revenue(simulation):
    """Revenue of foreign firms, quarter by quarter, before what they earn elsewhere."""
    under_way = simulation("vouchers", **MANY)
    for t in range(36):
        under_way.advance(t + 1)
        s = under_way.state
        assert s.tallies["imports"][t] == pytest.approx(s.innovators.revenue[s.innovators.foreign].sum())
    assert s.tallies["imports"].sum() > 0.0


# -- presence and lead
def test_no_foreigners_where_their_shares_are_zero(run):
    """All firms, suppliers and sales are domestic, and nothing moves abroad."""
    found = run("vouchers", **NONE)
    s = found.state
    assert not np.any(s.innovators.foreign) and not np.any(s.suppliers.foreign)
    sold = s.tallies["units"] > 0.0
    assert sold.any() and np.all(found.series["domestic_share"][sold] == 1.0)
    assert np.all(found.series["domestic_component_share"][sold][1:] == 1.0)
    assert not np.any(found.series["imports"]) and not np.any(s.ledger.moved[:, Entry.ABROAD])


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_shares_are_exact_at_the_start(share, simulation):
    """That share of founders and of suppliers is foreign, each domain keeping a domestic supplier."""
    s = simulation(founders=40, foreign_founders=share, suppliers=40, foreign_suppliers=share).state
    assert s.innovators.foreign.sum() == 40 * share and s.suppliers.foreign.sum() == 40 * share
    assert set(s.suppliers.domain[~s.suppliers.foreign]) == {0, 1, 2, 3}


def test_entrants_are_foreign_at_their_share(simulation):
    """Of many entrants, foreign ones are binomial."""
    s = simulation(until=20, entry=20.0, foreign_entrants=0.3, slots=1024).state
    entered = s.innovators.birth >= 0
    n, foreign = entered.sum(), (s.innovators.foreign & entered).sum()
    assert n > 300 and abs(foreign - 0.3 * n) < 4.0 * np.sqrt(n * 0.3 * 0.7)


def test_lead_raises_founders_and_suppliers(simulation):
    """Foreign ones start at 1 + lead times what they would without it; domestic ones as they would."""
    even, ahead = (simulation(foreign_lead=lead, ceiling=10.0, **MANY).state for lead in (0.0, 0.4))
    for kind in ("innovators", "suppliers"):
        foreign = getattr(even, kind).foreign
        ratio = getattr(ahead, kind).capability / getattr(even, kind).capability
        np.testing.assert_allclose(ratio.T, np.broadcast_to(np.where(foreign, 1.4, 1.0), ratio.T.shape))


def test_lead_raises_entrants(simulation):
    """A foreign entrant starts at 1 + lead times a domestic one's initial capability, with the same luck."""
    even, ahead = (
        simulation(until=1, foreign_lead=lead, inherit=0.0, ceiling=10.0, **{**MANY, "entry": 10.0}).state.innovators
        for lead in (0.0, 0.4)
    )
    entered = even.birth == 0
    ratio = ahead.capability[entered] / even.capability[entered]
    np.testing.assert_allclose(ratio, np.where(even.foreign[entered, None], 1.4, 1.0) * np.ones(4))
    assert 2 < even.foreign[entered].sum() < entered.sum()


# -- private investors
@pytest.mark.parametrize(
    ("waits", "grew", "hazard"), [(False, False, 0.05), (True, False, 0.25), (False, True, 0.15), (True, True, 0.35)]
)
def test_refinancing_hazard(waits, grew, hazard, simulation):
    """A firm that runs short gets seed cash again with probability f_0 + f_1 * [prototype] + f_2 * [growth].

    It has grown when it sells more than usual.
    """
    assert refinancing_hazard(0.05, 0.2, waits, 0.1, grew) == pytest.approx(hazard)
    settings = {
        "refinance": 0.05,
        "refinance_prototype": 0.2,
        "refinance_growth": 0.1,
        "founders": 64,
        "seed_cash": 3.5,
    }
    under_way = simulation(**settings)
    p, s, seed = under_way.parameters.record, under_way.state, split_seed(0)
    s.innovators.prototype[:], s.innovators.units[:] = waits, 1.0
    s.innovators.usual_units[:] = 0.9 if grew else 1.0
    given = 0
    for t in range(40):
        s.ledger.flows[:] = 0.0
        s.ledger.cash[:-4] = np.where(np.arange(64) < 60, 0.24, 0.26) * 3.5
        refinance(t, p, seed, reference_to(s))
        seeds = s.ledger.flows[:-4, Entry.SEED]
        given += np.count_nonzero(seeds)
        assert set(seeds.tolist()) <= {0.0, 3.5} and not np.any(seeds[60:])
        assert s.ledger.flows[OUTSIDE, Entry.SEED] == pytest.approx(-seeds.sum())
    assert abs(given - 2400 * hazard) < 4.0 * np.sqrt(2400 * hazard * (1.0 - hazard))


def test_usual_sales_are_a_fading_mean(simulation):
    """What a firm usually sells moves a quarter of the way to the last quarter's units, from nothing at entry."""
    under_way, usual = simulation(seed=1), 0.0
    for t in range(40):
        usual = usual + 0.25 * (under_way.state.innovators.units - usual)
        under_way.advance(t + 1)
        firms = under_way.state.innovators
        usual = np.where(firms.birth == t, 0.0, usual)
        np.testing.assert_allclose(firms.usual_units[firms.alive], usual[firms.alive], atol=1e-12)
    assert np.count_nonzero(usual) > 5


def test_refinancing_is_blind_to_who_paid(simulation):
    """The same firms are refinanced whether or not they live on public money, are champions or owe equity."""
    found = []
    for public in (0.0, 100.0):
        under_way = simulation("grants", until=10, refinance=0.3)
        p, s = under_way.parameters.record, under_way.state
        s.ledger.cash[:-4] = 0.1
        i = s.innovators
        for money in (i.public_total, i.public_recent, i.public_research, i.subsidised, i.equity):
            money[:] = public
        s.government.chosen[:] = s.government.backed[:] = public > 0.0
        s.ledger.flows[:] = 0.0
        refinance(10, p, split_seed(0), reference_to(s))
        found.append(s.ledger.flows[:-4, Entry.SEED].copy())
    assert found[0].tobytes() == found[1].tobytes() and found[0].any()


def test_refinancing_keeps_money_whole(small, arm):
    """Identities hold with many refinanced firms under a policy."""
    found = simulate(
        small.replace(refinance=0.5, refinance_prototype=0.5, **MANY), arm("guidance_funds"), 2, check=True
    )
    assert found.state.ledger.moved[:, Entry.SEED].sum() > small.seed_cash * found.state.tallies["entries"].sum()
