"""Randomness: published known answers, the right distributions, and draws that are functions of their key alone.

NumPy's Philox is the 4x64 variant, so its stream cannot be compared; the published vectors and a plain twin can.
"""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from model.randomness import (
    Stream,
    exponential,
    fine_uniform,
    normal,
    normals,
    philox,
    poisson,
    split_seed,
    uniform,
    uniforms,
    words,
)

# Random123, kat_vectors, philox4x32-10: (counter, key, answer), as printed by its authors.
KNOWN_ANSWERS = (
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
)
UNLIKELY = 1e-4  # fixed seeds: a test that passes once always passes


def as_words(text):
    return [np.uint64(int(part, 16)) for part in text.split()]


def plain_philox(counter, key):
    """Philox4x32-10 in Python's whole numbers, written from the paper."""
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [second >> 32 ^ c[1] ^ k[0], second & 0xFFFFFFFF, first >> 32 ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


@pytest.fixture(scope="module")
def many():
    """Two independent columns of 40,000 keyed uniforms."""
    return uniforms(11, Stream.TASTE, 200, 200).reshape(-1, 2)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_published_vectors(counter, key, answer):
    """The generator gives the Random123 known answers."""
    assert [int(word) for word in philox(*as_words(counter), *as_words(key))] == [int(w) for w in as_words(answer)]


def test_twin_written_from_the_paper():
    """On random counters and keys it agrees with a plain implementation."""
    for row in np.random.default_rng(1).integers(0, 2**32, (50, 6), dtype=np.uint64):
        expected = plain_philox([int(x) for x in row[:4]], [int(x) for x in row[4:]])
        assert [int(word) for word in philox(*row)] == expected


def test_words_are_philox_of_counter_and_seed():
    """The counter is (slot, agent, period, purpose) and the key both halves of the seed."""
    seed = 0x0123456789ABCDEF
    expected = plain_philox([5, 4, 3, 2], [0x89ABCDEF, 0x01234567])
    assert [int(word) for word in words(split_seed(seed), 2, 3, 4, 5)] == expected


def test_purposes_are_distinct():
    """No two purposes share a stream."""
    values = [int(value) for value in Stream.__members__.values()]
    assert len(set(values)) == len(Stream.__members__) == len(Stream)


@pytest.mark.parametrize("changed", ["seed_low", "seed_high", "purpose", "period", "agent", "slot"])
def test_every_part_of_the_key_matters(changed):
    """Changing any one part of the key gives an unrelated stream."""
    key = {"seed_low": 9, "seed_high": 3, "purpose": 12, "period": 7, "agent": 1}
    other = {**key, "slot": 0}
    other[changed] = other[changed] + 1_000_000

    def stream(parts, first=0):
        seed = (np.uint64(parts["seed_low"]), np.uint64(parts["seed_high"]))
        drawn = [words(seed, parts["purpose"], parts["period"], parts["agent"], first + n)[0] for n in range(2000)]
        return np.array(drawn, float) / 2.0**32

    one, two = stream(key), stream(other, other.pop("slot"))
    assert np.mean(one == two) < 0.001
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.0 / np.sqrt(one.size)


def test_order_of_drawing_does_not_matter():
    """A draw is a function of its key: a larger table of draws contains the smaller one."""
    assert np.array_equal(uniforms(5, Stream.USERS, 30, 4)[:10, :2], uniforms(5, Stream.USERS, 10, 2))


def test_uniforms(many):
    """Both columns are uniform, and independent of each other and of their neighbours."""
    for column in (*many.T, np.roll(many[:, 0], 1)):
        assert stats.kstest(column, "uniform").pvalue > UNLIKELY
    pairs = np.histogram2d(many[:, 0], many[:, 1], bins=20, range=[[0, 1], [0, 1]])[0]
    neighbours = np.histogram2d(many[1:, 0], many[:-1, 0], bins=20, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > UNLIKELY
    assert stats.chisquare(neighbours.ravel()).pvalue > UNLIKELY


def test_uniforms_stay_inside_the_unit_interval(vectorised):
    """The smallest and largest words give numbers strictly between 0 and 1, and evenly spaced."""
    ends = np.array([0, 2**32 - 1], np.uint64)
    assert np.array_equal(vectorised(uniform)(ends), (ends.astype(float) + 0.5) / 2.0**32)
    fine = vectorised(fine_uniform, 2)(ends, ends)
    assert 0.0 < fine[0] < 2.0**-50 and 1.0 - 2.0**-50 < fine[1] < 1.0


def test_fine_uniform_is_fine(vectorised):
    """Two words give the number whose binary digits they are, to 2^-53; a single word would only reach 2^-33."""
    high, low = np.random.default_rng(2).integers(0, 2**32, (2, 1000), dtype=np.uint64)
    exact = [(int(h) * 2**32 + int(w)) / 2.0**64 for h, w in zip(high, low, strict=True)]
    np.testing.assert_allclose(vectorised(fine_uniform, 2)(high, low), exact, rtol=0, atol=2.0**-52)


def test_normal_quantile(vectorised):
    """The normal quantile agrees with scipy's to 1e-13, far into both tails."""
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 20001), 10.0 ** -np.linspace(1, 15, 200), [2.0**-54, 2.0**-33]])
    u = u[u != 0.5]
    np.testing.assert_allclose(vectorised(normal)(u), ndtri(u), rtol=1e-13)
    upper = 1.0 - 2.0 ** -np.arange(2.0, 53.0)
    np.testing.assert_allclose(vectorised(normal)(upper), ndtri(upper), rtol=1e-13)
    assert vectorised(normal)(0.5) == 0.0


