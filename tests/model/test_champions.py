"""Selective instruments: whom a fallible government picks, and what the picked firms get and do with it."""

import numpy as np
import pytest

from model.state.ledger import GOVERNMENT, OUTSIDE, Entry
from model.state.references import reference_to
from model.state.state import copy_state
from tests.phases import govern_now, research_in_public, score_apart, spill_over

NET = 0.93  # of an outlay after 5 % leakage and 2 % administration


@pytest.fixture
def quarter(simulation):
    """Quarter t of the small economy under a policy: (before, after, net money of the quarter)."""

    def make(policy, t=21, prepare=lambda state: None, seed=0, **changes):
        under_way = simulation(policy, seed, t, **changes)
        prepare(under_way.state)
        before = copy_state(under_way.state)
        under_way.advance(t + 1)
        state = under_way.state
        purse = before.government.purse.sum() + policy.budget * state.market[0].initial_output
        return before, state, NET * purse

    return make


def given(after):
    """Public R&D money of the quarter, and the chosen firms' own as planned."""
    return after.support.research, np.where(after.support.research > 0.0, after.innovators.plan_research, 0.0)


# -- scores
def test_scores_are_z_scores_of_living_domestic_firms(simulation):
    """Mean 0 and deviation 1 over those that may be chosen; 0 where all are alike, whatever rounding leaves."""
    state = simulation("laissez_faire", until=20).state
    may_be_chosen = state.innovators.alive & ~state.innovators.foreign
    value = np.linspace(3.0, 4.0, may_be_chosen.shape[0])
    score_apart(value, reference_to(state))
    assert value[may_be_chosen].mean() == pytest.approx(0.0, abs=1e-12)
    assert value[may_be_chosen].std() == pytest.approx(1.0)
    for level in (0.1, 1.1, 1e9 / 7.0):
        alike = np.full(may_be_chosen.shape[0], level)
        score_apart(alike, reference_to(state))
        assert np.all(alike[may_be_chosen] == 0.0)


# -- grants
@pytest.mark.parametrize("award", ["proportional", "equal"])
def test_grants_go_to_champions(award, quarter, arm):
    """All money goes to K firms, in proportion to own R&D or equally; own R&D falls by half of it."""
    _, after, net = quarter(arm("grants", champions=4, award=award))
    grant, own = given(after)
    assert np.count_nonzero(grant) == 4
    expected = net * own / own.sum() if award == "proportional" else net * (own > 0.0) / 4.0
    np.testing.assert_allclose(grant, expected, rtol=1e-12)
    displaced = after.innovators.plan_research - 0.5 * grant
    np.testing.assert_allclose(after.innovators.own_research, displaced, rtol=1e-12)


def test_grants_are_limited_in_size(quarter, arm):
    """No firm gets more than the award size; the rest stays in the purse."""
    _, after, net = quarter(arm("grants", champions=4, award="equal", award_size=0.1), 0)
    grant, _ = given(after)
    np.testing.assert_allclose(grant[grant > 0.0], [0.1] * 4)
    assert after.government.purse.sum() == pytest.approx((net - 0.4) / NET)


def test_grants_to_the_young_drop_the_old(simulation, arm):
    """No firm above the age limit is funded, in any quarter."""
    under_way = simulation(arm("grants", max_age=6, champions=3), entry=1.0)
    funded = 0
    for t in range(36):
        under_way.advance(t + 1)
        s = under_way.state
        age = t - s.innovators.birth[s.support.research > 0.0]
        funded += age.size
        assert np.all(age <= 6)
    assert funded > 30


def test_grants_comply_with_the_plan(quarter, arm):
    """Directions are (1 - k) * belief + k * plan, k the tied part of all R&D money."""
    before, after, _ = quarter(arm("grants", compliance=0.6, champions=4))
    grant, _ = given(after)
    funded, firms = grant > 0.0, after.innovators
    tied = 0.6 * grant[funded] / (grant + firms.own_research)[funded]
    belief = before.innovators.belief[funded] / before.innovators.belief[funded].sum(axis=1, keepdims=True)
    expected = (1.0 - tied[:, None]) * belief + tied[:, None] * after.government.plan
    np.testing.assert_allclose(firms.direction[funded], expected, rtol=1e-10)
    assert np.abs(expected - belief).max() > 0.05


