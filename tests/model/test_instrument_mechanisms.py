"""Broad instruments: what a quarter's money does, against the formula worked out by hand from the state before it."""

import numpy as np
import pytest

from agents.innovator import ABROAD, discovery_chance
from agents.user import OLD_TECHNOLOGY
from model.opening import World
from model.policy.policy import Policy
from model.randomness import split_seed
from model.simulation import Simulation
from model.state.ledger import USERS, Entry
from model.state.references import reference_to
from model.state.state import copy_state
from tests.phases import choose_firms, research_in_public, spill_over

NET = 0.93  # of an outlay after 5 % leakage and 2 % administration
WRITTEN = {
    "seed_cash": 3.5, "risk": 0.077, "lead_risk": 0.3, "integration": 0.092, "displacement": 0.5, "engineers": 20.0,
    "platform_efficacy": 20.0, "roadmap_efficacy": 200.0, "infrastructure_efficacy": 3.0, "science_efficacy": 0.1,
    "talent_efficacy": 0.06, "talent_decay": 0.00625, "unification_efficacy": 200.0, "observatory_efficacy": 200.0,
}  # fmt: skip


@pytest.fixture
def simulation(simulation):
    """The small economy with the values that are written out in this file."""
    return lambda *which, **changes: simulation(*which, **{**WRITTEN, **changes})


@pytest.fixture
def quarter(simulation):
    """One quarter of the small economy under a policy, on an economy without until then: (before, after)."""

    def make(policy, t=20, prepare=lambda state: None, seed=0, **changes):
        under_way = simulation("laissez_faire", seed, t, **changes)
        under_way = _under(under_way, policy)
        prepare(under_way.state)
        before = copy_state(under_way.state)
        under_way.advance(t + 1)
        return before, under_way.state

    return make


def _under(free, policy):
    """The same economy under a policy from now on."""
    policy = policy.replace(start=free.period, end=free.parameters.horizon)
    made = Simulation(free.parameters, policy, free.seed, World(free.state, reference_to(free.state)))
    made.period = free.period
    return made


def report(state):
    """Firms have heard of problems, most in the last domain."""
    state.government.reported[:] = [1.0, 2.0, 3.0, 14.0]


def money(before, policy):
    """What a quarter's budget places, net, all of it being placed."""
    return NET * policy.budget * before.market[0].initial_output


# -- transfers
def test_rebate_is_paid_to_users(quarter, arm):
    """The tax less leakage and administration comes back to users in the same quarter."""
    before, after = quarter(arm("rebate"))
    flows = after.ledger.flows[USERS]
    assert flows[Entry.REFUND] == pytest.approx(money(before, arm("rebate")))
    assert flows[Entry.REFUND] == pytest.approx(-NET * flows[Entry.TAX])


def test_rd_credit_matches_own_research(quarter, arm):
    """Every domestic firm gets the same rate on the R&D it planned; half of it is displaced."""
    before, after = quarter(arm("rd_credit"))
    firms = after.innovators
    domestic = before.innovators.alive & ~before.innovators.foreign
    expected = np.where(domestic, firms.plan_research, 0.0)
    expected *= money(before, arm("rd_credit")) / expected.sum()
    assert domestic.sum() > 5
    np.testing.assert_allclose(after.support.research, expected, rtol=1e-12)
    np.testing.assert_allclose(firms.own_research, np.maximum(0.0, firms.plan_research - 0.5 * expected), rtol=1e-12)


def test_entry_subsidy_adds_to_the_seed_cash_of_domestic_entrants(quarter, arm):
    """Each gets the purse over 1.1 times last quarter's entrants, at most the award; foreigners get nothing."""

    def many_before(state):
        state.market[0].entrants = 8.0

    policy, changes = arm("entry_subsidy", budget=0.05, entry_award=1.0), {"entry": 10.0, "foreign_entrants": 0.5}
    before, after = quarter(policy, 2, many_before, **changes)
    expected = min(3.5, money(before, policy) / (1.1 * 8.0))
    entered = after.innovators.alive & (after.innovators.birth == 2)
    domestic = entered & ~after.innovators.foreign
    added, seed = (after.ledger.flows[: entered.shape[0], purpose] for purpose in (Entry.ENTRY, Entry.SEED))
    assert 2 < domestic.sum() < entered.sum()
    np.testing.assert_allclose(added, np.where(domestic, expected, 0.0), rtol=1e-12)
    np.testing.assert_allclose(seed[entered], 3.5)
    np.testing.assert_allclose(after.ledger.cash[:-4][entered], (seed + added)[entered], rtol=1e-12)
    assert after.market[0].entrants == domestic.sum()


