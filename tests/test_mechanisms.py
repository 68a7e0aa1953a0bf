"""Mechanisms: every parameter moves something at both ends of its range, and in the direction theory fixes.

A parameter that matters only in a corner is tried in that corner. Limits whose outcome is known follow.
"""

from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from model.declared import bounds, is_file
from model.parameters import Parameters
from model.policy import Policy
from model.simulation import Course, simulate
from model.world import build_world

SEEDS = (0, 1, 2, 3)

EXCEPTIONS = {
    "horizon": "only says how long one looks; tested below",
}

# Where the declared range would be slow, or its end inconsistent with another default: ends that mean as much.
ENDS = {
    "users": (20, 1000),
    "slots": (32, 128),
    "founders": (1, 40),
    "suppliers": (4, 200),
    "industries": (1, 40),
    "regions": (1, 20),
    "domains": (1, 12),
    "contacts": (1, 10),
    "market_size": (0.1, 10.0),
    "traditional_share": (0.2, 0.9),
    "emerging_share": (0.01, 0.11),
    "supplier_low": (0.01, 0.7),
    "supplier_high": (0.3, 2.0),
    "initial_cost": (0.05, 0.2),
    "floor_cost": (0.0, 0.1),
    "entry": (0.0, 2.0),
    "entry_profit": (0.0, 0.5),
    "peer_network": ("watts_strogatz", "barabasi_albert"),
    "supply_network": ("watts_strogatz", "random_regular"),
}

# Corner in which a parameter matters (for dividends: large profits at some times, losses at others).
CORNERS: dict[str, dict[str, Any]] = {
    "displacement": {"policy": "rd_credit"},
    "funds_cost": {"policy": "rebate"},
    "rewiring": {"peer_network": "watts_strogatz"},
    "capacity_adjustment": {"supplier_capacity": 0.001},
    "ip_protection": {"imitation": 1.0},
    "discovery_decay": {"discovery": 1.0, "explore_max": 1.0},
    "ceiling_growth": {"discovery": 1.0, "switch_saturation": 0.3},
    "carried": {"discovery": 1.0, "switch_saturation": 0.3},
    "switch_saturation": {"discovery": 1.0},
    "standard_growth": {"discovery": 1.0, "switch_saturation": 0.3},
    "standard": {"discovery": 1.0, "switch_saturation": 0.3, "standard_growth": 3.0},
    "deterrence": {"entry": 2.0},
    "entry_profit": {"research_intensity": 0.05, "markup_start": 0.6},
    "dividend_quarters": {
        "research_intensity": 0.0, "markup_start": 0.6, "market_size": 2.0, "fixed_cost": 0.3, "choice_noise": 0.2,
        "needs_drift": 0.2, "seed_cash": 0.3, "slots": 256,
    },
    "lead_risk": {"lead_users": 0.5},
    "lead_solution": {"lead_users": 0.5},
    "mastery_carried": {"choice_noise": 0.3},
    "supplier_exponent": {"supplier_weight": 0.5},
}  # fmt: skip


class Direction(NamedTuple):
    """Raising `parameter` moves `indicator` by `sign` because of `why`; the mean over `quarters` is compared."""

    parameter: str
    indicator: str
    sign: int
    why: str
    quarters: slice = slice(None)


