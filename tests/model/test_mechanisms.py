"""Mechanisms: every parameter moves something at both ends of its range, and in the direction theory fixes.

A parameter that matters only in a corner is tried in that corner.
"""

from typing import Any, NamedTuple

import numpy as np
import pytest

from model.declaration.settings import bounds, is_file
from model.parameters import Parameters
from model.policy.policy import Policy
from model.simulation import simulate

SEEDS = (0, 1, 2, 3)

EXCEPTIONS = {
    "horizon": "only says how long one looks; tested below",
    "slots": "no result depends on places for firms; tested in test_fairness.py",
}

# Where the declared range would be slow, or its end inconsistent with another default: ends that mean as much.
ENDS = {
    "users": (20, 1000),
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
    "talent_lag": (1, 30),
    "decoupling": (6, 24),
    "withdrawal": (6, 24),
    "demand_shock": (6, 24),
    "demand_duration": (1, 30),
    "cost_shock": (6, 24),
    "cost_rise": (0.0, 1.0),
    "cost_duration": (1, 30),
    "paradigm_break": (6, 24),
    "entry_surge": (6, 24),
    "surge_size": (0, 40),
}

FOREIGN = {"foreign_founders": 0.4, "foreign_entrants": 0.4, "foreign_suppliers": 0.5}

