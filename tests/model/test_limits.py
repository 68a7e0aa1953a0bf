"""Limits: corners of the economy whose outcome theory knows."""

import numpy as np
import pytest
from scipy import stats

from model.opening import build_world
from model.policy.policy import Policy
from model.simulation import Simulation, simulate

LEFT_BEHIND = (
    "capability", "effective", "marginal", "quality", "direction", "belief", "backlog", "heard", "price", "unit_cost",
    "markup", "effort", "hours", "absorption", "fixed_real", "useful_mark", "productivity", "solved",
)  # fmt: skip
NO_CHANGE = {
    "research_intensity": 0.0, "burn": 0.0, "entry": 0.0, "entry_profit": 0.0, "needs_drift": 0.0, "imitation": 0.0,
    "learning_by_doing": 0.0, "learning_by_research": 0.0, "supplier_learning": 0.0, "congestion": 0.0,
    "fixed_cost": 0.0, "markup_response": 0.0, "sailing_ship": 0.0,
}  # fmt: skip


def test_nothing_changes_technology_without_cause(simulation):
    """No R&D, entry, drift, imitation or learning: capability, quality, cost and price stand still for ever."""
    under_way = simulation(until=1, initial_capability=1.0, risk=0.0, integration=0.0, **NO_CHANGE)
    fields = ("capability", "effective", "quality", "unit_cost", "price", "generation", "markup")
    before = {name: getattr(under_way.state.innovators, name).copy() for name in fields}
    needs = under_way.state.industries.needs.copy()
    under_way.advance(48)
    assert under_way.state.innovators.units.sum() > 0.0 and under_way.state.tallies["exits"].sum() == 0.0
    for name in fields:
        np.testing.assert_allclose(getattr(under_way.state.innovators, name), before[name], rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(under_way.state.industries.needs, needs, rtol=1e-12)


@pytest.mark.parametrize("idle", ["users_engineering", "sailing_ship"])
def test_old_technology_stands_still_without_engineering(idle, simulation):
    """Without users' own engineers, or without what they achieve, nobody's old technology improves."""
    under_way = simulation("rd_credit", **{idle: 0.0})
    before = under_way.state.users.old_quality.copy()
    under_way.advance(48)
    assert np.array_equal(under_way.state.users.old_quality, before)
    assert np.any(simulation("rd_credit", until=48).state.users.old_quality > before)


def test_horizon_only_says_how_long_one_looks(run):
    """A longer run begins as the shorter one does."""
    short, long = run(horizon=20), run(horizon=48)
    for name, values in short.series.items():
        assert values.tobytes() == long.series[name][:20].tobytes(), name


def test_engineers_without_elasticity(run):
    """eps = 0: hours stay at H_0 whatever the money; the wage alone moves."""
    grown = run("rd_credit", supply_elasticity=0.0)
    np.testing.assert_allclose(grown.state.tallies["hours"], 20.0, rtol=1e-12)
    assert np.ptp(grown.series["wage"]) > 0.0


def test_wage_lies_between_fixed_and_boundless_supply(simulation):
    """In the first quarter all bid with the same money M, and the elasticity alone parts wage and hours.

    eps = 0: w = M / H_0 and H = H_0; eps without bound: w = w_0 and H = M / w_0. Any other lies between, in order.
    """
    markets = [
        simulation("rd_credit", until=1, supply_elasticity=eps, displacement=0.0).state.market[0]
        for eps in (0.0, 0.2, 1.0, 3.0)
    ]
    wages, hours = np.array([market.wage for market in markets]), np.array([market.hours for market in markets])
    money, initial_wage, initial_hours = wages * hours, markets[0].initial_wage, markets[0].initial_supply
    np.testing.assert_allclose(money, money[0], rtol=1e-12)
    assert wages[0] == pytest.approx(money[0] / initial_hours, rel=1e-12) and hours[0] == pytest.approx(initial_hours)
    assert np.all(np.diff(wages) < 0.0) and wages[-1] > initial_wage
    assert np.all(np.diff(hours) > 0.0) and hours[-1] < money[0] / initial_wage


def test_wage_at_the_start_is_the_reference(simulation):
    """Without policy the first quarter's wage and hours are w_0 and H_0."""
    market = simulation(until=1).state.market[0]
    assert market.wage == pytest.approx(market.initial_wage, rel=1e-12)
    assert market.hours == pytest.approx(market.initial_supply, rel=1e-12)


SAME = {
    "kappa = 1 and no exploration switch Feng's mechanism off: open problems do not matter": (
        {"own_problems": 1.0, "explore_max": 0.0},
        ({"novelty_half": 1.0}, {"novelty_half": 100.0, "novelty_decay": 0.5, "backlog_half": 50.0}),
    ),
    "while all firms vary alike, by nothing, it does not matter for how long": (
        {"idiosyncratic_sd": 0.0},
        ({"idiosyncratic_memory": 0.0}, {"idiosyncratic_memory": 0.99}),
    ),
    "where nobody finds a later generation there is none to follow or to bring": (
        {"discovery": 0.0},
        ({"follow": 0.0, "entrant_newest": 0.0}, {"follow": 5.0, "entrant_newest": 1.0}),
    ),
    "without subsidies nobody keeps or counts on one": (
        {},
        ({"incidence": 0.0, "subsidy_belief": 0.0}, {"incidence": 1.0, "subsidy_belief": 1.0}),
    ),
    "without meetings nobody speaks": (
        {"meet": 0.0},
        ({"word_of_mouth": 0.0}, {"word_of_mouth": 1.0}),
    ),
    "without learning by doing nobody learns from others' experience": (
        {"learning_by_doing": 0.0},
        ({"learning_spillover": 0.0}, {"learning_spillover": 1.0}),
    ),
    "full protection is no imitation": (
        {},
        ({"ip_protection": 1.0}, {"imitation": 0.0}),
    ),
    "without imitation disclosure does not matter": (
        {"imitation": 0.0},
        ({"disclosure": 0.0}, {"disclosure": 1.0}),
    ),
    "in one region there is nothing to cross": (
        {"regions": 1, "foreign_founders": 0.0, "foreign_entrants": 0.0},
        ({"friction": 0.0, "segmentation": 0.0}, {"friction": 0.4, "segmentation": 0.9}),
    ),
    "without risk peers do not matter": (
        {"risk": 0.0},
        ({"peer_network": "community", "lead_risk": 0.0}, {"peer_network": "watts_strogatz", "lead_risk": 1.0}),
    ),
    "with full mastery from the start there is none to learn or to carry over": (
        {"mastery_start": 1.0},
        ({"mastery_learning": 0.0, "mastery_carried": 0.0}, {"mastery_learning": 0.9, "mastery_carried": 1.0}),
    ),
    "without weight suppliers' capability does not matter": (
        {"supplier_weight": 0.0},
        ({"supplier_low": 0.1, "supplier_learning": 0.0}, {"supplier_low": 0.6, "supplier_learning": 0.5}),
    ),
    "without congestion capacity does not matter": (
        {"congestion": 0.0},
        ({"input_share": 0.0, "supplier_capacity": 0.001}, {"input_share": 1.0, "supplier_capacity": 2.0}),
    ),
    "without lead users their traits do not matter": (
        {"lead_users": 0.0},
        ({"lead_risk": 0.0, "lead_solution": 0.0}, {"lead_risk": 1.0, "lead_solution": 1.0}),
    ),
    "in random supply and community peers nothing is rewired": (
        {},
        ({"rewiring": 0.0}, {"rewiring": 1.0}),
    ),
    "without foreigners their traits do not matter, nor whether they vanish": (
        {"foreign_founders": 0.0, "foreign_entrants": 0.0, "foreign_suppliers": 0.0},
        ({"foreign_lead": 0.0, "foreign_income": 0.0}, {"foreign_lead": 5.0, "foreign_income": 9.0, "decoupling": 12}),
    ),
    "without a policy its efficacies do not matter": (
        {},
        ({"science_efficacy": 0.01, "talent_lag": 1}, {"science_efficacy": 1.0, "talent_lag": 20, "withdrawal": 9}),
    ),
    "shocks of no size are none": (
        {"demand_depth": 0.0, "cost_rise": 0.0, "decoupling_share": 0.0, "surge_size": 0},
        ({}, {"demand_shock": 12, "cost_shock": 20, "decoupling": 15, "entry_surge": 5}),
    ),
    "a break that moves neither needs nor ceilings is none": (
        {"paradigm_jump": 0.0, "paradigm_shift": 0.0},
        ({}, {"paradigm_break": 12}),
    ),
    "after the horizon nothing strikes": (
        {},
        ({}, {name: 48 for name in ("decoupling", "demand_shock", "cost_shock", "paradigm_break", "entry_surge")}),
    ),
    "without exploration generations do not come": (
        {"explore_max": 0.0},
        ({"discovery": 0.1, "carried": 0.1}, {"discovery": 5.0, "carried": 1.0}),
    ),
}


@pytest.mark.parametrize("policy", ["laissez_faire", "selective", "application", "community"])
def test_problems_are_irrelevant_without_feng_s_mechanism(policy, simulation):
    """kappa = 1, no exploration, no solutions by users, and reports kept out of belief: what users meet moves nothing.

    Beliefs and the pool of reports are put back every quarter; then silent users and users that meet all problems that
    they can have the same economy to the byte, but for the count of problems.
    """
    tallies = []
    for changes in ({"report": 0.0}, {"report": 0.5, "report_noise": 0.5, "novelty_half": 90.0}):
        under_way = simulation(policy, own_problems=1.0, explore_max=0.0, lead_solution=0.0, **changes)
        firms, government = under_way.state.innovators, under_way.state.government
        belief = firms.belief.copy()
        for t in range(48):
            firms.belief[:], government.reported[:] = belief, 0.0
            under_way.advance(t + 1)
        tallies.append(under_way.state.tallies)
    silent, busy = tallies
    assert silent["problems_heard"].sum() == 0.0 < busy["problems_heard"].sum()
    for name in set(silent.dtype.names) - {"problems_met", "problems_heard"}:
        assert silent[name].tobytes() == busy[name].tobytes(), name


@pytest.mark.parametrize("limit", SAME)
def test_limit_makes_irrelevant(limit, run, same_series):
    """In a limit that switches a mechanism off, its parameters change no byte of the trajectory."""
    context, (one, other) = SAME[limit]
    assert same_series(run(seed=1, **context, **one), run(seed=1, **context, **other))


def test_one_domain_makes_the_plan_irrelevant(run, arm, same_series):
    """With one problem domain every route is the planned one: compliance changes nothing, and all R&D is alike."""
    free, bound = (run(arm("grants", compliance=share), domains=1) for share in (0.0, 1.0))
    assert same_series(free, bound, but=("diversity",))  # whose shares of 1 may be a rounding off
    np.testing.assert_allclose(free.series["duplication"], 1.0, rtol=1e-12)
    for made in (free, bound):
        np.testing.assert_allclose(made.series["diversity"], 1.0, rtol=1e-12)


def test_one_industry_has_one_need(simulation):
    """With one industry every firm serves one industry, and all users are of the traditional layer."""
    under_way = simulation(until=30, industries=1)
    assert set(under_way.state.industries.layer) == {0}
    assert under_way.state.tallies[29].industries_served == under_way.state.tallies[29].selling_firms > 0


def test_noise_makes_choice_uniform(small):
    """When taste noise swamps all else, a reconsidering user takes each of its options equally often."""
    parameters = small.replace(users=4000, reconsider=1.0, choice_noise=10.0, founders=40)
    under_way = Simulation(parameters, Policy(budget=0.0), 3)
    contacts = under_way.state.users.contacts.copy()
    assert np.all(contacts >= 0)
    under_way.advance(1)
    provider = under_way.state.users.provider
    place = np.where(provider < 0, contacts.shape[1], (contacts == provider[:, None]).argmax(axis=1))
    assert stats.chisquare(np.bincount(place, minlength=contacts.shape[1] + 1)).pvalue > 1e-4


def test_no_noise_makes_choice_rational(simulation):
    """Without taste noise a user never switches to an offer that it values less than what it has.

    With free switching and one quarter, every reconsidering user holds the best it knows.
    """
    under_way = simulation(until=20, choice_noise=0.0, integration=0.0, risk=0.0, friction=0.0, reconsider=1.0,
                       mastery_start=1.0)  # fmt: skip
    users, firms, p = under_way.state.users, under_way.state.innovators, under_way.parameters
    contacts = users.contacts.copy()
    under_way.advance(21)
    value = users.valuation[:, None] * p.value_of_quality
    price = firms.price * (1.0 - firms.subsidy)
    offers = np.where(
        contacts >= 0, value * firms.quality[contacts, users.industry[:, None]] - price[contacts], -np.inf
    )
    old = p.value_of_quality * users.valuation * users.old_quality - p.old_price
    expected = np.where(offers.max(axis=1) > old, contacts[np.arange(len(old)), offers.argmax(axis=1)], -1)
    orphaned = users.provider == -2
    assert np.array_equal(users.provider[~orphaned], expected[~orphaned]) and np.unique(expected).size > 3


def test_wright_exponent_is_recovered(small):
    """Regressing log cost on log experience over all firms and quarters gives back b_doing."""
    parameters = small.replace(floor_cost=0.0, learning_by_doing=0.3, learning_by_research=0.0, congestion=0.0)
    firms = simulate(parameters, "laissez_faire", 2, panel=True).firms
    assert firms is not None
    sold = (firms["experience"] > firms["units"]) & (firms["birth"] < firms["period"])
    experience = 1.0 + 0.1 * (firms["experience"] - firms["units"])[sold]
    fit = stats.linregress(np.log(experience), np.log(firms["unit_cost"][sold]))
    assert fit.slope == pytest.approx(-0.3, rel=1e-9) and fit.rvalue**2 > 1.0 - 1e-12


def test_segmented_users_meet_only_their_region(simulation):
    """With full segmentation every tie stays within its region."""
    under_way = simulation(until=30, segmentation=1.0)
    users, firms = under_way.state.users, under_way.state.innovators
    user, place = np.nonzero(users.contacts >= 0)
    assert np.all(firms.region[users.contacts[user, place]] == users.region[user])


def test_an_entrant_takes_nothing_over_from_its_slot(simulation, arm):
    """What a firm that has gone leaves in its slot is read by no rule: rubbish in empty slots changes nothing."""
    paths = []
    for rubbish in (False, True):
        under_way = simulation(
            arm("procurement", criterion="leader", patience=2), until=10, seed=1, entry=1.0, fixed_cost=0.1
        )
        firms = under_way.state.innovators
        for t in range(10, 36):
            if rubbish:
                for name in LEFT_BEHIND:
                    getattr(firms, name)[~firms.alive] = 7.7
            under_way.advance(t + 1)
        paths.append(under_way.state.tallies[:36].tobytes())
        assert under_way.state.tallies["entries"][10:36].sum() > 10
    assert paths[0] == paths[1]


def test_meetings_favour_no_slot(small):
    """Founders alike in all but their slot are known by equally many users, also where empty slots are many."""
    for slots in (64, 1024):
        parameters = small.replace(users=4000, slots=slots, contacts=3, segmentation=0.0)
        contacts = build_world(parameters, 5).users.contacts
        assert stats.chisquare(np.bincount(contacts.ravel(), minlength=parameters.founders)).pvalue > 1e-4, slots


def test_contacts_last_without_meetings(simulation):
    """Without meetings and exits users know at the end whom they knew at the start."""
    under_way = simulation(meet=0.0, fixed_cost=0.0, burn=0.0, research_intensity=0.0)
    before = under_way.state.users.contacts.copy()
    under_way.advance(48)
    assert np.array_equal(under_way.state.users.contacts, before)


def test_silent_users(run):
    """Without reports no problem is met, heard or solved by users; labs still solve what they set themselves."""
    summary = run(report=0.0).summary
    assert summary["problems_met"] == summary["problems_heard"] == summary["problems_solved_by_users"] == 0.0
    assert summary["problems_solved"] > 0.0


def test_no_problems_no_solutions_at_kappa_zero(run):
    """At kappa = 0 a lab that hears of no problem solves none."""
    assert run(report=0.0, own_problems=0.0).summary["problems_solved"] == 0.0


def test_belief_survives_silence(simulation):
    """A firm that has heard nothing for centuries still has a direction."""
    under_way = simulation(until=1200, horizon=1200, report=0.0, belief_memory=0.5, users=20, fixed_cost=0.0, slots=12)
    assert np.all(np.isfinite(under_way.state.innovators.direction))
