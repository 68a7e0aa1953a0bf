"""Agents relabelled together with their random keys: the same economy under other numbers.

The keys of random draws are compiled into the phases. As plain Python the generator can be asked for an agent's draw
under its old label. Sums run in another order, so numbers agree up to rounding, not to the bit.
"""

from typing import NamedTuple

import numpy as np
import pytest

import model.phases.ties
import model.randomness
from agents.kernel.types import MOST_SLOTS
from model.policy.policy import Policy
from model.randomness import Stream, subword
from model.simulation import Simulation
from model.start.network import watchers_of
from tests.economies import EVERY_INSTRUMENT

EVERYTHING = Policy(
    name="everything", mix=EVERY_INSTRUMENT, budget=0.03, end=18, plan_period=4,
    bias_size=0.5, bias_connection=0.5, patience=3, waive_risk=0.5,
)  # fmt: skip
SHOCKS = {"demand_shock": 10, "demand_duration": 3, "cost_shock": 12, "paradigm_break": 15}
ALL_AT_WORK = {"idiosyncratic_sd": 0.2, "word_of_mouth": 0.4, "meet": 0.1, "payback": 4.0}
NOBODY_ENTERS = {"entry": 0.0, "entry_profit": 0.0, "decoupling": 8, "refinance": 0.5, "fixed_cost": 0.3}
NOBODY_LEAVES = {"fixed_cost": 0.0, "floor_cost": 0.0, "entry_surge": 6, "surge_size": 5}
# Entrants take the first empty slot: where firms are relabelled and firms enter, no slot may be freed.
STUDIES = {
    "users": (("users",), {"decoupling": 8, "entry_surge": 6, "surge_size": 5}),
    "suppliers": (("suppliers",), {"entry_surge": 6, "surge_size": 5, "supply_network": "barabasi_albert"}),
    "firms, none of which enters": (("firms",), NOBODY_ENTERS),
    "firms, none of which leaves": (("founders",), NOBODY_LEAVES),
    "all at once": (("users", "suppliers", "founders"), {**NOBODY_LEAVES, "peer_network": "barabasi_albert"}),
}
OF_USERS = {
    Stream.QUARTER, Stream.TASTE, Stream.REPORT, Stream.USER_SOLUTION, Stream.MEETING, Stream.PARTNER,
    Stream.PLATFORM,
}  # fmt: skip
OF_FIRMS = {
    Stream.SOLUTIONS, Stream.STEPS, Stream.DISCOVERY, Stream.SIGNAL, Stream.LOCAL, Stream.CONNECTION,
    Stream.REFINANCE, Stream.IDIOSYNCRATIC,
}  # fmt: skip
OF_NOBODY = {Stream.DRIFT, Stream.ENTRY, Stream.ENTRANT, Stream.FOREIGN, Stream.PLAN, Stream.PARADIGM}
FIRM, SUPPLIER = 0, 1  # what a decoupling draws for, by its second key


class Labels(NamedTuple):
    """Old label of every new one, per kind of agent."""

    users: np.ndarray
    firms: np.ndarray
    suppliers: np.ndarray


def relabel(simulation, labels):
    """Give every agent its new place in the arrays, and its new label wherever another one knows it."""
    users, firms, suppliers, ledger = (
        simulation.state.users, simulation.state.innovators, simulation.state.suppliers, simulation.state.ledger
    )  # fmt: skip
    new_user, new_firm, new_supplier = (np.argsort(old) for old in labels)
    rows = [users.peers[users.peer_start[u] : users.peer_start[u + 1]] for u in labels.users]
    for array in users:
        if array.shape[0] == labels.users.shape[0]:
            array[:] = array[labels.users]
    users.peer_start[1:] = np.cumsum([row.shape[0] for row in rows])
    users.peers[:] = new_user[np.concatenate(rows)]
    users.watcher_start[:], users.watchers[:] = watchers_of(users.peer_start, users.peers)
    for array in firms:
        array[:] = array[labels.firms]
    for array in suppliers:
        array[:] = array[labels.suppliers]
    firms.supplier[:] = new_supplier[firms.supplier]
    for array in (users.contacts, users.provider, users.technology):
        array[:] = np.where(array >= 0, new_firm[array], array)
    ledger.cash[: labels.firms.shape[0]] = ledger.cash[labels.firms]


