"""Every small economy of the tests, declared once.

`SMALL` serves the tests of the science, `TINY` those of the experiments, `WATCHED` those of the Mesa model, and
`TWIN` the comparison with the plain twin. `BRANCHES` together go through every branch of the model: odd sizes, all
instruments, shocks and networks.
"""

from pathlib import Path
from typing import Any

from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS

FITTED: dict[str, Any] = {
    "old_quality_traditional": 0.89, "old_quality_emerging": 0.6, "old_quality_future": 0.25,
    "value_of_quality": 0.29, "valuation_dispersion": 0.73, "old_price": 0.03, "reconsider": 0.13,
    "choice_noise": 0.057, "integration": 0.11, "risk": 0.15, "payback": 1.0, "report": 0.34, "contacts": 10,
    "meet": 0.006, "word_of_mouth": 0.0, "research_intensity": 0.15, "burn": 0.02, "solution_rate": 9.5,
    "solution_step": 0.3, "concentration": 0.46, "own_problems": 0.6, "backlog_half": 4.0, "novelty_half": 19.0,
    "belief_memory": 0.95, "ceiling": 2.7, "ceiling_growth": 0.6, "explore_max": 0.24, "discovery": 0.05,
    "follow": 0.05, "carried": 0.66, "switch_saturation": 0.7, "imitation": 0.21, "disclosure": 0.53,
    "absorption_half": 0.17, "initial_capability": 0.25, "initial_spread": 0.44, "supplier_learning": 0.1,
    "initial_cost": 0.22, "floor_cost": 0.0235, "learning_by_doing": 0.3, "learning_spillover": 0.0,
    "learning_by_research": 0.0, "idiosyncratic_sd": 0.0, "markup_start": 0.37, "seed_cash": 3.1, "fixed_cost": 0.04,
    "standard_growth": 2.3, "standard": 0.5, "dividend_quarters": 4.0, "entry": 0.68, "entry_profit": 0.21,
    "inherit": 0.28, "entrant_newest": 0.0, "incidence": 0.0,
}  # fmt: skip
"""Parameters that `nqpf calibrate` fits. Small economies have values of their own, so that a new fit moves no test."""

SMALL: dict[str, Any] = {
    **FITTED, "users": 200, "horizon": 48, "slots": 64, "founders": 12, "suppliers": 12, "domains": 4, "industries": 5,
    "regions": 2, "contacts": 5, "entry": 0.3, "entry_profit": 0.2, "value_of_quality": 0.4, "initial_cost": 0.125,
    "initial_capability": 0.5,
}  # fmt: skip
"""A run takes milliseconds, and firms enter, grow and leave in it."""

END = 36
"""The quarter at which policies of the small economy end, so that every run also shows what follows withdrawal."""

TINY_SIZES: dict[str, Any] = {
    "users": 60, "horizon": 12, "slots": 40, "founders": 8, "suppliers": 6, "domains": 3, "industries": 3,
}  # fmt: skip
TINY = Parameters(**TINY_SIZES)
"""As small as an economy can be whose policies still differ."""

SET_TINY = [word for name, value in TINY_SIZES.items() for word in ("--set", f"{name}={value}")]
"""`TINY` as options of the command line."""

WATCHED: dict[str, Any] = {
    **FITTED, "users": 120, "horizon": 24, "slots": 48, "founders": 12, "industries": 5, "regions": 2, "domains": 4,
    "suppliers": 8,
}  # fmt: skip
"""For the Mesa model, whose agents are made one by one."""

MECHANISMS: dict[str, Any] = {
    "payback": 5.0, "word_of_mouth": 0.4, "meet": 0.15, "idiosyncratic_sd": 0.2, "learning_spillover": 0.33,
    "entrant_newest": 0.7, "incidence": 0.2, "follow": 0.3, "discovery": 0.3,
}  # fmt: skip
"""Mechanisms that are off in `FITTED`, at work."""

TWIN: dict[str, Any] = {
    **FITTED, **MECHANISMS,
    "users": 60, "horizon": 40, "slots": 40, "founders": 12, "suppliers": 9, "domains": 3, "industries": 5,
    "regions": 3, "contacts": 5, "foreign_founders": 0.2, "entry": 0.3, "initial_capability": 0.5,
    "initial_cost": 0.125, "value_of_quality": 0.4,
}  # fmt: skip
"""For the plain twin, of which a quarter takes about a hundred times as long. All mechanisms are at work."""

DATA = Path(__file__).parent / "data"
BRANCH: dict[str, Any] = {
    **FITTED,
    "users": 60, "horizon": 12, "slots": 24, "founders": 9, "suppliers": 7, "domains": 3, "industries": 5, "regions": 2,
    "contacts": 4, "peers": 5, "value_of_quality": 0.4, "initial_cost": 0.125, "initial_capability": 0.5,
    "market_size": 0.8, "common_efficacy": 0.7, "paradigm_jump": 0.6,
}  # fmt: skip
"""The base of `BRANCHES`, each of which changes some parameters and traits of policy."""