def test_entry_subsidy_is_at_most_the_award(quarter, arm):
    """Rich in money and poor in entrants, it pays the award and keeps the rest."""
    before, after = quarter(arm("entry_subsidy", budget=0.1, entry_award=0.4), 2, entry=5.0)
    paid = after.ledger.flows[:-4, Entry.ENTRY]
    assert paid.max() == pytest.approx(0.4 * 3.5) and np.count_nonzero(paid) >= 2
    assert after.government.purse.sum() == pytest.approx(0.1 * before.market[0].initial_output - paid.sum() / NET)


# -- application
def test_vouchers_pay_a_part_of_any_domestic_price(quarter, arm):
    """Rate = purse / (1.1 * last quarter's domestic sales), the same for all; users pay the rest."""
    policy = arm("vouchers", budget=0.0005)
    before, after = quarter(policy, t=30)
    firms = after.innovators
    domestic = before.innovators.alive & ~before.innovators.foreign
    rate = money(before, policy) / (1.1 * before.innovators.revenue[domestic].sum())
    assert 0.0 < rate < 0.5
    np.testing.assert_allclose(firms.subsidised, np.where(domestic, rate, 0.0) * firms.revenue, rtol=1e-12)
    assert after.users.spending.sum() == pytest.approx((firms.revenue - firms.subsidised).sum())


def test_vouchers_pay_at_most_the_cap(quarter, arm):
    """More money than the cap can place lowers prices by the cap."""
    _, after = quarter(arm("vouchers", budget=0.1, subsidy_cap=0.3), t=30)
    assert after.support.purchase.max() == 0.3 and after.government.purse.sum() > 0.0


def test_demonstration_pays_first_adopters(quarter, arm):
    """Paid = rate * size * (integration + felt risk) of those that leave the old technology for a domestic product.

    Industries where the share of first adopters has adopted get nothing. The rate is the purse over 1.1 times last
    time's basis.
    """
    policy = arm("demonstration", budget=0.0005, first_adopters=0.3)
    changes = {"reconsider": 0.5, "foreign_founders": 0.3}

    def same_basis(state):
        state.market[0].adoption_cost = 10.0

    before, after = quarter(policy, 8, same_basis, **changes)
    users, industries = before.users, before.industries.share.shape[0]
    on = np.bincount(users.industry, users.size * (users.provider >= 0), industries)
    open_to = on / np.bincount(users.industry, users.size, industries) < 0.3
    rate = money(before, policy) / (1.1 * 10.0)
    assert 0.0 < rate < 1.0 and 0 < open_to.sum() < industries
    np.testing.assert_allclose(after.support.adoption, np.where(open_to, rate, 0.0))
    taken = after.users.technology  # as chosen; a provider may have left since
    adopts = (users.provider == OLD_TECHNOLOGY) & (taken >= 0) & open_to[users.industry]
    adopts &= before.innovators.region[taken] != ABROAD
    peers = np.split(users.peers, users.peer_start[1:-1])
    seen = np.array([np.mean(users.provider[mine] >= 0) for mine in peers])
    risk = 0.077 * (1.0 - seen) * np.where(users.lead, 0.3, 1.0)
    basis = np.sum(users.size * (0.092 + risk), where=adopts)
    assert basis > 0.0
    assert after.ledger.flows[USERS, Entry.ADOPTION] == pytest.approx(rate * basis)
    assert after.market[0].adoption_cost == pytest.approx(basis)


def test_demonstration_wins_adopters(run, arm):
    """With integration and risk paid, more adopt early than without, in every seed."""
    policy = arm("demonstration", first_adopters=1.0)
    for seed in range(4):
        helped, free = (run(who, seed).series["adoption"][:16].mean() for who in (policy, "laissez_faire"))
        assert helped > free


