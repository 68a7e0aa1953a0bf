"""Learning by doing spills over: the part of others' sales that counts as own experience."""

import numpy as np
import pytest

LEARNING = {"congestion": 0.0, "learning_by_research": 0.0, "learning_by_doing": 0.3}


def test_all_learn_from_all_at_full_spillover(simulation):
    """With s = 1 every firm, also one that has never sold, has the same cost."""
    firms = simulation(until=40, learning_spillover=1.0, entry=1.0, **LEARNING).state.innovators
    made = firms.alive & (firms.unit_cost > 0.0)
    assert np.unique(firms.experience[made]).size > 3
    np.testing.assert_allclose(firms.unit_cost[made], firms.unit_cost[made][0], rtol=1e-12)


def test_own_experience_alone_counts_without_spillover(simulation):
    """With s = 0 firms that have sold nothing have the first cost, and the others less, in the order of their sales."""
    under_way = simulation(until=39, learning_spillover=0.0, entry=1.0, floor_cost=0.01, **LEARNING)
    sold = under_way.state.innovators.experience.copy()
    under_way.advance(40)
    firms = under_way.state.innovators
    made = firms.alive & (firms.unit_cost > 0.0) & (firms.birth < 39)
    assert np.all(firms.unit_cost[made & (sold == 0.0)] == pytest.approx(under_way.parameters.initial_cost))
    order = np.argsort(sold[made])
    assert np.all(np.diff(firms.unit_cost[made][order]) <= 1e-15) and np.unique(sold[made]).size > 3


def test_experience_outlives_the_firms_that_made_it(run):
    """What dead firms have sold is not forgotten: with s = 1 and steady inputs cost never rises."""
    cost = run(seed=2, learning_spillover=1.0, fixed_cost=0.08, **LEARNING).series["unit_cost"]
    sold = cost[~np.isnan(cost)]
    assert sold.size > 20 and np.all(np.diff(sold) <= 1e-12)


def test_all_units_ever_sold_are_counted(simulation):
    """The market's experience is the sum of units over all quarters, of foreign and dead firms too."""
    state = simulation(until=48, seed=1, fixed_cost=0.08, foreign_founders=0.3).state
    assert state.tallies["exits"].sum() > 0 and state.tallies["imports"].sum() > 0.0
    living = state.innovators.experience[state.innovators.alive].sum()
    assert living < state.market[0].sold
    assert state.market[0].sold == pytest.approx(state.tallies["users_served"].sum(), rel=0.01)