def test_normals_in_a_row(many, vectorised):
    """Many normals at once are those drawn one by one, to the last bit, in the centre and far into both tails."""
    u = np.concatenate([many[:1000, 0], 10.0 ** -np.linspace(1, 15, 50), 1.0 - 10.0 ** -np.linspace(1, 15, 50), [0.5]])
    for row in (u, u[::-1].copy(), u[1000:], u[:1], u[:0]):
        out = np.full(row.size + 1, 7.0)
        normals(row, out, row.size)
        assert np.array_equal(out[:-1], vectorised(normal)(row)) if row.size else True
        assert out[-1] == 7.0


def test_normals_and_exponentials(many, vectorised):
    """Keyed draws follow the normal and the exponential law, as NumPy's do."""
    drawn = vectorised(normal)(many[:, 0])
    waits = vectorised(exponential)(many[:, 1])
    rng = np.random.default_rng(3)
    assert stats.kstest(drawn, "norm").pvalue > UNLIKELY
    assert stats.kstest(waits, "expon").pvalue > UNLIKELY
    assert stats.ks_2samp(drawn, rng.standard_normal(40000)).pvalue > UNLIKELY
    assert stats.ks_2samp(waits, rng.standard_exponential(40000)).pvalue > UNLIKELY


@pytest.mark.parametrize("mean", [0.01, 0.1, 0.7, 1.0, 3.0, 9.5, 20.0, 30.0])
def test_poisson_by_inversion(mean, many, vectorised):
    """Up to a mean of 30 the draw is exactly the Poisson quantile of its uniform, tails included."""
    u = np.concatenate([many[:4000, 0], 1.0 - 10.0 ** -np.arange(1.0, 12.0), 10.0 ** -np.arange(1.0, 12.0)])
    assert np.array_equal(vectorised(poisson, 2)(mean, u), stats.poisson.ppf(u, mean))


def test_poisson_draws_match_numpy(many, vectorised):
    """Frequencies of keyed Poisson draws agree with NumPy's (chi-square)."""
    drawn = np.bincount(vectorised(poisson, 2)(2.5, many[:, 0]).astype(int), minlength=9)
    other = np.bincount(np.random.default_rng(4).poisson(2.5, 40000), minlength=9)
    table = [np.append(counts[:8], counts[8:].sum()) for counts in (drawn, other)]
    assert stats.chi2_contingency(table).pvalue > UNLIKELY


@pytest.mark.parametrize("mean", [30.5, 100.0, 5000.0])
def test_poisson_above_thirty(mean, many, vectorised):
    """Above a mean of 30 whole numbers have the Poisson mean and variance, and never fall below zero."""
    drawn = vectorised(poisson, 2)(mean, many[:, 0])
    assert np.all(drawn == np.round(drawn)) and drawn.min() >= 0
    assert abs(drawn.mean() - mean) < 4.0 * np.sqrt(mean / drawn.size)
    assert abs(drawn.var() / mean - 1.0) < 0.04
    assert poisson(30.5, 2.0**-53) == 0
    quantile = np.floor(mean + np.sqrt(mean) * ndtri(many[:, 0]) + 0.5)
    assert np.mean(drawn == np.maximum(quantile, 0.0)) > 0.9999


def test_no_poisson_without_mean():
    """A mean of zero never brings an event."""
    assert poisson(0.0, 1.0 - 2.0**-53) == 0
