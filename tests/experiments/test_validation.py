"""Stylised facts: measures with known answers, and the command that holds the economy against its targets."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.cli import main
from experiments.validation.facts import FACTS, fit_bass, growth_kurtosis
from experiments.validation.validate import _quartiles, validate
from model import BadInput
from tests.economies import TINY

TEN_YEARS = TINY.replace(horizon=40, initial_capability=0.6)


def test_the_bass_curve_is_found_again():
    """Adoption made by Bass (1969) with known p, q and m gives them back."""
    years = np.arange(1, 161) / 4.0
    p, q, m = 0.002, 0.35, 0.9
    decay = np.exp(-(p + q) * years)
    found = fit_bass(m * (1 - decay) / (1 + q / p * decay))
    assert (found.p, found.q, found.m) == pytest.approx((p, q, m), rel=1e-3) and found.r2 > 1 - 1e-9


def test_kurtosis_of_normal_and_of_laplace_growth():
    """Excess kurtosis is 0 for normal and 3 for Laplace growth rates."""
    rng = np.random.default_rng(1)

    def panel(draw):
        firms, years = 4000, 3
        units = 100.0 * np.exp(np.cumsum(draw((firms, years)), axis=1))
        slot, year = np.meshgrid(np.arange(firms), np.arange(years), indexing="ij")
        quarters = [(slot.ravel(), 4 * year.ravel() + k, units.ravel()) for k in range(4)]
        columns = [np.concatenate(column) for column in zip(*quarters, strict=True)]
        names = dict(zip(("slot", "period", "units"), columns, strict=True))
        return SimpleNamespace(firms=names | {"birth": np.zeros(len(columns[0]), int)})

    assert growth_kurtosis(panel(lambda shape: rng.normal(0, 0.1, shape))) == pytest.approx(0.0, abs=0.2)
    assert growth_kurtosis(panel(lambda shape: rng.laplace(0, 0.1, shape))) == pytest.approx(3.0, abs=0.6)


def test_each_fact_has_a_range_and_a_source():
    for name, fact in FACTS.items():
        assert fact.name == name and fact.low <= fact.high and fact.meaning and fact.source


def test_quartiles_are_numpys_but_never_half_way_to_infinity():
    values = np.array([1.0, 2.0, 4.0, 8.0])
    assert _quartiles(values) == np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    assert _quartiles(np.array([1.0, 2.0, np.inf, np.inf])) == [1.75, 2.0, np.inf]
    assert np.isnan(_quartiles(np.array([]))).all()


def test_a_time_never_reached_is_later_than_any():
    """Where most seeds never reach half adoption, the median is infinite and the target missed."""
    table = validate(["time_to_50"], TEN_YEARS.replace(solution_rate=0.0, risk=1.0), (0, 1, 2)).set_index("fact")
    assert np.isinf(table["median"]["time_to_50"]) and not table["met"]["time_to_50"]


def test_the_command(capsys):
    assert (
        main(["validate", "hhi", "--seeds", "2", "--json", "--quiet", "--set", "users=60", "--set", "horizon=40"]) == 0
    )
    (row,) = json.loads(capsys.readouterr().out)
    assert row["fact"] == "hhi" and row["low"] == FACTS["hhi"].low
    assert main(["validate", "hhy", "--quiet"]) == 2
    assert "did you mean 'hhi'" in capsys.readouterr().err
    with pytest.raises(BadInput):
        validate(["nothing"])
