"""Logarithm, exponential and power as plain arithmetic; sums of short rows.

Unlike the C library's, these turn loops into vector instructions (about four times faster) and give the same
bits on every machine with IEEE arithmetic. Algorithms: fdlibm (Sun Microsystems, 1993); error below 1 ulp for
`log`, about 1 ulp for `exp`.
"""

from collections.abc import Callable

import numpy as np

from agents.kernel.decorators import elementary_rule, inlined_rule, rule
from agents.kernel.types import Flags, Floats, Integers

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_LOG2_E = 1.4426950408889634
_SQRT_2 = 1.4142135623730951
_EXPONENT_BIAS = 1023
_MANTISSA = 0x000FFFFFFFFFFFFF
_ONE = 0x3FF0000000000000


@elementary_rule
def log(x: float) -> float:
    """Return the natural logarithm of a positive normal number: x = 2^k * (1 + f), log x = k ln 2 + log(1 + f)."""
    bits = np.float64(x).view(np.int64)
    mantissa = np.int64((bits & _MANTISSA) | _ONE).view(np.float64)
    upper = mantissa > _SQRT_2
    k = np.float64((bits >> 52) - _EXPONENT_BIAS) + (1.0 if upper else 0.0)
    f = (mantissa * 0.5 if upper else mantissa) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    even = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    return k * _LN2_HIGH - ((half - (s * (half + odd + even) + k * _LN2_LOW)) - f)


@elementary_rule
def exp(x: float) -> float:
    """Return the exponential, clamped to exp(-700) ... exp(700): x = k ln 2 + r, exp x = 2^k exp r."""
    x = min(max(x, -700.0), 700.0)
    k = np.floor(x * _LOG2_E + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))
        )
    )
    scale = np.int64((np.int64(k) + _EXPONENT_BIAS) << 52).view(np.float64)
    return (1.0 - ((low - (r * c) / (2.0 - c)) - high)) * scale


@elementary_rule
def power(x: float, exponent: float) -> float:
    """Return x ** exponent for positive x, as exp(exponent * log x)."""
    return exp(exponent * log(x))


def _sum_of(term: Callable[[float, float], float]) -> Callable[[Floats, Floats | Integers], float]:
    """Sum of a term over two rows in four interleaved parts: one alone would wait for each addition before the next."""
    term = inlined_rule(term)

    @rule
    def summed(one: Floats, two: Floats | Integers) -> float:
        count = one.shape[0]
        whole = count - count % 4
        first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
        for k in range(0, whole, 4):
            first += term(one[k], two[k])
            second += term(one[k + 1], two[k + 1])
            third += term(one[k + 2], two[k + 2])
            fourth += term(one[k + 3], two[k + 3])
        for k in range(whole, count):
            first += term(one[k], two[k])
        return (first + second) + (third + fourth)

    return summed


_sum = _sum_of(lambda value, _: value)
_sum_where = _sum_of(lambda value, sign: value * (sign < 0))  # no branch: signs of users cannot be foretold
_sum_positive_where = _sum_of(lambda value, sign: max(value, 0.0) * (sign < 0))
_sum_products = _sum_of(lambda one, two: one * two)


@inlined_rule
def total(values: Floats) -> float:
    """Sum of a row."""
    return _sum(values, values)


@inlined_rule
def total_where(values: Floats, sign: Integers) -> float:
    """Sum of the values whose sign is negative."""
    return _sum_where(values, sign)


@inlined_rule
def total_positive_where(values: Floats, sign: Integers) -> float:
    """Sum of the positive values whose sign is negative."""
    return _sum_positive_where(values, sign)


@inlined_rule
def dot(one: Floats, two: Floats) -> float:
    """Sum of the products of two rows."""
    return _sum_products(one, two)


@rule
def highest(values: Floats) -> float:
    """Return the largest of a row of numbers that are not negative, 0 of an empty one. Four at a time, as `total`."""
    count = values.shape[0]
    whole = count - count % 4
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    for k in range(0, whole, 4):
        first, second = max(first, values[k]), max(second, values[k + 1])
        third, fourth = max(third, values[k + 2]), max(fourth, values[k + 3])
    for k in range(whole, count):
        first = max(first, values[k])
    return max(max(first, second), max(third, fourth))


@rule
def list_marked(marked: Flags, first: int, listed: Integers) -> int:
    """List the numbers of the marked ones, counted from `first`, in `listed`. Return how many. Free of branches."""
    count = 0
    for k in range(marked.shape[0]):
        listed[count] = first + k
        count += marked[k]
    return count


@rule
def list_rare(marked: Flags, first: int, listed: Integers) -> int:
    """List as `list_marked` does, faster where few are marked: eight unmarked ones are skipped at once."""
    count, eights = 0, marked[: marked.shape[0] - marked.shape[0] % 8].view(np.uint64)
    for w in range(eights.shape[0]):
        if eights[w] != 0:
            for k in range(8 * w, 8 * w + 8):
                listed[count] = first + k
                count += marked[k]
    for k in range(8 * eights.shape[0], marked.shape[0]):
        listed[count] = first + k
        count += marked[k]
    return count


@rule
def clear(table: Floats) -> None:
    """Set a table to 0 whose columns are each in one piece: `table[:] = 0` would go by rows, across memory."""
    for c in range(table.shape[1]):
        for i in range(table.shape[0]):
            table[i, c] = 0.0


@rule
def row_sums(table: Floats, rows: int, out: Floats) -> None:
    """Write the sum over the columns of each of the first rows of a table into `out`."""
    for i in range(rows):
        out[i] = 0.0
    for c in range(table.shape[1]):
        for i in range(rows):
            out[i] += table[i, c]


@rule
def row_means(table: Floats, rows: int, out: Floats) -> None:
    """Write the mean over the columns of each of the first rows of a table into `out`."""
    row_sums(table, rows, out)
    for i in range(rows):
        out[i] /= table.shape[1]


@rule
def mean(values: Floats) -> float:
    """Return the mean of a row."""
    return total(values) / values.shape[0]
