"""Shocks: each strikes in its quarter, with its declared size, for as long as it says, in all arms alike."""

from itertools import permutations

import numpy as np
import pytest

from model.check import check_identities
from model.parameters import SHOCKS
from model.simulation import simulate
from model.state.ledger import Entry

AT = 20
ARMS = ("laissez_faire", "rd_credit", "vouchers")
ABROAD = {"founders": 40, "foreign_founders": 0.5, "foreign_suppliers": 0.5, "suppliers": 40}


def both(simulation, policy="laissez_faire", until=AT + 1, **shock):
    """The state at `until` without and with a shock."""
    common = {name: value for name, value in shock.items() if name not in SHOCKS}
    return simulation(policy, until=until, **common).state, simulation(policy, until=until, **shock).state


# -- when
@pytest.mark.parametrize("policy", ["vouchers", "new_national_system"])
@pytest.mark.parametrize("shock", SHOCKS)
def test_strikes_in_its_quarter(shock, policy, run, same_series):
    """Quarters before the shock are byte-identical to those without it; the quarter itself or the next is not.

    What is unspent is returned in the last quarter of a policy, the one before it is withdrawn.
    """
    struck, calm = run(policy, **{shock: AT}), run(policy)
    assert same_series(struck, calm, until=AT, but=("budget_returned", "net_tax_pv") if shock == "withdrawal" else ())
    assert same_series(struck, calm, until=AT - 1)
    assert not same_series(struck, calm, until=AT + 2)


@pytest.mark.parametrize("shock", SHOCKS)
def test_never_strikes_by_default(shock, run, small, same_series):
    """A shock after the horizon, or none, is the same economy."""
    assert small.shocks == {}
    assert same_series(run("vouchers", **{shock: small.horizon + 5}), run("vouchers"))


@pytest.mark.parametrize("policy", ["feng", "new_national_system", "guidance_funds"])
@pytest.mark.parametrize("shock", SHOCKS)
def test_money_is_conserved_through_a_shock(shock, policy, small, arm):
    """Identities hold in every quarter, many foreigners and all."""
    simulate(small.replace(**{shock: AT}, **ABROAD), arm(policy), 1, check=True)


# -- withdrawal
@pytest.mark.parametrize("policy", ["vouchers", "grants", "guidance_funds", "new_national_system", "community"])
def test_withdrawal_is_an_early_end(policy, run, arm, same_series):
    """Withdrawing a policy is the policy with that end, without a phase-out."""
    struck = run(arm(policy, phase_out=10), withdrawal=AT)
    ended = run(arm(policy, end=AT))
    assert same_series(struck, ended)
    assert not np.any(struck.state.ledger.moved[AT:, Entry.TAX]) and struck.state.ledger.moved[AT - 1, Entry.TAX] > 0


def test_withdrawal_of_what_does_not_run_is_nothing(run, arm, same_series):
    """After a policy has ended there is nothing to withdraw, nor without one; before it starts, it never will."""
    for policy in (arm("vouchers", end=10), "laissez_faire"):
        assert same_series(run(policy, withdrawal=AT), run(policy))
    late = arm("vouchers", start=30)
    assert same_series(run(late, withdrawal=AT), run()) and not same_series(run(late), run())


# -- demand and cost
def test_demand_falls_by_its_depth(simulation):
    """In the quarter it strikes, all output, sales and spending are those without it times 1 - depth."""
    calm, struck = both(simulation, demand_shock=AT, demand_depth=0.4)
    np.testing.assert_allclose(struck.users.output, 0.6 * calm.users.output, rtol=1e-12)
    np.testing.assert_allclose(struck.users.spending, 0.6 * calm.users.spending, rtol=1e-12)
    np.testing.assert_allclose(struck.innovators.units, 0.6 * calm.innovators.units, rtol=1e-12)
    bill = Entry.OLD_TECHNOLOGY
    assert struck.ledger.moved[AT, bill] == pytest.approx(0.6 * calm.ledger.moved[AT, bill])