# -- community
STILL = {"meet": 0.0, "reconsider": 0.0, "entry": 0.0, "entry_profit": 0.0, "fixed_cost": 0.0, "founders": 40}


def test_platform_brings_users_and_firms_together(quarter, arm):
    """Extra meetings are binomial with probability efficacy * money / Y_0, one a user, across regions as within."""
    policy, changes = arm("platform"), {**STILL, "users": 4000, "segmentation": 1.0, "foreign_founders": 0.0}
    before, after = quarter(policy, 0, **changes)
    chance = 20.0 * 0.005 * NET
    swapped = before.users.contacts != after.users.contacts
    met = swapped.any(axis=1)
    assert np.all(swapped.sum(axis=1) <= 1)
    assert abs(met.sum() - 4000 * chance) < 4.0 * np.sqrt(4000 * chance * (1.0 - chance))
    home, firms = before.users.region, after.innovators.region
    assert np.all(firms[before.users.contacts] == home[:, None])
    u, m = np.nonzero(swapped)
    abroad = np.mean(firms[after.users.contacts[u, m]] != home[u])
    # of 40 firms 5 are known, all at home: strangers are the others
    at_home = np.array([np.sum(firms[:40] == region) for region in home[u]])
    expected = np.mean((40 - at_home) / (40 - 5))
    assert abs(abroad - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / u.size)


def test_platform_costs_no_more_than_a_meeting_each(quarter, arm):
    """Where money would buy more than a meeting a user, it buys one, and the rest stays in the purse."""
    before, after = quarter(arm("platform", budget=0.1))
    assert after.support.flow[0].meetings == 1.0
    assert after.ledger.moved[20, Entry.SERVICES] == pytest.approx(before.market[0].initial_output / 20.0)


def test_roadmap_draws_directions(quarter, arm):
    """Directions are (1 - d) * belief + d * roadmap, d = 1 - exp(-efficacy * money / Y_0), for every firm.

    The roadmap is pooled reports and the plan, mixed by a.
    """
    before, after = quarter(arm("roadmap", roadmap_plan=0.3), prepare=report)
    drawn = 1.0 - np.exp(-200.0 * 0.005 * NET)
    pooled = before.government.reported / before.government.reported.sum()
    roadmap = 0.7 * pooled + 0.3 * after.government.plan
    np.testing.assert_allclose(after.government.roadmap, roadmap, rtol=1e-12)
    firms = before.innovators
    belief = firms.belief[firms.alive] / firms.belief[firms.alive].sum(axis=1, keepdims=True)
    expected = (1.0 - drawn) * belief + drawn * roadmap
    np.testing.assert_allclose(after.innovators.direction[firms.alive], expected, rtol=1e-10)
    assert np.ptp(roadmap) > 0.05


def test_roadmap_is_fixed_for_a_plan_period(simulation, arm):
    """It changes in the first quarter of a plan period and in no other."""
    under_way, changed, last = simulation(arm("roadmap", plan_period=10)), [], None
    for t in range(30):
        under_way.advance(t + 1)
        now = under_way.state.government.roadmap.tobytes()
        changed += [t] if now != last else []
        last = now
    assert changed == [0, 10, 20]


def test_common_technology_follows_reports(simulation):
    """common_c = x + gain * (1 - x / ceiling), gain the mean of solutions at the mean size, and

    x = common + [1 - exp(-effort)] * (average - common)+, effort = efficacy * (hours / h_ref)^lambda.
    Solutions = gamma * effort * share of reports; a log-normal of log-sd 1 has mean exp(1/2) times its median.
    """
    under_way = simulation("laissez_faire", until=20, common_efficacy=0.8)
    p, s = under_way.parameters, under_way.state
    report(s)
    s.support.flow[0].common, s.stocks.common[:] = 0.5, [0.0, 0.1, 0.9, 2.4]
    average = s.innovators.capability[s.innovators.alive].mean(axis=0)
    ceiling = s.ceiling[int(s.market[0].frontier)]
    effort = 0.8 * (0.5 / s.market[0].wage / 0.5) ** p.concentration
    start = s.stocks.common + (1.0 - np.exp(-effort)) * np.maximum(0.0, average - s.stocks.common)
    solutions = p.solution_rate * effort * s.government.reported / s.government.reported.sum()
    expected = start + solutions * p.solution_step * np.exp(0.5) * (1.0 - start / ceiling)
    research_in_public(p.record, reference_to(s))
    np.testing.assert_allclose(s.stocks.common, np.minimum(expected, ceiling), rtol=1e-12)


