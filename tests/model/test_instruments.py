"""What every instrument owes: its money is conserved, placed as it says, does nothing when it is nothing, and works.

That it works is shown in tests/model/test_instrument_mechanisms.py (broad ones) and
tests/model/test_champions.py (selective
ones), where a new instrument must appear; what follows here holds for all of them alike.
"""

import numpy as np
import pytest

from model.declaration.settings import NOT_IDENTIFIED
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES
from model.policy.policy import Policy
from model.simulation import simulate
from model.state.ledger import PLACED, Entry
from tests.model import test_champions, test_instrument_mechanisms

EFFICACIES = {entry.name: entry.efficacy for entry in INSTRUMENTS.values() if entry.efficacy}

# What each instrument's money moves for; those that may recover equity are compared before it.
PURPOSES = {
    "rebate": {Entry.REFUND},
    "rd_credit": {Entry.GRANT},
    "grants": {Entry.GRANT, Entry.LABORATORIES},
    "guidance_fund": {Entry.EQUITY},
    "mission": {Entry.GRANT, Entry.LABORATORIES},
    "basic_research": {Entry.LABORATORIES},
    "vouchers": {Entry.SUBSIDY},
    "demonstration": {Entry.ADOPTION},
    "procurement": {Entry.SUBSIDY},
    "entry_subsidy": {Entry.ENTRY},
    "platform": {Entry.SERVICES},
    "roadmap": {Entry.SERVICES},
    "common_technology": {Entry.LABORATORIES},
    "infrastructure": {Entry.SERVICES},
    "talent": {Entry.SERVICES},
    "market_unification": {Entry.SERVICES},
    "observatory": {Entry.SERVICES},
}

TRAITS = {"grants": {"upstream": 0.3, "explore": 0.2}, "procurement": {"waive_risk": 0.5}}


@pytest.fixture(params=INSTRUMENTS)
def alone(request, arm):
    """A policy of one instrument with all of its traits at work."""
    return arm(request.param, **TRAITS.get(request.param, {}))


def test_every_instrument_has_a_test_of_its_mechanism():
    """An instrument is tested where a test is named after it: test_<instrument>_<what it does>."""
    tests = [*dir(test_instrument_mechanisms), *dir(test_champions)]
    untested = [name for name in INSTRUMENTS if not any(test.startswith(f"test_{name}_") for test in tests)]
    assert untested == []


# -- money
@pytest.mark.parametrize("seed", [0, 1])
def test_money_is_conserved(alone, seed, small):
    """Every accounting identity holds in every quarter, while the policy runs and after it."""
    simulate(small.replace(refinance=0.05), alone, seed, check=True)