FIRST = slice(0, 1)
EARLY = slice(0, 12)
LATE = slice(-12, None)
DIRECTIONS = (
    Direction("market_size", "output", 1, "output is per unit of economic size"),
    Direction("traditional_share", "old_industry_output", 1, "more of the economy is traditional", FIRST),
    Direction("old_quality_traditional", "adoption_traditional", -1, "a better old technology is harder to leave"),
    Direction("old_quality_emerging", "adoption_emerging", -1, "a better old technology is harder to leave"),
    Direction("old_quality_future", "adoption_future", -1, "a better old technology is harder to leave"),
    Direction("lead_users", "problems_met", 1, "lead users meet twice as many problems"),
    Direction("lead_risk", "adoption", -1, "lead users who feel more risk adopt later", EARLY),
    Direction("lead_solution", "problems_solved_by_users", 1, "solutions of lead users"),
    Direction("users_engineering", "old_technology_quality", 1, "engineers improve the old technology"),
    Direction("sailing_ship", "old_technology_quality", 1, "the sailing-ship effect"),
    Direction("old_price", "adoption", 1, "a dearer old technology is left sooner"),
    Direction("integration", "adoption", -1, "switching costs"),
    Direction("risk", "adoption", -1, "risk of leaving the old technology"),
    Direction("friction", "adoption", -1, "products of other regions are worth less"),
    Direction("mastery_start", "useful_technology", 1, "more of a product's quality is used"),
    Direction("mastery_learning", "useful_technology", 1, "mastery rises with use"),
    Direction("mastery_carried", "useful_technology", 1, "mastery survives a switch"),
    Direction("report", "problems_met", 1, "more problems are met"),
    Direction("engineers", "wage", -1, "money of the same size bids for more engineers", FIRST),
    Direction("supply_elasticity", "wage", -1, "more hours meet growing demand", LATE),
    Direction("research_intensity", "private_rd", 1, "own R&D out of revenue"),
    Direction("burn", "private_rd", 1, "own R&D out of seed cash", FIRST),
    Direction("displacement", "private_rd", -1, "public money crowds out own R&D", FIRST),
    Direction("solution_rate", "problems_solved", 1, "more problems are solved per hour"),
    Direction("solution_step", "lab_technology", 1, "each solution brings more"),
    Direction("own_problems", "problems_solved", 1, "labs achieve more on problems they set themselves", EARLY),
    Direction("backlog_half", "problems_solved", -1, "the same backlog presses less"),
    Direction("novelty_half", "problems_solved", 1, "reports stay news for longer"),
    Direction("ceiling", "lab_technology", 1, "more room for improvement"),
    Direction("ceiling_growth", "lab_technology", 1, "later generations have more room", LATE),
    Direction("explore_max", "exploration_hours", 1, "more hours may explore"),
    Direction("discovery", "generation_frontier", 1, "generations are found sooner"),
    Direction("discovery_decay", "generation_frontier", 1, "ideas get harder more slowly"),
    Direction("discovery_shown", "generation", 1, "what others show is found sooner"),
    Direction("switch_saturation", "generation_frontier", -1, "firms wait longer before they switch"),
    Direction("carried", "lab_technology", 1, "more capability survives a new generation"),
    Direction("absorption_half", "problems_heard", -1, "the same lab hears less", EARLY),
    Direction("initial_capability", "lab_technology", 1, "founders know more", FIRST),
    Direction("initial_spread", "lab_technology", 1, "the best of more unequal founders is better", FIRST),
    Direction("complementarity", "useful_technology", 1, "a power mean rises with its exponent"),
    Direction("supplier_exponent", "useful_technology", 1, "a power mean rises with its exponent"),
    Direction("supplier_low", "useful_technology", 1, "better components"),
    Direction("supplier_high", "useful_technology", 1, "better components"),
    Direction("supplier_learning", "useful_technology", 1, "components improve"),
    Direction("supplier_capacity", "unit_cost", -1, "less congestion", EARLY),
    Direction("capacity_adjustment", "unit_cost", -1, "capacity follows growing orders sooner"),
    Direction("congestion", "unit_cost", 1, "dearer inputs"),
    Direction("input_share", "unit_cost", 1, "a larger part of cost is congested"),
    Direction("initial_cost", "unit_cost", 1, "cost before experience"),
    Direction("floor_cost", "unit_cost", 1, "floor of cost", LATE),
    Direction("learning_by_doing", "unit_cost", -1, "Wright's law", LATE),
    Direction("learning_by_research", "unit_cost", -1, "capability lowers cost", LATE),
    Direction("markup_start", "price", 1, "price = cost * (1 + mark-up)"),
    Direction("fixed_cost", "firms", -1, "dearer to stay", LATE),
    Direction("standard_growth", "firms", -1, "rising standards", LATE),
    Direction("standard", "firms", -1, "laggards pay for the frontier's standard", LATE),
    Direction("dividend_quarters", "firms", 1, "firms keep more cash against bad times", LATE),
    Direction("entry", "entries", 1, "more entrants"),
    Direction("entry_profit", "entries", 1, "profits attract"),
    Direction("deterrence", "entries", -1, "the lead of incumbents deters"),
    Direction("funds_cost", "welfare", -1, "taxes distort"),
)
NAMES = [name for name in Parameters.model_fields if name not in EXCEPTIONS and not is_file(Parameters, name)]


