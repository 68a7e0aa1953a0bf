"""Policy in the plain twin (tests/reference) and in the fast model: traits, calendars and indicators agree."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.parameters import EFFICACIES, Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies
from tests.economies import TWIN
from tests.reference.comparison import differ, run_both
from tests.reference.economy import ReferenceEconomy
from tests.reference.government import outlays
from tests.reference.grid import between
from tests.reference.summary import compared, summarise

pytestmark = pytest.mark.slow
SIZE: dict[str, Any] = {**TWIN, "users": 40, "horizon": 8, "slots": 20, "founders": 9, "contacts": 3, "entry": 0.5}

SHARES = between(0.0, 1.0)
BIASES = between(-2.0, 2.0)
MIXES = st.dictionaries(st.sampled_from(list(INSTRUMENTS)), st.integers(1, 5), min_size=1, max_size=5).map(
    lambda weights: {name: weight / sum(weights.values()) for name, weight in weights.items()}
)
POLICIES = st.builds(
    Policy,
    mix=MIXES,
    later_mix=MIXES | st.just({}),
    later_from=st.integers(0, 6),
    budget=between(0.001, 0.05),
    start=st.integers(0, 2),
    end=st.integers(5, 10),
    phase_out=st.integers(0, 3),
    calendar=st.just([]) | st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=2, max_size=8),
    leakage=between(0.0, 0.5),
    administration=between(0.0, 0.4),
    foresight=SHARES,
    champions=st.integers(0, 6),
    award=st.sampled_from(["proportional", "equal"]),
    award_size=st.sampled_from([0.0, 0.05, 1.0]),
    max_age=st.sampled_from([4, 2000]),
    upstream=between(0.0, 1.0),
    compliance=SHARES,
    explore=SHARES,
    criterion=st.sampled_from(["marginal", "leader", "young"]),
    bias_size=BIASES,
    bias_past=BIASES,
    bias_connection=BIASES,
    patience=st.integers(1, 4),
    plan_period=st.integers(1, 6),
    local_champions=st.integers(1, 4),
    herding=between(0.0, 2.0),
    equity_share=SHARES,
    subsidy_cap=between(0.0, 0.99),
    mission_explore=SHARES,
    coordination=SHARES,
    mission_upstream=between(0.0, 1.0),
    waive_risk=SHARES,
    first_adopters=SHARES,
    entry_award=between(0.0, 5.0),
    roadmap_plan=SHARES,
)


@given(
    policy=POLICIES,
    seed=st.integers(0, 2**64 - 1),
    tenfold=st.fixed_dictionaries({name: st.sampled_from([0.1, 1.0, 10.0]) for name in EFFICACIES}),
)
def test_traits_of_policy(policy: Policy, seed: int, tenfold: dict[str, float]) -> None:
    defaults = Parameters()
    efficacies = {name: getattr(defaults, name) * factor for name, factor in tenfold.items()}
    run_both(Parameters(**SIZE, **efficacies), policy, seed)


@given(
    policy=st.builds(
        Policy,
        mix=MIXES,
        later_mix=MIXES | st.just({}),
        later_from=st.integers(0, 20),
        start=st.integers(0, 5),
        end=st.integers(10, 25),
        phase_out=st.integers(0, 5),
        calendar=st.lists(between(0.0, 3.0), max_size=12),
    )
)
def test_outlays(policy: Policy) -> None:
    twin = [list(outlays(policy, t).values()) for t in range(20)]
    assert not differ(twin, policy.outlays(20))


@pytest.mark.parametrize("withdrawal", [-1, 0, 1, 7, 30, 39])
def test_withdrawal(withdrawal: int) -> None:
    run_both(Parameters(**{**SIZE, "horizon": 40}, withdrawal=withdrawal), policies["feng"].replace(end=32), 3)


@pytest.mark.parametrize(
    "changed",
    [
        {"demand_shock": 2, "demand_depth": 1.0},
        {"foreign_founders": 1.0, "foreign_entrants": 1.0},
        {"founders": 1, "entry": 0.0, "entry_profit": 0.0, "seed_cash": 0.2},
        {"regions": 1, "industries": 1, "domains": 1, "suppliers": 1, "contacts": 1},
    ],
)
@pytest.mark.parametrize("preset", ["guidance_funds", "new_national_system", "procurement", "roadmap"])
def test_nobody_to_choose_from(preset: str, changed: dict[str, Any]) -> None:
    run_both(Parameters(**{**SIZE, **changed}), policies[preset].replace(champions=1, plan_period=3), 4)


@pytest.mark.parametrize("traits", [
    {"mix": {"grants": 0.5, "mission": 0.5}, "mission_upstream": 1.0},  # shares of what another instrument gave
    {"mix": {"grants": 1.0}, "upstream": 1.0},
    {"mix": {"rd_credit": 1.0}, "calendar": [1, 2, 0, 3]},  # a quarter without money
    {"mix": {"grants": 0.5, "rd_credit": 0.5}, "award": "equal", "bias_past": -2.0},  # firms alike up to rounding
])  # fmt: skip
@pytest.mark.parametrize("changed", [{}, {"foreign_founders": 1.0, "entry": 0.0, "entry_profit": 0.0}])
def test_corners_of_instruments(traits: dict[str, Any], changed: dict[str, Any]) -> None:
    economy, _ = run_both(Parameters(**{**SIZE, **changed}), Policy(**traits), 2)
    if changed:  # nobody takes, so nothing is placed
        assert sum(sum(quarter.values()) for quarter in economy.government.placed) == 0.0


@pytest.mark.parametrize("preset", ["grants", "vouchers", "entry_subsidy"])
def test_indicators_that_compare_with_no_policy(preset: str) -> None:
    parameters, seed = Parameters(**{**SIZE, "horizon": 24, "slots": 60}), 5
    economy, run = run_both(parameters, policies[preset].replace(end=12), seed)
    without = ReferenceEconomy(parameters, policies["laissez_faire"].replace(end=12), seed)
    for _ in range(parameters.horizon):
        without.step()
    twin = compared(summarise(economy), summarise(without))
    assert not differ(list(twin.values()), [run.summary[name] for name in twin])
