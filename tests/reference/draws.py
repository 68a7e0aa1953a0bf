"""Keyed luck: section 11 of model/ODD.md. Only the keyed words are shared with the fast model."""

import math

from scipy.special import ndtri

from model.randomness import Stream, split_seed, words


class Draws:
    """Every draw of one seed, as a function of (purpose, period, agent, slot)."""

    def __init__(self, seed: int) -> None:
        self.key = split_seed(seed)

    def words(self, purpose: Stream, period: int, agent: int, slot: int = 0) -> tuple[int, ...]:
        """w0 ... w3: the four 32-bit words of a block."""
        return tuple(int(word) for word in words(self.key, int(purpose), period, agent, slot))

    def coarse(self, purpose: Stream, period: int, agent: int, slot: int = 0) -> tuple[float, ...]:
        """U32 of each of the four words."""
        return tuple(u32(word) for word in self.words(purpose, period, agent, slot))

    def pair(self, purpose: Stream, period: int, agent: int, slot: int = 0) -> tuple[float, float]:
        """U52 of the first two words, and of the last two."""
        w0, w1, w2, w3 = self.words(purpose, period, agent, slot)
        return u52(w0, w1), u52(w2, w3)

    def U32(self, purpose: Stream, period: int, agent: int, slot: int = 0) -> float:
        """U32(w0)."""
        return u32(self.words(purpose, period, agent, slot)[0])

    def U52(self, purpose: Stream, period: int, agent: int, slot: int = 0) -> float:
        """U52(w0, w1)."""
        return self.pair(purpose, period, agent, slot)[0]


def u32(word: int) -> float:
    """A word as a number in (0, 1)."""
    return (word + 0.5) / 2.0**32


def subword(word: int, number: int) -> int:
    """A word for each number, from one word: MurmurHash3's finaliser of both."""
    x = word ^ number * 0x9E3779B9 % 2**32
    x = (x ^ x // 2**16) * 0x85EBCA6B % 2**32
    x = (x ^ x // 2**13) * 0xC2B2AE35 % 2**32
    return x ^ x // 2**16


def u52(high: int, low: int) -> float:
    """Two words as a number in (0, 1)."""
    return (high * 2**20 + low // 2**12 + 0.5) / 2.0**52


def index(u: float, n: int) -> int:
    """The index of a uniform among n."""
    return min(math.floor(u * n), n - 1)


def normal(u: float) -> float:
    """Standard normal quantile."""
    return float(ndtri(u))


def exponential(u: float) -> float:
    """Standard exponential: -log u."""
    return -math.log(u)


def poisson(mean: float, u: float) -> int:
    """Poisson quantile: the smallest n with u <= P(X <= n), at most 200; the rounded normal's for a mean above 30."""
    if mean > 30.0:
        return max(0, math.floor(mean + math.sqrt(mean) * normal(u) + 0.5))
    n, probability = 0, math.exp(-mean)
    up_to_n = probability
    while u > up_to_n and n < 200:
        n += 1
        probability *= mean / n
        up_to_n += probability
    return n