def test_common_technology_is_absorbed_by_all(simulation):
    """x + imitation * absorptive capacity * (common - x), whatever protects rivals' ideas."""
    under_way = simulation("laissez_faire", until=20, ip_protection=1.0)
    p, s = under_way.parameters, under_way.state
    s.stocks.common[:] = 2.0
    alive, before = s.innovators.alive, s.innovators.capability.copy()
    gap = np.maximum(0.0, 2.0 - before)
    spill_over(p.record, reference_to(s))
    expected = before + p.imitation * s.innovators.absorption[:, None] * gap
    np.testing.assert_allclose(s.innovators.capability[alive], expected[alive], rtol=1e-12)
    assert np.any(s.innovators.capability > before)


def test_infrastructure_lowers_the_cost_of_integration(simulation, arm):
    """K' = (1 - decay) * K + money; users pay integration * exp(-efficacy * K / Y_0), still after the policy."""
    policy = arm("infrastructure", end=10, budget=0.02)
    under_way, stock = simulation(policy, infrastructure_decay=0.1), 0.0
    output = under_way.state.market[0].initial_output
    for t in range(20):
        under_way.advance(t + 1)
        s = under_way.state
        stock = 0.9 * stock + (NET * 0.02 * output if t < 10 else 0.0)
        assert s.stocks.level[0].infrastructure == pytest.approx(stock)
        cost = 0.092 * np.exp(-3.0 * stock / output)
        assert s.market[0].integration == pytest.approx(cost)
        assert s.ledger.moved[t, Entry.INTEGRATION] == pytest.approx(cost * s.tallies["integrated"][t])
    assert s.tallies["integrated"].sum() > 0.0


# -- framework
def test_basic_research_adds_to_science(simulation):
    """science - 1 decays and grows by efficacy * hours bought / H_0."""
    under_way = simulation("laissez_faire", until=4, science_decay=0.2)
    p, s = under_way.parameters, under_way.state
    s.support.flow[0].science, s.stocks.level[0].science = 5.0, 3.0
    research_in_public(p.record, reference_to(s))
    assert s.stocks.level[0].science == pytest.approx(1.0 + 0.8 * 2.0 + 0.1 * 5.0 / s.market[0].wage / 20.0)


def test_basic_research_multiplies_the_hazard_of_discovery(simulation):
    """-log(1 - chance) is proportional to science: none without it, all that explore find with endless science."""
    hazard = [-np.log(1.0 - discovery_chance(0.14, 0.5, 1.0, 0.4, science, 0.5, 0.0)) for science in (1.0, 2.5)]
    assert hazard[1] == pytest.approx(2.5 * hazard[0])
    found = []
    for science in (0.0, 1e12):
        under_way = simulation("laissez_faire", until=10, science_decay=0.0, switch_saturation=1.0, follow=0.0)
        s = under_way.state
        s.stocks.level[0].science = science
        explores = s.innovators.alive & ~s.innovators.prototype
        under_way.advance(11)
        # a prototype found or already taken up is progress of this quarter, as is a better product in use
        found.append(np.mean((s.innovators.prototype | (s.innovators.progress == 10))[explores & s.innovators.alive]))
        assert science > 0.0 or not np.any(s.innovators.prototype[explores])
    assert found[0] < found[1] == 1.0


def test_talent_comes_to_the_market_years_later(simulation, arm):
    """Engineers trained with a quarter's money arrive exactly `talent_lag` quarters later, and retire at 0.625 %."""
    under_way = simulation(arm("talent", start=2, end=4), talent_lag=7)
    market, levels = under_way.state.market[0], []
    for t in range(16):
        under_way.advance(t + 1)
        levels.append(under_way.state.stocks.level[0].engineers)
    class_size = 0.06 * 0.005 * NET * market.initial_output / market.initial_wage
    stay = 1.0 - 0.00625
    expected = np.zeros(16)
    expected[9] = class_size
    expected[10:] = class_size * (1.0 + stay) * stay ** np.arange(6)
    np.testing.assert_allclose(levels, expected, rtol=1e-12)


