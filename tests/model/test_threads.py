"""Threads that share the users of one run: the same numbers to the last bit, however many there are."""

import numpy as np
import pytest

from model import Parameters, policies, simulate
from model.state.state import SHARE
from tests.digests import arrays, digest

# Four shares, the last one short; firms that leave, a platform, paid adoption: everything that users do.
LARGE = Parameters(users=3 * SHARE + 100, horizon=12, slots=64, founders=40, suppliers=20, burn=0.3, decoupling=5)
POLICY = policies["feng"].replace(start=0, mix={"demonstration": 0.4, "platform": 0.3, "vouchers": 0.3})


@pytest.fixture(scope="module")
def alone():
    return simulate(LARGE, POLICY, 1)


@pytest.mark.parametrize("threads", [2, 3, 4, 9])
def test_threads_change_nothing(alone, threads):
    """Every series, the summary and every array of the state are the same bytes."""
    assert alone.state.tallies["exits"].sum() > 0 and alone.state.users.adopted.any()
    assert digest(arrays(simulate(LARGE, POLICY, 1, threads=threads))) == digest(arrays(alone))


def test_threads_with_identities_and_a_panel(alone):
    """Quarter by quarter as well."""
    together = simulate(LARGE, POLICY, 1, check=True, panel=True, threads=2)
    assert together.summary == pytest.approx(alone.summary, rel=0, abs=0, nan_ok=True)


def test_each_user_is_in_one_share(alone):
    """Shares' sales add up to firms', and no share is left out."""
    units = alone.state.shares.units
    assert units.shape[0] == 4 and (units.sum(axis=1) > 0).all()
    assert units.sum(axis=0)[alone.state.innovators.alive] == pytest.approx(
        alone.state.innovators.units[alone.state.innovators.alive]
    )


@pytest.mark.parametrize("users", [20, 500, SHARE])
def test_few_users_need_no_threads(users):
    """One share is one thread's."""
    p = Parameters(users=users, horizon=4)
    assert digest(arrays(simulate(p, "community", 0, threads=8))) == digest(arrays(simulate(p, "community", 0)))


@pytest.mark.parametrize("network", ["community", "watts_strogatz", "barabasi_albert"])
def test_adopting_peers_are_counted(network):
    """What users have been told of their peers one by one is what asking all of them gives."""
    users = simulate(Parameters(users=700, horizon=60, peer_network=network), "application", 2).state.users
    asked = [users.adopted[peers].sum() for peers in np.split(users.peers, users.peer_start[1:-1])]
    assert users.adopting_peers.tolist() == asked and 0 < sum(asked) < users.peers.shape[0]