def luck_of_old_labels(labels):
    """The generator, drawing for every agent what it drew under its old label."""
    philox = model.randomness.philox

    def drawn(slot, agent, period, purpose, low, high):
        purpose = Stream(int(purpose))
        if purpose in OF_USERS:
            agent = labels.users[agent]
        elif purpose in OF_FIRMS or (purpose == Stream.DECOUPLING and period == FIRM):
            agent = labels.firms[agent]
        elif purpose == Stream.DECOUPLING and period == SUPPLIER:
            agent = labels.suppliers[agent]
        else:
            assert purpose in OF_NOBODY or purpose == Stream.DECOUPLING
        if purpose == Stream.TASTE and slot != MOST_SLOTS:  # which is the old technology
            slot = labels.firms[slot]
        return philox(np.uint64(slot), np.uint64(agent), period, np.uint64(purpose), low, high)

    return drawn


def old_label_known(known, old):
    """An array of labels, -1 and below for none, in the old labels."""
    return np.where(known >= 0, old[known], known)


@pytest.mark.parametrize("study", STUDIES)
def test_labels_do_not_matter(study, tiny, monkeypatch):
    """Aggregates, money and every agent's own fate are the same whatever the agents are called."""
    kinds, changes = STUDIES[study]
    parameters, random = tiny.replace(**SHOCKS, **ALL_AT_WORK, **changes), np.random.default_rng(5)
    courses = [Simulation(parameters, EVERYTHING, 5) for _ in range(2)]
    founders = random.permutation(parameters.founders)
    users = np.lexsort((random.random(parameters.users), courses[0].state.users.industry))  # industries stay in order
    firms = random.permutation(parameters.slots) if "firms" in kinds else np.arange(parameters.slots)
    if "founders" in kinds:
        firms[: parameters.founders] = founders
    labels = Labels(
        users if "users" in kinds else np.arange(parameters.users),
        firms,
        random.permutation(parameters.suppliers) if "suppliers" in kinds else np.arange(parameters.suppliers),
    )
    courses[0].advance(parameters.horizon)
    relabel(courses[1], labels)
    monkeypatch.setattr(model.randomness, "philox", luck_of_old_labels(labels))
    monkeypatch.setattr(model.phases.ties, "subword", lambda word, slot: subword(word, labels.firms[slot]))
    courses[1].advance(parameters.horizon)
    plain, other = (simulation.state for simulation in courses)
    for name in set(plain.tallies.dtype.names) - {"leader"}:  # a label
        np.testing.assert_allclose(other.tallies[name], plain.tallies[name], rtol=1e-9, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(other.ledger.moved, plain.ledger.moved, rtol=1e-9, atol=1e-9)
    provider = plain.users.provider[labels.users]
    assert np.array_equal(old_label_known(other.users.provider, labels.firms), provider)
    assert np.unique(provider).size > 3
    contacts = old_label_known(other.users.contacts, labels.firms)
    assert np.array_equal(contacts, plain.users.contacts[labels.users])
    np.testing.assert_allclose(other.users.output, plain.users.output[labels.users], rtol=1e-9)
    np.testing.assert_allclose(other.innovators.capability, plain.innovators.capability[labels.firms], rtol=1e-9)
    np.testing.assert_allclose(other.suppliers.capability, plain.suppliers.capability[labels.suppliers], rtol=1e-9)


def test_studies_cover_entry_and_exit(tiny):
    """Firms do leave in the study in which none enters, and enter in the one in which none leaves."""
    for changes, column, idle in ((NOBODY_ENTERS, "exits", "entries"), (NOBODY_LEAVES, "entries", "exits")):
        simulation = Simulation(tiny.replace(**SHOCKS, **changes), EVERYTHING, 4)
        simulation.advance(tiny.horizon)
        assert simulation.state.tallies[column].sum() > 2 and simulation.state.tallies[idle].sum() == 0