@pytest.fixture(scope="module")
def tried(small, arm):
    """Runs of a parameter at a value in its corner, one per seed, each made once."""
    made = {}

    def make(name, value):
        corner = {**CORNERS.get(name, {})}
        policy = arm(corner.pop("policy", "laissez_faire"))
        chosen = {**corner, name: value} if value is not None else corner
        key = (tuple(sorted(chosen.items())), policy.name)
        if key not in made:
            made[key] = [simulate(small.replace(**chosen), policy, seed) for seed in SEEDS]
        return made[key]

    return make


def ends_of(name):
    """The two values at which a parameter is tried."""
    return ENDS.get(name) or bounds(Parameters.model_fields[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_moves_something(name, tried, small):
    """At each end of its range that is not its value here, some indicator's path differs from that at its value."""
    for end in ends_of(name):
        if end == CORNERS.get(name, {}).get(name, getattr(small, name)):
            continue
        moved = [
            any(not np.array_equal(one.series[key], two.series[key], equal_nan=True) for key in one.series)
            for one, two in zip(tried(name, end), tried(name, None), strict=True)
        ]
        assert any(moved), f"{name} = {end} moves nothing"


def test_exceptions_are_few_and_explained():
    """What is not tried is declared, with a reason."""
    assert set(EXCEPTIONS) <= set(Parameters.model_fields) and all(EXCEPTIONS.values()) and len(EXCEPTIONS) < 3


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: f"{d.parameter}-{d.indicator}")
def test_direction(direction, tried):
    """Between the ends of its range the parameter moves the indicator as theory says, on the mean of the seeds."""
    low, high = (
        np.mean(
            [np.nanmean(run.series[direction.indicator][direction.quarters]) for run in tried(direction.parameter, end)]
        )
        for end in ends_of(direction.parameter)
    )
    assert direction.sign * (high - low) > 0.0, f"{direction.why}: {low:.6g} -> {high:.6g}"


TRAITS = {
    "budget": (0.0, 0.05), "start": (0, 20), "end": (10, 48), "phase_out": (0, 28), "leakage": (0.0, 0.5),
    "administration": (0.0, 0.4), "subsidy_cap": (0.0, 0.99), "foresight": (0.0, 1.0), "champions": (1, "all"),
    "award": ("proportional", "equal"), "compliance": (0.0, 1.0), "explore": (0.0, 1.0),
    "criterion": ("leader", "young"), "patience": (1, 2000), "plan_period": (1, 2000),
    "mix": ({"grants": 1.0}, {"vouchers": 1.0}),
}  # fmt: skip


@pytest.mark.parametrize("trait", [name for name in Policy.model_fields if name != "name"])
def test_every_trait_of_policy_moves_something(trait, run):
    """Each trait of government matters for a mix of grants, vouchers and procurement that starts in a grown economy."""
    policy = Policy(mix={"grants": 0.4, "vouchers": 0.3, "procurement": 0.3}, start=8, end=36)
    paths = []
    for value in TRAITS[trait]:
        runs = [run(policy.replace(**{trait: value}), seed) for seed in SEEDS]
        paths.append(b"".join(one.series["output"].tobytes() + one.series["budget_placed"].tobytes() for one in runs))
    assert paths[0] != paths[1]


# -- limits whose outcome is known
LEFT_BEHIND = (
    "capability", "effective", "marginal", "quality", "direction", "belief", "backlog", "heard", "price", "unit_cost",
    "markup", "effort", "hours", "absorption", "fixed_real", "useful_mark", "productivity", "solved",
)  # fmt: skip
NO_CHANGE = {
    "research_intensity": 0.0, "burn": 0.0, "entry": 0.0, "entry_profit": 0.0, "needs_drift": 0.0, "imitation": 0.0,
    "learning_by_doing": 0.0, "learning_by_research": 0.0, "supplier_learning": 0.0, "congestion": 0.0,
    "fixed_cost": 0.0, "markup_response": 0.0, "sailing_ship": 0.0,
}  # fmt: skip


def test_nothing_changes_technology_without_cause(course):
    """No R&D, entry, drift, imitation or learning: capability, quality, cost and price stand still for ever."""
    under_way = course(until=1, initial_capability=1.0, **NO_CHANGE)
    fields = ("capability", "effective", "quality", "unit_cost", "price", "generation", "markup")
    before = {name: getattr(under_way.state.innovators, name).copy() for name in fields}
    needs = under_way.state.industries.needs.copy()
    under_way.advance(48)
    assert under_way.state.innovators.units.sum() > 0.0 and under_way.state.tallies["exits"].sum() == 0.0
    for name in fields:
        np.testing.assert_allclose(getattr(under_way.state.innovators, name), before[name], rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(under_way.state.industries.needs, needs, rtol=1e-12)


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


def test_wage_at_the_start_is_the_reference(course):
    """Without policy the first quarter's wage and hours are w_0 and H_0."""
    market = course(until=1).state.market[0]
    assert market.wage == pytest.approx(market.initial_wage, rel=1e-12)
    assert market.hours == pytest.approx(market.initial_supply, rel=1e-12)


SAME = {
    "kappa = 1 and no exploration switch Feng's mechanism off: open problems do not matter": (
        {"own_problems": 1.0, "explore_max": 0.0},
        ({"novelty_half": 1.0}, {"novelty_half": 100.0, "novelty_decay": 0.5, "backlog_half": 50.0}),
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
        {"regions": 1},
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
    "without exploration generations do not come": (
        {"explore_max": 0.0},
        ({"discovery": 0.1, "carried": 0.1}, {"discovery": 5.0, "carried": 1.0}),
    ),
}


@pytest.mark.parametrize("limit", SAME)
def test_limit_makes_irrelevant(limit, run, same_series):
    """In a limit that switches a mechanism off, its parameters change no byte of the trajectory."""
    context, (one, other) = SAME[limit]
    assert same_series(run(seed=1, **context, **one), run(seed=1, **context, **other))


def test_one_domain_makes_the_plan_irrelevant(run, arm, same_series):
    """With one problem domain every route is the planned one: compliance changes nothing, and all R&D is alike."""
    free, bound = (run(arm("grants", compliance=share), domains=1) for share in (0.0, 1.0))
    assert same_series(free, bound)
    np.testing.assert_allclose(free.series["duplication"], 1.0, rtol=1e-12)
    np.testing.assert_allclose(free.series["diversity"], 1.0, rtol=1e-12)


def test_one_industry_has_one_need(course):
    """With one industry every firm serves one industry, and all users are of the traditional layer."""
    under_way = course(until=30, industries=1)
    assert set(under_way.state.industries.layer) == {0}
    assert under_way.state.tallies[29].industries_served == under_way.state.tallies[29].selling_firms > 0


def test_noise_makes_choice_uniform(small):
    """When taste noise swamps all else, a reconsidering user takes each of its options equally often."""
    parameters = small.replace(users=4000, reconsider=1.0, choice_noise=10.0, founders=40)
    under_way = Course(parameters, Policy(budget=0.0), 3)
    contacts = under_way.state.users.contacts.copy()
    assert np.all(contacts >= 0)
    under_way.advance(1)
    provider = under_way.state.users.provider
    place = np.where(provider < 0, contacts.shape[1], (contacts == provider[:, None]).argmax(axis=1))
    assert stats.chisquare(np.bincount(place, minlength=contacts.shape[1] + 1)).pvalue > 1e-4


def test_no_noise_makes_choice_rational(course):
    """Without taste noise a user never switches to an offer that it values less than what it has.

    With free switching and one quarter, every reconsidering user holds the best it knows.
    """
    under_way = course(until=20, choice_noise=0.0, integration=0.0, risk=0.0, friction=0.0, reconsider=1.0,
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


def test_segmented_users_meet_only_their_region(course):
    """With full segmentation every tie stays within its region."""
    under_way = course(until=30, segmentation=1.0)
    users, firms = under_way.state.users, under_way.state.innovators
    user, place = np.nonzero(users.contacts >= 0)
    assert np.all(firms.region[users.contacts[user, place]] == users.region[user])


def test_an_entrant_takes_nothing_over_from_its_slot(course, arm):
    """What a firm that has gone leaves in its slot is read by no rule: rubbish in empty slots changes nothing."""
    paths = []
    for rubbish in (False, True):
        under_way = course(
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


def test_contacts_last_without_meetings(course):
    """Without meetings and exits users know at the end whom they knew at the start."""
    under_way = course(meet=0.0, fixed_cost=0.0, burn=0.0, research_intensity=0.0)
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


def test_belief_survives_silence(course):
    """A firm that has heard nothing for centuries still has a direction."""
    under_way = course(until=1200, horizon=1200, report=0.0, belief_memory=0.5, users=20, fixed_cost=0.0, slots=12)
    assert np.all(np.isfinite(under_way.state.innovators.direction))