def test_cost_rises_for_all_products(simulation):
    """In the quarter it strikes, every firm's unit cost and price are those without it times 1 + rise."""
    calm, struck = both(simulation, cost_shock=AT, cost_rise=0.7)
    alive = calm.innovators.alive & (calm.innovators.birth < AT)
    np.testing.assert_allclose(struck.innovators.unit_cost[alive], 1.7 * calm.innovators.unit_cost[alive], rtol=1e-12)
    np.testing.assert_allclose(struck.innovators.price[alive], 1.7 * calm.innovators.price[alive], rtol=1e-12)


@pytest.mark.parametrize(
    ("shock", "duration", "size", "level"),
    [("demand_shock", "demand_duration", "demand", 0.7), ("cost_shock", "cost_duration", "cost", 1.5)],
)
def test_lasts_as_long_as_declared(shock, duration, size, level, simulation):
    """The rise or fall holds in exactly `duration` quarters from the strike on."""
    under_way, levels = simulation(**{shock: 5, duration: 3}), []
    for t in range(12):
        under_way.advance(t + 1)
        levels.append(under_way.state.market[0][size])
    assert levels == [1.0] * 5 + [level] * 3 + [1.0] * 4


# -- paradigm break
def test_paradigm_raises_the_ceilings_to_come(simulation):
    """Ceilings of generations beyond the frontier rise by the jump, those of generations on offer do not."""
    calm, struck = both(simulation, paradigm_break=AT, paradigm_jump=0.8)
    frontier = int(calm.tallies["frontier_generation"][AT - 1])
    expected = calm.ceiling + 0.8 * (np.arange(calm.ceiling.shape[0]) > frontier)
    np.testing.assert_allclose(struck.ceiling, expected, rtol=1e-15)


@pytest.mark.parametrize("policy", ARMS)
def test_paradigm_moves_needs_alike(policy, simulation):
    """latent = (1 - shift) * latent + shift * latent in another order of domains, one for all industries and arms."""
    calm, struck = both(simulation, policy, paradigm_break=AT, paradigm_shift=0.6, needs_drift=0.0)
    before, after = calm.industries.latent, struck.industries.latent
    orders = [
        order
        for order in permutations(range(4))
        if np.allclose(after, 0.4 * before + 0.6 * before[:, list(order)], rtol=1e-9)
    ]
    assert len(orders) == 1
    free = simulation(until=AT + 1, paradigm_break=AT, paradigm_shift=0.6, needs_drift=0.0).state.industries.latent
    assert after.tobytes() == free.tobytes()


# -- surge
@pytest.mark.parametrize("policy", ARMS)
def test_surge_adds_entrants(policy, simulation):
    """In its quarter exactly the declared number more enter, in every arm, and the others are who they were."""
    calm, struck = both(simulation, policy, entry_surge=AT, surge_size=15, slots=128)
    assert struck.tallies["entries"][AT] == calm.tallies["entries"][AT] + 15
    born = [
        state.innovators.belief[state.innovators.alive & (state.innovators.birth == AT)] for state in (calm, struck)
    ]
    assert born[1][: len(born[0])].tobytes() == born[0].tobytes() and len(born[1]) == len(born[0]) + 15


def test_surge_is_over_in_a_quarter(simulation):
    """Entry without pull of profits is back at its luck in the next quarter."""
    quiet = {"entry_profit": 0.0, "deterrence": 0.0, "slots": 256}
    calm, struck = both(simulation, until=AT + 10, entry_surge=AT, **quiet)
    difference = struck.tallies["entries"] - calm.tallies["entries"]
    assert np.flatnonzero(difference).tolist() == [AT] and difference[AT] == 20


