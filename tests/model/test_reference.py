"""The plain twin of the economy (tests/reference) and the fast model: every state and every indicator agree."""

from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agents.industry import LAYERS
from model.declaration.errors import BadInput
from model.declaration.settings import bounds
from model.parameters import SHOCKS, Parameters
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import simulate
from tests.economies import TWIN
from tests.reference import ReferenceEconomy
from tests.reference.comparison import run_both
from tests.reference.grid import between

SEEDS = (0, 1, 2**63 + 5)
QUARTERS = {
    "entry_surge": 5,
    "demand_shock": 8,
    "cost_shock": 9,
    "decoupling": 12,
    "paradigm_break": 15,
    "withdrawal": 24,
}
ODD_SIZES: dict[str, dict[str, Any]] = {
    "one industry": {"industries": 1},
    "one region": {"regions": 1},
    "one domain": {"domains": 1, "suppliers": 1},
    "one contact": {"contacts": 1},
    "no foreigners": {"foreign_founders": 0.0, "foreign_entrants": 0.0, "foreign_suppliers": 0.0},
    "one user": {"users": 1, "industries": 1},
    "two slots": {"slots": 2, "founders": 1},
    "more users than size": {"users": 150, "market_size": 0.1},
    "large market": {"market_size": 3.0},
    "weakest link": {"complementarity": -35.0, "supplier_exponent": -6.0},
    "no research": {"users_engineering": 0.0, "research_intensity": 0.0, "burn": 0.0},
    "Cobb-Douglas": {"complementarity": 0.0},
}
NETWORKS = ("watts_strogatz", "stochastic_block", "barabasi_albert", "random_regular")


def within_the_run(preset: str, champions: int = 5) -> Policy:
    """Return a preset whose mix changes and whose policy ends within the run."""
    return policies[preset].replace(end=32, later_from=10, plan_period=6, patience=4, champions=champions)


PRESETS = list(zip(policies, cycle(SEEDS), strict=False))
SOON = {
    "entry_surge": 2,
    "demand_shock": 3,
    "demand_duration": 3,
    "cost_shock": 4,
    "decoupling": 5,
    "paradigm_break": 6,
}


@pytest.mark.parametrize(("preset", "seed"), PRESETS)
def test_every_preset_with_all_shocks_in_four_years(preset: str, seed: int) -> None:
    policy = policies[preset].replace(end=12, later_from=7, plan_period=3, patience=2, champions=5)
    run_both(Parameters(**{**TWIN, "horizon": 14}, **SOON, decoupling_share=0.6), policy, seed)


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "seed"), PRESETS)
def test_every_preset_with_all_shocks_that_leave_policy_alone(preset: str, seed: int) -> None:
    shocks = {name: quarter for name, quarter in QUARTERS.items() if name != "withdrawal"}
    run_both(Parameters(**TWIN, **shocks, decoupling_share=0.6), within_the_run(preset), seed)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["selective", "application", "guidance_funds"])
@pytest.mark.parametrize("shock", SHOCKS)
def test_every_shock_alone(shock: str, preset: str) -> None:
    run_both(Parameters(**TWIN, **{shock: QUARTERS[shock]}), within_the_run(preset), 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "preset"), list(zip(ODD_SIZES, cycle(("laissez_faire", "feng", "new_national_system")), strict=False))
)
def test_odd_sizes(size: str, preset: str) -> None:
    champions = min(5, ODD_SIZES[size].get("slots", 5))
    run_both(Parameters(**{**TWIN, **ODD_SIZES[size]}), within_the_run(preset, champions), 4)


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_networks(network: str) -> None:
    parameters = Parameters(**{**TWIN, "horizon": 6}, peer_network=network, supply_network=network)
    run_both(parameters, within_the_run("application"), 5)


@pytest.mark.slow
def test_default_size() -> None:
    run_both(Parameters(horizon=5), policies["feng"], 6)


def numbers() -> st.SearchStrategy[dict[str, Any]]:
    """Draw some parameters that are numbers, each anywhere in its range, without sizes and shocks."""
    apart = {"horizon", *SIZES, *SHOCKS, "traditional_share", "emerging_share", "market_size", "surge_size"}
    drawn: dict[str, Any] = {}
    for name, field in Parameters.model_fields.items():
        low, high = bounds(field)
        if low is not None and high is not None and name not in apart:
            drawn[name] = st.integers(int(low), int(high)) if field.annotation is int else between(low, high)
    return st.fixed_dictionaries({}, optional=drawn)


SIZES: dict[str, st.SearchStrategy[int]] = {
    "users": st.integers(1, 40),
    "industries": st.integers(1, 5),
    "slots": st.integers(2, 20),
    "founders": st.integers(1, 20),
    "domains": st.integers(1, 4),
    "suppliers": st.integers(1, 9),
    "regions": st.integers(1, 5),
    "contacts": st.integers(1, 6),
    "peers": st.integers(1, 9),
}


@pytest.mark.slow
@settings(suppress_health_check=list(HealthCheck))
@given(
    sizes=st.fixed_dictionaries(SIZES),
    numbers=numbers(),
    shocks=st.fixed_dictionaries({}, optional={name: st.integers(-1, 5) for name in SHOCKS}),
    preset=st.sampled_from(list(policies)),
    seed=st.integers(0, 2**64 - 1),
)
def test_parameters(sizes: Any, numbers: Any, shocks: Any, preset: str, seed: int) -> None:
    assume(sizes["founders"] <= sizes["slots"] and sizes["domains"] <= sizes["suppliers"])
    assume(sizes["industries"] <= sizes["users"])
    assume(numbers.get("floor_cost", 0.0235) <= numbers.get("initial_cost", 0.22))
    assume(numbers.get("supplier_low", 0.3) <= numbers.get("supplier_high", 0.7))
    policy = within_the_run(preset, champions=1).replace(end=5)
    parameters = Parameters(horizon=6, **sizes, **numbers, **shocks)
    if twin_refuses(parameters, policy, seed):
        with pytest.raises(BadInput, match="output at t = 0"):
            simulate(parameters, policy, seed)
    else:
        run_both(parameters, policy, seed)


def twin_refuses(parameters: Parameters, policy: Policy, seed: int) -> bool:
    """Return whether the twin finds an economy without output, in which there is nothing to tax."""
    try:
        ReferenceEconomy(parameters, policy, seed)
    except ValueError:
        return True
    return False


def test_an_economy_without_output_is_refused() -> None:
    """Two users of poor old technology, of whom one may value quality so much that both together have no output."""
    poor = {"users": 2, "industries": 2, "value_of_quality": 1.0, "valuation_dispersion": 1.5}
    poor |= {f"old_quality_{layer}": 0.05 for layer in LAYERS}
    parameters = Parameters(**{**TWIN, **poor})
    refused = [seed for seed in range(12) if twin_refuses(parameters, policies["rebate"], seed)]
    assert 0 < len(refused) < 12
    for seed in range(12):
        if seed in refused:
            with pytest.raises(BadInput, match="output at t = 0"):
                simulate(parameters, "rebate", seed)
        else:
            simulate(parameters, "rebate", seed)