def test_grants_may_be_earmarked_for_exploration(quarter, arm):
    """Earmarked hours explore, and of the rest the share that pressure and saturation leave, without a prototype."""
    changes = {"discovery": 0.0, "backlog_half": 2.0, "explore_max": 0.17, "own_problems": 0.6}
    before, after, _ = quarter(arm("grants", explore=0.4, champions=4), **changes)
    grant, _ = given(after)
    i, wage = before.innovators, after.market[0].wage
    share = i.belief / np.maximum(i.belief.sum(axis=1, keepdims=True), 1e-300)
    pressure = (share * i.backlog / (i.backlog + 2.0)).sum(axis=1)
    saturation = i.capability.mean(axis=1) / before.ceiling[i.generation]
    explored = 0.17 * (1.0 - (0.6 + 0.4 * pressure) * (1.0 - saturation**2))
    earmarked = 0.4 * grant / wage
    hours = earmarked + explored * (after.innovators.hours - earmarked)
    searching = i.alive & ~i.foreign & ~i.prototype
    assert after.tallies["exploration_hours"][21] == pytest.approx(hours[searching].sum())
    assert np.any(grant[searching] > 0.0)


def test_grants_pass_money_upstream(quarter, arm, simulation):
    """A share goes to domestic suppliers by the plan's weights; each solves kappa * gamma * (hours / h_ref)^lambda."""
    _, after, net = quarter(arm("grants", upstream=0.4, champions=4))
    suppliers, upstream = after.suppliers, after.support.upstream
    domestic = ~suppliers.foreign
    number = np.bincount(suppliers.domain, domestic)
    expected = np.where(domestic, 0.4 * net * (after.government.plan / number)[suppliers.domain], 0.0)
    np.testing.assert_allclose(upstream, expected, rtol=1e-10)
    assert after.support.research.sum() == pytest.approx(0.6 * net)
    under_way = simulation("laissez_faire", until=4)
    p, s = under_way.parameters, under_way.state
    s.support.upstream[2] = 0.3
    research_in_public(p.record, reference_to(s))
    effort = (0.3 / s.market[0].wage / 0.5) ** p.concentration
    assert s.suppliers.solved[2] == pytest.approx(p.own_problems * p.solution_rate * effort)
    assert np.count_nonzero(s.suppliers.solved) == 1


@pytest.mark.parametrize(("name", "trait"), [("grants", "upstream"), ("mission", "mission_upstream")])
def test_grants_and_missions_may_go_to_suppliers_alone(name, trait, quarter, arm):
    """With all of it for suppliers, all is placed."""
    _, after, net = quarter(arm(name, **{trait: 1.0}))
    assert after.support.upstream.sum() == pytest.approx(net) and not np.any(after.support.research)


# -- missions
def test_mission_ties_earmarks_and_loses_hours(quarter, arm):
    """A mission's money follows the plan, half explores, a tenth pays for coordination; suppliers get a fifth."""
    _, after, net = quarter(arm("mission", champions=4))
    grant, _ = given(after)
    support, firms = after.support, after.innovators
    assert grant.sum() == pytest.approx(0.8 * net) and support.upstream.sum() == pytest.approx(0.2 * net)
    np.testing.assert_allclose(support.tied, grant)
    np.testing.assert_allclose(support.explore, 0.5 * grant)
    hours = (firms.own_research + 0.9 * grant) / after.market[0].wage
    np.testing.assert_allclose(firms.hours[grant > 0.0], hours[grant > 0.0], rtol=1e-12)
    assert np.array_equal(support.shared, grant) and np.count_nonzero(support.shared) == 4


