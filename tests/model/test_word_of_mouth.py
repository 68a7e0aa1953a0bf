"""Word of mouth: users hear of the firms that their peers buy from."""

import numpy as np


def test_who_only_listens_meets_only_what_peers_use(simulation):
    """A user whose peers all use the new technology meets one of their firms or nobody, from whatever region."""
    changes = {"meet": 1.0, "word_of_mouth": 1.0, "segmentation": 1.0, "fixed_cost": 0.0, "old_price": 0.3}
    under_way = simulation(until=40, foreign_founders=0.0, foreign_entrants=0.0, **changes)
    users, before = under_way.state.users, under_way.state.users.contacts.copy()
    under_way.advance(41)
    assert under_way.state.market[0].gone == 0.0
    heard = 0
    for u in range(users.contacts.shape[0]):
        peers = users.peers[users.peer_start[u] : users.peer_start[u + 1]]
        used = users.technology[peers]
        fresh = np.setdiff1d(users.contacts[u], before[u])
        if np.all(used >= 0):
            assert np.all(np.isin(fresh, used))
            heard += fresh.size
    assert heard > 0


def test_nothing_is_met_twice(simulation):
    """No user lists a firm twice, by whatever way it was met."""
    for share in (0.0, 0.5, 1.0):
        contacts = simulation(until=40, meet=1.0, word_of_mouth=share).state.users.contacts
        for row in contacts:
            known = row[row >= 0]
            assert np.unique(known).size == known.size
