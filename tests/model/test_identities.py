"""Identities: money, engineers, shares and ties add up every quarter, also in odd and extreme economies.

Every identity is also shown to fail on a state that breaks it.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.user import OLD_TECHNOLOGY
from model.check import IDENTITIES, check_identities, discrepancy
from model.declaration.settings import bounds
from model.parameters import Parameters
from model.policy.instruments import NUMBER
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import simulate
from model.state.ledger import ENGINEERS, GOVERNMENT, OUTSIDE, USERS, Entry
from model.state.state import copy_state
from tests.economies import EVERY_INSTRUMENT, TINY_SIZES

SIX_YEARS = {**TINY_SIZES, "horizon": 24, "industries": 4, "regions": 2, "contacts": 4, "peers": 4}


def all_finite(run):
    """No level of a finished run is infinite, and none of the state is NaN or infinite."""
    s = run.state
    parts = (s.users, s.innovators, s.suppliers, s.industries, s.government, s.stocks[1:], (s.ceiling,), s.ledger)
    arrays = [array for part in parts for array in part if array.dtype.kind == "f"]
    return all(np.isfinite(array).all() for array in arrays) and np.isfinite(run.series["output"]).all()


@pytest.mark.parametrize("name", policies)
def test_every_preset(name, small, arm):
    """All identities hold in every quarter under every preset."""
    assert all_finite(simulate(small, arm(name), 5, check=True))


@pytest.mark.parametrize(
    "traits",
    [
        {"phase_out": 12},
        {"phase_out": 36, "start": 0},
        {"start": 5, "end": 9},
        {"end": 48},
        {"end": 400},
        {"start": 3, "end": 3},
        {"subsidy_cap": 0.99, "budget": 0.1},
        {"champions": "all"},
        {"champions": 1, "patience": 1, "plan_period": 1},
        {"leakage": 0.6, "administration": 0.3},
        {"explore": 1.0, "compliance": 1.0, "award": "equal"},
        {"later_mix": {"talent": 0.5, "guidance_fund": 0.5}, "later_from": 20},
        {"calendar": [0.0, 5.0, 0.0, 1.0]},
        {"award_size": 0.01, "max_age": 4, "upstream": 1.0},
        {"local_champions": 1, "herding": 5.0, "equity_share": 1.0, "patience": 1},
        {"mission_explore": 1.0, "coordination": 1.0, "mission_upstream": 1.0},
        {"mission_explore": 1.0, "coordination": 1.0, "mission_upstream": 0.0, "explore": 1.0},
        {"waive_risk": 1.0, "first_adopters": 1.0, "entry_award": 20.0, "roadmap_plan": 1.0},
        {"foresight": 1.0, "budget": 0.1},
    ],
    ids=str,
)
def test_every_calendar_and_trait(traits, small):
    """All identities hold for a mix of all instruments, whatever its calendar and traits."""
    assert all_finite(simulate(small, Policy(mix=EVERY_INSTRUMENT, **{"end": 36, **traits}), 5, check=True))


def test_two_instruments_may_pay_more_than_the_price(small):
    """Where two subsidies together exceed the price, government pays the price once and each purse its part of it."""
    policy = Policy(mix={"vouchers": 0.5, "procurement": 0.5}, subsidy_cap=0.9, budget=0.1, champions="all", end=36)
    run = simulate(small, policy, 5, check=True)
    assert run.state.ledger.moved[:, Entry.SUBSIDY].sum() > 0.0


SHOCKS = (
    {"decoupling": 12},
    {"decoupling": 12, "decoupling_share": 0.5},
    {"decoupling": 12, "foreign_founders": 1.0, "foreign_entrants": 1.0, "foreign_suppliers": 0.95},
    {"withdrawal": 20},
    {"demand_shock": 12},
    {"demand_shock": 12, "demand_depth": 1.0},
    {"cost_shock": 12},
    {"paradigm_break": 12},
    {"paradigm_break": 12, "paradigm_shift": 1.0, "paradigm_jump": 10.0},
    {"entry_surge": 12},
    {"entry_surge": 12, "surge_size": 4096},
    {name: 12 for name in ("decoupling", "demand_shock", "cost_shock", "paradigm_break", "entry_surge")},
    {name: 0 for name in ("decoupling", "withdrawal", "demand_shock", "cost_shock", "paradigm_break", "entry_surge")},
)


@pytest.mark.parametrize("shocks", SHOCKS, ids=str)
def test_every_shock(shocks, small):
    """All identities hold in every quarter when an economy with many foreigners and all instruments is struck."""
    foreign = {"foreign_founders": 0.3, "foreign_entrants": 0.3, "foreign_suppliers": 0.5}
    struck = small.replace(**{**foreign, **shocks})
    assert all_finite(simulate(struck, Policy(mix=EVERY_INSTRUMENT, end=36), 5, check=True))


ODD = (
    {"users": 1, "industries": 1},
    {"industries": 1},
    {"industries": 2},
    {"industries": 3},
    {"regions": 1},
    {"domains": 1},
    {"contacts": 1},
    {"peers": 64},
    {"slots": 2, "founders": 1},
    {"slots": 8, "founders": 8},
    {"suppliers": 3, "domains": 3},
    {"horizon": 1},
    {"users": 60, "industries": 60},
    {"market_size": 0.01},
    {"market_size": 50.0},
    {"entry": 0.0, "entry_profit": 0.0, "fixed_cost": 1.0},
    {"foreign_founders": 1.0, "foreign_entrants": 1.0},
    {"foreign_suppliers": 0.95, "suppliers": 40},
    {"refinance": 1.0, "fixed_cost": 0.3},
    {"talent_lag": 1},
    {"talent_lag": 200},
    *({"peer_network": kind} for kind in ("watts_strogatz", "stochastic_block", "barabasi_albert", "random_regular")),
    *({"supply_network": kind} for kind in ("watts_strogatz", "stochastic_block", "barabasi_albert", "random_regular")),
)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_odd_economies(odd):
    """One user, one industry, one region, one domain, one contact, two slots: all identities hold."""
    parameters = Parameters(**{**SIX_YEARS, **odd})
    policy = Policy(mix=EVERY_INSTRUMENT, end=18, champions=min(5, parameters.slots))
    assert all_finite(simulate(parameters, policy, 1, check=True))


@pytest.mark.parametrize(
    "shares",
    [
        {"traditional_share": 1.0, "emerging_share": 0.0},
        {"traditional_share": 0.9, "emerging_share": 0.1},
        {"traditional_share": 0.0, "emerging_share": 0.09},
        {"traditional_share": 0.0, "emerging_share": 1.0},
        {"traditional_share": 0.0, "emerging_share": 0.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("industries", [1, 2, 4, 20])
def test_economies_without_a_layer(shares, industries):
    """Layers of industry may be empty; output stays positive and finite."""
    run = simulate(Parameters(**{**SIX_YEARS, "industries": industries, **shares}), "laissez_faire", 1, check=True)
    assert all_finite(run) and run.series["output"].min() > 0.0


FIXED_IN_EXTREMES = {
    *SIX_YEARS, "market_size", "peer_network", "supply_network", "industries_file", "peers_graph", "supply_graph",
    "traditional_share", "emerging_share",  # tested above; together they must not exceed one
}  # fmt: skip
EXTREMES = {name: bounds(field) for name, field in Parameters.model_fields.items() if name not in FIXED_IN_EXTREMES}


@st.composite
def extreme_parameters(draw):
    """Every parameter at its default or at one end of its range, as far as they go together."""
    values = {name: draw(st.sampled_from((None, low, high))) for name, (low, high) in EXTREMES.items()}
    values = {name: value for name, value in values.items() if value is not None}
    made = Parameters().model_dump() | SIX_YEARS | values
    made["supplier_high"] = max(made["supplier_low"], made["supplier_high"])
    made["floor_cost"] = min(made["floor_cost"], made["initial_cost"])
    return Parameters(**made)


@given(extreme_parameters(), st.sampled_from(list(policies)), st.integers(0, 2**63 - 1))
def test_extreme_economies(parameters, name, seed):
    """With parameters at the ends of their ranges, all identities hold and nothing becomes infinite."""
    assert all_finite(simulate(parameters, policies[name].replace(end=18, later_from=9), seed, check=True))


def break_sales(s):
    s.users.spending[np.argmax(s.users.spending)] *= 1.001


def break_government(s):
    s.ledger.flows[GOVERNMENT, Entry.LEAKAGE] -= 1.0


def break_purses(s):
    s.government.purse[0] += 1.0


def break_cash(s):
    s.ledger.cash[USERS] += 10.0


def break_double_entry(s):
    s.ledger.flows[OUTSIDE, Entry.FIXED] += 10.0


def break_firms(s):
    s.innovators.own_research[np.argmax(s.innovators.own_research)] += 0.1


def break_public_money(s):
    s.innovators.public_research[np.argmax(s.innovators.public_research)] += 0.1


def break_equity(s):
    s.ledger.flows[GOVERNMENT, Entry.EQUITY] -= 1.0


def break_entry(s):
    s.ledger.flows[GOVERNMENT, Entry.ENTRY] -= 1.0


def break_recovery(s):
    s.ledger.flows[GOVERNMENT, Entry.REPAID] += 1.0


def break_adoption(s):
    s.ledger.flows[GOVERNMENT, Entry.ADOPTION] -= 1.0


def break_foreign_costs(s):
    s.innovators.income_abroad[np.flatnonzero(s.innovators.alive & s.innovators.foreign)[0]] += 0.1


def break_placed(s):
    s.government.placed[20, NUMBER["platform"]] += 1.0


def break_services(s):
    s.ledger.flows[GOVERNMENT, Entry.SERVICES] -= 1.0


def break_engineers(s):
    s.market[0].hours *= 1.001


def break_pay(s):
    s.ledger.flows[ENGINEERS, Entry.ENGINEERING] *= 1.001


def break_laboratories(s):
    s.ledger.flows[ENGINEERS, Entry.LABORATORIES] *= 1.001


def break_coordination(s):
    s.support.lost[np.argmax(s.support.lost)] *= 1.1


def break_needs(s):
    s.industries.needs[0, 0] += 0.01


def break_directions(s):
    s.innovators.direction[np.flatnonzero(s.innovators.alive & (s.innovators.birth < 20))[0], 0] += 0.01


def break_plan(s):
    s.government.plan[0] += 0.01


def break_beliefs(s):
    s.innovators.belief[np.flatnonzero(s.innovators.alive)[0]] = np.nan


def break_market_shares(s):
    s.innovators.share[np.argmax(s.innovators.share)] += 0.1


def break_contacts(s):
    s.users.contacts[0, 0] = np.flatnonzero(~s.innovators.alive)[0]


def break_exit(s):
    s.innovators.alive[0] = False


def break_providers(s):
    u = np.flatnonzero(s.users.provider == OLD_TECHNOLOGY)[0]
    s.users.provider[u] = np.setdiff1d(np.flatnonzero(s.innovators.alive), s.users.contacts[u])[0]


TAMPERING: tuple[tuple[str, Callable], ...] = (
    ("sales", break_sales),
    ("government", break_government),
    ("purses", break_purses),
    ("cash", break_cash),
    ("double entry", break_double_entry),
    ("firms", break_firms),
    ("public money", break_public_money),
    ("public money", break_equity),
    ("public money", break_entry),
    ("government", break_recovery),
    ("government", break_adoption),
    ("firms", break_foreign_costs),
    ("instruments", break_placed),
    ("instruments", break_services),
    ("engineers", break_engineers),
    ("engineers", break_pay),
    ("engineers", break_laboratories),
    ("engineers", break_coordination),
    ("shares", break_needs),
    ("shares", break_directions),
    ("shares", break_plan),
    ("shares", break_beliefs),
    ("shares", break_market_shares),
    ("ties", break_contacts),
    ("ties", break_exit),
    ("ties", break_providers),
)


@pytest.fixture(scope="module")
def sound(simulation):
    """A sound state after quarter 20 with all instruments at work."""
    under_way = simulation(Policy(mix=EVERY_INSTRUMENT, end=36, start=15), seed=2, until=21)
    check_identities(under_way.state, 20)
    return under_way.state


def test_every_identity_is_tampered_with():
    """No identity is left without a state that breaks it."""
    assert {name for name, _ in TAMPERING} == set(IDENTITIES)


@pytest.mark.parametrize(("name", "tamper"), TAMPERING, ids=lambda part: getattr(part, "__name__", part))
def test_identity_can_fail(name, tamper, sound):
    """A state that breaks an identity is caught by it, and the check raises."""
    broken = copy_state(sound)
    tamper(broken)
    assert not discrepancy(name, broken, 20) <= 1e-9  # NaN is a failure too
    with pytest.raises(AssertionError, match="identity"):
        check_identities(broken, 20)


def test_not_a_number_is_caught(sound):
    """NaN anywhere in an identity fails it."""
    broken = copy_state(sound)
    broken.ledger.cash[0] = np.nan
    with pytest.raises(AssertionError):
        check_identities(broken, 20)


RECEIVED = (Entry.SALES, Entry.SUBSIDY, Entry.GRANT, Entry.EQUITY, Entry.ENTRY, Entry.SEED)
PAID = (
    Entry.RESEARCH, Entry.PRODUCTION, Entry.FIXED, Entry.ABROAD, Entry.REPAID, Entry.DIVIDENDS,
    Entry.LIQUIDATION,
)  # fmt: skip


def test_cash_of_firms_is_their_flows(run):
    """From outside the check: a firm's cash is what it ever received less what it ever paid, by purposes."""
    made = run(Policy(mix=EVERY_INSTRUMENT, end=36), 2)
    state, moved = made.state, made.state.ledger.moved.sum(axis=0)
    received = sum(moved[purpose] for purpose in RECEIVED)
    paid = sum(moved[purpose] for purpose in PAID)
    founded = made.parameters.founders * made.parameters.seed_cash
    assert state.ledger.cash[: state.innovators.alive.shape[0]].sum() == pytest.approx(
        received + founded - paid, rel=1e-9
    )