@pytest.mark.parametrize("coordination", [0.1, 0.5])
def test_mission_explores_with_no_more_hours_than_it_has(coordination, simulation, arm):
    """Where all of a mission's money explores, what coordination costs is lost to exploration, too."""
    policy = arm("mission", mission_explore=1.0, coordination=coordination, award="equal")
    s = simulation(policy, until=20, displacement=0.0, burn=0.0, discovery=0.0).state
    paid, explored = s.tallies["research_hours"][:20], s.tallies["exploration_hours"][:20]
    lost = coordination * s.ledger.moved[:20, Entry.GRANT] / s.tallies["wage"][:20]
    assert np.all(explored <= (paid - lost) * (1.0 + 1e-12)) and explored.sum() > 0.8 * (paid - lost).sum()


@pytest.mark.parametrize(("efficacy", "speed"), [(0.3, 0.15), (1.0, 0.5), (3.0, 1.0)])
def test_mission_shares_results_among_members(efficacy, speed, simulation):
    """A member moves to the best of the members by efficacy times the mission's share of its R&D, at most 1.

    It does so as far as it can absorb. Others see nothing of that.
    """
    under_way = simulation("laissez_faire", until=20, imitation=0.0, mission_efficacy=efficacy)
    p, s = under_way.parameters, under_way.state
    before, firms = s.innovators.capability.copy(), np.flatnonzero(s.innovators.alive)
    members = firms[::2]
    s.innovators.own_research[members], s.innovators.public_research[members] = 0.2, 0.6
    s.support.shared[members] = 0.4  # half of their R&D
    spill_over(p.record, reference_to(s))
    best = before[members].max(axis=0)
    expected = before.copy()
    expected[members] += speed * s.innovators.absorption[members, None] * (best - before[members])
    np.testing.assert_allclose(s.innovators.capability, expected, rtol=1e-12)
    assert np.abs(expected - before).max() > 0.01


# -- guidance funds
def test_guidance_fund_splits_money_by_region(quarter, arm):
    """Each region's firms get its share of the economy, in proportion to own R&D; all of it is equity owed."""
    policy = arm("guidance_fund")
    _, after, _ = quarter(policy, 0, regions=3, founders=40, dividend_quarters=40.0)  # nobody repays yet
    users, firms, support = after.users, after.innovators, after.support
    region = np.bincount(users.region, users.size) / users.size.sum()
    backed = after.government.backed
    assert np.array_equal(np.bincount(firms.region[backed], minlength=3), [2, 2, 2]) and not np.any(
        firms.foreign[backed]
    )
    for r in range(3):
        mine = backed & (firms.region == r)
        share = firms.plan_research[mine] / firms.plan_research[mine].sum()
        np.testing.assert_allclose(
            support.equity[mine], NET * 0.005 * after.market[0].initial_output * region[r] * share
        )
    np.testing.assert_allclose(support.equity, support.research)
    np.testing.assert_allclose(firms.equity, support.equity)


def enrich(state):
    """Backed firms come into money from outside."""
    amount = np.where(state.government.backed, 8.0, 0.0)
    state.ledger.cash[: amount.shape[0]] += amount
    state.ledger.cash[OUTSIDE] -= amount.sum()


def test_guidance_fund_recovers_equity_out_of_dividends(quarter, arm):
    """A rich firm pays half of its dividends to the fund until it has repaid what it was given, and no more."""

    _, after, _ = quarter(arm("guidance_fund", budget=0.002, equity_share=0.5), 5, enrich)
    repaid, rest = -after.ledger.flows[:-4, Entry.REPAID], -after.ledger.flows[:-4, Entry.DIVIDENDS]
    paying = rest > 0.0
    owed = after.innovators.equity + repaid
    np.testing.assert_allclose(repaid[paying], np.minimum(0.5 * (repaid + rest), owed)[paying])
    assert np.any(repaid > 0.0)
    assert after.ledger.flows[GOVERNMENT, Entry.REPAID] == pytest.approx(repaid.sum())


