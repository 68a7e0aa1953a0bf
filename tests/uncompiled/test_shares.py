"""Users in shares: with shares of 16 rather than 32,768 users, an economy of 60 has four, the last one short."""

import numpy as np
import pytest

import model.simulation
import model.state.state
from model.policy.policy import Policy
from model.simulation import simulate
from tests.digests import arrays, digest

POLICY = Policy(name="users' side", mix={"demonstration": 0.4, "platform": 0.3, "vouchers": 0.3}, budget=0.02, end=18)


@pytest.fixture
def whole(tiny):
    """The economy in one share; firms leave it."""
    run = simulate(tiny.replace(decoupling=8, fixed_cost=0.3), POLICY, 3)
    assert run.state.tallies["exits"][9:].sum() > 0
    return run


@pytest.fixture
def shares(monkeypatch):
    """Shares of 16 users from here on."""
    monkeypatch.setattr(model.state.state, "SHARE", 16)


def test_shares_change_rounding_only(whole, shares):
    """Every user is in one share: whatever is added up is the same but for the order of the sum."""
    parted = simulate(whole.parameters, POLICY, 3)
    assert parted.state.shares.units.shape[0] == 4 and whole.state.shares.units.shape[0] == 1
    for name, series in whole.series.items():
        assert parted.series[name] == pytest.approx(series, rel=1e-9, abs=1e-9, nan_ok=True), name
    sales = parted.state.shares.units.sum(axis=0)
    assert sales[parted.state.innovators.alive] == pytest.approx(
        parted.state.innovators.units[parted.state.innovators.alive]
    )


@pytest.mark.parametrize("threads", [2, 3, 9])
def test_threads_change_nothing(tiny, shares, threads):
    """The same to the last bit, whoever takes which share."""
    p = tiny.replace(decoupling=8, fixed_cost=0.3)
    assert digest(arrays(simulate(p, POLICY, 3, threads=threads))) == digest(arrays(simulate(p, POLICY, 3)))


def test_a_thread_has_working_space_of_its_own(tiny, shares):
    """Threads take no more than the shares, and share all but their working space."""
    simulation = model.simulation.Simulation(tiny, POLICY, 0, threads=9)
    states = [simulation.case.state, *simulation._helpers]
    assert len(states) == 4 and len({id(s.thread_workspace.listed) for s in states}) == 4
    assert len({id(s.users.provider) for s in states}) == 1
    assert not np.shares_memory(*(s.thread_workspace.who for s in states[:2]))
