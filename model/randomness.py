"""Keyed, counter-based randomness: every draw is a pure function of (seed, purpose, period, agent, slot).

Philox4x32-10 (Salmon, Moraes, Dror & Shaw, 2011, "Parallel random numbers: as easy as 1, 2, 3"): a bijection of
a 128-bit counter under a 64-bit key. The key is the seed; the counter is (slot, agent, period, purpose). Two arms
with one seed therefore share their random draws even after their histories part, and order of evaluation never matters.
"""

import math
from enum import IntEnum

import numpy as np

from agents.kernel.arithmetic import exp, log
from agents.kernel.decorators import elementary_rule, inlined_rule, kernel, rule
from agents.kernel.types import Floats, Integer, Key, Word, Words

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_CENTER = 0.425  # from 1/2: where the normal quantile is one ratio of polynomials
_FAR = math.exp(-25.0)  # from 0 or 1: where it is another than before
_DOUBLE_2_52 = 0x4330000000000000  # bits of 2^52: or-ing a 32-bit word in gives 2^52 + word exactly
_MIX_FIRST, _MIX_SECOND = np.uint64(0x85EBCA6B), np.uint64(0xC2B2AE35)


class Stream(IntEnum):
    """Streams of random draws, one for each use."""

    LAYOUT = 1
    NEEDS = 2
    USERS = 3
    PEERS = 4
    FOUNDERS = 6
    SUPPLIERS = 7
    SUPPLY = 8
    DRIFT = 10
    QUARTER = 11
    TASTE = 12
    SOLUTIONS = 13
    STEPS = 14
    DISCOVERY = 15
    REPORT = 16
    USER_SOLUTION = 17
    ENTRY = 18
    ENTRANT = 19
    MEETING = 20
    PARTNER = 21
    PLAN = 22
    SIGNAL = 23
    LOCAL = 24
    CONNECTION = 25
    FOREIGN = 26
    DECOUPLING = 27
    PARADIGM = 28
    PLATFORM = 29
    REFINANCE = 30
    IDIOSYNCRATIC = 31


@inlined_rule
def philox(slot: Word, agent: Word, period: Word, purpose: Word, key_low: Word, key_high: Word) -> Words:
    """Return one Philox4x32-10 block: four 32-bit words, held in uint64, from a counter and a key held likewise."""
    c0, c1, c2, c3, k0, k1 = slot, agent, period, purpose, key_low, key_high
    # Ten rounds written out: a loop here would keep callers' loops from becoming vector instructions.
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a, b = _M0 * c0, _M1 * c2
    c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
    return c0, c1, c2, c3


def _words(seed: Key, purpose: Integer, period: Integer, agent: Integer, slot: Integer) -> Words:
    """Return the four 32-bit words of a draw. `seed` is the pair (low, high) of the seed's 32-bit halves."""
    return philox(
        np.uint64(slot), np.uint64(agent), np.uint64(period), np.uint64(purpose), np.uint64(seed[0]), np.uint64(seed[1])
    )


_called_words = rule(_words)


@inlined_rule
def words(seed: Key, purpose: Integer, period: Integer, agent: Integer, slot: Integer) -> Words:
    """Return the four 32-bit words of a draw, as `_words`."""
    # A number that is known when compiling would have a version of its own: 18 of them rather than one.
    return _called_words(seed, np.int64(purpose), np.int64(period), np.int64(agent), np.int64(slot))


words_in_loop = inlined_rule(_words)  # for loops that do nothing but draw: they become vector instructions


@inlined_rule
def subword(word: Word, number: Integer) -> Word:
    """Return a 32-bit word for each number, from one word: MurmurHash3's finaliser (Appleby) of both.

    For draws that many numbers share, where a block of Philox for each would cost most of the time.
    """
    x = (word ^ (np.uint64(number) * _W0)) & _LOW
    x = ((x ^ (x >> np.uint64(16))) * _MIX_FIRST) & _LOW
    x = ((x ^ (x >> np.uint64(13))) * _MIX_SECOND) & _LOW
    return x ^ (x >> np.uint64(16))


@rule
def uniform(word: Word) -> float:
    """Return a 32-bit word as a number in (0, 1): (word + 1/2) / 2^32."""
    return (np.int64(word | np.uint64(_DOUBLE_2_52)).view(np.float64) - 4503599627370496.0 + 0.5) * 2.0**-32


@rule
def fine_uniform(high: Word, low: Word) -> float:
    """Return two 32-bit words as a number in (0, 1): their first 52 bits, plus a half, over 2^52."""
    bits = (high << np.uint64(20)) | (low >> np.uint64(12)) | np.uint64(_DOUBLE_2_52)
    return (np.int64(bits).view(np.float64) - 4503599627370496.0 + 0.5) * 2.0**-52