def test_guidance_fund_never_recovers_more_than_it_gave(simulation, arm):
    """Over a run in which backed firms grow rich at times, what each has repaid and still owes is what it was given."""
    under_way = simulation(arm("guidance_fund", equity_share=1.0, budget=0.002))
    slots = under_way.parameters.slots
    lent, back = np.zeros(slots), np.zeros(slots)
    for t in range(48):
        if t % 10 == 5:
            enrich(under_way.state)
        born = under_way.state.innovators.birth.copy()
        under_way.advance(t + 1)
        s = under_way.state
        renewed = s.innovators.birth != born
        lent[renewed], back[renewed] = 0.0, 0.0
        lent += np.where(renewed, 0.0, s.ledger.flows[:slots, Entry.EQUITY])
        back -= np.where(renewed, 0.0, s.ledger.flows[:slots, Entry.REPAID])
        alive = s.innovators.alive
        np.testing.assert_allclose((back + s.innovators.equity)[alive], lent[alive], atol=1e-9)
        assert np.all(s.innovators.equity >= 0.0)
    assert back.sum() > 0.0


def test_guidance_fund_herds(simulation, arm):
    """The more local governments look at each other, the more alike are the directions of the firms they back."""

    def likeness(herding):
        found = []
        for seed in range(12):
            policy = arm("guidance_fund", herding=herding, foresight=0.0, patience=2, plan_period=4)
            s = simulation(policy, seed, 24, regions=4, founders=40, foreign_founders=0.0).state
            belief = s.innovators.belief[s.government.backed]
            belief = belief / np.linalg.norm(belief, axis=1, keepdims=True)
            pairs = belief @ belief.T
            found.append((pairs.sum() - len(pairs)) / (len(pairs) * (len(pairs) - 1)))
        return np.mean(found)

    alone, herd = likeness(0.0), likeness(5.0)
    assert herd > alone + 0.05


# -- procurement
def test_procurement_pays_for_champions_products(quarter, arm):
    """One rate on the chosen firms' prices, none on others'; the rest as vouchers."""
    policy = arm("procurement", budget=0.0001)
    before, after, net = quarter(policy, 30, value_of_quality=1.0)
    chosen = after.support.purchase.sum(axis=0) > 0.0
    rate = net / (1.1 * before.innovators.revenue[chosen].sum())
    assert 0.0 < rate < 0.5 and 0 < chosen.sum() <= 5
    np.testing.assert_allclose(after.innovators.subsidy, np.where(chosen, rate, 0.0), rtol=1e-10)
    np.testing.assert_allclose(after.innovators.subsidised, after.innovators.subsidy * after.innovators.revenue)


def test_procurement_may_take_over_risk(simulation, arm):
    """Where risk keeps everybody from adopting, users adopt champions' products, and only those, once it is waived."""
    dread = {"risk": 1.0, "lead_users": 0.0, "choice_noise": 0.0, "reconsider": 1.0, "initial_capability": 2.0,
             "value_of_quality": 0.4, "integration": 0.0}  # fmt: skip
    taken = []
    for waived in (0.0, 1.0):
        s = simulation(arm("procurement", waive_risk=waived, budget=1e-5), until=1, **dread).state
        taken.append(s.users.provider[s.users.provider >= 0])
        assert np.all(s.government.chosen[taken[-1]])
    assert taken[0].size == 0 < taken[1].size


