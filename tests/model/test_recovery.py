"""Loss and recovery from shocks, from the path of output."""

import numpy as np
import pytest


def test_loss_and_recovery(run):
    """Of a fall of all users' activity by 30 % from quarter 12 to 19, from the path of output."""
    made = run(demand_shock=12, demand_depth=0.3, demand_duration=8)
    output = made.series["output"]
    loss = 100.0 * (1.0 - min(output[12:]) / output[11])
    assert made.summary["shock_loss"] == pytest.approx(loss, rel=1e-12) and 25.0 < loss < 31.0
    assert made.summary["recovery_time"] == 8.0
    assert np.all(output[20:] >= output[11]) and output[19] < output[11]


def test_no_shock_no_loss(run):
    """Without a shock, or with one before anything or after the horizon, there is no loss and no recovery."""
    for changes in ({}, {"demand_shock": 0}, {"demand_shock": 48}, {"demand_shock": 1000}):
        summary = run(**changes).summary
        assert np.isnan(summary["shock_loss"]) and np.isnan(summary["recovery_time"]), changes


def test_never_recovered(run):
    """A fall that outlasts the run is never recovered from; a shock that output does not feel is at once."""
    assert np.isnan(run(demand_shock=40, demand_duration=100).summary["recovery_time"])
    harmless = run(entry_surge=12, surge_size=0).summary
    assert harmless["recovery_time"] == 0.0 and harmless["shock_loss"] == 0.0


def test_the_first_of_several_shocks_counts(run):
    """Loss is measured from the quarter before the earliest."""
    one, both = run(demand_shock=20), run(demand_shock=20, cost_shock=12, cost_rise=0.0)
    assert one.series["output"].tobytes() == both.series["output"].tobytes()
    output = both.series["output"]
    expected = 100.0 * (1.0 - output[12:].min() / output[11])
    assert both.summary["shock_loss"] == pytest.approx(expected, rel=1e-12)