@pytest.mark.parametrize("elasticity", [0.0, 1.5])
def test_talent_raises_the_supply_of_engineers(elasticity, quarter):
    """With H_0 doubled, the same money meets w = w_0 * [M / (w_0 2 H_0)]^(1/(1+eps)): more hours at a lower wage."""

    def double(state):
        state.stocks.level[0].engineers = 20.0

    idle, changes = Policy(name="idle"), {"supply_elasticity": elasticity, "talent_decay": 0.0}
    _, few = quarter(idle, **changes)
    _, many = quarter(idle, prepare=double, **changes)
    ratio = 2.0 ** (1.0 / (1.0 + elasticity))
    assert many.market[0].wage == pytest.approx(few.market[0].wage / ratio)
    assert many.market[0].hours == pytest.approx(few.market[0].hours * ratio)


def test_market_unification_damps_segmentation(simulation, arm):
    """Segmentation is multiplied by exp(-efficacy * money / Y_0) while money flows, and is back afterwards."""
    under_way = simulation(arm("market_unification", end=10), segmentation=0.8)
    under_way.advance(10)
    assert under_way.state.market[0].segmentation == pytest.approx(0.8 * np.exp(-200.0 * 0.005 * NET))
    under_way.advance(11)
    assert under_way.state.market[0].segmentation == 0.8


def test_market_unification_lets_users_meet_firms_of_other_regions(quarter, arm):
    """Where no cross-region meeting happens without it, some happen with it, and with much of it as many as may."""

    def across(policy):
        changes = {**STILL, "meet": 1.0, "users": 2000, "segmentation": 1.0, "foreign_founders": 0.0}
        before, after = quarter(policy, 0, **changes)
        u, m = np.nonzero(before.users.contacts != after.users.contacts)
        return np.mean(after.innovators.region[after.users.contacts[u, m]] != before.users.region[u])

    none, some, free = (across(arm("market_unification", budget=budget)) for budget in (0.0, 0.005, 0.1))
    assert none == 0.0 < some < free
    assert free > 0.45  # half of the firms are in the other region, and hardly any of them is known


def test_observatory_buys_foresight(simulation, arm):
    """phi' = phi + (1 - phi) * [1 - exp(-efficacy * money / Y_0)]."""
    under_way = simulation(arm("observatory", foresight=0.4), until=3)
    expected = 0.4 + 0.6 * (1.0 - np.exp(-200.0 * 0.005 * NET))
    assert under_way.state.support.flow[0].foresight == pytest.approx(expected)


@pytest.mark.slow
def test_observatory_makes_plans_truer(simulation, arm):
    """A plan made with the observatory's foresight is phi' * truth + (1 - phi') * the same guess, not phi's.

    Truth without drift: output-weighted n_cj * e_c^(rho - 1) over its sum, e the mean of products in use.
    """
    policy, plans = arm("grants", foresight=0.0, start=20), []
    for foresight in (0.0, 0.5, 1.0):
        under_way = simulation("laissez_faire", until=20, needs_drift=0.0)
        p, s = under_way.parameters, under_way.state
        s.support.flow[0].foresight = foresight
        choose_firms(20, p.record, policy.record, split_seed(0), reference_to(s))
        plans.append(s.government.plan.copy())
    weight = s.innovators.units if s.innovators.units.any() else s.innovators.alive
    in_use = np.average(s.innovators.effective, axis=0, weights=weight * (s.innovators.effective[:, 0] > 0.0))
    problems = s.industries.needs * in_use[:, None] ** (p.complementarity - 1.0)
    output = np.bincount(s.users.industry, s.users.output)
    true = problems / problems.sum(axis=0) @ (output / output.sum())
    np.testing.assert_allclose(plans[2], true, rtol=1e-9)
    np.testing.assert_allclose(plans[1], 0.5 * (plans[0] + true), rtol=1e-9)
    assert np.abs(plans[0] - true).max() > 0.05
