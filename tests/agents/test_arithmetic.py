"""Logarithm, exponential and power: error bounds against the C library, and exact values where theory has them."""

import math

import numpy as np
import pytest

from agents.kernel.arithmetic import (
    exp,
    highest,
    list_marked,
    list_rare,
    log,
    power,
    total,
    total_positive_where,
    total_where,
)


@pytest.fixture(scope="module")
def positive():
    """Positive numbers over the whole range that the model meets, and around 1 and powers of 2."""
    rng = np.random.default_rng(1)
    wide = np.exp(rng.uniform(-690.0, 690.0, 20000))
    near_one = 1.0 + rng.uniform(-1.0, 1.0, 5000) * 10.0 ** rng.uniform(-15.0, -0.5, 5000)
    edges = np.concatenate([2.0 ** np.arange(-300.0, 300.0), np.nextafter(np.sqrt(2.0), [0.0, 2.0])])
    return np.concatenate([wide, near_one, edges])


def units_in_last_place(got, reference):
    return np.abs(got - reference) / np.spacing(np.abs(reference))


def test_log(positive, vectorised):
    """The logarithm is within 1 unit in the last place of the C library's correctly rounded neighbours."""
    reference = np.array([math.log(x) for x in positive])
    assert units_in_last_place(vectorised(log)(positive), reference).max() <= 1.0


def test_exp(vectorised):
    """The exponential is within 2 units in the last place."""
    x = np.concatenate([np.random.default_rng(2).uniform(-700.0, 700.0, 20000), np.linspace(-1.0, 1.0, 5001)])
    reference = np.array([math.exp(v) for v in x])
    assert units_in_last_place(vectorised(exp)(x), reference).max() <= 2.0


def test_power(vectorised):
    """The error of a power grows with |exponent * log x|, as for any exp(y log x)."""
    rng = np.random.default_rng(3)
    x, y = np.exp(rng.uniform(-7.0, 7.0, 20000)), rng.uniform(-31.0, 31.0, 20000)
    reference = np.array([math.pow(a, b) for a, b in zip(x, y, strict=True)])
    bound = (3.0 + np.abs(y * np.log(x))) * np.finfo(float).eps
    assert np.all(np.abs(vectorised(power, 2)(x, y) / reference - 1.0) <= bound)


def test_exact_values():
    """log 1 = 0, exp 0 = 1, x^0 = 1 and 1^y = 1 exactly."""
    assert log(1.0) == 0.0 and exp(0.0) == 1.0
    assert power(3.7, 0.0) == 1.0 and power(1.0, -12.3) == 1.0


def test_clamped():
    """Beyond +-700 the exponential stays at its ends: never infinite, never zero."""
    assert exp(1e9) == exp(700.0) == pytest.approx(math.exp(700.0), rel=1e-15)
    assert exp(-1e9) == exp(-700.0) > 0.0


def test_monotone(vectorised):
    """Larger arguments never give smaller results, across the seams of the range reduction."""
    x = np.linspace(0.5, 4.0, 100001)
    assert np.all(np.diff(vectorised(log)(x)) >= 0.0)
    assert np.all(np.diff(vectorised(exp)(x - 2.0)) >= 0.0)


def test_inverse(positive, vectorised):
    """exp(log x) = x to within the conditioning of the pair."""
    x = positive[np.abs(np.log(positive)) < 600.0]
    error = np.abs(vectorised(exp)(vectorised(log)(x)) / x - 1.0)
    assert np.all(error <= (3.0 + np.abs(np.log(x))) * np.finfo(float).eps)


@pytest.mark.parametrize("count", [*range(10), 64, 127])
def test_highest_and_sums_of_rows_of_any_length(count):
    """No place is left out, wherever the largest stands; nothing is added for a sign that is not minus."""
    values, sign = np.arange(1.0, count + 1.0), np.resize([-1, 0, 2, -2, -1], count).astype(np.int16)
    for place in range(count):
        row = np.roll(values, place)
        assert highest(row) == count and total(row) == count * (count + 1) / 2
        assert total_where(row, sign) == row[sign < 0].sum()
        assert total_positive_where(row - 3.0, sign) == np.maximum(row - 3.0, 0.0)[sign < 0].sum()
    assert highest(values[:0]) == total(values[:0]) == 0.0


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 16, 61, 64])
def test_marked_ones_are_listed_in_order(count):
    """Both ways to list give the numbers that NumPy finds: for none, one, some and all marked, wherever they stand."""
    rng = np.random.default_rng(count)
    for share in (0.0, 0.02, 0.3, 1.0):
        marked, listed = rng.random(count) < share, np.full(count, -1)
        for lists in (list_marked, list_rare):
            found = lists(marked, 5, listed)
            assert listed[:found].tolist() == (5 + np.flatnonzero(marked)).tolist()