def test_money_is_conserved_by_all_at_once(small, arm):
    """The same with all instruments under one roof, some of them ending half-way."""
    names = list(INSTRUMENTS)
    policy = Policy(
        name="all",
        mix={name: 1.0 / len(names) for name in names},
        later_mix={name: 2.0 / len(names) for name in names[::2][: len(names) // 2]}
        | {names[1]: 1.0 - 2.0 / len(names) * (len(names) // 2)},
        later_from=18,
        end=36,
        phase_out=6,
        budget=0.02,
    )
    simulate(small, policy, 0, check=True)


def test_money_goes_where_the_instrument_says(alone, run):
    """Placed by the instrument = moved in the ledger for its purposes = its indicator, and nobody else places any."""
    found = run(alone)
    mine = list(INSTRUMENTS).index(alone.name)
    ledger, placed = found.state.ledger.moved, found.state.government.placed
    used = {purpose for purpose in PLACED if np.any(ledger[:, purpose] != 0.0)}
    assert alone.name in PURPOSES, f"PURPOSES lacks {alone.name}: entries of the ledger through which its money moves"
    assert used == PURPOSES[alone.name]
    np.testing.assert_allclose(placed[:, mine], ledger[:, list(PURPOSES[alone.name])].sum(axis=1), rtol=1e-9, atol=1e-9)
    assert placed[:, mine].sum() > 0.0 and not np.any(np.delete(placed, mine, axis=1))
    for name, column in zip(INSTRUMENTS, placed.T, strict=True):
        assert found.series[f"placed_{name}"].tobytes() == column.tobytes()


def test_money_raised_is_accounted_for(alone, run):
    """Raised + recovered = placed + leaked + administration + returned; leakage and administration are their share."""
    found = run(alone)
    moved = {purpose.name: found.state.ledger.moved[:, purpose].sum() for purpose in Entry}
    placed = found.state.government.placed.sum()
    outlays = placed + moved["LEAKAGE"] + moved["ADMINISTRATION"]
    assert moved["TAX"] + moved["REPAID"] == pytest.approx(outlays + moved["RETURNED"], rel=1e-9)
    assert moved["LEAKAGE"] == pytest.approx(alone.leakage * outlays, rel=1e-9)
    assert moved["ADMINISTRATION"] == pytest.approx(alone.administration * outlays, rel=1e-9)


@pytest.mark.parametrize("nothing", [{"budget": 0.0}, {"calendar": (0.0,) * 36}, {"start": 36}], ids=str)
def test_nothing_without_money(alone, nothing, run, differing):
    """Zero money is byte-identical to no policy, whether the budget, the calendar or the time is nothing."""
    idle, free = run(alone.replace(**nothing)), run()
    changed = [
        name for name in differing(free.state, idle.state) if not name.startswith(("government.", "phase_workspace."))
    ]
    assert changed == []
    assert {name for name in free.series if free.series[name].tobytes() != idle.series[name].tobytes()} == set()


# Where nobody bought last quarter, a rate is set without knowing what it will cost (MODEL.md section 2, rule 1), and
# common technology starts from what the average firm knows: these jump.
JUMPING = {*PRICE_SUBSIDIES, "demonstration", "common_technology"}


@pytest.mark.parametrize("name", [name for name in INSTRUMENTS if name not in JUMPING])
def test_hardly_anything_for_hardly_any_money(name, simulation, arm):
    """A billionth of initial output moves no capability, direction, tie, output or cost by more than its like."""
    traits = {"start": 30, "end": 48, "waive_risk": 1.0, "budget": 1e-9}
    idle, moved = (simulation(policy, until=31).state for policy in ("laissez_faire", arm(name, **traits)))
    assert np.array_equal(moved.users.contacts, idle.users.contacts)
    for one, other in (
        (moved.innovators.capability, idle.innovators.capability),
        (moved.innovators.direction, idle.innovators.direction),
        (moved.users.output, idle.users.output),
        (moved.market[0].integration, idle.market[0].integration),
        (moved.market[0].segmentation, idle.market[0].segmentation),
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_nothing_before_it_starts_and_no_support_after_it_ends(alone, simulation):
    """Support is given in the quarters of the calendar only; what is then left has been returned."""
    under_way = simulation(alone.replace(start=8, end=16))
    for t in range(24):
        under_way.advance(t + 1)
        support = under_way.state.support
        given = [field for field in support if field is not support.flow and field is not support.spread]
        none = not any(np.any(field) for field in given) and support.flow[0].segmentation == 1.0
        none = none and not any(value for name, value in zip(*_flows(support), strict=True) if name != "segmentation")
        assert none or 8 <= t < 16
    assert not np.any(under_way.state.government.purse)
    assert not np.any(under_way.state.government.placed[:8]) and not np.any(under_way.state.government.placed[16:])


def _flows(support):
    return support.flow.dtype.names, support.flow[0]


# -- what money achieves where the no-policy economy cannot tell
def read(name, state):
    """What the efficacy of an instrument moves; more of it is more of the effect."""
    flow, level, market = state.support.flow[0], state.stocks.level[0], state.market[0]
    return {
        "platform": flow.meetings,
        "roadmap": flow.roadmap,
        "common_technology": state.stocks.common.mean(),
        "mission": state.innovators.capability[state.innovators.alive].mean(),
        "infrastructure": -market.integration,
        "basic_research": level.science,
        "talent": level.engineers,
        "market_unification": -market.segmentation,
        "observatory": flow.foresight,
    }[name]


def test_efficacies_are_the_instruments_of_the_framework():
    """Every efficacy parameter belongs to one instrument, and no other parameter claims not to be identified."""
    unidentified = [
        name for name, field in Parameters.model_fields.items() if field.json_schema_extra["source"] == NOT_IDENTIFIED
    ]
    assert sorted(unidentified) == sorted(EFFICACIES.values()) and len(set(unidentified)) == len(unidentified)


@pytest.mark.parametrize(("name", "efficacy"), EFFICACIES.items())
def test_efficacy_is_declared_open(name, efficacy):
    """Its source says that it is not identified; its range is two orders of magnitude, to be drawn log-uniformly."""
    field = Parameters.model_fields[efficacy]
    low, high = (next(getattr(m, edge) for m in field.metadata if hasattr(m, edge)) for edge in ("ge", "le"))
    assert field.json_schema_extra["log"] is True
    assert high / low == pytest.approx(100.0) and np.sqrt(low * high) == pytest.approx(field.default)
    assert name.split("_")[-1] in field.description or efficacy.split("_")[0] in field.description


@pytest.mark.parametrize("efficacy", EFFICACIES.values())
def test_efficacy_is_idle_without_policy(efficacy, run, differing):
    """The no-policy economy is byte-identical at both ends of an efficacy: nothing in it could identify one."""
    default = Parameters.model_fields[efficacy].default
    for factor in (0.1, 10.0):
        assert differing(run(**{efficacy: default * factor}).state, run().state) == []


# Engineers come soon; laboratories do not come up against the ceiling.
CORNERS = {"talent": {"talent_lag": 4}, "common_technology": {"solution_step": 0.001}}


@pytest.mark.parametrize(("name", "efficacy"), EFFICACIES.items())
def test_efficacy_moves_the_effect(name, efficacy, simulation):
    """From a tenth of the guess to ten times it the effect of the same money rises, from nothing without any."""
    default = Parameters.model_fields[efficacy].default
    corner = CORNERS.get(name, {})
    values = [
        read(name, simulation(name, until=8, **{efficacy: default * factor}, **corner).state) for factor in (0.1, 1, 10)
    ]
    assert values[0] < values[1] < values[2]
    nothing = read(name, simulation("laissez_faire", until=8, **corner).state)
    assert nothing < values[0]