EVERY_INSTRUMENT = {name: 1.0 / len(INSTRUMENTS) for name in INSTRUMENTS}
"""A mix of all instruments."""

SHOCKS = {
    "decoupling": 3, "decoupling_share": 0.7, "demand_shock": 4, "demand_duration": 3, "cost_shock": 5,
    "cost_duration": 4, "paradigm_break": 6, "entry_surge": 7, "surge_size": 3,
}  # fmt: skip
ALL_AT_ONCE = {"mix": EVERY_INSTRUMENT, "end": 9, "plan_period": 3, "patience": 2, "entry_award": 1.5}
BRANCHES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "defaults": ({}, {"mix": {"vouchers": 1.0}, "end": 9}),
    "all instruments, all shocks": (
        {**SHOCKS, "refinance": 0.2, "deterrence": 0.3, "learning_by_research": 0.2, "ip_protection": 0.2,
         "foreign_founders": 0.4, "foreign_entrants": 0.3, "foreign_suppliers": 0.5},
        {**ALL_AT_ONCE, "bias_size": 0.4, "bias_past": 0.3, "bias_connection": 0.2, "waive_risk": 0.5, "budget": 0.03},
    ),
    "selection, and much of it": (
        {"peer_network": "barabasi_albert", "supply_network": "barabasi_albert", "discovery": 2.0, "explore_max": 0.6,
         "demand_shock": 0, "cost_shock": 0},
        {"mix": {"grants": 0.5, "mission": 0.5}, "end": 9, "budget": 0.05, "champions": 3, "award": "equal",
         "explore": 0.3, "upstream": 0.2, "award_size": 2.0, "max_age": 6, "criterion": "leader", "plan_period": 4},
    ),
    "a policy that starts late, changes and fades": (
        {"peer_network": "watts_strogatz", "supply_network": "watts_strogatz", "withdrawal": 10, "talent_lag": 2},
        {"mix": {"rd_credit": 0.5, "talent": 0.5}, "later_mix": {"vouchers": 0.5, "procurement": 0.5}, "later_from": 5,
         "start": 1, "end": 11, "phase_out": 3, "calendar": [1.0, 2.0, 0.5, 1.0, 1.0, 3.0, 1.0], "champions": "all",
         "subsidy_cap": 0.9, "leakage": 0.2, "administration": 0.1},
    ),
    "local governments of small regions": (
        {"peer_network": "stochastic_block", "supply_network": "stochastic_block", "regions": 3, "segmentation": 0.9,
         "foreign_founders": 0.3, "foreign_entrants": 0.4, "foreign_suppliers": 0.5, "fixed_cost": 0.2,
         "domains": 6, "paradigm_break": 2},
        {"mix": {"guidance_fund": 1.0}, "end": 8, "budget": 0.05, "local_champions": 1, "herding": 5.0, "patience": 1,
         "plan_period": 2, "criterion": "young", "equity_share": 1.0},
    ),
    "hard times for firms": (
        {"peer_network": "random_regular", "supply_network": "random_regular", "fixed_cost": 0.3, "seed_cash": 0.8,
         "slots": 64, "segmentation": 1.0, "entry": 1.0, "entry_profit": 2.0, "refinance": 0.5, "contacts": 6},
        {"mix": {"entry_subsidy": 0.5, "platform": 0.5}, "later_mix": {"platform": 1.0}, "later_from": 6, "end": 12,
         "budget": 0.05},
    ),
    "the weakest link, through a bottleneck": (
        {"complementarity": -35.0, "supplier_exponent": -3.0, "congestion": 0.8, "supplier_capacity": 0.002,
         "initial_spread": 0.9, "choice_noise": 0.5, "market_size": 3.0, "domains": 9, "suppliers": 9},
        {"mix": {"common_technology": 0.4, "roadmap": 0.3, "grants": 0.3}, "end": 12, "roadmap_plan": 0.7,
         "foresight": 1.0, "award": "equal"},
    ),
    "geometric quality, fixed engineers, quick R&D": (
        {"complementarity": 0.0, "supply_elasticity": 0.0, "domains": 1, "suppliers": 3, "solution_rate": 100.0,
         "solution_step": 0.02, "report": 0.5, "lead_users": 0.5, "lead_solution": 0.9, "engineers": 5.0},
        {"mix": {"demonstration": 0.4, "infrastructure": 0.3, "basic_research": 0.3}, "end": 12, "first_adopters": 0.6,
         "foresight": 0.0},
    ),
    "a generation a quarter": (
        {"discovery": 5.0, "explore_max": 1.0, "switch_saturation": 0.0, "follow": 5.0, "standard": 1.0,
         "users": 90, "market_size": 0.3, "old_quality_traditional": 0.3, "carried": 1.0, "fixed_cost": 0.001},
        {"mix": {"observatory": 0.5, "market_unification": 0.5}, "end": 12},
    ),
    "users' own data": (
        {"industries_file": str(DATA / "industries.csv"), "peers_graph": str(DATA / "peers.graphml"),
         "supply_graph": str(DATA / "supply.edgelist"), "suppliers": 9, "industries": 4, "users": 7},
        {"mix": {"procurement": 1.0}, "end": 12, "foresight": 0.8, "champions": 2},
    ),
    "everybody alone in industry or region": (
        {"users": 9, "industries": 8, "regions": 7, "peers": 4, "market_size": 0.02, "seed_cash": 1.0},
        {"mix": {"vouchers": 0.5, "guidance_fund": 0.5}, "end": 12, "budget": 0.1, "champions": 2},
    ),
    "small users who solve problems of foreign firms": (
        {"market_size": 0.05, "report": 0.5, "lead_users": 0.5, "lead_solution": 0.9, "foreign_founders": 0.6,
         "foreign_entrants": 0.6, "seed_cash": 1.0, "foreign_income": 0.5, "absorption_half": 0.001, "ceiling": 9.0,
         "dividend_quarters": 0.0, "burn": 0.0},
        {"mix": {"rd_credit": 0.5, "guidance_fund": 0.5}, "end": 9, "equity_share": 0.6, "budget": 0.02,
         "award": "equal", "local_champions": 9, "plan_period": 2},
    ),
    "two layers, eight domains, a new plan each quarter": (
        {"users": 30, "horizon": 8, "domains": 8, "suppliers": 9, "industries": 3, "traditional_share": 0.7,
         "emerging_share": 0.3, "needs_concentration": 0.05, "mission_efficacy": 3.0, "carried": 0.0, "imitation": 0.0,
         "discovery": 0.5, "explore_max": 1.0, "switch_saturation": 0.4, "initial_capability": 1.5, "entry": 3.0},
        {"mix": {"mission": 0.9, "entry_subsidy": 0.1}, "end": 8, "budget": 0.05, "entry_award": 20.0, "patience": 1,
         "plan_period": 1},
    ),
    "a slump of a small market": (
        {"users": 30, "horizon": 10, "slots": 9, "contacts": 12, "market_size": 0.01, "demand_shock": 4,
         "demand_depth": 1.0, "demand_duration": 2, "belief_memory": 0.5, "risk": 0.01, "integration": 0.01,
         "initial_capability": 1.5, "reconsider": 0.05, "report": 0.5, "absorption_half": 0.001,
         "supplier_exponent": -0.5},
        {"mix": {"grants": 0.4, "procurement": 0.3, "common_technology": 0.3}, "end": 10, "budget": 0.05,
         "plan_period": 1, "subsidy_cap": 0.0, "waive_risk": 0.5, "award_size": 0.01, "upstream": 0.3},
    ),
    "nobody buys": (
        {"users": 30, "horizon": 8, "risk": 1.0, "integration": 1.0, "initial_capability": 0.1, "seed_cash": 0.8,
         "fixed_cost": 0.3, "entry": 3.0, "burn": 0.0, "decoupling": 0, "foreign_entrants": 1.0, "deterrence": 0.3,
         "complementarity": -30.0},
        {"mix": {"grants": 0.4, "mission": 0.3, "demonstration": 0.3}, "end": 8, "plan_period": 1, "award": "equal",
         "upstream": 1.0, "first_adopters": 0.0},
    ),
    "more users than are taken together": (
        {"users": 2060, "horizon": 3, "slots": 4, "founders": 3, "suppliers": 1, "domains": 1, "industries": 2,
         "contacts": 2, "peers": 1},
        {"mix": {"vouchers": 1.0}, "end": 3},
    ),
    "nobody in the end": (
        {"market_size": 50.0, "founders": 5, "entry": 0.0, "entry_profit": 0.0, "foreign_founders": 1.0,
         "foreign_suppliers": 0.6, "decoupling": 4, "decoupling_share": 1.0, "reconsider": 1.0,
         "initial_capability": 2.0, "horizon": 6},
        {"mix": {"grants": 0.5, "mission": 0.5}, "end": 5, "upstream": 1.0},
    ),
    "hardly anybody": (
        {"users": 1, "slots": 2, "founders": 1, "suppliers": 1, "domains": 1, "industries": 1, "regions": 1,
         "contacts": 1, "peers": 1, "foreign_founders": 0.0, "users_engineering": 0.0, "burn": 0.0,
         "solution_rate": 0.1},
        {"mix": {"rebate": 0.3, "common_technology": 0.3, "grants": 0.2, "mission": 0.2}, "end": 5, "upstream": 1.0,
         "champions": 1},
    ),
    "all mechanisms at work": (
        {**MECHANISMS, "discovery": 2.0, "explore_max": 0.5, "switch_saturation": 0.2, "entry": 1.0,
         "entry_profit": 1.0},
        {"mix": {"demonstration": 0.4, "vouchers": 0.3, "procurement": 0.3}, "end": 12, "first_adopters": 1.0,
         "budget": 0.03},
    ),
}  # fmt: skip