# -- decoupling
def test_decoupling_removes_all_foreigners(simulation, small):
    """From its quarter on no foreign firm lives or enters, and every component is domestic; no other firm has left."""
    free, under_way = (
        simulation(until=AT, foreign_entrants=0.5, **ABROAD, **shock) for shock in ({}, {"decoupling": AT})
    )
    before = free.state.innovators.alive & ~free.state.innovators.foreign
    foreign = np.count_nonzero(free.state.innovators.alive & free.state.innovators.foreign)
    free.advance(AT + 1)
    calm_exits = free.state.tallies["exits"][AT]
    for t in range(AT, small.horizon):
        under_way.advance(t + 1)
        check_identities(under_way.state, t)
        s = under_way.state
        assert not np.any(s.innovators.alive & s.innovators.foreign)
        assert not np.any(s.suppliers.foreign[s.innovators.supplier])
        assert s.tallies["domestic_components"][t] == s.tallies["components"][t]
        assert s.tallies["imports"][t] == 0.0
        if t == AT:
            left = np.count_nonzero(before & (s.innovators.death == AT))
            assert foreign > 5 and s.tallies["exits"][AT] == foreign + left and left <= calm_exits + 1
    assert s.tallies["domestic_components"][:AT].sum() < s.tallies["components"][:AT].sum()


def test_decoupling_keeps_domains(simulation):
    """A firm cut off from a foreign supplier finds a domestic one in the same domain; other ties stay as they were."""
    calm, struck = both(simulation, decoupling=AT, **ABROAD)
    foreign = calm.suppliers.foreign[calm.innovators.supplier]
    assert np.all(calm.suppliers.domain[struck.innovators.supplier] == np.arange(4))
    assert not np.any(calm.suppliers.foreign[struck.innovators.supplier])
    assert np.array_equal(struck.innovators.supplier[~foreign], calm.innovators.supplier[~foreign])
    assert 0.2 < foreign.mean() < 0.8 and np.unique(struck.innovators.supplier[foreign]).size > 4


def test_decoupling_in_part_takes_a_keyed_share(simulation):
    """About the share goes; who goes at a small share goes at a larger one, and the same in every arm."""

    def gone(share, policy="laissez_faire"):
        changes = {**ABROAD, "slots": 256, "founders": 200, "suppliers": 200, "entry": 0.0, "entry_profit": 0.0}
        calm, struck = both(simulation, policy, 1 + 1, decoupling=1, decoupling_share=share, **changes)
        firms = calm.innovators.foreign & calm.innovators.alive & ~struck.innovators.alive
        cut = np.unique(calm.innovators.supplier[calm.innovators.supplier != struck.innovators.supplier])
        served = np.unique(calm.innovators.supplier[calm.suppliers.foreign[calm.innovators.supplier]])
        return set(np.flatnonzero(firms)), calm.innovators.foreign[calm.innovators.alive].sum(), set(cut), served.size

    few, many = gone(0.3), gone(0.7)
    assert few[0] < many[0] and few[2] < many[2]
    for (firms, foreign, suppliers, serving), share in ((few, 0.3), (many, 0.7)):
        for found, all_of_them in ((len(firms), foreign), (len(suppliers), serving)):
            assert abs(found - share * all_of_them) < 4.0 * np.sqrt(all_of_them * share * (1.0 - share))
    assert all(gone(0.3, policy)[0] == few[0] and gone(0.3, policy)[2] == few[2] for policy in ARMS)
    assert gone(0.0)[0] == gone(0.0)[2] == set()


# -- recovery
def test_recovery_is_measured_from_the_first_shock(run):
    """Of two shocks, the earlier gives the level to come back to."""
    found = run(demand_shock=AT, cost_shock=AT + 10)
    output = found.series["output"]
    assert found.summary["shock_loss"] == pytest.approx(100.0 * (1.0 - output[AT:].min() / output[AT - 1]))
    assert np.isnan(run().summary["shock_loss"]) and np.isnan(run().summary["recovery_time"])