@rule
def normal(u: float) -> float:
    """Return the standard normal quantile of u in (0, 1), to 1e-15 relative (Wichura, 1988, AS 241)."""
    if abs(u - 0.5) <= _CENTER:
        return _normal_center(u - 0.5)
    return _normal_far_tail(u) if min(u, 1.0 - u) < _FAR else _normal_tail(u)


@rule
def normals(u: Floats, out: Floats, count: Integer) -> None:
    """Write the standard normal quantiles of the first uniforms in a row into `out`, as `normal` does, but faster."""
    tails, n = np.empty(count), 0  # those in the tails are listed, so that they too become vector instructions
    for k in range(count):
        out[k] = _normal_center(u[k] - 0.5)
    for k in range(count):
        tails[n] = u[k]
        n += abs(u[k] - 0.5) > _CENTER
    for k in range(n):
        tails[k] = _normal_tail(tails[k])
    n = 0
    for k in range(count):
        outside = abs(u[k] - 0.5) > _CENTER
        out[k] = tails[n] if outside else out[k]
        n += outside
    for k in range(count):
        if min(u[k], 1.0 - u[k]) < _FAR:
            out[k] = _normal_far_tail(u[k])


@elementary_rule
def _normal_center(q: float) -> float:
    """Return the quantile of 1/2 + q for |q| <= 0.425."""
    r = 0.180625 - q * q
    top = ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
              + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
           + 1.3314166789178437745e2) * r + 3.3871328727963666080e0  # fmt: skip
    bottom = ((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
                 + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
              + 4.2313330701600911252e1) * r + 1.0  # fmt: skip
    return q * top / bottom


@elementary_rule
def _normal_tail(u: float) -> float:
    """Return the quantile of u nearer to 0 or 1."""
    r = math.sqrt(-log(min(u, 1.0 - u))) - 1.6
    top = ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
              + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
           + 4.63033784615654529590e0) * r + 1.42343711074968357734e0  # fmt: skip
    bottom = ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                 + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
              + 2.05319162663775882187e0) * r + 1.0  # fmt: skip
    return math.copysign(top / bottom, u - 0.5)


@rule
def _normal_far_tail(u: float) -> float:
    """Return the quantile of u very near to 0 or 1."""
    r = math.sqrt(-log(min(u, 1.0 - u))) - 5.0
    top = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
              + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
           + 5.46378491116411436990e0) * r + 6.65790464350110377720e0  # fmt: skip
    bottom = ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
                 + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
              + 5.99832206555887937690e-1) * r + 1.0  # fmt: skip
    return math.copysign(top / bottom, u - 0.5)


@rule
def exponential(u: float) -> float:
    """Return the standard exponential quantile: -log(1 - u), u and 1 - u being alike in law."""
    return -log(u)


@rule
def poisson(mean: float, u: float) -> int:
    """Return the Poisson quantile of u by inversion up to a mean of 30, by the rounded normal quantile above."""
    return poisson_given(mean, exp(-mean), u)


@rule
def poisson_given(mean: float, none: float, u: float) -> int:
    """Draw as `poisson` does, given the probability of none, exp(-mean), which a loop can compute beforehand."""
    if mean > 30.0:
        return max(0, math.floor(mean + math.sqrt(mean) * normal(u) + 0.5))
    count, chance, total = 0, none, none
    while u > total and count < 200:
        count += 1
        chance *= mean / count
        total += chance
    return count


def split_seed(seed: int) -> tuple[np.uint64, np.uint64]:
    """Return the seed's low and high 32-bit halves: the key of every draw."""
    return np.uint64(seed & 0xFFFFFFFF), np.uint64((seed >> 32) & 0xFFFFFFFF)


def uniforms(seed: int, purpose: Stream, agents: int, slots: int) -> np.ndarray:
    """Return two keyed 52-bit uniforms per (agent, slot), drawn before t = 0. Shape (agents, slots, 2)."""
    out = np.empty((agents, slots, 2))
    _fill_uniforms(split_seed(seed), int(purpose), out)
    return out


@kernel
def _fill_uniforms(seed: Key, purpose: int, out: Floats) -> None:
    for agent in range(out.shape[0]):
        for slot in range(out.shape[1]):
            w0, w1, w2, w3 = words_in_loop(seed, purpose, 0, agent, slot)
            out[agent, slot, 0] = fine_uniform(w0, w1)
            out[agent, slot, 1] = fine_uniform(w2, w3)
