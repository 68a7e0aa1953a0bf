"""Good and bad years of firms: an AR(1) process in the log of quality, one factor for all customers of a firm."""

import numpy as np
import pytest

from model.policy.presets import policies
from model.simulation import Simulation


@pytest.fixture(scope="module")
def paths(small):
    """The logs and factors of 512 slots over 200 quarters."""
    parameters = small.replace(horizon=200, slots=512, idiosyncratic_sd=0.3, idiosyncratic_memory=0.9, users=20)
    under_way = Simulation(parameters, policies["laissez_faire"], 3)
    logs, factors = [], []
    for t in range(200):
        under_way.advance(t + 1)
        logs.append(under_way.state.innovators.idiosyncratic.copy())
        factors.append(under_way.state.innovators.idiosyncratic_factor.copy())
    return np.array(logs), np.array(factors)


def test_it_is_stationary_with_the_deviation_and_memory_that_are_declared(paths):
    logs = paths[0][:, 200:]  # slots that no firm ever took
    assert np.std(logs) == pytest.approx(0.3, rel=0.05) and abs(np.mean(logs)) < 0.03
    assert np.std(logs[0]) == pytest.approx(0.3, rel=0.15)  # from the first quarter on
    assert np.corrcoef(logs[:-1].ravel(), logs[1:].ravel())[0, 1] == pytest.approx(0.9, abs=0.01)


def test_the_factor_has_mean_one(paths):
    assert np.mean(paths[1][:, 200:]) == pytest.approx(1.0, abs=0.02)


def test_it_is_the_same_under_every_policy(simulation):
    """No policy changes anybody's good and bad quarters: byte-identical for founders in all arms."""
    states = [simulation(name, until=30, idiosyncratic_sd=0.3).state for name in ("laissez_faire", "grants", "feng")]
    for other in states[1:]:
        founders = states[0].innovators.birth[:12] == other.innovators.birth[:12]
        assert founders.sum() > 3
        one, two = (state.innovators.idiosyncratic[:12][founders] for state in (states[0], other))
        assert one.tobytes() == two.tobytes()


def test_a_good_quarter_is_no_progress(simulation):
    """Where nothing else changes useful quality, the first sale stays the last progress, however firms vary."""
    steady = {
        "solution_rate": 0.0, "imitation": 0.0, "needs_drift": 0.0, "supplier_learning": 0.0, "mastery_start": 1.0,
        "report": 0.0, "discovery": 0.0, "needs_concentration": 10.0, "generality": 1.0,
    }  # fmt: skip
    under_way = simulation(idiosyncratic_sd=0.5, idiosyncratic_memory=0.5, old_price=0.2, **steady)
    marks = []
    for t in range(30):
        under_way.advance(t + 1)
        firms = under_way.state.innovators
        marks.append(np.where(firms.birth[:12] == -1, firms.useful_mark[:12], np.nan))
    marks = np.array(marks)
    sold = marks[-1] > 0.0
    assert sold.sum() > 3
    for path in marks[:, sold].T:
        assert np.unique(np.round(path[path > 0.0], 12)).size == 1
