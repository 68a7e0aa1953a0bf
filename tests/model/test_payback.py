"""Users look ahead: a one-off cost against the gains of some quarters, and a subsidy for some of them."""

import numpy as np
import pytest

from agents.user import mean_gap, subsidy_horizon


@pytest.mark.parametrize("policy", ["laissez_faire", "grants"])
def test_one_quarter_with_costs_of_one_is_four_with_costs_of_four(policy, simulation):
    """Costs and noise scaled with the horizon leave every choice as it is; mastery is full, so that it cannot rise."""
    once = {"integration": 0.05, "risk": 0.1, "choice_noise": 0.03}
    one, four = (
        simulation(policy, until=30, mastery_start=1.0, payback=quarters,
                   **{name: quarters * value for name, value in once.items()}).state.users
        for quarters in (1.0, 4.0)
    )  # fmt: skip
    assert one.provider.tobytes() == four.provider.tobytes() and np.unique(one.provider).size > 3


def test_mean_mastery_is_the_mean_over_the_quarters_of_use():
    """Against the path of mastery, quarter by quarter; one quarter is now, and without learning all are."""
    for learning in (0.05, 0.5, 1.0):
        gaps = [(1.0 - learning) ** k for k in range(6)]
        assert mean_gap(learning, 6.0) == pytest.approx(np.mean(gaps), rel=1e-12)
    assert mean_gap(0.3, 1.0) == pytest.approx(1.0) and mean_gap(0.0, 12.0) == 1.0


def test_nobody_counts_on_a_subsidy_beyond_its_end():
    """At least a quarter, at most the share believed, and never more than is left."""
    assert subsidy_horizon(0.5, 6.0, 40.0) == 3.0
    assert subsidy_horizon(0.0, 6.0, 40.0) == 1.0
    assert subsidy_horizon(1.0, 6.0, 2.0) == 2.0
    assert subsidy_horizon(1.0, 6.0, 0.0) == subsidy_horizon(1.0, 6.0, -9.0) == 1.0
    assert subsidy_horizon(0.1, 1.0, 40.0) == 1.0


def test_risk_and_friction_are_costs_in_welfare_with_risk_alone(run):
    """Without either both welfares are one; with them the second is lower, and the first knows nothing of them."""
    free = run(risk=0.0, friction=0.0).series
    assert free["welfare"].tobytes() == free["welfare_risk"].tobytes()
    felt = run().series
    assert np.all(felt["welfare_risk"] <= felt["welfare"]) and felt["welfare_risk"].sum() < felt["welfare"].sum()