# Corner in which a parameter matters (for dividends: large profits at some times, losses at others).
CORNERS: dict[str, dict[str, Any]] = {
    "displacement": {"policy": "rd_credit"},
    "supply_elasticity": {"policy": "rd_credit"},
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
        "research_intensity": 0.0, "markup_start": 0.6, "market_size": 2.0, "fixed_cost": 0.15, "choice_noise": 0.2,
        "needs_drift": 0.2, "seed_cash": 0.5, "slots": 256,
    },
    "lead_risk": {"lead_users": 0.5},
    "subsidy_belief": {"policy": "application", "payback": 8.0},
    "incidence": {"policy": "application"},
    "word_of_mouth": {"meet": 0.2},
    "idiosyncratic_memory": {"idiosyncratic_sd": 0.3},
    "entrant_newest": {"discovery": 0.3, "entry": 1.0, "switch_saturation": 0.3},
    "follow": {"discovery": 0.1, "explore_max": 1.0, "switch_saturation": 0.3, "imitation": 0.0},
    "lead_solution": {"lead_users": 0.5},
    "mastery_carried": {"choice_noise": 0.3},
    "supplier_exponent": {"supplier_weight": 0.5},
    "refinance": {"fixed_cost": 0.06},
    "refinance_growth": {"fixed_cost": 0.06},
    "refinance_prototype": {"fixed_cost": 0.06, "discovery": 1.0, "switch_saturation": 1.0},
    "platform_efficacy": {"policy": "platform"},
    "roadmap_efficacy": {"policy": "roadmap"},
    "common_efficacy": {"policy": "common_technology"},
    "mission_efficacy": {"policy": "mission"},
    "infrastructure_efficacy": {"policy": "infrastructure"},
    "infrastructure_decay": {"policy": "infrastructure"},
    "science_efficacy": {"policy": "basic_research"},
    "science_decay": {"policy": "basic_research"},
    "talent_efficacy": {"policy": "talent"},
    "talent_lag": {"policy": "talent"},
    "talent_decay": {"policy": "talent"},
    "unification_efficacy": {"policy": "market_unification", "segmentation": 0.9, "meet": 0.2},
    "observatory_efficacy": {"policy": Policy(mix={"observatory": 0.1, "grants": 0.9}, end=36, plan_period=4)},
    "withdrawal": {"policy": "grants"},
    "decoupling": FOREIGN,
    "decoupling_share": {"decoupling": 12, **FOREIGN},
    "foreign_lead": FOREIGN,
    "foreign_income": FOREIGN,
    "foreign_entrants": {"foreign_lead": 2.0, "entry": 1.0, "meet": 0.2},
    "demand_depth": {"demand_shock": 12},
    "demand_duration": {"demand_shock": 12},
    "cost_rise": {"cost_shock": 18},
    "cost_duration": {"cost_shock": 12},
    "paradigm_jump": {"paradigm_break": 6, "discovery": 1.0, "switch_saturation": 0.3},
    "paradigm_shift": {"paradigm_break": 30},
    "surge_size": {"entry_surge": 12},
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
GROWING = slice(18, 36)  # every seed has sales in all of these quarters
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
    Direction("payback", "adoption", 1, "users wait longer for the gains of a change"),
    Direction("subsidy_belief", "adoption", 1, "users count on a subsidy for longer", GROWING),
    Direction("incidence", "adoption", -1, "sellers keep more of a subsidy", GROWING),
    Direction("friction", "adoption", -1, "products of other regions are worth less"),
    Direction("mastery_start", "useful_technology", 1, "more of a product's quality is used"),
    Direction("mastery_learning", "useful_technology", 1, "mastery rises with use"),
    Direction("mastery_carried", "useful_technology", 1, "mastery survives a switch"),
    Direction("report", "problems_met", 1, "more problems are met"),
    Direction("engineers", "wage", -1, "money of the same size bids for more engineers", FIRST),
    Direction("supply_elasticity", "wage", -1, "more hours meet the demand that policy adds", EARLY),
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
    Direction("follow", "generation", 1, "what is in use can be followed"),
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
    Direction("supplier_capacity", "unit_cost", -1, "less congestion", GROWING),
    Direction("capacity_adjustment", "unit_cost", -1, "capacity follows growing orders sooner"),
    Direction("congestion", "unit_cost", 1, "dearer inputs"),
    Direction("input_share", "unit_cost", 1, "a larger part of cost is congested"),
    Direction("initial_cost", "unit_cost", 1, "cost before experience"),
    Direction("floor_cost", "unit_cost", 1, "floor of cost", LATE),
    Direction("learning_by_doing", "unit_cost", -1, "Wright's law", LATE),
    Direction("learning_spillover", "unit_cost", -1, "others' experience counts too", LATE),
    Direction("learning_by_research", "unit_cost", -1, "capability lowers cost", LATE),
    Direction("markup_start", "price", 1, "price = cost * (1 + mark-up)"),
    Direction("fixed_cost", "firms", -1, "dearer to stay", LATE),
    Direction("standard_growth", "firms", -1, "rising standards", LATE),
    Direction("standard", "firms", -1, "laggards pay for the frontier's standard", LATE),
    Direction("dividend_quarters", "firms", 1, "firms keep more cash against bad times", LATE),
    Direction("entry", "entries", 1, "more entrants"),
    Direction("entry_profit", "entries", 1, "profits attract"),
    Direction("deterrence", "entries", -1, "the lead of incumbents deters"),
    Direction("refinance", "exits", -1, "investors rescue poor firms"),
    Direction("refinance_growth", "exits", -1, "investors rescue poor firms that grow"),
    Direction("refinance_prototype", "exits", -1, "investors rescue poor firms with a prototype"),
    Direction("entrant_newest", "generation", 1, "entrants bring what is newest", LATE),
    Direction("foreign_suppliers", "domestic_component_share", -1, "more components come from abroad"),
    Direction("foreign_founders", "private_rd", -1, "foreign firms do their R&D abroad", FIRST),
    Direction("foreign_entrants", "domestic_share", -1, "more entrants are foreign", LATE),
    Direction("foreign_lead", "lab_technology", 1, "foreign firms start from more capability", FIRST),
    Direction("foreign_lead", "imports", 1, "foreign firms' products are better"),
    Direction("foreign_income", "imports", 1, "foreign firms last and do more R&D"),
    Direction("roadmap_efficacy", "duplication", 1, "all firms follow one roadmap"),
    Direction("common_efficacy", "common_technology", 1, "a better public laboratory"),
    Direction("mission_efficacy", "lab_technology", 1, "members take over the best of each other", EARLY),
    Direction("infrastructure_efficacy", "infrastructure_usage", 1, "the same stock saves more"),
    Direction("infrastructure_efficacy", "adoption", 1, "integration is cheaper"),
    Direction("infrastructure_decay", "infrastructure", -1, "infrastructure depreciates"),
    Direction("infrastructure_decay", "adoption", -1, "less infrastructure makes integration dearer", LATE),
    Direction("science_efficacy", "science", 1, "more science per hour"),
    Direction("science_efficacy", "generation_frontier", 1, "science eases discovery"),
    Direction("science_decay", "science", -1, "science is forgotten"),
    Direction("talent_efficacy", "engineers_trained", 1, "more engineers for the same money"),
    Direction("talent_efficacy", "wage", -1, "more engineers compete", LATE),
    Direction("talent_lag", "engineers_trained", -1, "engineers come later"),
    Direction("talent_decay", "engineers_trained", -1, "engineers retire"),
    Direction("decoupling", "imports", 1, "foreign firms stay for longer"),
    Direction("decoupling_share", "imports", -1, "more foreign firms vanish"),
    Direction("decoupling_share", "domestic_component_share", 1, "more foreign suppliers vanish"),
    Direction("demand_depth", "output", -1, "users are less active"),
    Direction("demand_duration", "output", -1, "users are less active for longer"),
    Direction("cost_rise", "unit_cost", 1, "costs rise more", slice(18, 26)),
    Direction("cost_rise", "adoption", -1, "dearer products are bought less", slice(18, 26)),
    Direction("cost_duration", "unit_cost", 1, "costs are higher for longer"),
    Direction("paradigm_jump", "lab_technology", 1, "later generations have more room", LATE),
    Direction("paradigm_shift", "useful_technology", -1, "needs move away from what firms have solved", slice(30, 36)),
    Direction("surge_size", "entries", 1, "more firms enter"),
    Direction("surge_size", "firms", 1, "more firms enter", slice(12, 16)),
    Direction("withdrawal", "budget_raised", 1, "policy lasts longer"),
    Direction("funds_cost", "welfare", -1, "taxes distort"),
)
NAMES = [name for name in Parameters.model_fields if name not in EXCEPTIONS and not is_file(Parameters, name)]


@pytest.fixture(scope="module")
def tried(small, arm):
    """Runs of a parameter at a value in its corner, one per seed, each made once."""
    made = {}

    def make(name, value):
        corner = {**CORNERS.get(name, {})}
        policy = corner.pop("policy", "laissez_faire")
        policy = arm(policy) if isinstance(policy, str) else policy
        chosen = {**corner, name: value} if value is not None else corner
        key = (tuple(sorted(chosen.items())), policy)
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
        assert any(moved), f"{name} = {end} moves nothing: give it a policy or a corner in CORNERS"


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