@pytest.mark.parametrize(("cap", "rate"), [(0.2, 0.2), (0.9, 0.03)])
def test_procurement_takes_over_risk_with_its_share_of_the_price(cap, rate, quarter, arm):
    """The waiver is in proportion to the rate paid: in full at the cap, nothing without money."""

    def sell(s):
        s.innovators.sales[:] = 1.0
        s.government.purse[:] = 0.0

    policy = arm("procurement", subsidy_cap=cap, waive_risk=0.8, champions=4)
    budget = 1.1 * 4.0 * rate / NET / quarter(policy)[1].market[0].initial_output
    for money in (budget, 0.0):
        _, after, _ = quarter(policy.replace(budget=money), 21, sell)
        waiver = after.support.waiver[after.support.purchase.sum(axis=0) > 0.0]
        if money:
            assert waiver.size == 4
            np.testing.assert_allclose(waiver, 0.8 * min(1.0, rate / cap), rtol=1e-9)
        else:
            assert waiver.size == 0 and not np.any(after.support.waiver)


# -- the choice itself
def chosen(simulation, arm, t=20, seed=0, prepare=lambda s: None, **traits):
    """Who is chosen by a policy that starts at t in the economy without policy: (chosen, state)."""
    policy = arm("grants", **{"start": t, "end": 48, "champions": 3, "foresight": 0.0, **traits})
    under_way = simulation(policy, seed, t)
    prepare(under_way.state)
    govern_now(under_way)
    return under_way.state.government.chosen, under_way.state


@pytest.mark.parametrize(("bias", "trait"), [("bias_size", "revenue"), ("bias_past", "public_total")])
def test_biases_pick_the_large_and_the_supported(bias, trait, simulation, arm):
    """Without foresight a bias to size, or to past money, picks the firms that have most of it; against it, least."""

    def various(s):
        getattr(s.innovators, trait)[:] = np.random.default_rng(1).permutation(s.innovators.alive.shape[0]) + 1.0

    for weight in (5.0, -5.0):
        picked, s = chosen(simulation, arm, prepare=various, **{bias: weight})
        amount = np.sign(weight) * getattr(s.innovators, trait)
        eligible = s.innovators.alive & ~s.innovators.foreign
        assert set(np.flatnonzero(picked)) == set(np.flatnonzero(eligible)[np.argsort(amount[eligible])[-3:]])


def test_connections_are_luck_that_lasts(simulation, arm):
    """Connected firms are the same whenever and by whomever they are looked at, and others than without the bias."""
    friends = [chosen(simulation, arm, t, bias_connection=5.0)[0] for t in (3, 4)]
    foes, _ = chosen(simulation, arm, 3, bias_connection=-5.0)
    assert np.array_equal(*friends) and not np.any(friends[0] & foes)


def test_patience_keeps_champions_without_progress(simulation, arm):
    """A champion without progress goes exactly when its patience is used up, and waits for the next plan."""
    for patience in (3, 7):
        policy = arm("grants", patience=patience, plan_period=40, champions=4)
        under_way = simulation(
            policy, seed=1, discovery=0.0, reconsider=0.0, refinance=1.0
        )  # nobody sells, nobody finds
        held = []
        for t in range(12):
            under_way.advance(t + 1)
            held.append(under_way.state.government.chosen.copy())
        kept = [np.array_equal(held[0], now) for now in held]
        assert kept[:patience] == [True] * patience and not np.any(held[0] & held[patience])
        assert not np.any(held[0] & np.any(held[patience:], axis=0))


def test_progress_renews_patience(simulation, arm):
    """A champion that makes progress stays while another, chosen with it, goes."""
    under_way = simulation(
        arm("grants", patience=3, plan_period=40, champions=2), discovery=0.0, reconsider=0.0, until=2
    )
    first, second = np.flatnonzero(under_way.state.government.chosen)
    under_way.state.innovators.progress[first] = 2
    under_way.advance(4)
    assert under_way.state.government.chosen[first] and not under_way.state.government.chosen[second]


def test_criterion_young_picks_the_youngest(simulation, arm):
    """With perfect foresight and the criterion `young`, the latest to enter are chosen."""
    picked, s = chosen(simulation, arm, 30, foresight=1.0, criterion="young")
    eligible = s.innovators.alive & ~s.innovators.foreign
    births = s.innovators.birth
    assert births[picked].min() >= np.sort(births[eligible])[-3]
